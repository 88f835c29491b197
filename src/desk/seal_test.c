/* seal_test.c: what is masked, and do the places point at the masks? */
#include "desk/seal.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"

static void what_is_sealed(void **state)
{
    static const struct {
        const char *says, *text, *want, *places;
    } rows[] = {
        {"nothing", "it skips", "it skips", NULL},
        {"a mail address is what care works with", "write to bo@example.org",
         "write to bo@example.org", NULL},
        {"a card", "4111 1111 1111 1111 please", "[card] please",
         "[{\"at\":0,\"n\":6,\"kind\":\"card\"}]"},
        {"two, after a word of two bytes", "für 4111111111111111 und DE89370400440532013000",
         "für [card] und [iban]",
         "[{\"at\":5,\"n\":6,\"kind\":\"card\"},{\"at\":16,\"n\":6,\"kind\":\"iban\"}]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(4096);
        struct sealed s = seal(a, rows[i].text);

        if (strcmp(s.text, rows[i].want) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", rows[i].says, s.text, rows[i].want);
        if (rows[i].places) {
            assert_string_equal(s.original, rows[i].text);
            assert_string_equal(s.places, rows[i].places);
        } else {
            assert_null(s.original);
            assert_null(s.places);
        }
        arena_free(a);
    }
}

/* However much stands before it: the last card is masked as the first. */
static void no_number_of_them_is_too_many(void **state)
{
    struct arena *a = arena_new(4096);
    struct sealed s;
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 3000; i++)
        buf_str(&b, i % 2 ? "bo@example.org " : "4111111111111111 ");
    buf_str(&b, "4012888888881881");
    s = seal(a, b.p);
    assert_null(strstr(s.text, "4111111111111111"));
    assert_null(strstr(s.text, "4012888888881881"));
    assert_non_null(s.places);
    buf_done(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_sealed),
                                       cmocka_unit_test(no_number_of_them_is_too_many)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
