/* What a person types becomes words, never operators. */

#include "search/query.h"

#include "base/test.h"

static void typed_words_become_queries(void **state)
{
    static const struct {
        const char *typed, *fts5, *tsquery;
    } rows[] = {
        {"lost playlist", "\"lost\" AND \"playlist\"*", "'lost' & 'playlist':*"},
        {"lost playlist ", "\"lost\" AND \"playlist\"", "'lost' & 'playlist'"},
        {"\"lost playlist\" now", "\"lost\" + \"playlist\" AND \"now\"*",
         "'lost' <-> 'playlist' & 'now':*"},
        {"OR NOT (a*)", "\"OR\" AND \"NOT\" AND \"a\"", "'OR' & 'NOT' & 'a'"},
        {"text:secret -b", "\"text\" AND \"secret\" AND \"b\"*", "'text' & 'secret' & 'b':*"},
        {"it's", "\"it\" AND \"s\"*", "'it' & 's':*"},
        {"Malmö 99", "\"Malmö\" AND \"99\"*", "'Malmö' & '99':*"},
        {"  ", NULL, NULL},
        {"\"'*():&|!<>", NULL, NULL},
    };
    struct arena *a = arena_new(1024);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *fts5 = query_fts5(a, rows[i].typed), *ts = query_tsquery(a, rows[i].typed);

        if (!rows[i].fts5) {
            assert_null(fts5);
            assert_null(ts);
        } else {
            assert_string_equal(fts5, rows[i].fts5);
            assert_string_equal(ts, rows[i].tsquery);
        }
    }
    arena_free(a);
}

static void a_query_can_be_closed(void **state)
{
    struct arena *a = arena_new(1024);

    (void)state;
    assert_string_equal(query_whole(a, query_fts5(a, "lost playl")), "\"lost\" AND \"playl\"");
    assert_string_equal(query_whole(a, query_tsquery(a, "lost playl")), "'lost' & 'playl'");
    assert_null(query_whole(a, query_fts5(a, "lost playl ")));
    assert_null(query_whole(a, query_tsquery(a, "lost playl ")));
    arena_free(a);
}

static void a_number_is_a_ticket(void **state)
{
    static const struct {
        const char *typed;
        int64_t want;
    } rows[] = {
        {"123", 123}, {"#123", 123}, {" #7 ", 7},  {"0", 0},
        {"-1", 0},    {"#-1", 0},    {"#", 0},     {"", 0},
        {"12 34", 0}, {"##1", 0},    {"# 1", 0},   {"1a", 0},
        {"+1", 0},    {"#+1", 0},    {"\"1\"", 0}, {"99999999999999999999", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t got = 0;

        assert_int_equal(query_number(rows[i].typed, &got), rows[i].want != 0);
        assert_int_equal(got, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_number_is_a_ticket),
                                       cmocka_unit_test(typed_words_become_queries),
                                       cmocka_unit_test(a_query_can_be_closed)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
