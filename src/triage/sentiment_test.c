/* Does the mood follow what is said, with negation, "but" and signs, in each language? */
#include "triage/sentiment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"

#define NEG MOOD_NEGATIVE
#define NEU MOOD_NEUTRAL
#define POS MOOD_POSITIVE

static const struct {
    enum mood want;
    const char *language, *text;
} ROWS[] = {
    {POS, "en", "thank you"},
    {POS, "en", "THANK YOU SOOOO MUCH!!!"},
    {POS, "en", "I loooove this"},
    {POS, "en", "never had a problem with you"},
    {POS, "en", "It was broken yesterday but now it works again, thanks!"},
    {POS, "en", "not bad at all, well done"},
    {NEG, "en", "not good"},
    {NEG, "en", "I was charged twice"},
    {NEG, "en", "can't log in"},
    {NEG, "en", "can’t log in"},
    {NEG, "en", "The app crashes whenever I open it"},
    {NEG, "en", "Nice app, but it crashes constantly and support is useless"},
    {NEG, "en", "this is NOT what I would call great"},
    {NEG, "en", "Thanks for nothing, still broken"},
    {NEU, "en", "How do I change my email address?"},
    {NEU, "en", "which plan includes two phones"},
    {NEU, "en", "My phone is a Galaxy with Android 13"},
    {POS, "de", "Vielen Dank, das ging ja schnell"},
    {NEG, "de", "Die neue Ansicht gefällt mir nicht"},
    {NEG, "de", "Doppelt abgebucht, keine Antwort"},
    {NEU, "de", "Wo finde ich meine Rechnungen?"},
    {POS, "fr", "Merci beaucoup, ça remarche"},
    {NEG, "fr", "ça ne marche pas, j'en ai marre"},
    {NEU, "fr", "Comment changer mon adresse mail ?"},
    {POS, "es", "¡Muchas gracias, son geniales!"},
    {NEG, "es", "me cobraron dos veces y nadie responde"},
    {NEU, "es", "¿Dónde veo mis facturas?"},
    {POS, "pt", "Valeu, voltou a funcionar!"},
    {NEG, "pt", "não gostei, péssimo atendimento"},
    {NEU, "pt", "Onde vejo minhas faturas?"},
    {POS, "it", "Grazie mille, siete bravissimi"},
    {NEG, "it", "non funziona niente, che schifo"},
    {NEU, "it", "Come cambio la mail?"},
    {POS, "nl", "Heel erg bedankt, hij doet het weer"},
    {NEG, "nl", "de app werkt niet, wat een ellende"},
    {POS, "sv", "Tack så mycket, nu funkar det"},
    {NEG, "da", "Det virker ikke, meget skuffende"},
    {POS, "pl", "Dziękuję, świetna robota"},
    {NEG, "pl", "Aplikacja nie działa, oddajcie pieniądze"},
    {POS, "tr", "Çok teşekkürler, harikasınız"},
    {NEG, "tr", "uygulama çalışmıyor, rezalet"},
    {POS, "id", "makasih banyak, keren banget"},
    {NEG, "id", "aplikasinya gak bisa dibuka, kecewa"},
    {POS, "hi-Latn", "bahut badhiya, maza aa gaya"},
    {NEG, "hi-Latn", "app nahi chal raha, bekar service"},
    {POS, "fi", "😍😍"}, /* no lexicon: signs alone */
    {NEG, "", "😡"},
    {NEG, "en", ":-( why"},
    {POS, "", "<3"},
    {NEU, "", ""},
    {NEU, "xx", "\xff\xfe\xff"},
};

static void it_feels_the_mood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct sentiment s = sentiment_read(ROWS[i].text, strlen(ROWS[i].text), ROWS[i].language);

        if (s.mood != ROWS[i].want)
            fail_msg("%s: %s (%.2f %.2f %.2f), wanted %s", ROWS[i].text, mood_name(s.mood),
                     (double)s.p[0], (double)s.p[1], (double)s.p[2], mood_name(ROWS[i].want));
        assert_true(fabsf(s.p[0] + s.p[1] + s.p[2] - 1) < 1e-4F);
    }
}

/* Louder is not the other way round; more of the same is not less of it. */
static void more_is_more(void **state)
{
    static const char *const PAIRS[][2] = {
        {"the app is bad", "the app is very bad"},
        {"the app is terrible", "the app is TERRIBLE!!!"},
        {"it crashed", "it crashed and I lost everything"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++) {
        struct sentiment less = sentiment_read(PAIRS[i][0], strlen(PAIRS[i][0]), "en");
        struct sentiment more = sentiment_read(PAIRS[i][1], strlen(PAIRS[i][1]), "en");

        assert_true(more.p[NEG] >= less.p[NEG] - 0.02F);
    }
}

static void anything_is_answered(void **state)
{
    static const char *const PIECES[] = {"a",  "good ", "not ", "\xe2\x82", "😡",  ":(", "!",
                                         "\"", "n'",    "ß",    "\n",       "1 ", "漢"};
    char *text = malloc(1 << 20);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof(PIECES) / sizeof(PIECES[0]); i++) {
        size_t len = strlen(PIECES[i]), n = 0;
        struct sentiment s;

        for (; n + len <= 1 << 20; n += len)
            memcpy(text + n, PIECES[i], len);
        s = sentiment_read(text, n, "en");
        assert_true(isfinite(s.p[0]) && isfinite(s.p[2]));
        (void)sentiment_read(text, n, NULL);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_feels_the_mood),
        cmocka_unit_test(more_is_more),
        cmocka_unit_test(anything_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
