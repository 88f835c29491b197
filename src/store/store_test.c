/* store_test.c: both engines must keep the same promises. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "store/store.h"
#include "store/store_test.sql.h"
#include "store/test_store.h"

static struct test_store db;
static struct why why;

#define assert_ok(expr) assert_ok_(expr, #expr, __LINE__)

static void assert_ok_(enum err e, const char *what, int line)
{
    if (e)
        fail_msg("line %d: %s: %s: %s", line, what, err_name(e), why.text);
}

static struct store *opened(void)
{
    struct store *s = NULL;

    assert_ok(store_open(&db.conf, &s, &why));
    return s;
}

static int make_db(void **state)
{
    test_store_init(&db, *(const enum store_engine *)*state);
    return 0;
}

static int remove_db(void **state)
{
    (void)state;
    test_store_done(&db);
    return 0;
}

/* One value put under a name; may refuse itself afterwards. */
struct put {
    const char *name, *value;
    enum err refuse;
    int64_t id, number;
};

static enum err put(struct tx *tx, void *arg, struct why *w)
{
    struct put *p = arg;
    struct event event = {.kind = "test", .ticket_id = tx_id(tx), .data = p->name};
    enum err e;

    p->id = event.ticket_id;
    if ((e = tx_number(tx, &p->number, w)) ||
        (e = q_test_put(tx, (struct test_put_in){p->name, p->value}, NULL, w)) ||
        (e = tx_event(tx, &event, w)))
        return e;
    return p->refuse ? fail(w, p->refuse, "refused by its own rule") : OK;
}

struct count {
    const char *like;
    int64_t n;
};

static enum err count(struct tx *tx, void *arg, struct why *w)
{
    struct count *c = arg;
    struct arena *a = arena_new(256);
    struct test_count_row *row;
    enum err e = q_test_count(tx, (struct test_count_in){c->like}, a, &row, w);

    if (!e)
        c->n = row->n;
    arena_free(a);
    return e;
}

static int64_t counted(struct store *s, const char *like)
{
    struct count c = {.like = like};

    assert_ok(store_read(s, count, &c, &why));
    return c.n;
}

static void what_was_written_is_read_after_a_restart(void **state)
{
    struct store *s = opened();
    struct put a = {"a", "1", OK, 0, 0}, b = {"b", "2", OK, 0, 0};

    (void)state;
    assert_ok(store_write(s, put, &a, &why));
    assert_int_equal(counted(s, "%"), 1);
    store_close(s);
    s = opened();
    assert_ok(store_write(s, put, &b, &why));
    assert_int_equal(counted(s, "%"), 2);
    assert_true(b.id > a.id);
    assert_int_equal(b.number, a.number + 1);
    assert_ok(store_check(s, &why));
    store_close(s);
}

static enum err types(struct tx *tx, void *arg, struct why *w)
{
    static const int64_t ids[] = {7, 9};
    static const char hash[] = {0, 1, 2, (char)255};
    struct arena *a = arena_new(256);
    struct test_bits_row *r;

    (void)arg;
    (void)w;
    assert_ok(
        q_test_bits(tx, (struct test_bits_in){7, "\"ü\" \\ '", {hash, sizeof hash}, {ids, 2}, 0.5},
                    a, &r, &why));
    assert_int_equal(r->id, 7);
    assert_int_equal(r->one, 7);
    assert_string_equal(r->ip, "\"ü\" \\ '");
    assert_int_equal(r->hash.n, sizeof hash);
    assert_memory_equal(r->hash.p, hash, sizeof hash);
    assert_true(r->is_in);
    assert_true(r->real > 0.4 && r->real < 0.6);
    assert_ok(
        q_test_bits(tx, (struct test_bits_in){1, NULL, {NULL, 0}, {NULL, 0}, NAN}, a, &r, &why));
    assert_int_equal(r->one, 0);
    assert_null(r->ip);
    assert_int_equal(r->hash.n, 0);
    assert_false(r->is_in);
    assert_true(isnan(r->real));
    arena_free(a);
    return OK;
}

static void values_come_back_as_they_went_in(void **state)
{
    struct store *s = opened();

    (void)state;
    assert_ok(store_read(s, types, NULL, &why));
    store_close(s);
}

static void a_refusal_costs_only_itself(void **state)
{
    struct store *s = opened();
    struct put good = {"good", "1", OK, 0, 0}, bad = {"bad", "1", E_INVALID, 0, 0}, twice = good;

    (void)state;
    assert_ok(store_write(s, put, &good, &why));
    assert_int_equal(store_write(s, put, &bad, &why), E_INVALID);
    assert_int_equal(store_write(s, put, &twice, &why), E_CONFLICT);
    assert_int_equal(counted(s, "%"), 1);
    store_close(s);
}

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

static enum err cursor_now(struct tx *tx, void *arg, struct why *w)
{
    return store_cursor_now(tx, arg, w);
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

static void set_flag(void *arg)
{
    (*(int *)arg)++;
}

struct later {
    int *n;
    enum err refuse;
};

static enum err ask_for_later(struct tx *tx, void *arg, struct why *w)
{
    struct later *later = arg;

    tx_after_commit(tx, set_flag, later->n);
    return later->refuse ? fail(w, later->refuse, "refused") : OK;
}

static void after_commit_runs_only_after_a_commit(void **state)
{
    struct store *s = opened();
    int n = 0;

    (void)state;
    assert_ok(store_write(s, ask_for_later, &(struct later){&n, OK}, &why));
    assert_int_equal(n, 1);
    assert_int_equal(store_write(s, ask_for_later, &(struct later){&n, E_DENIED}, &why), E_DENIED);
    assert_int_equal(n, 1);
    store_close(s);
}

static enum err lists(struct tx *tx, void *arg, struct why *w)
{
    static const char *const names[] = {"a", "b'\"\\,{}", "c", "NULL", ""};
    struct arena *a = arena_new(1024);
    struct test_among_rows rows;
    struct test_filter_rows some;

    (void)arg;
    (void)w;
    for (size_t i = 0; i < 5; i++)
        assert_ok(q_test_put(tx, (struct test_put_in){names[i], ""}, NULL, &why));
    assert_ok(q_test_among(tx, (struct test_among_in){{names, 5}, {names, 1}}, a, &rows, &why));
    assert_int_equal(rows.n, 4);
    assert_ok(q_test_among(tx, (struct test_among_in){{names, 2}, {NULL, 0}}, a, &rows, &why));
    assert_int_equal(rows.n, 2);
    assert_string_equal(rows.v[1].name, names[1]);

    assert_ok(q_test_filter(tx, (struct test_filter_in){0}, a, &some, &why));
    assert_int_equal(some.n, 5);
    assert_ok(
        q_test_filter(tx, (struct test_filter_in){WITH_TEST_FILTER_TO, "", "b"}, a, &some, &why));
    assert_true(some.n == 2 || some.n == 3); /* '', a, and by the collation NULL */
    assert_ok(q_test_filter(
        tx, (struct test_filter_in){WITH_TEST_FILTER_TO | WITH_TEST_FILTER_FROM, "a", "aa"}, a,
        &some, &why));
    assert_int_equal(some.n, 1);
    assert_string_equal(some.v[0].name, "a");
    arena_free(a);
    return OK;
}

static void lists_and_fragments_ask_what_they_say(void **state)
{
    struct store *s = opened();

    (void)state;
    assert_ok(store_write(s, lists, NULL, &why));
    store_close(s);
}

static enum err write_in_a_read(struct tx *tx, void *arg, struct why *w)
{
    (void)arg;
    return q_test_put(tx, (struct test_put_in){"x", "y"}, NULL, w);
}

static void a_read_cannot_write(void **state)
{
    struct store *s = opened();

    (void)state;
    assert_int_not_equal(store_read(s, write_in_a_read, NULL, &why), OK);
    assert_int_equal(counted(s, "%"), 0);
    store_close(s);
}

static void a_schema_that_is_not_ours_is_refused(void **state)
{
    struct store_conf conf = db.conf;
    struct store *s = NULL;

    (void)state;
    conf.is_migrating = false;
    assert_int_equal(store_open(&conf, &s, &why), E_CONFLICT); /* empty: migrate first */
    store_close(opened());
    assert_ok(store_open(&conf, &s, &why)); /* now there is nothing left to do */
    store_close(s);
}

static enum err break_a_sum(struct tx *tx, void *arg, struct why *w)
{
    return q_test_change_step(tx, (struct test_change_step_in){arg}, NULL, w);
}

static enum err add_a_step(struct tx *tx, void *arg, struct why *w)
{
    return q_test_add_step(tx, (struct test_add_step_in){arg}, NULL, w);
}

static void a_step_that_changed_or_is_newer_is_refused(void **state)
{
    struct store *s = opened();
    char first[] = "0001_store", future[] = "9999_future";

    (void)state;
    assert_ok(store_write(s, add_a_step, future, &why));
    store_close(s);
    assert_int_equal(store_open(&db.conf, &s, &why), E_CONFLICT);
    assert_non_null(strstr(why.text, "newer"));

    test_store_done(&db); /* afresh */
    test_store_init(&db, db.engine);
    s = opened();
    assert_ok(store_write(s, break_a_sum, first, &why));
    store_close(s);
    assert_int_equal(store_open(&db.conf, &s, &why), E_CONFLICT);
    assert_non_null(strstr(why.text, "changed"));
}

static void a_copy_of_a_running_store_opens_and_equals(void **state)
{
    struct store *s = opened(), *copied = NULL;
    struct store_conf conf = db.conf;
    char dir[80], path[128];

    (void)state;
    run_batch(s, ALL_WELL, 0);
    snprintf(dir, sizeof dir, "%s/copy", db.dir);
    snprintf(path, sizeof path, "%s/antiphon.db", dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_ok(store_backup(s, path, &why));
    assert_int_equal(access(path, R_OK), 0);
    run_batch(s, ALL_WELL, 0); /* not in the copy */
    if (store_engine(s) == STORE_SQLITE) {
        conf.data_dir = dir;
        assert_ok(store_open(&conf, &copied, &why));
        assert_int_equal(counted(copied, "%"), N_OPS);
        assert_ok(store_check(copied, &why));
        store_close(copied);
    }
    assert_int_equal(counted(s, "%"), 2 * N_OPS);
    store_close(s);
}

static enum err take_ids(struct tx *tx, void *arg, struct why *w)
{
    int64_t *last = arg;

    (void)w;
    for (int i = 0; i < 5000; i++) {
        int64_t id = tx_id(tx);

        assert_true(id > *last);
        *last = id;
    }
    return OK;
}

/* As after kill -9: the copy is of a moment at which nothing was closed tidily. */
static void ids_rise_over_a_crash(void **state)
{
    struct store *s = opened(), *copied = NULL;
    struct store_conf conf = db.conf;
    int64_t last = 0;
    char dir[80], path[128];

    (void)state;
    snprintf(dir, sizeof dir, "%s/copy", db.dir);
    snprintf(path, sizeof path, "%s/antiphon.db", dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_ok(store_write(s, take_ids, &last, &why)); /* 5,000 at once: ahead of the clock */
    if (store_engine(s) == STORE_SQLITE) {
        assert_ok(store_backup(s, path, &why));
        conf.data_dir = dir;
    }
    assert_ok(store_open(&conf, &copied, &why)); /* PostgreSQL: another node */
    if (store_engine(s) == STORE_POSTGRESQL)
        last = 0;
    assert_ok(store_write(copied, take_ids, &last, &why));
    store_close(copied);
    store_close(s);
}

int main(void)
{
    static const enum store_engine SQLITE = STORE_SQLITE, PG = STORE_POSTGRESQL;
#define ON(engine, f)                                                                              \
    {                                                                                              \
#f " on " #engine, f, make_db, remove_db, (void *)(uintptr_t)&engine                       \
    }
#define TEST(f) ON(SQLITE, f), ON(PG, f)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_after_a_restart),
        TEST(values_come_back_as_they_went_in),
        TEST(lists_and_fragments_ask_what_they_say),
        TEST(a_refusal_costs_only_itself),
        TEST(a_refusal_in_a_batch_keeps_the_others),
        TEST(no_one_is_told_a_lie_when_a_statement_fails),
        TEST(the_follower_hears_all_in_order),
        TEST(a_cursor_finds_what_came_after_it),
        TEST(after_commit_runs_only_after_a_commit),
        TEST(a_read_cannot_write),
        TEST(a_schema_that_is_not_ours_is_refused),
        TEST(a_step_that_changed_or_is_newer_is_refused),
        TEST(a_copy_of_a_running_store_opens_and_equals),
        TEST(ids_rise_over_a_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
