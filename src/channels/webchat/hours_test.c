/* Is anybody in? */
#include "channels/webchat/hours.h"
#include "base/test.h"
#include "sys/zone.h"

#define H ((msec)3600 * 1000)
#define M ((msec)60 * 1000)
/* Monday 2026-11-23 00:00. */
#define MON ((msec)20780 * 24 * H)
#define SAT (MON + 5 * 24 * H)

static struct webchat_day office[] = {
    {"mon", "09:00", "12:30"},
    {"mon", "13:30", "17:00"},
    {"fri", "22:00", "24:00"},
    {"sat", "00:00", "02:00"},
};

static const struct {
    const char *says;
    msec local;
    bool want;
} rows[] = {
    {"Monday, the last minute of the night", MON + 9 * H - 1, false},
    {"Monday, the first open minute", MON + 9 * H, true},
    {"Monday, the last open second", MON + 12 * H + 30 * M - 1, true},
    {"Monday, lunch", MON + 12 * H + 30 * M, false},
    {"Monday, afternoon", MON + 16 * H, true},
    {"Monday at five", MON + 17 * H, false},
    {"Tuesday", MON + 34 * H, false},
    {"Friday, late", SAT - 1, true},
    {"Saturday, past midnight", SAT, true},
    {"Saturday at two", SAT + 2 * H, false},
    {"Sunday before", MON - 1, false},
};

static void open_inside_a_stretch(void **state)
{
    struct webchat_hours h = {.days = {office, sizeof office / sizeof *office}};

    assert_int_equal(time_days(2026, 11, 23), 20780);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].says);
        assert_int_equal(webchat_is_open(&h, rows[i].local), rows[i].want);
    }
    assert_true(webchat_is_open(NULL, MON));
    h.days.n = 0;
    assert_false(webchat_is_open(&h, MON + 10 * H));
}

static void times_are_read_strictly(void **state)
{
    assert_int_equal(webchat_minutes("00:00"), 0);
    assert_int_equal(webchat_minutes("09:05"), 545);
    assert_int_equal(webchat_minutes("24:00"), 1440);
    assert_int_equal(webchat_minutes("24:01"), -1);
    assert_int_equal(webchat_minutes("25:00"), -1);
    assert_int_equal(webchat_minutes("12:60"), -1);
    assert_int_equal(webchat_minutes("9:00"), -1);
    assert_int_equal(webchat_minutes("+9:00"), -1);
    assert_int_equal(webchat_minutes("-1:00"), -1);
    assert_int_equal(webchat_minutes("09.00"), -1);
    assert_int_equal(webchat_minutes(NULL), -1);
}

static void a_stretch_that_ends_before_it_starts_is_refused(void **state)
{
    struct webchat_day days[] = {{"mon", "09:00", "17:00"}, {"tue", "22:00", "06:00"}};
    struct webchat_hours h = {.days = {days, 2}};
    struct why w = {0};

    assert_int_equal(webchat_hours_check(&h, &w), E_INVALID);
    assert_string_equal(w.field, "hours.days.1.to");
    days[1] = (struct webchat_day){"tue", "nine", "17:00"};
    assert_int_equal(webchat_hours_check(&h, &w), E_INVALID);
    assert_string_equal(w.field, "hours.days.1.from");
    h.days.n = 1;
    assert_int_equal(webchat_hours_check(&h, &w), OK);
}

static const struct {
    const char *says, *zone;
    int64_t year;
    int month, day;
    msec of_day, want_of_day;
} places[] = {
    {"Berlin, winter", "Europe/Berlin", 2026, 1, 15, 12 * H, 13 * H},
    {"Berlin, summer", "Europe/Berlin", 2026, 7, 15, 12 * H, 14 * H},
    {"Berlin, the second before the spring change", "Europe/Berlin", 2026, 3, 29, H - 1000,
     2 * H - 1000},
    {"Berlin, the spring change", "Europe/Berlin", 2026, 3, 29, H, 3 * H},
    {"Berlin, the autumn change", "Europe/Berlin", 2026, 10, 25, H, 2 * H},
    {"Sao Paulo, no summer time since 2019", "America/Sao_Paulo", 2026, 12, 15, 12 * H, 9 * H},
    {"Kolkata, half an hour", "Asia/Kolkata", 2026, 6, 1, 12 * H, 17 * H + 30 * M},
    {"UTC", "UTC", 2026, 6, 1, 12 * H, 12 * H},
    {"none said", NULL, 2026, 6, 1, 12 * H, 12 * H},
};

static void clocks_of_places(void **state)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        msec day = (msec)time_days(places[i].year, places[i].month, places[i].day) * 24 * H;
        msec local = 0;
        struct why w = {0};

        print_message("%s\n", places[i].says);
        assert_int_equal(zone_local(places[i].zone, day + places[i].of_day, &local, &w), OK);
        assert_int_equal(local - day, places[i].want_of_day);
    }
}

static void unknown_places_are_refused(void **state)
{
    static const char *const NAMES[] = {"Europe/Nowhere", "",        "../../etc/passwd",
                                        "/etc/passwd",    "Europe/", "zone.tab",
                                        "Europe//Berlin", "Europe"};

    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        print_message("%s\n", NAMES[i]);
        assert_false(zone_exists(NAMES[i]));
    }
    assert_true(zone_exists("Europe/Berlin"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_inside_a_stretch),
        cmocka_unit_test(times_are_read_strictly),
        cmocka_unit_test(a_stretch_that_ends_before_it_starts_is_refused),
        cmocka_unit_test(clocks_of_places),
        cmocka_unit_test(unknown_places_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
