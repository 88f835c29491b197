/* Is the country guessed by what says it best? */
#include "triage/country.h"

#include <string.h>

#include "base/test.h"

static void the_first_that_says_something(void **state)
{
    static const struct {
        const char *says, *region, *locale, *phone, *want;
    } rows[] = {
        {"nothing is known", NULL, NULL, NULL, ""},
        {"nothing is said", "", "", "", ""},
        {"a fact goes before all", "fr", "pt-BR", "+49 30 1", "FR"},
        {"a country's name is no code", "France", "pt-BR", NULL, "BR"},
        {"a locale with a region", NULL, "pt-BR", NULL, "BR"},
        {"with a script between", NULL, "zh-Hant-TW", NULL, "TW"},
        {"as POSIX writes it", NULL, "en_GB.UTF-8", NULL, "GB"},
        {"a language is no country", NULL, "pt", "+351 21 1234567", "PT"},
        {"nor is an area of the UN", NULL, "es-419", "+5411", "AR"},
        {"a phone", NULL, NULL, "+49 (30) 123", "DE"},
        {"dialled with zeros", NULL, NULL, "0044 20 7946", "GB"},
        {"a national number", NULL, NULL, "030 123456", ""},
        {"an unknown code", NULL, NULL, "+999 1", ""},
        {"a plus alone", NULL, NULL, "+", ""},
        {"a broken locale", NULL, "-", NULL, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct country c = country_guess(rows[i].region, rows[i].locale, rows[i].phone);

        if (strcmp(c.code, rows[i].want) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", rows[i].says, c.code, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_that_says_something)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
