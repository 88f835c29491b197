
#include "base/test.h"
#include "store/id.h"

#define DAY INT64_C(86400000)

/* Clocks as they come, and what the ids must do all the same: rise. */
static const struct {
    const char *says;
    msec now[6];
} rows[] = {
    {"goes forward", {DAY, DAY + 1, DAY + 2, DAY + 3, DAY + 4, DAY + 5}},
    {"stands still", {DAY, DAY, DAY, DAY, DAY, DAY}},
    {"jumps back an hour", {DAY, DAY + 1, DAY - 3600000, DAY - 3599999, DAY, DAY + 2}},
    {"jumps to before the epoch", {DAY, -DAY, -DAY, DAY, -DAY, DAY}},
};

static void ids_rise_whatever_the_clock_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ids ids;
        int64_t last = 0;

        ids_init(&ids, 3, 0);
        for (size_t j = 0; j < 6; j++) {
            for (int n = 0; n < 600; n++) { /* more than a ms holds */
                int64_t id = ids_next(&ids, ID_EPOCH_MS + rows[i].now[j]);

                if (id <= last)
                    fail_msg("%s: %lld after %lld", rows[i].says, (long long)id, (long long)last);
                last = id;
            }
        }
        ids_done(&ids);
    }
}

static void an_id_fits_json_and_names_its_node(void **state)
{
    struct ids ids;
    int64_t id;

    (void)state;
    ids_init(&ids, 15, 0);
    id = ids_next(&ids, ID_EPOCH_MS + (INT64_C(1) << 41) - 1);
    assert_true(id < INT64_C(1) << 53);
    assert_int_equal((id >> 8) & 15, 15);
    ids_done(&ids);
}

static void a_new_run_starts_above_the_mark(void **state)
{
    struct ids ids;
    int64_t last = 0, mark;

    (void)state;
    ids_init(&ids, 0, 0);
    for (int n = 0; n < 5000; n++)
        last = ids_next(&ids, ID_EPOCH_MS + DAY);
    mark = ids_mark_wanted(&ids, ID_EPOCH_MS + DAY);
    assert_true(mark > (last >> 12));
    ids_mark_stored(&ids, mark);
    assert_int_equal(ids_mark_wanted(&ids, ID_EPOCH_MS + DAY), 0);
    ids_done(&ids);

    ids_init(&ids, 0, mark); /* the clock was set back meanwhile */
    assert_true(ids_next(&ids, ID_EPOCH_MS + DAY - 1000) > last);
    ids_done(&ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_rise_whatever_the_clock_does),
        cmocka_unit_test(an_id_fits_json_and_names_its_node),
        cmocka_unit_test(a_new_run_starts_above_the_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
