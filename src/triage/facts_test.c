/* Facts: what a text says of device, system, country, plan and error, and what it denies. */
#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triage/facts.h"

#define FACTS 16

static struct arena *arena;

/* "device=iPhone 13 os=iOS os_version=17.2" */
static const char *facts_of(const char *text)
{
    static char out[1024];
    struct fact f[FACTS];
    size_t n = facts_read(text, strlen(text), arena, f, FACTS), len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        assert_true((size_t)f[i].at + f[i].n <= strlen(text) && f[i].n > 0);
        assert_int_equal(f[i].source, FACT_FROM_TEXT);
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%s=%s", i > 0 ? " " : "",
                                fact_name(f[i].kind), f[i].value);
    }
    arena_reset(arena);
    return out;
}

struct row {
    const char *text, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
    int wrong = 0;

    for (size_t i = 0; i < n; i++) {
        const char *got = facts_of(rows[i].text);

        if (strcmp(got, rows[i].want) != 0) {
            print_error("\"%s\": got \"%s\", want \"%s\"\n", rows[i].text, got, rows[i].want);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}
#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

static void test_devices(void **state)
{
    static const struct row rows[] = {
        {"crashes on my iPhone 13 Pro Max", "device=iPhone 13 Pro Max"},
        {"iphone12 and iPad mini", "device=iPhone 12 device=iPad mini"},
        {"Samsung Galaxy S22 Ultra", "device=Galaxy S22 Ultra"},
        {"mein Galaxy A54, mein Pixel 7a", "device=Galaxy A54 device=Pixel 7a"},
        {"xiaomi redmi note 11 pro", "device=Redmi Note 11 Pro"},
        {"PS5 und Xbox Series X", "device=PlayStation 5 device=Xbox Series X"},
        {"Android Auto in my Tesla, CarPlay in the BMW",
         "device=Android Auto device=Tesla device=CarPlay device=BMW"},
        {"Apple Watch Series 8", "device=Apple Watch Series 8"},
        {"sur mon Mac et mon MacBook Air", "device=Mac device=MacBook Air"},
        {"Chromecast, Sonos One, Echo Dot, Nest Mini",
         "device=Chromecast device=Sonos One device=Echo Dot device=Nest Mini"},
        {"iPhone 13 Pro, iPhone 13 Pro", "device=iPhone 13 Pro"},
        {"my Mac Miller playlist", ""},
        {"Fleetwood Mac disappeared", ""},
        {"how do I switch to the other list", ""},
        {"echo of the hills", ""},
        {"a galaxy of stars by Tesla", ""},
        {"the song iPhone by Rico Nasty", ""},
        {"Alexa plays something else", "device=Alexa"},
        {"my daughter Alexa loves Alexa Feser", ""},
        {"buy one plus 2 free", ""},
        {"Paranoid Android won't play", ""},
    };

    CHECK_ROWS(rows);
}

static void test_systems(void **state)
{
    static const struct row rows[] = {
        {"iOS 17.2.1, app version 8.9.2.488", "os=iOS os_version=17.2.1 app_version=8.9.2.488"},
        {"Android 14", "os=Android os_version=14"},
        {"Windows 11 and win10", "os=Windows os_version=11 os_version=10"},
        {"auf Windows", "os=Windows"},
        {"macOS Sonoma 14.2", "os=macOS os_version=14.2"},
        {"iOS version 16.6", "os=iOS os_version=16.6"},
        {"iOS 3 times a day", "os=iOS"},
        {"the windows of my house", ""},
        {"version 8.9.12 and v8.8.0.347", "app_version=8.9.12 app_version=8.8.0.347"},
        {"seit Version 8.9.14 stürzt sie ab", "app_version=8.9.14"},
        {"since the 8.9.20 update", "app_version=8.9.20"},
        {"updated my iPhone to 17.2.1", "device=iPhone"},
        {"ça rame depuis la 8.42", "app_version=8.42"},
        {"the 8.42 update, v8.41", "app_version=8.42 app_version=8.41"},
        {"since 8.42 this morning I was charged 8.42", ""},
        {"on 24.12.2026 I paid 10.99, twice 1.234.567", ""},
        {"the live version 2 of the song", ""},
        {"Sonos firmware version 15.3", "device=Sonos"},
    };

    CHECK_ROWS(rows);
}

static void test_regions(void **state)
{
    static const struct row rows[] = {
        {"I live in Brazil", "region=BR"},
        {"ich bin aus Österreich", "region=AT"},
        {"wohne in der Schweiz", "region=CH"},
        {"je suis en Belgique avec un compte français", "region=BE region=FR"},
        {"estoy en México con una cuenta española", "region=MX region=ES"},
        {"moro no Brasil, conta portuguesa", "region=BR region=PT"},
        {"abito in Italia", "region=IT"},
        {"my German account, my US card", "region=DE region=US"},
        {"moved from Ireland to Portugal", "region=IE region=PT"},
        {"from Lyon, France", "region=FR"},
        {"country: Chile", "region=CL"},
        {"tell us in time, it is in us", ""},
        {"music from Brazil, Korean pop, a French song", ""},
        {"chansons de France, musica italiana, deutsche Lieder", ""},
        {"I am not in Spain", ""},
        {"I don't want to pay twice in Spain", "region=ES"},
        {"Turkey in the oven", ""},
        {"China Girl, Spanish Harlem, Brazil", ""},
    };

    CHECK_ROWS(rows);
}

static void test_plans(void **state)
{
    static const struct row rows[] = {
        {"I pay for Premium", "plan=premium"},
        {"we have the family plan", "plan=family"},
        {"mein Familienabo, Studentenabo", "plan=family plan=student"},
        {"l'offre étudiant, abonnement famille", "plan=student plan=family"},
        {"plan familiar, cuenta gratuita", "plan=family plan=free"},
        {"plano universitário, plano família", "plan=student plan=family"},
        {"piano famiglia, versione gratuita", "plan=family plan=free"},
        {"Premium Duo", "plan=duo"},
        {"from Nest down to Solo", "plan=family plan=premium"},
        {"the free version", "plan=free"},
        {"I am not on the free plan", ""},
        {"ich habe kein Premium", ""},
        {"no tengo premium", ""},
        {"my family loves free music, a duo and a student sang solo", ""},
        {"Ich bin Student", ""},
        {"abonnement Premium Famille", "plan=family"},
        {"Premium-Familienabo", "plan=family"},
        {"plano para estudantes, plan: duo", "plan=student plan=duo"},
        {"Mudando de Duo para Ninho", "plan=duo plan=family"},
        {"could family members see it", ""},
        {"YouTube Premium, Netflix family plan", ""},
        {"das Solo in dem Lied, the Duo on guitar", ""},
        {"Solo by Clean Bandit, the song Premium", ""},
        {"I don't want Premium", ""},
        {"my Nest thermostat, the Duo Karst", ""},
        {"the difference between Duo and Nest?", ""},
        {"was ist besser, Solo oder Duo?", ""},
    };

    CHECK_ROWS(rows);
}

static void test_errors(void **state)
{
    static const struct row rows[] = {
        {"auth:18 since yesterday", "error=auth:18"},
        {"error code 4", "error=error code 4"},
        {"Fehlercode: 17", "error=error code 17"},
        {"erreur 403, erro 502, errore 30, código de error 5",
         "error=error code 403 error=error code 502 error=error code 30 error=error code 5"},
        {"error: accesspoint:17", "error=accesspoint:17"},
        {"it says error 0x80070005 or ERR_CONNECTION_RESET",
         "error=0x80070005 error=ERR_CONNECTION_RESET"},
        {"error ERR_CONNECTION_RESET", "error=ERR_CONNECTION_RESET"},
        {"502 bad gateway, HTTP 503", "error=error code 502 error=error code 503"},
        {"the code 123456 and the code ABC-123", ""},
        {"an error 5 times a day", ""},
        {"errors since 10:30 at http://localhost:8080", ""},
    };

    CHECK_ROWS(rows);
}

/* The device on which it works is not the one concerned. */
static void test_denials(void **state)
{
    static const struct row rows[] = {
        {"it is not on Android", ""},
        {"works on my iPhone", ""},
        {"works on my iPhone but not on Android", "os=Android"},
        {"doesn't work on Android", "os=Android"},
        {"no longer works on my iPad", "device=iPad"},
        {"does it work on Android?", "os=Android"},
        {"happens on iPhone, not on iPad", "device=iPhone"},
        {"on my iPad it works fine, on the iPhone it crashes", "device=iPhone"},
        {"not on iPhone or iPad", ""},
        {"funktioniert auf dem iPhone, aber nicht auf dem iPad", "device=iPad"},
        {"auf Android funktioniert es nicht", "os=Android"},
        {"auf dem iPad geht es", ""},
        {"ça ne marche pas sur Android", "os=Android"},
        {"ça marche sur iPhone mais pas sur Android", "os=Android"},
        {"no funciona en mi iPhone", "device=iPhone"},
        {"no iPhone não toca, mas no Android funciona", "device=iPhone"},
        {"su Android funziona, sull'iPhone no", "device=iPhone"},
        {"I don't have an iPhone", ""},
        {"never crashes on my iPad", ""},
        {"plays without problems on my iPhone, but on Android it is silent", "os=Android"},
        {"works everywhere except on my iPad", "device=iPad"},
        {"crashes everywhere except on my iPad", ""},
        {"ohne Probleme auf dem iPad", ""},
        {"stürzt nur am iPhone ab, auf Android nicht", "device=iPhone"},
        {"auf dem iPad alles gut", ""},
        {"switched from Android to an iPhone 15", "device=iPhone 15"},
        {"I used to have an iPad", ""},
    };

    CHECK_ROWS(rows);
}

/* Whatever comes, in time, in order of place, never more than there is room for. */
static void test_odd_texts(void **state)
{
    static const char *const BITS[] = {"a",      "1",        "1.",         "iPhone ", "\xFF",
                                       "\xC3",   "😀",        "مرحبا ",     "not on ", "works ",
                                       "error ", "version ", "in Brazil ", "auth:1 ", "v1.2.3 ",
                                       " ",      "on my ",   "galaxy "};
    enum { N = 1 << 20 };
    char *text = malloc(N);
    struct fact f[FACTS];

    assert_non_null(text);
    for (size_t b = 0; b < sizeof BITS / sizeof BITS[0]; b++) {
        size_t len = strlen(BITS[b]), k;

        for (size_t i = 0; i < N; i++)
            text[i] = BITS[b][i % len];
        k = facts_read(text, N, arena, f, FACTS);
        assert_true(k <= FACTS);
        for (size_t i = 0; i < k; i++)
            assert_true(f[i].n > 0 && (size_t)f[i].at + f[i].n <= N && f[i].value[0] != '\0');
        arena_reset(arena);
    }
    free(text);
    assert_int_equal(facts_read("iPhone", 6, arena, f, 0), 0);
    assert_int_equal(facts_read("iPhone", 6, arena, f, 1), 1);
    assert_string_equal(fact_name(FACT_OS_VERSION), "os_version");
}

static int set_up(void **state)
{
    arena = arena_new(4096);
    return 0;
}

static int tear_down(void **state)
{
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_devices),   cmocka_unit_test(test_systems),
        cmocka_unit_test(test_regions),   cmocka_unit_test(test_plans),
        cmocka_unit_test(test_errors),    cmocka_unit_test(test_denials),
        cmocka_unit_test(test_odd_texts),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
