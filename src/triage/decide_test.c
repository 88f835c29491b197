#include "triage/decide.h"

#include <math.h>

#include "base/test.h"
#include "triage/interval.h"

/* Against R's binom.test: qbeta(.95, k + 1, n - k) and qbeta(.05, k, n - k + 1). */
static void bounds_are_exact(void **state)
{
    static const struct {
        int64_t k, n;
        double upper, lower;
    } rows[] = {
        {0, 1, 0.95, 0},
        {0, 10, 0.2588656, 0},
        {1, 10, 0.3941633, 0.005116197},
        {10, 10, 1, 0.7411344},
        {0, 149, 0.01990506, 0},
        {5, 100, 0.1022534, 0.01991396},
        {20, 1000, 0.02892, 0.01336},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double upper = interval_upper(rows[i].k, rows[i].n, 0.95);
        double lower = interval_lower(rows[i].k, rows[i].n, 0.95);

        if (fabs(upper - rows[i].upper) > 1e-4 || fabs(lower - rows[i].lower) > 1e-4)
            fail_msg("%d of %d: %.7f %.7f", (int)rows[i].k, (int)rows[i].n, lower, upper);
    }
}

/* What a bound is for: the share of experiments in which it holds. By the sum over all outcomes
 * of B(n, p), so nothing is drawn. */
static void bounds_hold_as_often_as_they_say(void **state)
{
    static const int sizes[] = {5, 40, 300};
    static const double shares[] = {0.003, 0.02, 0.3};

    for (size_t s = 0; s < 3; s++)
        for (size_t q = 0; q < 3; q++) {
            int n = sizes[s];
            double p = shares[q], term = pow(1 - p, n), held = 0;

            for (int k = 0; k <= n; k++) {
                if (interval_upper(k, n, 0.95) >= p)
                    held += term;
                term *= p / (1 - p) * (n - k) / (k + 1);
            }
            assert_true(held >= 0.95 - 1e-9);
        }
}

static void a_promise_is_earned(void **state)
{
    static const struct {
        const char *says;
        double share;
        int64_t n, n_right;
        bool is_supported;
    } rows[] = {
        {"nothing was looked at", 0.98, 0, 0, false},
        {"a few, all right", 0.98, 50, 50, false},
        {"148 all right are one too few", 0.98, 148, 148, false},
        {"149 all right", 0.98, 149, 149, true},
        {"one error takes 236", 0.98, 235, 234, false},
        {"one error in 236", 0.98, 236, 235, true},
        {"two errors in 313", 0.98, 313, 311, true},
        {"97 % of many", 0.98, 10000, 9700, false},
        {"99 % of many", 0.98, 10000, 9900, true},
        {"a smaller promise", 0.90, 29, 29, true},
        {"all wrong", 0.98, 500, 0, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct promise p = {rows[i].share, rows[i].n, rows[i].n_right};

        if (promise_is_supported(&p) != rows[i].is_supported)
            fail_msg("%s", rows[i].says);
    }
}

static void the_sample_shrinks(void **state)
{
    struct promise none = {0.98, 0, 0}, bad = {0.98, 5000, 4500};
    double before = 1;

    assert_true(promise_sample(&none) == 0.30);
    assert_true(promise_sample(&bad) == 0.30);
    for (int64_t n = 300; n < 100000; n *= 2) {
        struct promise p = {0.98, n, n};
        double share = promise_sample(&p);

        assert_true(share <= before && share >= 0.02 && share <= 0.30);
        before = share;
    }
    assert_true(before == 0.02);
}

static void what_is_done(void **state)
{
    static const struct promise GOOD = {0.98, 1000, 998}, NONE = {0.98, 10, 10};
    const uint64_t in = 0, out = UINT64_MAX;
    static const struct decide_input SURE = {.has_label = true, .is_sure = true, .is_first = true};
    const struct {
        const char *says;
        struct decide_input in;
        const struct promise *promise;
        enum decision want;
    } rows[] = {
        {"sure, promise kept", SURE, &GOOD, DECIDED_ROUTED},
        {"sure, not yet measured", SURE, &NONE, DECIDED_SUGGESTED},
        {"not sure", {.has_label = true, .is_first = true}, &GOOD, DECIDED_SUGGESTED},
        {"P1 is a person's",
         {.has_label = true, .is_sure = true, .is_first = true, .is_p1 = true},
         &GOOD,
         DECIDED_PERSON},
        {"P1 without a model", {.is_first = true, .is_p1 = true}, &GOOD, DECIDED_PERSON},
        {"a later P1", {.has_label = true, .is_sure = true, .is_p1 = true}, &GOOD, DECIDED_PERSON},
        {"a later message", {.has_label = true, .is_sure = true}, &GOOD, DECIDED_NONE},
        {"no model", {.is_first = true}, &GOOD, DECIDED_NONE},
        {"history",
         {.has_label = true, .is_sure = true, .is_first = true, .is_imported = true},
         &GOOD,
         DECIDED_SUGGESTED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct decide_input low = rows[i].in, high = rows[i].in;

        low.coin = in;
        high.coin = out;
        if (decide(&high, rows[i].promise) != rows[i].want)
            fail_msg("%s", rows[i].says);
        /* Only what would be routed, or would be once the promise is kept, is sampled. */
        if (decide(&low, rows[i].promise) !=
            (low.is_sure && low.is_first && low.has_label && !low.is_p1 && !low.is_imported
                 ? DECIDED_BLIND
                 : rows[i].want))
            fail_msg("%s, sampled", rows[i].says);
    }
}

static void the_sample_is_as_large_as_it_says(void **state)
{
    static const struct promise NONE = {0.98, 0, 0}, MANY = {0.98, 100000, 99900};
    struct decide_input d = {.has_label = true, .is_sure = true, .is_first = true};
    int n[2] = {0, 0};

    for (int64_t id = 1; id <= 100000; id++) {
        d.coin = decide_coin(id << 12); /* ids as they are given: their low bits are still */
        n[0] += decide(&d, &NONE) == DECIDED_BLIND;
        n[1] += decide(&d, &MANY) == DECIDED_BLIND;
    }
    assert_in_range(n[0], 29400, 30600); /* four sigma */
    assert_in_range(n[1], 1820, 2180);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_exact),    cmocka_unit_test(bounds_hold_as_often_as_they_say),
        cmocka_unit_test(a_promise_is_earned), cmocka_unit_test(the_sample_shrinks),
        cmocka_unit_test(what_is_done),        cmocka_unit_test(the_sample_is_as_large_as_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
