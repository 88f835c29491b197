#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scope.h"
#include "store/engine.h"
#include "store/store.sql.h"

SCOPED_FREE(struct arena, arena_free)

#define READERS_DEFAULT 4
#define WRITERS_DEFAULT 4
#define BATCH_PG        20 /* larger batches hold row locks longer: more deadlocks than gain */
#define NUMBERS_AT_ONCE 32

enum store_engine store_engine(const struct store *s)
{
    return s->engine->kind;
}

enum err tx_begin(struct tx *tx, struct store *s, struct conn *c, struct why *w)
{
    *tx = (struct tx){.store = s, .conn = c, .now = clock_now()};
    tx->after_last = &tx->after;
    return c->engine->begin(c, w);
}

/* Readers */

enum err reader_take(struct store *s, struct conn **ret, struct why *w)
{
    struct conn *c;
    enum err e = OK;

    pthread_mutex_lock(&s->pool_lock);
    while (!s->idle_readers && s->n_readers_open == s->n_readers)
        pthread_cond_wait(&s->pool_wake, &s->pool_lock);
    c = s->idle_readers;
    if (c)
        s->idle_readers = c->next;
    else
        s->n_readers_open++;
    pthread_mutex_unlock(&s->pool_lock);
    if (!c && (e = s->engine->open(s, false, &c, w))) {
        pthread_mutex_lock(&s->pool_lock);
        s->n_readers_open--;
        pthread_cond_signal(&s->pool_wake);
        pthread_mutex_unlock(&s->pool_lock);
        return e;
    }
    *ret = c;
    return OK;
}

void reader_give(struct store *s, struct conn *c)
{
    pthread_mutex_lock(&s->pool_lock);
    c->next = s->idle_readers;
    s->idle_readers = c;
    pthread_cond_signal(&s->pool_wake);
    pthread_mutex_unlock(&s->pool_lock);
}

enum err store_read(struct store *s, store_fn *run, void *arg, struct why *w)
{
    struct conn *c;
    struct tx tx;
    enum err e = reader_take(s, &c, w);

    if (e)
        return e;
    if (!(e = tx_begin(&tx, s, c, w)))
        e = run(&tx, arg, w);
    c->engine->rollback(c);
    reader_give(s, c);
    return e;
}

/* Opening */

static enum err start_ids(struct store *s, struct tx *tx, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(512);
    int64_t node = s->conf.node > 0 ? s->conf.node : 0;
    struct node_mark_get_row *row;
    struct event_last_row *last;
    enum err e;

    if ((e = q_node_mark_get(tx, (struct node_mark_get_in){node}, a, &row, w)) ||
        (e = q_event_last(tx, a, &last, w)))
        return e;
    if (!row)
        return fail(w, E_INVALID, "there is no node %d; they are 0 to %d", s->conf.node,
                    ID_NODES - 1);
    ids_init(&s->ids, node, row->id_mark);
    s->writers[0].count.pos = last->pos;
    return OK;
}

static enum err open_writers(struct store *s, struct why *w)
{
    struct tx tx;
    enum err e;

    for (int i = 0; i < s->n_writers; i++) {
        if ((e = s->engine->open(s, true, &s->writers[i].conn, w)))
            return e;
        if (i > 0)
            continue;
        if ((e = migrate(s, s->writers[0].conn, w)) ||
            (e = tx_begin(&tx, s, s->writers[0].conn, w)))
            return e;
        e = start_ids(s, &tx, w);
        s->engine->rollback(s->writers[0].conn);
        if (e)
            return e;
    }
    if (s->engine->kind == STORE_POSTGRESQL && (e = lease_start(s, w)))
        return e;
    for (int i = 0; i < s->n_writers; i++)
        if ((e = writer_start(s, &s->writers[i], w)))
            return e;
    return OK;
}

static int between(int v, int least, int most, int otherwise)
{
    return v <= 0 ? otherwise : v < least ? least : v > most ? most : v;
}

static void store_close_p(struct store **s)
{
    store_close(*s);
}

static char *copy(const char *s)
{
    char *c = s ? strdup(s) : NULL;

    if (s && !c)
        abort();
    return c;
}

enum err store_open(const struct store_conf *conf, struct store **ret, struct why *w)
{
    SCOPED(store_close_p) struct store *s = calloc(1, sizeof *s);
    enum err e;

    if (!s)
        abort();
    s->engine = conf->url ? &ENGINE_POSTGRESQL : &ENGINE_SQLITE;
    s->conf = *conf;
    s->url = copy(conf->url);
    s->data_dir = copy(conf->data_dir);
    s->n_writers = conf->url ? between(conf->writers, 1, WRITERS_MAX, WRITERS_DEFAULT) : 1;
    s->batch_max = conf->url ? BATCH_PG : BATCH_MAX;
    s->n_readers = between(conf->readers, 1, READERS_MAX, READERS_DEFAULT);
    pthread_mutex_init(&s->pool_lock, NULL);
    pthread_cond_init(&s->pool_wake, NULL);
    pthread_mutex_init(&s->blob_lock, NULL);
    follower_init(s);
    if (conf->url)
        lease_init(s);
    else if ((e = statement_log_open(&s->log, w)))
        return e;
    if ((e = open_writers(s, w)))
        return e;
    *ret = TAKE(s);
    return OK;
}

static enum err give_numbers_back(struct tx *tx, void *arg, struct why *w)
{
    struct counters *count = arg;
    struct number_return_in in = {.was = count->number_end, .value = count->number};
    enum err e = OK;

    if (count->number < count->number_end)
        e = q_number_return(tx, in, NULL, w);
    if (!e)
        count->number = count->number_end;
    return e;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->writers[0].is_started && s->engine->kind == STORE_SQLITE &&
        store_write(s, give_numbers_back, &s->writers[0].count, NULL) != OK)
        s->writers[0].count.number_end = 0; /* then there is a gap, as after a crash */
    for (int i = 0; i < s->n_writers; i++)
        writer_stop(&s->writers[i]);
    follower_stop(s);
    if (s->engine->kind == STORE_POSTGRESQL)
        lease_stop(s);
    while (s->idle_readers) {
        struct conn *c = s->idle_readers;

        s->idle_readers = c->next;
        s->engine->close(c);
    }
    s->engine->close(s->blob_conn);
    for (int i = 0; i < s->n_writers; i++) /* last: the writer's end checkpoints */
        s->engine->close(s->writers[i].conn);
    statement_log_close(s->log);
    pthread_mutex_destroy(&s->pool_lock);
    pthread_cond_destroy(&s->pool_wake);
    pthread_mutex_destroy(&s->blob_lock);
    ids_done(&s->ids);
    free(s->url);
    free(s->data_dir);
    free(s);
}

/* Inside a transaction */

msec tx_now(const struct tx *tx)
{
    return tx->now;
}

int64_t tx_id(struct tx *tx)
{
    return ids_next(&tx->store->ids, tx->now);
}

enum err tx_number(struct tx *tx, int64_t *ret, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = NULL;
    struct counters *count;
    struct number_reserve_row *row;
    enum err e;

    if (!tx->writer)
        return fail(w, E_INTERNAL, "a number in a transaction that only reads");
    if (tx_engine(tx) == STORE_POSTGRESQL)
        return lease_number(tx->store, ret, w);
    count = &tx->writer->count;
    if (count->number == count->number_end) {
        a = arena_new(256);
        if ((e = q_number_reserve(tx, (struct number_reserve_in){NUMBERS_AT_ONCE}, a, &row, w)))
            return e;
        if (!row)
            return fail(w, E_INTERNAL, "the mark of the numbers is gone");
        count->number_end = row->value;
        count->number = row->value - NUMBERS_AT_ONCE;
    }
    *ret = ++count->number;
    return OK;
}

struct store *tx_store(struct tx *tx)
{
    return tx->store;
}

enum store_engine tx_engine(const struct tx *tx)
{
    return tx->store->engine->kind;
}

void tx_after_commit(struct tx *tx, void (*fn)(void *), void *arg)
{
    struct after_commit *a;

    if (!tx->writer)
        return; /* nothing to wait for */
    a = arena_new_of(tx->writer->arena, struct after_commit);
    a->fn = fn;
    a->arg = arg;
    *tx->after_last = a;
    tx->after_last = &a->next;
}

/* Care */

void store_stats(struct store *s, struct store_stats *ret)
{
    *ret = (struct store_stats){.batches = atomic_load(&s->batches),
                                .operations = atomic_load(&s->operations),
                                .failed = atomic_load(&s->failed),
                                .commit_us = atomic_load(&s->commit_us),
                                .statements = atomic_load(&s->statements)};
}

enum err store_check(struct store *s, struct why *w)
{
    struct conn *c;
    enum err e = reader_take(s, &c, w);

    if (e)
        return e;
    e = c->engine->check(c, w);
    reader_give(s, c);
    return e;
}

enum err store_backup(struct store *s, const char *path, struct why *w)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* made for us alone, then filled */
    struct conn *c;
    enum err e;

    if (fd < 0)
        return fail(w, errno == ENOSPC ? E_FULL : E_INVALID, "cannot write %s: %s", path,
                    strerror(errno));
    close(fd);
    if ((e = reader_take(s, &c, w)))
        return e;
    e = c->engine->backup(c, path, w);
    reader_give(s, c);
    return e;
}

int64_t store_fail_nth(struct store *s, int64_t n)
{
    atomic_store(&s->fail_in, n);
    return atomic_exchange(&s->since_fail_nth, 0);
}

int store_node(const struct store *s)
{
    return (int)s->ids.node;
}

void store_set_jobs(struct store *s, void *jobs)
{
    s->jobs = jobs;
}

void *store_jobs(const struct store *s)
{
    return s->jobs;
}

bool tx_may_write(const struct tx *tx)
{
    return tx->writer != NULL;
}
