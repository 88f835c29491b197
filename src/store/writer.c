/* writer.c: how do many writes share one fsync, and none is told a lie?
 *
 * A thread takes what is posted, runs it in one transaction with a savepoint for each
 * operation, commits, and only then says so. A refusal by an operation's own rules costs that
 * operation alone. After an error of the engine nobody of the batch is acknowledged: its
 * members run again, one a transaction. */
#include <assert.h>
#include <stdlib.h>

#include "store/engine.h"
#include "store/store.sql.h"

/* A serialization failure or a deadlock goes away when tried again alone; a broken disk
 * does not. */
#define TRIES_ALONE 3

struct batch {
    struct store_write *list;
    size_t n;
    struct after_commit *after, **after_last;
    struct store_write *again; /* lost a race: to be run alone */
};

static void count_batch(struct store *s, const struct batch *b, int64_t commit_us)
{
    atomic_fetch_add_explicit(&s->batches, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->operations, (int64_t)b->n, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->commit_us, commit_us, memory_order_relaxed);
}

/* The operation alone: its refusal is undone and stays in op->err. An error here is one of
 * the engine, and the batch is lost. */
static enum err run_marked(struct writer *w, struct batch *b, struct store_write *op)
{
    const struct engine *engine = w->conn->engine;
    struct counters before = w->count;
    struct tx tx;
    enum err e;

    if (b->n > 1 && (e = engine->mark(w->conn, &op->why)))
        return e;
    tx = (struct tx){.store = w->store, .conn = w->conn, .writer = w, .now = clock_now()};
    tx.after_last = &tx.after;
    op->why = (struct why){0};
    w->conn->may_rerun = false;
    op->err = op->run(&tx, op->arg, &op->why);
    if (!op->err && engine->settle)
        op->err = engine->settle(w->conn, &op->why);
    if (w->conn->is_lost)
        return op->err ? op->err : fail(&op->why, E_BUSY, "the transaction was lost");
    statement_log_end_op(w->store->log, op->err == OK);
    if (op->err) {
        struct why ignored;

        w->count = before;
        return b->n > 1 ? engine->undo(w->conn, &ignored) : OK;
    }
    if (b->n > 1 && (e = engine->keep(w->conn, &op->why)))
        return e;
    if (tx.after) {
        *b->after_last = tx.after;
        b->after_last = tx.after_last;
    }
    return OK;
}

static enum err commit(struct writer *w, const struct batch *b, struct why *why)
{
    struct store *s = w->store;
    struct tx tx = {.store = s, .conn = w->conn};
    int64_t mark = ids_mark_wanted(&s->ids, clock_now()), changed, started;
    enum err e;

    if (mark) {
        struct node_mark_set_in in = {.n = s->ids.node, .holder = s->holder, .mark = mark};

        if ((e = q_node_mark_set(&tx, in, &changed, why)))
            return e;
        if (changed != 1)
            return fail(why, E_BUSY, "this node has lost its number to another");
    }
    started = clock_mono_us();
    if ((e = db_commit(w->conn, why)))
        return e;
    statement_log_end_batch(s->log, true);
    if (mark)
        ids_mark_stored(&s->ids, mark);
    count_batch(s, b, clock_mono_us() - started);
    return OK;
}

/* OK: committed, and each operation has its own outcome. Else nothing of it stays, and
 * *ret_again says whether its members may be run again. */
static enum err batch_try(struct writer *w, struct batch *b, bool *ret_again, struct why *why)
{
    struct counters before = w->count;
    enum err e;

    statement_log_end_batch(w->store->log, false);
    b->after = NULL;
    b->after_last = &b->after;
    *ret_again = false;
    w->count.has_events = false;
    if ((e = w->conn->engine->begin(w->conn, why)))
        return e;
    assert(b->list);
    for (struct store_write *op = b->list; op; op = op->next) {
        if ((e = run_marked(w, b, op))) {
            *why = op->why;
            *ret_again = e != E_FULL;
            break;
        }
        op->is_again = op->err && w->conn->may_rerun;
    }
    if (!e && b->n == 1 && b->list->err) { /* refused by itself: nothing to commit */
        w->conn->engine->rollback(w->conn);
        return OK;
    }
    if (!e && !(e = commit(w, b, why)))
        return OK;
    w->conn->engine->rollback(w->conn);
    w->count = before;
    return e;
}

/* Part those that lost a race from the list. */
static struct store_write *take_again(struct batch *b)
{
    struct store_write *again = NULL, **last = &again, **at = &b->list;

    while (*at) {
        struct store_write *op = *at;

        if (op->is_again) {
            *at = op->next;
            *last = op;
            last = &op->next;
        } else {
            at = &op->next;
        }
    }
    *last = NULL;
    return again;
}

static void announce(struct writer *w, struct batch *b)
{
    struct store_write *op = b->list;

    for (struct after_commit *a = b->after; a; a = a->next)
        a->fn(a->arg);
    /* On PostgreSQL the end of this transaction may be what others' events waited for. */
    if (w->count.has_events || w->store->engine->kind == STORE_POSTGRESQL)
        follower_wake(w->store);
    while (op) {
        struct store_write *next = op->next; /* `done` may free op */

        if (op->err)
            atomic_fetch_add_explicit(&w->store->failed, 1, memory_order_relaxed);
        op->done(op);
        op = next;
    }
}

static void refuse(struct writer *w, struct store_write *list, enum err e, const struct why *why)
{
    struct batch b = {.list = list};

    for (struct store_write *op = list; op; op = op->next) {
        op->err = e;
        op->why = *why;
    }
    w->count.has_events = false;
    announce(w, &b);
}

/* Each in a transaction of its own. A full disk refuses all that is left at once. */
static void run_alone(struct writer *w, struct store_write *list)
{
    struct store_write *op = list, *next;

    for (; op; op = next) {
        struct batch b = {.list = op, .n = 1};
        struct why why = {0};
        bool again = true;
        enum err e = E_BUSY;

        next = op->next;
        op->next = NULL;
        for (int i = 0; i < TRIES_ALONE && again; i++) {
            e = batch_try(w, &b, &again, &why);
            again = e ? again : op->is_again;
        }
        if (!e) {
            announce(w, &b);
        } else if (e == E_FULL) {
            op->next = next;
            refuse(w, op, e, &why);
            return;
        } else {
            refuse(w, op, e, &why);
        }
        arena_reset(w->arena);
    }
}

static void run_batch(struct writer *w, struct store_write *list, size_t n)
{
    struct batch b = {.list = list, .n = n};
    struct why why = {0};
    bool again;
    enum err e = batch_try(w, &b, &again, &why);

    if (!e) {
        b.again = take_again(&b);
        announce(w, &b);
        arena_reset(w->arena);
        run_alone(w, b.again);
    } else if (again && (n > 1 || w->conn->may_rerun)) {
        run_alone(w, list);
    } else {
        refuse(w, list, e, &why);
    }
    arena_reset(w->arena);
}

/* Up to a batch of what is posted; none: the writer is to end. */
static size_t take(struct writer *w, struct store_write **ret)
{
    struct store_write **last = ret;
    size_t n = 0;

    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->is_ending) {
        w->is_waiting = true;
        pthread_cond_wait(&w->wake, &w->lock);
    }
    w->is_waiting = false;
    while (w->first && n < (size_t)w->store->batch_max) {
        *last = w->first;
        last = &w->first->next;
        w->first = w->first->next;
        n++;
    }
    if (!w->first)
        w->last = &w->first;
    *last = NULL;
    pthread_mutex_unlock(&w->lock);
    return n;
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    struct store_write *list;
    size_t n;

    while ((n = take(w, &list))) {
        run_batch(w, list, n);
        w->conn->engine->rest(w->conn);
    }
    return NULL;
}

enum err writer_start(struct store *s, struct writer *w, struct why *why)
{
    w->store = s;
    w->last = &w->first;
    w->arena = arena_new(16384);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    if (pthread_create(&w->thread, NULL, writer_main, w) != 0)
        return fail(why, E_BUSY, "could not start a thread");
    w->is_started = true;
    return OK;
}

void writer_stop(struct writer *w)
{
    if (w->is_started) {
        pthread_mutex_lock(&w->lock);
        w->is_ending = true;
        pthread_cond_signal(&w->wake);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->thread, NULL);
    }
    if (w->arena) {
        pthread_mutex_destroy(&w->lock);
        pthread_cond_destroy(&w->wake);
        arena_free(w->arena);
    }
}

void store_post(struct store *s, struct store_write *op)
{
    struct writer *w = &s->writers[op->part % (unsigned)s->n_writers];
    bool is_waiting;

    op->next = NULL;
    pthread_mutex_lock(&w->lock);
    *w->last = op;
    w->last = &op->next;
    is_waiting = w->is_waiting;
    pthread_mutex_unlock(&w->lock);
    if (is_waiting)
        pthread_cond_signal(&w->wake);
}

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_done;
};

struct waited {
    struct store_write op;
    struct waiting wait;
};

static void waited_done(struct store_write *op)
{
    struct waiting *wait = &((struct waited *)(void *)op)->wait;

    pthread_mutex_lock(&wait->lock);
    wait->is_done = true;
    pthread_cond_signal(&wait->wake);
    pthread_mutex_unlock(&wait->lock);
}

enum err store_write(struct store *s, store_fn *run, void *arg, struct why *w)
{
    struct waited x = {.op = {.run = run, .done = waited_done, .arg = arg}};

    pthread_mutex_init(&x.wait.lock, NULL);
    pthread_cond_init(&x.wait.wake, NULL);
    store_post(s, &x.op);
    pthread_mutex_lock(&x.wait.lock);
    while (!x.wait.is_done)
        pthread_cond_wait(&x.wait.wake, &x.wait.lock);
    pthread_mutex_unlock(&x.wait.lock);
    pthread_mutex_destroy(&x.wait.lock);
    pthread_cond_destroy(&x.wait.wake);
    if (x.op.err && w)
        *w = x.op.why;
    return x.op.err;
}
