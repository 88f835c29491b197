/* postgres_test.c: what can only go wrong with many writers and a server that may go away. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"
#include "store/db.h"
#include "store/engine.h"
#include "store/store_case.h"
#include "store/store_test.sql.h"

/* A gate that a transaction waits at. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_open;
    int n_waiting;
};

#define GATE                                                                                       \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0                              \
    }

static void gate_wait(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->n_waiting++;
    pthread_cond_broadcast(&g->wake);
    while (!g->is_open)
        pthread_cond_wait(&g->wake, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void gate_reached(struct gate *g, int n)
{
    pthread_mutex_lock(&g->lock);
    while (g->n_waiting < n)
        pthread_cond_wait(&g->wake, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void gate_open(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->is_open = true;
    pthread_cond_broadcast(&g->wake);
    pthread_mutex_unlock(&g->lock);
}

struct write {
    struct store_write op;
    const char *name;
    struct gate *before, *after; /* wait there, around the work; or NULL */
    struct gate done;
    int runs;
};

static enum err work(struct tx *tx, void *arg, struct why *w)
{
    struct write *x = arg;
    struct event event = {.kind = "test", .data = x->name};
    struct arena *a = arena_new(256);
    struct test_get_row *row;
    enum err e;

    /* As the desk does: look, then insert; the work is what differs if it is there. */
    if (!(e = q_test_get(tx, (struct test_get_in){x->name}, a, &row, w))) {
        if (x->runs++ == 0 && x->before)
            gate_wait(x->before);
        if (!row && !(e = tx_event(tx, &event, w)))
            e = q_test_put(tx, (struct test_put_in){x->name, "1"}, NULL, w);
        if (!e && x->after && x->runs == 1)
            gate_wait(x->after);
    }
    arena_free(a);
    return e;
}

static void write_done(struct store_write *op)
{
    struct write *x = (struct write *)(void *)op;

    gate_open(&x->done);
}

static void post(struct store *s, struct write *x, const char *name, uint64_t part)
{
    x->name = name;
    x->op = (struct store_write){.run = work, .done = write_done, .arg = x, .part = part};
    x->done = (struct gate)GATE;
    store_post(s, &x->op);
}

struct heard {
    struct gate gate; /* n_waiting counts the events */
    char names[8][16];
};

static void heard(void *arg, const struct event *v, size_t n)
{
    struct heard *h = arg;

    pthread_mutex_lock(&h->gate.lock);
    for (size_t i = 0; i < n; i++)
        snprintf(h->names[h->gate.n_waiting++ % 8], 16, "%s", v[i].data);
    pthread_cond_broadcast(&h->gate.wake);
    pthread_mutex_unlock(&h->gate.lock);
}

static void who_inserts_first_and_commits_last_is_heard(void **state)
{
    struct store *here = opened(), *there = opened();
    struct heard h = {.gate = GATE}, h2 = {.gate = GATE};
    struct gate late = GATE;
    struct write first = {.after = &late}, second = {0}, third = {0};

    (void)state;
    assert_ok(store_follow(here, heard, &h, &why));
    assert_ok(store_follow(there, heard, &h2, &why));
    post(here, &first, "first", 0);
    gate_reached(&late, 1); /* its event is in, not committed */
    post(here, &second, "second", 1);
    post(there, &third, "third", 0);
    gate_wait(&second.done);
    gate_wait(&third.done);
    gate_open(&late);
    gate_wait(&first.done);
    gate_reached(&h.gate, 3);
    gate_reached(&h2.gate, 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(h.names[i], h2.names[i]); /* all agree on the order */
    store_close(here);
    store_close(there);
}

static void two_nodes_have_two_numbers(void **state)
{
    struct store *here = opened(), *there = opened(), *s = NULL;

    (void)state;
    assert_int_not_equal(here->ids.node, there->ids.node);
    db.conf.node = (int)here->ids.node;
    assert_int_equal(store_open(&db.conf, &s, &why), E_BUSY);
    store_close(here);
    assert_ok(store_open(&db.conf, &s, &why)); /* given back */
    store_close(s);
    store_close(there);
}

static void the_loser_of_a_race_looks_again(void **state)
{
    struct store *here = opened(), *there = opened();
    struct gate both = GATE;
    struct write x = {.before = &both}, y = {.before = &both};

    (void)state;
    post(here, &x, "same", 0);
    post(there, &y, "same", 0);
    gate_reached(&both, 2); /* neither has found the name */
    gate_open(&both);
    gate_wait(&x.done);
    gate_wait(&y.done);
    assert_int_equal(x.op.err, OK);
    assert_int_equal(y.op.err, OK);
    assert_int_equal(x.runs + y.runs, 3);
    store_close(here);
    store_close(there);
}

/* Takes two rows, in an order; waits between them, the first time. */
struct cross {
    struct store_write op;
    const char *first, *second;
    struct gate *between;
    struct gate done;
    int runs;
};

static enum err cross(struct tx *tx, void *arg, struct why *w)
{
    struct cross *x = arg;
    int64_t changed;
    enum err e = q_test_set(tx, (struct test_set_in){x->first, "2"}, &changed, w);

    if (!e && x->runs++ == 0)
        gate_wait(x->between);
    return e ? e : q_test_set(tx, (struct test_set_in){x->second, "3"}, &changed, w);
}

static void cross_done(struct store_write *op)
{
    gate_open(&((struct cross *)(void *)op)->done);
}

static void a_deadlock_is_nobodys_failure(void **state)
{
    struct store *s = opened();
    struct gate between = GATE;
    struct write a = {0}, b = {0};
    struct cross x = {.first = "a", .second = "b", .between = &between, .done = GATE},
                 y = {.first = "b", .second = "a", .between = &between, .done = GATE};

    (void)state;
    post(s, &a, "a", 0);
    post(s, &b, "b", 0);
    gate_wait(&a.done);
    gate_wait(&b.done);
    x.op = (struct store_write){.run = cross, .done = cross_done, .arg = &x, .part = 0};
    y.op = (struct store_write){.run = cross, .done = cross_done, .arg = &y, .part = 1};
    store_post(s, &x.op);
    store_post(s, &y.op);
    gate_reached(&between, 2); /* each holds what the other wants */
    gate_open(&between);
    gate_wait(&x.done);
    gate_wait(&y.done);
    assert_int_equal(x.op.err, OK);
    assert_int_equal(y.op.err, OK);
    assert_true(x.runs + y.runs >= 3); /* the server may choose both as victims */
    store_close(s);
}

static enum err count(struct tx *tx, void *arg, struct why *w)
{
    struct arena *a = arena_new(256);
    struct test_count_row *row;
    enum err e = q_test_count(tx, (struct test_count_in){"%"}, a, &row, w);

    if (!e)
        *(int64_t *)arg = row->n;
    arena_free(a);
    return e;
}

static int64_t counted_again(struct store *s)
{
    int64_t n = -1;

    for (int i = 0; i < 100 && store_read(s, count, &n, &why) != OK; i++)
        usleep(100000); /* until the server is reached again */
    return n;
}

static void a_server_that_restarts_costs_no_acknowledged_write(void **state)
{
    struct store *s = opened();
    struct heard h = {.gate = GATE};
    struct gate inside = GATE;
    struct write before = {0}, caught = {.after = &inside}, down = {0}, again = {0};
    int64_t n = 0;

    (void)state;
    assert_ok(store_follow(s, heard, &h, &why));
    post(s, &before, "before", 0);
    gate_wait(&before.done);
    assert_int_equal(before.op.err, OK);

    post(s, &caught, "caught", 0);
    gate_reached(&inside, 1);
    test_store_server("stop");
    gate_open(&inside);
    gate_wait(&caught.done);
    assert_int_equal(caught.op.err, E_BUSY);
    post(s, &down, "down", 1);
    gate_wait(&down.done);
    assert_int_equal(down.op.err, E_BUSY);

    test_store_server("start");
    assert_int_equal(counted_again(s), 1);
    assert_int_equal(counted_again(s), 1);
    test_store_server("restart"); /* between two uses nobody notices */
    assert_int_equal(store_read(s, count, &n, &why), OK);
    assert_int_equal(n, 1);
    do {
        usleep(100000);
        post(s, &again, "again", 0);
        gate_wait(&again.done);
    } while (again.op.err == E_BUSY);
    assert_int_equal(again.op.err, OK);
    assert_int_equal(counted_again(s), 2);
    gate_reached(&h.gate, 2); /* and the follower is there again as well */
    store_close(s);
}

static void a_server_that_may_forget_is_refused(void **state)
{
    struct store *s = NULL;
    char url[256];

    (void)state;
    test_store_other_server("-c fsync=off", url);
    db.conf.url = url;
    assert_int_equal(store_open(&db.conf, &s, &why), E_INVALID);
    assert_non_null(strstr(why.text, "fsync"));
    db.conf.is_unsafe_ok = true;
    assert_ok(store_open(&db.conf, &s, &why));
    store_close(s);
}

static enum err come_from_elsewhere(struct tx *tx, void *arg, struct why *w)
{
    enum err e = q_test_add_future(tx, NULL, w);

    (void)arg;
    return e ? e : q_test_mark_future(tx, NULL, w);
}

static enum err catch_up(struct tx *tx, void *arg, struct why *w)
{
    struct arena *a = arena_new(1024);
    struct event *v;
    size_t n;
    enum err e = store_events_after(tx, arg, 10, a, &v, &n, w);

    assert_true(e || (n == 1 && strcmp(v[0].data, "after") == 0));
    arena_free(a);
    return e;
}

static void a_copy_on_a_younger_server_has_a_log_that_works(void **state)
{
    struct store *s = opened();
    struct heard h = {.gate = GATE};
    struct write after = {0};
    char cursor[EVENT_CURSOR_BYTES];

    (void)state;
    assert_ok(store_write(s, come_from_elsewhere, NULL, &why));
    store_close(s);
    s = opened();
    assert_ok(store_follow(s, heard, &h, &why));
    assert_ok(store_read(s, cursor_now, cursor, &why));
    post(s, &after, "after", 0);
    gate_wait(&after.done);
    gate_reached(&h.gate, 1);
    assert_string_equal(h.names[0], "after");
    assert_ok(store_read(s, catch_up, cursor, &why));
    store_close(s);
}

/* Every named query of the program, every fragment, prepared by the server. */
static void every_query_prepares(void **state)
{
    struct store *s = opened();
    struct conn *c = NULL;
    int n = 0;

    (void)state;
    assert_ok(s->engine->open(s, false, &c, &why));
    for (const struct query *const *const *list = ALL_QUERIES; *list; list++) {
        for (const struct query *const *q = *list; *q; q++) {
            unsigned all = (1U << (*q)->n_fragments) - 1;

            for (unsigned flags = 0; (*q)->pg && flags <= all; flags++, n++) {
                char *text = query_text((*q)->pg, flags);

                if (postgres_prepare(c, *q, text, &why))
                    fail_msg("%s: %s\n%s", (*q)->name, why.text, text);
                free(text);
                if (flags > 64 && flags != all)
                    flags = all - 1;
            }
        }
    }
    assert_true(n > 20);
    s->engine->close(c);
    store_close(s);
}

int main(void)
{
#define TEST(f) ON_STORE_WITH(PG, f, make_db, remove_db)
    const struct CMUnitTest tests[] = {
        TEST(who_inserts_first_and_commits_last_is_heard),
        TEST(two_nodes_have_two_numbers),
        TEST(the_loser_of_a_race_looks_again),
        TEST(a_deadlock_is_nobodys_failure),
        TEST(a_server_that_restarts_costs_no_acknowledged_write),
        TEST(a_server_that_may_forget_is_refused),
        TEST(a_copy_on_a_younger_server_has_a_log_that_works),
        TEST(every_query_prepares),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
