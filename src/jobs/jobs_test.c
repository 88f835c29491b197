/* When does a job run again, and what is remembered of its tries? */
#include "jobs/jobs.h"

#include "base/test.h"
#include "jobs/job.sql.h"
#include "store/test_store.h"

static struct test_store db;
static struct store *store;
static struct why why;

static int begin(void **state)
{
    test_store_init(&db, *(const enum store_engine *)*state);
    return store_open(&db.conf, &store, &why) ? -1 : 0;
}

static int end(void **state)
{
    store_close(store);
    test_store_done(&db);
    return 0;
}

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

/* A job that comes again by its own will, every hour or every two seconds, and one that is not
 * taken. */
static enum err comes_again(void *app, struct job *j, struct why *w)
{
    int *left = app;

    j->again_at = --*left > 0 ? 1 : clock_now() + 3600000;
    return OK;
}

static enum err is_refused(void *app, struct job *j, struct why *w)
{
    return fail(w, E_BUSY, "try again shortly");
}

static const struct job_kind KINDS[] = {{"again", comes_again, NULL, 0, false},
                                        {"refused", is_refused, NULL, 0, false},
                                        {NULL, NULL, NULL, 0, false}};

static enum err add_all(struct tx *tx, void *arg, struct why *w)
{
    struct job_new again = {.kind = "again", .run_at = 1, .subject_id = 1},
                   refused = {.kind = "refused", .run_at = 1, .subject_id = 1},
                   newer = {.kind = "of a newer program", .run_at = 1, .subject_id = 1};
    enum err e;

    if ((e = jobs_add(tx, &again, w)) || (e = jobs_add(tx, &refused, w)))
        return e;
    return jobs_add(tx, &newer, w);
}

struct listing {
    struct arena *a;
    struct job_stuck_rows rows;
};

static enum err list(struct tx *tx, void *arg, struct why *w)
{
    struct listing *l = arg;

    return q_job_stuck(tx, (struct job_stuck_in){.before = INT64_MAX}, l->a, &l->rows, w);
}

static void only_failures_are_counted(void **state)
{
    struct listing l = {.a = arena_new(4096)};
    int left = 10;

    assert_well(store_write(store, add_all, NULL, &why), why);
    assert_well(jobs_run_due(store, KINDS, &left, &why), why);
    assert_int_equal(left, 0);
    assert_well(store_read(store, list, &l, &why), why);
    assert_int_equal(l.rows.n, 3);
    for (size_t i = 0; i < l.rows.n; i++) {
        bool is_well = strcmp(l.rows.v[i].kind, "again") == 0;

        assert_int_equal(l.rows.v[i].tries, is_well ? 0 : 1);
        assert_true(is_well == !l.rows.v[i].error);
    }
    arena_free(l.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff_rises_to_an_hour),
        ON_BOTH_STORES_WITH(only_failures_are_counted, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
