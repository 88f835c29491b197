/* Is a time read as what it says, and nonsense not at all? */
#include "import/stamp.h"

#include "base/test.h"

static void times(void **state)
{
    static const struct {
        const char *text;
        int64_t want; /* [s]; -1: refused */
    } rows[] = {
        {"Tue Oct 31 22:10:47 +0000 2017", 1509487847},
        {"Tue Oct 31 22:10:47 2017", 1509487847},
        {"Tue Oct 31 22:10:47 2017 +0000", 1509487847},
        {"Tue Oct 31 22:10:47 UTC 2017", 1509487847},
        {"Wed Nov  1 03:40:47 +0530 2017", 1509487847},
        {"Tue Oct 31 14:40:47 -0730 2017", 1509487847},
        {"Tue Oct 31 22:10 2017", 1509487800},
        {"Thu Jan  1 00:00:00 1970", 0},
        {"Thu Feb 29 00:00:00 2024", 1709164800},
        {"Thu Feb 29 00:00:00 2023", -1},
        {"Tue Oct 31 24:10:47 2017", -1},
        {"Tue Oct 31 22:10:47 +2500 2017", -1},
        {"Tue Oct 31 22:10:47", -1},
        {"Tue Oct 31 22:10:47 2017 +0000 and more", -1},
        {"Tag Oct 31 22:10:47 2017", -1},
        {"Tue Okt 31 22:10:47 2017", -1},
        {"the man I met last night", -1},
        {"", -1},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        msec at = -1000;

        stamp_parse(str_of(rows[i].text), &at);
        if (at != rows[i].want * 1000)
            fail_msg("'%s' gives %lld", rows[i].text, (long long)at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(times)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
