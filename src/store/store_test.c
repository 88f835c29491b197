/* store_test.c: both engines must keep the same promises. */
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "store/store_case.h"
#include "store/store_test.sql.h"

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

#define N_ROWS 6

static void put_rows(struct store *s, const char *prefix)
{
    for (int i = 0; i < N_ROWS; i++) {
        char name[16];
        struct put row = {name, "x", OK, 0, 0};

        snprintf(name, sizeof name, "%s/%d", prefix, i);
        assert_ok(store_write(s, put, &row, &why));
    }
}

static void a_copy_of_a_running_store_opens_and_equals(void **state)
{
    struct store *s = opened(), *copied = NULL;
    struct store_conf conf = db.conf;
    char dir[80], path[128];

    (void)state;
    put_rows(s, "first");
    snprintf(dir, sizeof dir, "%s/copy", db.dir);
    snprintf(path, sizeof path, "%s/antiphon.db", dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_ok(store_backup(s, path, &why));
    assert_int_equal(access(path, R_OK), 0);
    put_rows(s, "later"); /* not in the copy */
    if (store_engine(s) == STORE_SQLITE) {
        conf.data_dir = dir;
        assert_ok(store_open(&conf, &copied, &why));
        assert_int_equal(counted(copied, "%"), N_ROWS);
        assert_ok(store_check(copied, &why));
        store_close(copied);
    }
    assert_int_equal(counted(s, "%"), 2 * N_ROWS);
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
#define TEST(f) ON_BOTH_STORES_WITH(f, make_db, remove_db)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_after_a_restart),
        TEST(values_come_back_as_they_went_in),
        TEST(lists_and_fragments_ask_what_they_say),
        TEST(a_refusal_costs_only_itself),
        TEST(after_commit_runs_only_after_a_commit),
        TEST(a_read_cannot_write),
        TEST(a_schema_that_is_not_ours_is_refused),
        TEST(a_step_that_changed_or_is_newer_is_refused),
        TEST(a_copy_of_a_running_store_opens_and_equals),
        TEST(ids_rise_over_a_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
