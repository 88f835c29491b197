

#include "jobs/jobs.h"

#include "base/test.h"

static void backoff_rises_to_an_hour(void **state)
{
    static const struct {
        const char *says;
        int64_t tries;
        double r;
        msec want;
    } rows[] = {
        {"first retry", 0, 0.0, 5000},
        {"third", 2, 0.0, 20000},
        {"a quarter less with full jitter", 2, 1.0, 15000},
        {"never over an hour", 40, 0.0, 3600000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(jobs_backoff(rows[i].tries, rows[i].r), rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(backoff_rises_to_an_hour)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
