/* Does danger come first, and do titles and everyday trouble stay where they belong? */
#include "triage/urgency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "triage/language.h"
#include "triage/sentiment.h"

static void read(const char *text, struct urgency *ret)
{
    size_t n = strlen(text);
    struct language l = language_read(text, n, NULL);
    struct sentiment s = sentiment_read(text, n, l.code);
    struct urgency_hints hints = {.language = l.code, .negative = s.p[MOOD_NEGATIVE]};

    urgency_read(text, n, &hints, ret);
}

static const struct {
    enum urgency_kind kind;
    const char *text;
} DANGER[] = {
    {URGENCY_SELF_HARM, "I want to kill myself and nobody cares"},
    {URGENCY_SELF_HARM, "i dont want to live anymore, this song is all that is left"},
    {URGENCY_SELF_HARM, "She wrote \"I want to die\" in our shared playlist, please help"},
    {URGENCY_SELF_HARM, "Ich will nicht mehr leben"},
    {URGENCY_SELF_HARM, "je veux en finir ce soir"},
    {URGENCY_THREAT, "I know where your office is and I will burn it down"},
    {URGENCY_THREAT, "Ich bringe euch alle um"},
    {URGENCY_THREAT, "je vais vous tuer"},
    {URGENCY_MINOR, "A stranger keeps messaging my 11 year old daughter and asks for photos"},
    {URGENCY_MINOR, "Ein Fremder schreibt meiner zwölfjährigen Tochter"},
    {URGENCY_TAKEOVER, "My account got hacked"},
    {URGENCY_TAKEOVER, "the email was changed and I can't get in"},
    {URGENCY_TAKEOVER, "There is a device I don't recognise, a login from Brazil"},
    {URGENCY_TAKEOVER, "Mein Konto wurde gehackt"},
    {URGENCY_TAKEOVER, "Mon compte a été piraté"},
    {URGENCY_CHARGE, "There is a charge on my card and I never had an account with you"},
    {URGENCY_CHARGE, "Auf meiner Karte ist eine Abbuchung, die ich nicht kenne"},
    {URGENCY_CHARGE, "un prélèvement que je n'ai jamais autorisé"},
    {URGENCY_LEGAL, "My lawyer will contact you"},
    {URGENCY_LEGAL, "Ich habe einen Anwalt eingeschaltet"},
    {URGENCY_LEGAL, "Je vais porter plainte"},
    {URGENCY_PRIVACY, "Under GDPR you had one month to send my data"},
    {URGENCY_PRIVACY, "I can see another customer's name and address in my profile"},
};

static void danger_comes_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DANGER / sizeof *DANGER; i++) {
        struct urgency u;
        bool is_said = false;

        read(DANGER[i].text, &u);
        for (size_t k = 0; k < u.n_reasons; k++)
            is_said |= u.reasons[k].kind == DANGER[i].kind && u.reasons[k].level == P1 &&
                       u.reasons[k].n > 0;
        if (u.level != P1 || !is_said)
            fail_msg("%s: level %d, kind %d wanted", DANGER[i].text, u.level, DANGER[i].kind);
    }
}

static const char *const EVERYDAY[] = {
    "\"Killing Me Softly\" won't play",
    "Suicidal Thoughts by Biggie won't play",
    "I want to die in your arms is greyed out",
    "dying to hear the album",
    "The song Kill Bill skips after ten seconds",
    "this playlist kills me, so good",
    "How do I change the email on my account?",
    "What happens if my account gets hacked?",
    "The app crashes when I open it",
    "How do I cancel?",
    "Der Titel „Ich will sterben“ ist ausgegraut",
    "Wie ändere ich meine Mailadresse?",
    "Comment changer mon adresse mail ?",
    "La chanson « Je veux mourir » ne se lance pas",
    "",
    "ok",
    "\xff\xfe\xff",
};

static void titles_and_everyday_trouble_stay_below(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof EVERYDAY / sizeof *EVERYDAY; i++) {
        struct urgency u;

        read(EVERYDAY[i], &u);
        if (u.level == P1)
            fail_msg("%s: P1 by kind %d", EVERYDAY[i], u.reasons[0].kind);
        assert_true(u.n_reasons >= 1);
    }
}

static void the_reason_shows_its_words(void **state)
{
    static const char TEXT[] = "Hello, I think my account got hacked last night.";
    struct urgency u;

    (void)state;
    read(TEXT, &u);
    assert_int_equal(u.reasons[0].kind, URGENCY_TAKEOVER);
    assert_int_equal(u.reasons[0].level, P1);
    assert_true(u.reasons[0].at >= 7 && u.reasons[0].at + u.reasons[0].n <= strlen(TEXT));
    assert_non_null(strstr(TEXT + u.reasons[0].at, "hacked"));
}

/* What is known beside the text makes it more urgent, never less. */
static void hints_only_raise(void **state)
{
    static const char *const TEXTS[] = {"nothing loads, are the servers down?",
                                        "Thank you so much!", "still no answer, this is bad",
                                        "my account was hacked", "the song skips"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct urgency_hints bare = {.language = "en", .negative = 0.5F};
        struct urgency plain, hinted;

        urgency_read(TEXTS[i], strlen(TEXTS[i]), &bare, &plain);
        for (unsigned bits = 1; bits < 16; bits++) {
            struct urgency_hints h = {.language = "en",
                                      .negative = 0.5F,
                                      .plan = bits & 1 ? "family" : NULL,
                                      .contacts_in_week = bits & 2 ? 4 : 0,
                                      .is_minor = (bits & 4) != 0,
                                      .is_cluster_growing = (bits & 8) != 0};

            urgency_read(TEXTS[i], strlen(TEXTS[i]), &h, &hinted);
            if (hinted.level > plain.level)
                fail_msg("%s: %d with hints %u, %d without", TEXTS[i], hinted.level, bits,
                         plain.level);
        }
    }
}

static void outages_count_where_many_report_them(void **state)
{
    static const char TEXT[] = "nothing loads, are the servers down?";
    struct urgency_hints h = {.language = "en", .negative = 0.4F, .is_cluster_growing = true};
    struct urgency u;
    bool is_said = false;

    (void)state;
    urgency_read(TEXT, strlen(TEXT), &h, &u);
    assert_true(u.level <= P2);
    for (size_t i = 0; i < u.n_reasons; i++)
        is_said |= u.reasons[i].kind == URGENCY_OUTAGE;
    assert_true(is_said);
}

/* A long mail is read to its end. */
static void the_end_of_a_long_mail_counts(void **state)
{
    char *text = malloc(40000);
    struct urgency u;
    size_t n = 0;

    (void)state;
    assert_non_null(text);
    while (n < 30000) {
        memcpy(text + n, "the song is fine. ", 18);
        n += 18;
    }
    snprintf(text + n, 40000 - n, "I want to kill myself.");
    urgency_read(text, strlen(text), NULL, &u);
    assert_int_equal(u.level, P1);
    assert_true(u.reasons[0].at > 29000);
    free(text);
}

static void anything_is_answered(void **state)
{
    static const char *const PIECES[] = {"a",  "my account ", "hacked ", "\xe2\x82", "😡",  "\"",
                                         "n'", "ß",           "\n",      "1 ",       "漢", "kill "};
    char *text = malloc(1 << 20);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
        size_t len = strlen(PIECES[i]), n = 0;
        struct urgency u;

        for (; n + len <= 1 << 20; n += len)
            memcpy(text + n, PIECES[i], len);
        urgency_read(text, n, NULL, &u);
        assert_true(u.level >= P1 && u.level <= P4);
        for (size_t k = 0; k < u.n_reasons; k++)
            assert_true((size_t)u.reasons[k].at + u.reasons[k].n <= n);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(danger_comes_first),
        cmocka_unit_test(titles_and_everyday_trouble_stay_below),
        cmocka_unit_test(the_reason_shows_its_words),
        cmocka_unit_test(hints_only_raise),
        cmocka_unit_test(outages_count_where_many_report_them),
        cmocka_unit_test(the_end_of_a_long_mail_counts),
        cmocka_unit_test(anything_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
