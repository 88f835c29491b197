/* lease.c: which node are we, among those on one PostgreSQL?
 *
 * A connection of its own holds the node number by an advisory lock, which the server drops
 * with the connection, and keeps the mark of the ids ahead. Ids are unique even if two nodes
 * believe in one number: who is not the row's holder cannot move the mark, and whoever takes
 * the number over starts above it. The same connection reserves short numbers, because a hot
 * row inside the writers' transactions would make them wait for each other. */
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/scope.h"
#include "store/engine.h"
#include "store/pg.sql.h"
#include "store/store.sql.h"

SCOPED_FREE(struct arena, arena_free)

#define RENEW_MS        1000
#define MARK_AHEAD_MS   3000
#define KEEP_MS         15000 /* without news for so long, writers stop */
#define NUMBERS_AT_ONCE 32

bool lease_is_held(struct store *s)
{
    return !s->lease.is_running || clock_mono_us() < atomic_load(&s->lease.good_until_us);
}

static enum err try_node(struct tx *tx, int64_t n, struct arena *a, bool *ret, struct why *w)
{
    struct store *s = tx->store;
    struct node_claim_in in = {.n = n, .holder = s->holder, .keep_ms = KEEP_MS};
    struct node_claim_row *row;
    struct node_try_row *lock;
    enum err e = q_node_try(tx, (struct node_try_in){n}, a, &lock, w);

    if (e || !lock->is_ours) {
        *ret = false;
        return e;
    }
    if ((e = q_node_claim(tx, in, a, &row, w)))
        return e;
    if (!row)
        return fail(w, E_INTERNAL, "the row of node %lld is gone", (long long)n);
    ids_restart(&s->ids, n, row->id_mark);
    *ret = true;
    return OK;
}

/* Take the number wanted, or any; the one we had first. */
static enum err claim(struct tx *tx, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1024);
    int wanted = tx->store->conf.node;
    int64_t first = wanted >= 0 ? wanted : tx->store->ids.node;
    bool is_ours = false;
    enum err e = OK;

    for (int64_t i = 0; i < (wanted >= 0 ? 1 : ID_NODES) && !e && !is_ours; i++)
        e = try_node(tx, (first + i) % ID_NODES, a, &is_ours, w);
    if (e || is_ours)
        return e;
    if (wanted >= 0)
        return fail(w, E_BUSY, "node number %d is taken by another process", wanted);
    return fail(w, E_BUSY, "all %d node numbers are taken", ID_NODES);
}

static enum err renew(struct tx *tx, struct why *w)
{
    struct ids *ids = &tx->store->ids;
    struct node_renew_in in = {.n = ids->node, .holder = tx->store->holder, .keep_ms = KEEP_MS};
    int64_t changed;
    enum err e;

    in.mark = ids_mark_ahead(ids, clock_now(), MARK_AHEAD_MS);
    if ((e = q_node_renew(tx, in, &changed, w)))
        return e;
    return changed == 1 ? OK : fail(w, E_BUSY, "this node's number was taken by another process");
}

/* One transaction on the lease's connection; under its lock. */
static enum err on_side(struct store *s, enum err (*run)(struct tx *, struct why *), struct why *w)
{
    struct conn *c = s->lease.conn;
    struct tx tx;
    enum err e = tx_begin(&tx, s, c, w);

    if (e)
        return e;
    if ((e = run(&tx, w)) || (e = c->engine->commit(c, w)))
        c->engine->rollback(c);
    return e;
}

static enum err keep(struct store *s, struct why *w)
{
    struct lease *l = &s->lease;
    int64_t asked_at = clock_mono_us();
    enum err e = OK;

    if (!l->is_ours)
        e = on_side(s, claim, w);
    if (!e && !(e = on_side(s, renew, w))) {
        l->is_ours = true;
        atomic_store(&l->good_until_us, asked_at + KEEP_MS * INT64_C(1000));
        return OK;
    }
    l->is_ours = false; /* after a lost connection the lock is gone as well */
    return e;
}

static void *lease_main(void *arg)
{
    struct store *s = arg;
    struct lease *l = &s->lease;
    struct timespec until;
    struct why ignored;

    pthread_mutex_lock(&l->lock);
    clock_gettime(CLOCK_MONOTONIC, &until);
    while (!l->is_ending) {
        until.tv_sec += RENEW_MS / 1000;
        while (!l->is_ending)
            if (pthread_cond_timedwait(&l->wake, &l->lock, &until) == ETIMEDOUT)
                break;
        if (!l->is_ending && keep(s, &ignored) != OK)
            clock_gettime(CLOCK_MONOTONIC, &until); /* writers find the lease run out */
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

void lease_init(struct store *s)
{
    unsigned char random[16];
    pthread_condattr_t attr;

    if (getrandom(random, sizeof random, 0) == sizeof random)
        for (size_t i = 0; i < sizeof random; i++)
            snprintf(s->holder + 2 * i, 3, "%02x", random[i]);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->lease.lock, NULL);
    pthread_cond_init(&s->lease.wake, &attr);
    pthread_condattr_destroy(&attr);
}

enum err lease_start(struct store *s, struct why *w)
{
    struct lease *l = &s->lease;
    enum err e;

    if ((e = s->engine->open(s, true, &l->conn, w)))
        return e;
    l->conn->is_side = true;
    if ((e = keep(s, w)))
        return e;
    if (pthread_create(&l->thread, NULL, lease_main, s) != 0)
        return fail(w, E_BUSY, "could not start a thread");
    l->is_running = true;
    return OK;
}

static enum err release(struct tx *tx, struct why *w)
{
    struct node_release_in in = {.n = tx->store->ids.node, .holder = tx->store->holder};
    struct lease *l = &tx->store->lease;
    struct number_return_in number = {.was = l->number_end, .value = l->number};
    enum err e = OK;

    if (l->number < l->number_end)
        e = q_number_return(tx, number, NULL, w);
    return e ? e : q_node_release(tx, in, NULL, w);
}

void lease_stop(struct store *s)
{
    struct lease *l = &s->lease;
    struct why ignored;

    if (l->is_running) {
        pthread_mutex_lock(&l->lock);
        l->is_ending = true;
        pthread_cond_signal(&l->wake);
        pthread_mutex_unlock(&l->lock);
        pthread_join(l->thread, NULL);
        if (l->is_ours)
            l->is_ours = on_side(s, release, &ignored) != OK; /* else the server does it */
    }
    s->engine->close(l->conn);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->wake);
}

static enum err reserve(struct tx *tx, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256);
    struct lease *l = &tx->store->lease;
    struct number_reserve_row *row;
    enum err e = q_number_reserve(tx, (struct number_reserve_in){NUMBERS_AT_ONCE}, a, &row, w);

    if (e)
        return e;
    if (!row)
        return fail(w, E_INTERNAL, "the mark of the numbers is gone");
    l->reserved_end = row->value;
    return OK;
}

enum err lease_number(struct store *s, int64_t *ret, struct why *w)
{
    struct lease *l = &s->lease;
    enum err e = OK;

    pthread_mutex_lock(&l->lock);
    if (l->number == l->number_end && !(e = on_side(s, reserve, w))) {
        l->number_end = l->reserved_end;
        l->number = l->number_end - NUMBERS_AT_ONCE;
    }
    if (!e)
        *ret = ++l->number;
    pthread_mutex_unlock(&l->lock);
    return e;
}
