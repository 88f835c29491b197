/* Are threads rebuilt the same, whatever the order of rows? */
#include "import/tweets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"

/* A corpus of small talks: tweet, who (negative: us), whom it answers (0: nobody), when. */
static const struct {
    int64_t id;
    int who;
    int64_t to;
    int at;
} TALK[] = {
    {10, 1, 0, 100},   {11, -1, 10, 110}, {12, 1, 11, 120}, {13, -1, 12, 130}, /* a plain one */
    {20, -1, 0, 50},   {21, 2, 20, 60},   {22, -1, 21, 70},                    /* we began    */
    {30, 3, 0, 200},   {31, -1, 30, 210}, {32, 4, 31, 220}, {33, -1, 32, 230}, /* one joins   */
    {40, 5, 999, 300}, {41, -1, 40, 310},                                      /* a lost root */
    {50, -1, 0, 400},                                                          /* to nobody   */
};
#define N (sizeof(TALK) / sizeof(*TALK))

static const char WANT[] =
    "21: 21 20 22\n10: 10 11 12 13\n30: 30 31\n32: 32 33\n40: 40 41\n-: 50\n";

static void add(struct tweets *t, size_t i, bool by_answer)
{
    struct tweet one = {.id = TALK[i].id,
                        .at = TALK[i].at * 1000,
                        .offset = (int64_t)i,
                        .bytes = 1,
                        .author = (uint32_t)abs(TALK[i].who),
                        .is_inbound = TALK[i].who > 0};

    assert_true(tweets_add(t, &one));
    assert_false(tweets_add(t, &one));
    if (!by_answer && TALK[i].to)
        tweets_answer(t, TALK[i].id, TALK[i].to);
    for (size_t j = 0; by_answer && j < N; j++) /* as response_tweet_id says it */
        if (TALK[j].to == TALK[i].id)
            tweets_answer(t, TALK[j].id, TALK[i].id);
    if (by_answer && TALK[i].to == 999)
        tweets_answer(t, TALK[i].id, 999);
}

static void tell(struct tweets *t, char out[400])
{
    struct tweet_place p;
    int64_t ticket = -1;
    size_t n = 0;

    out[0] = '\0';
    tweets_sort(t);
    while (tweets_next(t, &p)) {
        if (p.ticket_id != ticket) {
            n += (size_t)snprintf(out + n, 400 - n, "%s", n ? "\n" : "");
            n += p.has_customer
                     ? (size_t)snprintf(out + n, 400 - n, "%lld:", (long long)p.ticket_id)
                     : (size_t)snprintf(out + n, 400 - n, "-:");
        }
        ticket = p.ticket_id;
        n += (size_t)snprintf(out + n, 400 - n, " %lld", (long long)p.tweet.id);
    }
    snprintf(out + n, 400 - n, "\n");
}

static void threads_do_not_depend_on_the_order(void **state)
{
    unsigned seed = 1;
    char got[400];

    for (int round = 0; round < 200; round++) {
        struct tweets *t = tweets_new();
        size_t order[N];

        for (size_t i = 0; i < N; i++)
            order[i] = i;
        for (size_t i = N - 1; i > 0 && round; i--) {
            size_t j = (size_t)((seed = seed * 1103515245u + 12345u) >> 16) % (i + 1);
            size_t held = order[i];

            order[i] = order[j];
            order[j] = held;
        }
        for (size_t i = 0; i < N; i++)
            add(t, order[i], round % 2);
        tell(t, got);
        if (strcmp(got, WANT) != 0)
            fail_msg("round %d gives\n%s", round, got);
        tweets_free(t);
    }
}

/* A file that says that two tweets answer each other ends all the same. */
static void a_loop_ends(void **state)
{
    struct tweets *t = tweets_new();
    struct tweet_place p;
    int n = 0;

    for (int64_t id = 1; id <= 3; id++)
        assert_true(tweets_add(t, &(struct tweet){.id = id, .at = 1000, .bytes = 1}));
    tweets_answer(t, 1, 2);
    tweets_answer(t, 2, 3);
    tweets_answer(t, 3, 1);
    tweets_answer(t, 2, 2);
    tweets_sort(t);
    while (tweets_next(t, &p)) {
        assert_false(p.has_customer);
        n++;
    }
    assert_int_equal(n, 3);
    tweets_free(t);
}

static void many_fit(void **state)
{
    struct tweets *t = tweets_new();
    struct tweet_place p;
    int64_t last = 0, n = 0;

    for (int64_t id = 200000; id > 0; id--) {
        struct tweet one = {.id = id, .at = id * 1000, .bytes = 1, .author = 7};

        one.is_inbound = id % 2;
        assert_true(tweets_add(t, &one));
        if (id % 4)
            tweets_answer(t, id, id - 1);
    }
    tweets_sort(t);
    assert_int_equal(tweets_count(t), 200000);
    while (tweets_next(t, &p)) {
        n += p.has_customer;
        assert_true(p.tweet.at >= last - 4000);
        last = p.tweet.at;
    }
    assert_int_equal(n, 199999); /* the last is ours and answers nobody */
    tweets_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_depend_on_the_order),
        cmocka_unit_test(a_loop_ends),
        cmocka_unit_test(many_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
