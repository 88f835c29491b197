/* The sums are what counting by hand gives, for everybody and for who sees only some inboxes. */
#include "live/sums.h"

#include <stdlib.h>

#include "base/test.h"

#define KINDS 500

static int64_t by_hand(const struct count_kind *v, size_t n, const struct count_sum *s,
                       int64_t only_inbox)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t id = s->of == SUM_TEAM       ? v[i].team_id
                     : s->of == SUM_ASSIGNEE ? v[i].assignee_id
                     : s->of == SUM_INBOX    ? v[i].inbox_id
                                             : 0;

        if (v[i].bucket == s->bucket && id == s->id && (!only_inbox || v[i].inbox_id == only_inbox))
            sum += v[i].n;
    }
    return sum;
}

static int64_t total(const struct count_sum *v, size_t n, enum sum_of of)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += v[i].of == of ? v[i].n : 0;
    return sum;
}

static void sums_are_what_counting_gives(void **state)
{
    static const int64_t one_inbox[] = {3};
    struct principal some = {.kind = WHO_AGENT, .inbox_ids = one_inbox, .n_inboxes = 1};
    struct count_kind v[KINDS];
    struct arena *a = arena_new(1024);
    struct count_sum *sums;
    unsigned seed = 20261122; /* printed by a failure: it is here */
    size_t n;

    (void)state;
    for (size_t i = 0; i < KINDS; i++)
        v[i] = (struct count_kind){1 + rand_r(&seed) % 9, rand_r(&seed) % 6,
                                   (int64_t)(rand_r(&seed) % 30) << 40, 1 + rand_r(&seed) % 4,
                                   1 + rand_r(&seed) % 100};
    count_sums(a, v, KINDS, NULL, &sums, &n);
    assert_true(n > 9 + 9 * 4);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sums[i].n, by_hand(v, KINDS, &sums[i], 0));
    assert_int_equal(total(sums, n, SUM_ALL), total(sums, n, SUM_TEAM));
    assert_int_equal(total(sums, n, SUM_ALL), total(sums, n, SUM_INBOX));
    count_sums(a, v, KINDS, &some, &sums, &n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(sums[i].n, by_hand(v, KINDS, &sums[i], 3));
        assert_true(sums[i].of != SUM_INBOX || sums[i].id == 3);
    }
    arena_free(a);
}

static void nothing_sums_to_nothing(void **state)
{
    struct arena *a = arena_new(1024);
    struct count_sum *sums;
    size_t n = 1;

    (void)state;
    count_sums(a, NULL, 0, NULL, &sums, &n);
    assert_int_equal(n, 0);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_are_what_counting_gives),
                                       cmocka_unit_test(nothing_sums_to_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
