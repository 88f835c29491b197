/* follow.c: who hears of a change, in which order, and how does one catch up? */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scope.h"
#include "store/engine.h"
#include "store/store.sql.h"

SCOPED_FREE(struct arena, arena_free)

#define READ_AT_ONCE 256
/* Another node's commits come without a word of ours; and a wake-up may be lost. */
#define POLL_MS       500
#define PRUNE_AT_ONCE 500

/* A place in the log: (pos, 0) on SQLite, (xid, id) on PostgreSQL. */
struct place {
    int64_t pos, id;
};

static void place_write(char ret[EVENT_CURSOR_BYTES], bool is_pg, int64_t pos, int64_t id)
{
    if (is_pg)
        snprintf(ret, EVENT_CURSOR_BYTES, "%" PRId64 "-%" PRId64, pos, id);
    else
        snprintf(ret, EVENT_CURSOR_BYTES, "%" PRId64, pos);
}

static bool place_read(const char *cursor, bool is_pg, struct place *ret)
{
    struct str rest = str_of(cursor), first;

    *ret = (struct place){0};
    if (!is_pg)
        return str_i64(rest, 0, INT64_MAX, &ret->pos);
    first = str_cut(&rest, '-');
    return str_i64(first, 0, INT64_MAX, &ret->pos) && str_i64(rest, 0, INT64_MAX, &ret->id);
}

static bool is_before(struct place a, struct place b)
{
    return a.pos < b.pos || (a.pos == b.pos && a.id < b.id);
}

enum err tx_event(struct tx *tx, const struct event *event, struct why *w)
{
    bool is_pg = tx_engine(tx) == STORE_POSTGRESQL;
    struct event_add_in in = {
        .kind = event->kind,
        .at = event->at ? event->at : tx->now,
        .actor_id = event->actor_id,
        .inbox_id = event->inbox_id,
        .ticket_id = event->ticket_id,
        .message_id = event->message_id,
        .contact_id = event->contact_id,
        .data = event->data,
    };

    if (!tx->writer)
        return fail(w, E_INTERNAL, "an event in a transaction that only reads");
    in.pos = is_pg ? tx_id(tx) : ++tx->writer->count.pos;
    tx->writer->count.has_events = true;
    return q_event_add(tx, in, NULL, w);
}

static enum err read_after(struct tx *tx, struct place from, size_t limit, struct arena *a,
                           struct event **ret, size_t *ret_n, struct why *w)
{
    struct event_after_in in = {.pos = from.pos, .id = from.id, .n = (int64_t)limit};
    bool is_pg = tx_engine(tx) == STORE_POSTGRESQL;
    struct event_after_rows rows;
    struct event *v;
    enum err e = q_event_after(tx, in, a, &rows, w);

    if (e)
        return e;
    v = arena_array(a, rows.n, sizeof *v);
    for (size_t i = 0; i < rows.n; i++) {
        const struct event_after_row *r = &rows.v[i];

        v[i] = (struct event){.kind = r->kind,
                              .at = r->at,
                              .actor_id = r->actor_id,
                              .inbox_id = r->inbox_id,
                              .ticket_id = r->ticket_id,
                              .message_id = r->message_id,
                              .contact_id = r->contact_id,
                              .data = r->data};
        place_write(v[i].cursor, is_pg, r->pos, r->id);
    }
    *ret = v;
    *ret_n = rows.n;
    return OK;
}

static enum err pruned_place(struct tx *tx, struct arena *a, struct place *ret, struct why *w)
{
    struct mark_get_row *pos, *id;
    enum err e;

    if ((e = q_mark_get(tx, (struct mark_get_in){"event_pos"}, a, &pos, w)) ||
        (e = q_mark_get(tx, (struct mark_get_in){"event_id"}, a, &id, w)))
        return e;
    *ret = (struct place){pos ? pos->value : 0, id ? id->value : 0};
    return OK;
}

static enum err newest_pos(struct tx *tx, struct arena *a, int64_t *ret, struct why *w)
{
    struct event_newest_possible_row *possible;
    struct event_last_row *last;
    enum err e;

    if (tx_engine(tx) == STORE_POSTGRESQL) {
        if (!(e = q_event_newest_possible(tx, a, &possible, w)))
            *ret = possible->pos;
    } else if (!(e = q_event_last(tx, a, &last, w))) {
        *ret = last->pos;
    }
    return e;
}

enum err store_events_after(struct tx *tx, const char *cursor, size_t limit, struct arena *a,
                            struct event **ret, size_t *ret_n, struct why *w)
{
    struct place from, pruned;
    int64_t newest;
    enum err e;

    if (!place_read(cursor, tx_engine(tx) == STORE_POSTGRESQL, &from))
        return fail(w, E_NOT_FOUND, "this is no place in the event log");
    if ((e = pruned_place(tx, a, &pruned, w)) || (e = newest_pos(tx, a, &newest, w)))
        return e;
    if (is_before(from, pruned))
        return fail(w, E_NOT_FOUND, "the event log does not go back that far");
    if (from.pos > newest)
        return fail(w, E_NOT_FOUND, "the event log has not come that far");
    return read_after(tx, from, limit, a, ret, ret_n, w);
}

enum err store_cursor_now(struct tx *tx, char ret[EVENT_CURSOR_BYTES], struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(512);
    struct event_last_row *last;
    enum err e = q_event_last(tx, a, &last, w);

    if (!e)
        place_write(ret, tx_engine(tx) == STORE_POSTGRESQL, last->pos, last->id);
    return e;
}

/* Pruning: in small bites, so that no write waits long. */

struct bite {
    msec before;
    bool is_done;
};

static enum err prune_bite(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(512);
    struct bite *bite = arg;
    struct event_old_row *old;
    enum err e = q_event_old(tx, (struct event_old_in){bite->before, PRUNE_AT_ONCE}, a, &old, w);

    if (e)
        return e;
    bite->is_done = !old;
    if (!old)
        return OK;
    if ((e = q_mark_set(tx, (struct mark_set_in){"event_pos", old->pos}, NULL, w)) ||
        (e = q_mark_set(tx, (struct mark_set_in){"event_id", old->id}, NULL, w)))
        return e;
    return q_event_prune(tx, (struct event_prune_in){old->pos, old->id}, NULL, w);
}

enum err store_prune_events(struct store *s, msec before, struct why *w)
{
    struct bite bite = {.before = before};
    enum err e = OK;

    while (!e && !bite.is_done)
        e = store_write(s, prune_bite, &bite, w);
    return e;
}

/* The follower */

void follower_init(struct store *s)
{
    s->follower.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->follower.wake_fd < 0)
        abort(); /* out of descriptors before anything was opened */
}

void follower_wake(struct store *s)
{
    struct follower *f = &s->follower;

    if (f->is_running && eventfd_write(f->wake_fd, 1) != 0)
        return; /* the counter is full: it is awake */
}

/* Until there may be something new. False: it is to end. */
static bool follower_wait(struct store *s, bool *ret_by_us)
{
    struct follower *f = &s->follower;
    const struct engine *engine = s->engine;
    struct pollfd fds[2] = {{.fd = f->wake_fd, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
    eventfd_t count;

    if (engine->listen)
        fds[1].fd = engine->listen(f->conn);
    if (poll(fds, 2, POLL_MS) < 0 && errno != EINTR)
        return false;
    *ret_by_us = eventfd_read(f->wake_fd, &count) == 0;
    if (fds[1].revents)
        engine->hear(f->conn);
    return !atomic_load(&f->is_ending);
}

/* Tell what came, up to READ_AT_ONCE; *ret_n says how much. */
static enum err follow_step(struct store *s, struct arena *a, size_t *ret_n, struct why *w)
{
    struct follower *f = &s->follower;
    const struct engine *engine = s->engine;
    struct event *v = NULL;
    struct place from;
    struct tx tx;
    enum err e;

    if (!place_read(f->cursor, engine->kind == STORE_POSTGRESQL, &from))
        return fail(w, E_INTERNAL, "the follower lost its place");
    if ((e = tx_begin(&tx, s, f->conn, w)))
        return e;
    e = read_after(&tx, from, READ_AT_ONCE, a, &v, ret_n, w);
    engine->rollback(f->conn);
    if (e || *ret_n == 0)
        return e;
    f->heard(f->arg, v, *ret_n);
    memcpy(f->cursor, v[*ret_n - 1].cursor, sizeof f->cursor);
    return OK;
}

static void *follower_main(void *arg)
{
    struct store *s = arg;
    struct arena *a = arena_new(16384);
    bool was_well = true, is_by_us = false;

    while (follower_wait(s, &is_by_us)) {
        size_t n = READ_AT_ONCE;
        struct why w;
        enum err e = OK;

        if (is_by_us && s->engine->notify)
            s->engine->notify(s->follower.conn); /* one word for all commits since the last */

        while (!e && n == READ_AT_ONCE) {
            e = follow_step(s, a, &n, &w);
            arena_reset(a);
        }
        /* Nobody else can tell: this thread has no caller. */
        if (e && was_well)
            log_line(LOG_WARN, "could not read the event log; trying on", "\"error\":%s",
                     log_quote(w.text));
        was_well = !e;
    }
    arena_free(a);
    return NULL;
}

static enum err read_start(struct tx *tx, void *arg, struct why *w)
{
    return store_cursor_now(tx, arg, w);
}

enum err store_follow(struct store *s, void (*heard)(void *arg, const struct event *v, size_t n),
                      void *arg, struct why *w)
{
    struct follower *f = &s->follower;
    enum err e;

    f->heard = heard;
    f->arg = arg;
    if ((e = store_read(s, read_start, f->cursor, w)) ||
        (e = s->engine->open(s, false, &f->conn, w)))
        return e;
    f->is_running = true; /* before the thread: what commits now must wake it */
    if (pthread_create(&f->thread, NULL, follower_main, s) == 0)
        return OK;
    f->is_running = false;
    return fail(w, E_BUSY, "could not start a thread");
}

/* The eventfd stays: writers may still wake the follower while it ends. */
void store_unfollow(struct store *s)
{
    struct follower *f = &s->follower;

    if (f->is_running) {
        atomic_store(&f->is_ending, true);
        follower_wake(s);
        pthread_join(f->thread, NULL);
        atomic_store(&f->is_running, false);
        atomic_store(&f->is_ending, false);
    }
    s->engine->close(f->conn);
    f->conn = NULL;
}

void follower_stop(struct store *s)
{
    store_unfollow(s);
    close(s->follower.wake_fd);
}
