#include "desk/house.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "desk/desk.h"
#include "desk/send.h"
#include "inboxes/inbox.sql.h"
#include "store/store.h"

/* A lease is taken for this long and renewed at a third of it, so a node that dies hands its
 * mailboxes over within half a minute. */
#define LEASE_MS      ((msec)30 * 1000)
#define KEEP_EVERY_MS 10000
/* Mailboxes a node watches: a thread each. */
#define RUNS_MOST 200

struct running {
    int64_t id, rev;
    struct arena *arena; /* holds this and the inbox that the channel was started with */
    const struct channel *channel;
    struct inbox inbox;
    struct channel_run *run;
};

struct house {
    struct app *app;
    struct channel_host host;
    pthread_t keeper;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool is_woken, is_ending;
    struct running *v[RUNS_MOST];
    size_t n;
};

/* ------- what channels are given */

static enum err host_spool(const struct channel_host *h, const struct inbox *inbox,
                           const char *external_id, const void *raw, size_t n, struct why *w)
{
    return house_spool(((struct house *)h->house)->app, inbox->id, external_id, raw, n, w);
}

struct note {
    struct arena *a;
    int64_t inbox_id;
    const char *name, *value;
};

static enum err note_read(struct tx *tx, void *arg, struct why *w)
{
    struct note *n = arg;
    struct inbox_note_get_row *row;
    enum err e;

    e = q_inbox_note_get(tx, (struct inbox_note_get_in){.inbox_id = n->inbox_id, .name = n->name},
                         n->a, &row, w);
    if (e)
        return e;
    n->value = row ? row->value : "";
    return OK;
}

static enum err note_write(struct tx *tx, void *arg, struct why *w)
{
    const struct note *n = arg;

    return q_inbox_note_set(
        tx, (struct inbox_note_set_in){.inbox_id = n->inbox_id, .name = n->name, .value = n->value},
        NULL, w);
}

static enum err host_note_get(const struct channel_host *h, int64_t inbox_id, const char *name,
                              struct arena *a, const char **ret, struct why *w)
{
    struct note n = {.a = a, .inbox_id = inbox_id, .name = name};
    enum err e;

    if ((e = store_read(((struct house *)h->house)->app->store, note_read, &n, w)))
        return e;
    *ret = n.value;
    return OK;
}

static enum err host_note_set(const struct channel_host *h, int64_t inbox_id, const char *name,
                              const char *value, struct why *w)
{
    struct note n = {.inbox_id = inbox_id, .name = name, .value = value};

    return store_write(((struct house *)h->house)->app->store, note_write, &n, w);
}

struct health {
    int64_t inbox_id;
    const char *text;
};

static enum err health_write(struct tx *tx, void *arg, struct why *w)
{
    const struct health *h = arg;
    struct event ev = {.kind = "inbox.changed", .at = tx_now(tx), .inbox_id = h->inbox_id};
    int64_t changed = 0;
    enum err e;

    e = q_inbox_health(
        tx, (struct inbox_health_in){.id = h->inbox_id, .health = h->text, .now = tx_now(tx)},
        &changed, w);
    if (e || changed == 0)
        return e;
    return tx_event(tx, &ev, w);
}

static void host_health(const struct channel_host *h, int64_t inbox_id, enum err e,
                        const char *text)
{
    struct health in = {inbox_id, e ? text : NULL};
    struct why w;

    if (store_write(((struct house *)h->house)->app->store, health_write, &in, &w))
        log_line(LOG_WARN, "inbox health not stored", "\"inbox\":%" PRId64 ",\"why\":%s", inbox_id,
                 log_quote(w.text));
}

static bool host_is_ending(const struct channel_host *h)
{
    struct house *house = h->house;
    bool is_ending;

    pthread_mutex_lock(&house->lock);
    is_ending = house->is_ending;
    pthread_mutex_unlock(&house->lock);
    return is_ending;
}

/* ------- the keeper */

struct wanted {
    struct arena *a;
    struct inbox_list_rows rows;
};

static enum err list_inboxes(struct tx *tx, void *arg, struct why *w)
{
    struct wanted *l = arg;

    return q_inbox_list(tx, l->a, &l->rows, w);
}

struct leasing {
    struct arena *a;
    int64_t inbox_id, node;
    bool is_ours, is_drop;
};

static enum err lease(struct tx *tx, void *arg, struct why *w)
{
    struct leasing *l = arg;
    struct lease_take_row *row;
    const char *name;
    enum err e;

    arena_reset(l->a);
    name = arena_printf(l->a, "inbox:%" PRId64, l->inbox_id);
    if (l->is_drop)
        return q_lease_drop(tx, (struct lease_drop_in){.name = name, .node = l->node}, NULL, w);
    e = q_lease_take(
        tx,
        (struct lease_take_in){
            .name = name, .node = l->node, .now = tx_now(tx), .until = tx_now(tx) + LEASE_MS},
        l->a, &row, w);
    if (e)
        return e;
    l->is_ours = row != NULL;
    return OK;
}

static bool lease_is_ours(struct house *h, int64_t inbox_id, bool is_drop)
{
    struct leasing l = {.a = arena_new(512),
                        .inbox_id = inbox_id,
                        .node = store_node(h->app->store),
                        .is_drop = is_drop};
    struct why w;
    enum err e = store_write(h->app->store, lease, &l, &w);

    arena_free(l.a);
    return e == OK && l.is_ours;
}

static void stop_one(struct house *h, size_t i)
{
    struct running *r = h->v[i];

    r->channel->stop(r->run);
    (void)lease_is_ours(h, r->id, true);
    h->v[i] = h->v[--h->n];
    arena_free(r->arena);
}

static void start_one(struct house *h, const struct inbox_list_row *row,
                      const struct channel *channel)
{
    struct arena *a = arena_new(2048);
    struct running *r = arena_new_of(a, struct running);
    struct why w;
    enum err e;

    *r = (struct running){.id = row->id, .rev = row->rev, .arena = a, .channel = channel};
    r->inbox = (struct inbox){.id = row->id,
                              .name = arena_str(a, row->name),
                              .channel = channel->name,
                              .settings = arena_str(a, row->settings),
                              .secret = arena_str(a, row->secret),
                              .is_active = true};
    /* The channel keeps the inbox it was given: it stays where it is until stop. */
    e = channel->start(&r->inbox, &h->host, &r->run, &w);
    if (e) {
        host_health(&h->host, row->id, e, w.text);
        arena_free(a);
        return;
    }
    h->v[h->n++] = r;
}

static bool is_wanted(const struct inbox_list_row *row)
{
    const struct channel *c = channel_named(row->channel);

    return c && c->start && row->is_active && !row->is_demo;
}

static const struct inbox_list_row *row_of(const struct wanted *l, int64_t id)
{
    for (size_t i = 0; i < l->rows.n; i++)
        if (l->rows.v[i].id == id)
            return &l->rows.v[i];
    return NULL;
}

static bool runs(const struct house *h, int64_t id)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->v[i]->id == id)
            return true;
    return false;
}

/* Stop what is gone, changed or no longer ours; start what is ours to run. */
static void keep(struct house *h)
{
    struct wanted l = {.a = arena_new(4096)};
    struct why w;

    if (store_read(h->app->store, list_inboxes, &l, &w)) {
        log_line(LOG_WARN, "inboxes not read", "\"why\":%s", log_quote(w.text));
        arena_free(l.a);
        return;
    }
    for (size_t i = h->n; i-- > 0;) {
        const struct inbox_list_row *row = row_of(&l, h->v[i]->id);

        if (!row || !is_wanted(row) || row->rev != h->v[i]->rev ||
            !lease_is_ours(h, row->id, false))
            stop_one(h, i);
    }
    for (size_t i = 0; i < l.rows.n && h->n < RUNS_MOST; i++) {
        const struct inbox_list_row *row = &l.rows.v[i];

        if (is_wanted(row) && !runs(h, row->id) && lease_is_ours(h, row->id, false))
            start_one(h, row, channel_named(row->channel));
    }
    arena_free(l.a);
}

static void *keeper(void *arg)
{
    struct house *h = arg;

    pthread_mutex_lock(&h->lock);
    while (!h->is_ending) {
        struct timespec until;

        h->is_woken = false;
        pthread_mutex_unlock(&h->lock);
        keep(h);
        pthread_mutex_lock(&h->lock);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += KEEP_EVERY_MS / 1000;
        while (!h->is_woken && !h->is_ending)
            if (pthread_cond_timedwait(&h->woken, &h->lock, &until))
                break;
    }
    pthread_mutex_unlock(&h->lock);
    while (h->n)
        stop_one(h, h->n - 1);
    return NULL;
}

enum err house_start(struct app *app, struct house **ret, struct why *w)
{
    struct house *h = calloc(1, sizeof *h);
    pthread_condattr_t monotonic;

    if (!h)
        return fail(w, E_BUSY, "could not have the memory for the channels");
    h->app = app;
    h->host = (struct channel_host){.house = h,
                                    .spool = host_spool,
                                    .note_get = host_note_get,
                                    .note_set = host_note_set,
                                    .health = host_health,
                                    .is_ending = host_is_ending};
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *ret = h;
    if (pthread_create(&h->keeper, NULL, keeper, h))
        abort(); /* no thread at the start: nothing can be done */
    return OK;
}

void house_wake(struct house *h)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->is_woken = true;
    pthread_cond_signal(&h->woken);
    pthread_mutex_unlock(&h->lock);
}

void house_stop(struct house *h)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->is_ending = true;
    pthread_cond_signal(&h->woken);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->keeper, NULL);
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->woken);
    free(h);
}
