/* batch_test.c: of many writes in one batch, is each told the truth, and the log of events too? */
#include <pthread.h>
#include <stdio.h>

#include "base/test.h"
#include "store/store_case.h"

/* Several writes in one batch: a first one keeps the writer busy until all are posted. */

#define N_OPS 6

struct posted {
    struct store_write op;
    struct put put;
    char name[16];
    bool is_done;
};

struct batch {
    struct store *store;
    struct store_write gate;
    struct posted v[N_OPS];
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_open;
    int n_done;
};

static struct batch batch;

static enum err wait_for_gate(struct tx *tx, void *arg, struct why *w)
{
    (void)tx;
    (void)arg;
    (void)w;
    pthread_mutex_lock(&batch.lock);
    while (!batch.is_open)
        pthread_cond_wait(&batch.wake, &batch.lock);
    pthread_mutex_unlock(&batch.lock);
    return OK;
}

static void one_done(void)
{
    pthread_mutex_lock(&batch.lock);
    batch.n_done++;
    pthread_cond_signal(&batch.wake);
    pthread_mutex_unlock(&batch.lock);
}

static void gate_done(struct store_write *op)
{
    (void)op;
    one_done();
}

/* Who is told of success finds the row on another connection, once; who is refused, never. */
static void posted_done(struct store_write *op)
{
    struct posted *p = (struct posted *)(void *)op;

    assert_false(p->is_done);
    p->is_done = true;
    assert_int_equal(counted(batch.store, p->name), op->err ? 0 : 1);
    one_done();
}

static void run_batch(struct store *s, const enum err refuse[N_OPS], int64_t fail_nth)
{
    static int run;

    memset(&batch, 0, sizeof batch);
    batch.store = s;
    pthread_mutex_init(&batch.lock, NULL);
    pthread_cond_init(&batch.wake, NULL);
    batch.gate = (struct store_write){.run = wait_for_gate, .done = gate_done};
    store_post(s, &batch.gate);
    run++;
    for (int i = 0; i < N_OPS; i++) {
        struct posted *p = &batch.v[i];

        snprintf(p->name, sizeof p->name, "%d/%d", run, i);
        p->put = (struct put){.name = p->name, .value = "x", .refuse = refuse[i]};
        p->op = (struct store_write){.run = put, .done = posted_done, .arg = &p->put};
        store_post(s, &p->op);
    }
    store_fail_nth(s, fail_nth);
    pthread_mutex_lock(&batch.lock);
    batch.is_open = true;
    pthread_cond_broadcast(&batch.wake);
    while (batch.n_done < N_OPS + 1)
        pthread_cond_wait(&batch.wake, &batch.lock);
    pthread_mutex_unlock(&batch.lock);
}

static const enum err ALL_WELL[N_OPS];

static void a_refusal_in_a_batch_keeps_the_others(void **state)
{
    static const enum err some[N_OPS] = {OK, E_INVALID, OK, OK, E_CONFLICT, OK};
    struct store *s = opened();
    struct store_stats stats;
    int64_t last_number = 0;

    (void)state;
    run_batch(s, some, 0);
    for (int i = 0; i < N_OPS; i++) {
        assert_int_equal(batch.v[i].op.err, some[i]);
        if (some[i])
            continue;
        assert_true(batch.v[i].put.number > last_number);
        last_number = batch.v[i].put.number;
    }
    if (store_engine(s) == STORE_SQLITE)
        assert_int_equal(last_number, 4); /* what was refused used none up */
    store_stats(s, &stats);
    assert_int_equal(stats.failed, 2);
    assert_true(stats.batches <= 3);
    store_close(s);
}

struct heard {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int n;
    bool is_out_of_order;
    char last[EVENT_CURSOR_BYTES];
    char names[64][16];
};

static void heard(void *arg, const struct event *v, size_t n)
{
    struct heard *h = arg;

    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < n; i++) {
        if (h->n < 64)
            snprintf(h->names[h->n], sizeof h->names[0], "%s", v[i].data);
        h->n++;
        memcpy(h->last, v[i].cursor, sizeof h->last);
    }
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
}

static void wait_until_heard(struct heard *h, int n)
{
    pthread_mutex_lock(&h->lock);
    while (h->n < n)
        pthread_cond_wait(&h->wake, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

static int times_heard(const struct heard *h, const char *name)
{
    int times = 0;

    for (int i = 0; i < h->n; i++)
        times += strcmp(h->names[i], name) == 0;
    return times;
}

static void no_one_is_told_a_lie_when_a_statement_fails(void **state)
{
    int64_t ran = 1;

    (void)state;
    for (int64_t n = 1; n <= ran; n++) {
        struct store *s = opened();
        struct heard h = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
        int well = 0;

        assert_ok(store_follow(s, heard, &h, &why));
        run_batch(s, ALL_WELL, n);
        ran = store_fail_nth(s, 0);
        for (int i = 0; i < N_OPS; i++)
            well += batch.v[i].op.err == OK; /* posted_done has looked at the rows */
        wait_until_heard(&h, well);
        for (int i = 0; i < N_OPS; i++)
            assert_int_equal(times_heard(&h, batch.v[i].name), batch.v[i].op.err ? 0 : 1);
        assert_ok(store_check(s, &why));
        store_close(s);
        assert_true(n < 200);
    }
}

static void the_follower_hears_all_in_order(void **state)
{
    struct store *s = opened();
    struct heard h = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
    struct put before = {"before", "", OK, 0, 0};

    (void)state;
    assert_ok(store_write(s, put, &before, &why));
    assert_ok(store_follow(s, heard, &h, &why));
    for (int i = 0; i < 5; i++) {
        run_batch(s, ALL_WELL, 0);
        wait_until_heard(&h, (i + 1) * N_OPS);
        for (int j = 0; j < N_OPS; j++)
            assert_string_equal(h.names[i * N_OPS + j], batch.v[j].name);
    }
    assert_int_equal(times_heard(&h, "before"), 0);
    store_close(s);
}

struct after {
    const char *cursor;
    size_t limit, n;
    char first[16], last[EVENT_CURSOR_BYTES];
};

static enum err events_after(struct tx *tx, void *arg, struct why *w)
{
    struct after *after = arg;
    struct arena *a = arena_new(1024);
    struct event *v;
    enum err e = store_events_after(tx, after->cursor, after->limit, a, &v, &after->n, w);

    if (!e && after->n) {
        snprintf(after->first, sizeof after->first, "%s", v[0].data);
        memcpy(after->last, v[after->n - 1].cursor, sizeof after->last);
    }
    arena_free(a);
    return e;
}

static void a_cursor_finds_what_came_after_it(void **state)
{
    struct store *s = opened();
    char start[EVENT_CURSOR_BYTES], end[EVENT_CURSOR_BYTES];
    struct after after = {.cursor = start, .limit = 4};

    (void)state;
    assert_ok(store_read(s, cursor_now, start, &why));
    run_batch(s, ALL_WELL, 0);
    assert_ok(store_read(s, events_after, &after, &why));
    assert_int_equal(after.n, 4);
    assert_string_equal(after.first, batch.v[0].name);
    after.cursor = memcpy(end, after.last, sizeof end);
    assert_ok(store_read(s, events_after, &after, &why));
    assert_int_equal(after.n, 2);
    assert_string_equal(after.first, batch.v[4].name);
    assert_ok(store_read(s, cursor_now, end, &why));
    assert_string_equal(end, after.last);

    assert_ok(store_prune_events(s, clock_now() + 1000, &why));
    after.cursor = end;
    assert_ok(store_read(s, events_after, &after, &why));
    assert_int_equal(after.n, 0);
    after.cursor = start;
    assert_int_equal(store_read(s, events_after, &after, &why), E_NOT_FOUND);
    after.cursor = "nonsense";
    assert_int_equal(store_read(s, events_after, &after, &why), E_NOT_FOUND);
    after.cursor = store_engine(s) == STORE_SQLITE ? "99999" : "9999999999-1";
    assert_int_equal(store_read(s, events_after, &after, &why), E_NOT_FOUND);

    store_close(s); /* a log pruned empty does not start again from the beginning */
    s = opened();
    run_batch(s, ALL_WELL, 0);
    after.cursor = end;
    after.limit = 100;
    assert_ok(store_read(s, events_after, &after, &why));
    assert_int_equal(after.n, N_OPS);
    store_close(s);
}

int main(void)
{
#define TEST(f) ON_BOTH_STORES_WITH(f, make_db, remove_db)
    const struct CMUnitTest tests[] = {
        TEST(a_refusal_in_a_batch_keeps_the_others),
        TEST(no_one_is_told_a_lie_when_a_statement_fails),
        TEST(the_follower_hears_all_in_order),
        TEST(a_cursor_finds_what_came_after_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
