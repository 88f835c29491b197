/* Is there a line for everybody, and a protocol for every kind that pages a person? */
#include "triage/helpline.h"

#include <string.h>

#include "base/test.h"

static void a_country_has_its_own_first(void **state)
{
    static const struct {
        const char *country, *want;
    } rows[] = {{"DE", "0800 111 0 111"}, {"us", "988"}, {"GB", "116 123"}, {"FR", "3114"},
                {"IN", "14416"},          {"BR", "188"}, {"NL", "113"},     {"SE", "90101"}};
    struct arena *a = arena_new(4096);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct helplines h = helpline_for(rows[i].country, a);

        assert_true(h.n >= 2);
        assert_string_equal(h.v[0].number, rows[i].want);
        assert_string_equal(h.v[0].note, "check before giving");
        assert_string_equal(h.v[h.n - 1].country, "*");
    }
    arena_free(a);
}

static void everywhere_else_has_the_international_ones(void **state)
{
    static const char *const rows[] = {NULL, "", "XX", "*", "D", "DEU"};
    struct arena *a = arena_new(4096);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct helplines h = helpline_for(rows[i], a);

        assert_true(h.n == 2);
        assert_string_equal(h.v[0].country, "*");
        assert_non_null(h.v[0].url);
    }
    arena_free(a);
}

static void every_kind_of_danger_has_steps(void **state)
{
    static const enum urgency_kind kinds[] = {URGENCY_SELF_HARM, URGENCY_THREAT, URGENCY_MINOR,
                                              URGENCY_TAKEOVER,  URGENCY_CHARGE, URGENCY_LEGAL,
                                              URGENCY_PRIVACY};
    static const struct {
        const char *locale, *want;
    } locales[] = {{NULL, "en"},    {"de", "de"}, {"de-AT", "de"}, {"DE_ch", "de"},
                   {"pt-BR", "en"}, {"", "en"},   {"den", "en"},   {"en-GB", "en"}};
    struct arena *a = arena_new(4096);

    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
            const struct protocol *p = protocol_for(kinds[k], locales[i].locale, a);

            assert_non_null(p);
            assert_string_equal(p->locale, locales[i].want);
            assert_string_equal(p->kind, urgency_kind_name(kinds[k]));
            assert_true(p->n >= 4);
        }
    assert_null(protocol_for(URGENCY_PLAN, "en", a));
    assert_null(protocol_for(URGENCY_NONE, "en", a));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_country_has_its_own_first),
        cmocka_unit_test(everywhere_else_has_the_international_ones),
        cmocka_unit_test(every_kind_of_danger_has_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
