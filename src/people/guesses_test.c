/* Guessing one account's password gets slower, from wherever it is tried. */
#include "base/test.h"
#include "people/guesses.h"

#define NOW ((msec)1000000)

static void a_few_mistakes_cost_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < GUESSES_FREE; i++) {
        assert_int_equal(guesses_wait_s("few@example.org", NOW), 0);
        guesses_wrong("few@example.org", NOW);
    }
    assert_int_equal(guesses_wait_s("few@example.org", NOW), 1);
    assert_int_equal(guesses_wait_s("few@example.org", NOW + 1000), 0);
    assert_int_equal(guesses_wait_s("other@example.org", NOW), 0);
}

static void each_further_one_waits_twice_as_long(void **state)
{
    static const int want[] = {1, 2, 4, 8, 16, 32, 60, 60};
    msec now = NOW;

    (void)state;
    for (int i = 0; i < GUESSES_FREE; i++)
        guesses_wrong("more@example.org", now);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_int_equal(guesses_wait_s("more@example.org", now), want[i]);
        now += want[i] * 1000;
        assert_int_equal(guesses_wait_s("more@example.org", now), 0);
        guesses_wrong("more@example.org", now);
    }
}

static void the_right_one_or_quiet_ends_it(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * GUESSES_FREE; i++)
        guesses_wrong("end@example.org", NOW);
    assert_true(guesses_wait_s("end@example.org", NOW) > 0);
    guesses_right("end@example.org");
    assert_int_equal(guesses_wait_s("end@example.org", NOW), 0);
    for (int i = 0; i < 2 * GUESSES_FREE; i++)
        guesses_wrong("end@example.org", NOW);
    assert_int_equal(guesses_wait_s("end@example.org", NOW + GUESSES_QUIET_MS + 1), 0);
    guesses_wrong("end@example.org", NOW + GUESSES_QUIET_MS + 1);
    assert_int_equal(guesses_wait_s("end@example.org", NOW + GUESSES_QUIET_MS + 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_mistakes_cost_nothing),
        cmocka_unit_test(each_further_one_waits_twice_as_long),
        cmocka_unit_test(the_right_one_or_quiet_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
