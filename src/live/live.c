#include "live/live.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/log.h"
#include "http/http.h"
#include "live/live_chat.h"
#include "live/presence.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/record.h"
#include "tickets/ticket.h"
#include "tickets/ticket.sql.h"

/* Counts are read again this long after the first change: short for a person, long enough
 * that a storm of messages costs four reads a second. */
#define COUNTS_EVERY_MS  250
#define FRAME_MOST_BYTES (64 * 1024)
#define TOPIC_BYTES      40

static const char *const BUCKETS[] = {"new",    "open",    "pending", "hold",    "solved",
                                      "closed", "snoozed", "spam",    "deleted", NULL};

SHAPE(COUNT, "Count", struct live_count, "How many tickets of one kind there are",
      {{"bucket", SHAPE_ENUM, 0, offsetof(struct live_count, bucket), .names = BUCKETS},
       {"team_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct live_count, team_id)},
       {"assignee_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct live_count, assignee_id)},
       {"inbox_id", SHAPE_I64, 0, offsetof(struct live_count, inbox_id)},
       {"n", SHAPE_I64, 0, offsetof(struct live_count, n)}});

struct live {
    struct store *store;
    struct http_server *_Atomic http;
    struct presence *presence;
    pthread_t counter;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_dirty, is_ending;
    /* The counts as last read, sorted by key; owned by `counts_arena`. */
    struct arena *counts_arena;
    struct count_list_rows counts;
};

/* ------- frames */

static void member(struct buf *b, const char *name, int64_t v)
{
    if (v)
        buf_printf(b, ",\"%s\":%" PRId64, name, v);
}

void live_frame(struct buf *b, const struct event *e)
{
    buf_printf(b, "id: %s\nevent: %s\ndata: {\"kind\":\"%s\",\"at\":", e->cursor, e->kind, e->kind);
    buf_time(b, e->at);
    member(b, "actor_id", e->actor_id);
    member(b, "inbox_id", e->inbox_id);
    member(b, "ticket_id", e->ticket_id);
    member(b, "message_id", e->message_id);
    member(b, "contact_id", e->contact_id);
    if (e->data) {
        buf_str(b, ",\"data\":");
        buf_str(b, e->data);
    }
    buf_str(b, "}\n\n");
}

bool live_may(const void *who, int64_t inbox_id)
{
    const struct principal *p = who;

    return policy_may(p, P_TICKET_SEE) && (inbox_id == 0 || policy_sees_inbox(p, inbox_id));
}

void *live_who(const struct principal *who)
{
    size_t bytes = who->n_inboxes * sizeof *who->inbox_ids;
    struct principal *copy = malloc(sizeof *copy + bytes);
    int64_t *ids;

    if (!copy)
        abort();
    ids = (int64_t *)(void *)(copy + 1);
    if (bytes)
        memcpy(ids, who->inbox_ids, bytes);
    *copy = (struct principal){.kind = who->kind,
                               .id = who->id,
                               .role = who->role,
                               .sees_all = who->sees_all,
                               .inbox_ids = ids,
                               .n_inboxes = who->n_inboxes};
    return copy;
}

void live_who_free(void *who)
{
    free(who);
}

/* Somebody looks, writes, has read: nothing about the ticket itself. */
static bool is_sign(const struct event *e)
{
    return strcmp(e->kind, EVENT_PRESENCE_CHANGED) == 0 ||
           strcmp(e->kind, EVENT_TYPING_CHANGED) == 0 || strcmp(e->kind, EVENT_TICKET_SEEN) == 0;
}

static bool is_of_ticket(const struct event *e)
{
    return e->ticket_id != 0;
}

/* A later event of the same kind and ticket takes the place of an earlier one in a tick; a
 * message keeps its own line. */
static void publish(struct live *l, const struct event *e)
{
    struct http_server *http = atomic_load(&l->http);
    char key[96], topic[TOPIC_BYTES];
    struct buf b;

    if (!http)
        return;
    buf_init(&b, FRAME_MOST_BYTES);
    live_frame(&b, e);
    snprintf(key, sizeof key, "%s:%" PRId64 ":%" PRId64, e->kind, e->ticket_id, e->message_id);
    http_publish(http, "all", key, b.p, live_may, e->inbox_id);
    if (is_of_ticket(e)) {
        snprintf(topic, sizeof topic, "ticket:%" PRId64, e->ticket_id);
        http_publish(http, topic, key, b.p, live_may, e->inbox_id);
        if (!is_sign(e)) /* a sign must not take the place of a change: no row changes by it */
            snprintf(key, sizeof key, "%" PRId64, e->ticket_id);
        http_publish(http, "list", key, b.p, live_may, e->inbox_id);
    } else {
        http_publish(http, "list", key, b.p, live_may, e->inbox_id);
    }
    live_chat(http, e);
    buf_done(&b);
}

static void heard(void *arg, const struct event *v, size_t n)
{
    struct live *l = arg;
    bool is_counted = false;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(v[i].kind, EVENT_PRESENCE_CHANGED) == 0)
            presence_hear(l->presence, &v[i]);
        is_counted |= is_of_ticket(&v[i]) && !is_sign(&v[i]);
        publish(l, &v[i]);
    }
    if (!is_counted)
        return;
    pthread_mutex_lock(&l->lock);
    l->is_dirty = true;
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

/* ------- counts */

struct reading {
    struct arena *a;
    struct count_list_rows rows;
};

static enum err read_counts(struct tx *tx, void *arg, struct why *w)
{
    struct reading *r = arg;

    arena_reset(r->a);
    return q_count_list(tx, r->a, &r->rows, w);
}

static int by_key(const void *x, const void *y)
{
    const struct count_list_row *a = x, *b = y;

    if (a->bucket != b->bucket)
        return a->bucket < b->bucket ? -1 : 1;
    if (a->team_id != b->team_id)
        return a->team_id < b->team_id ? -1 : 1;
    if (a->assignee_id != b->assignee_id)
        return a->assignee_id < b->assignee_id ? -1 : 1;
    return (a->inbox_id > b->inbox_id) - (a->inbox_id < b->inbox_id);
}

static struct live_count count_of(const struct count_list_row *r, int64_t n)
{
    return (struct live_count){bucket_name((enum bucket)r->bucket), r->team_id, r->assignee_id,
                               r->inbox_id, n};
}

static void tell_count(struct live *l, const struct count_list_row *r, int64_t n)
{
    struct http_server *http = atomic_load(&l->http);
    struct live_count c = count_of(r, n);
    char key[96];
    struct buf b;

    if (!http)
        return;
    buf_init(&b, FRAME_MOST_BYTES);
    buf_str(&b, "event: counts.changed\ndata: ");
    shape_write(&b, &COUNT, &c);
    buf_str(&b, "\n\n");
    snprintf(key, sizeof key, "%" PRId64 ":%" PRId64 ":%" PRId64 ":%" PRId64, r->bucket, r->team_id,
             r->assignee_id, r->inbox_id);
    http_publish(http, "counts", key, b.p, live_may, r->inbox_id);
    http_publish(http, "all", key, b.p, live_may, r->inbox_id);
    buf_done(&b);
}

/* Two sorted lists side by side: what is new, gone or different is told. */
static void tell_differences(struct live *l, const struct count_list_rows *old,
                             const struct count_list_rows *new)
{
    size_t i = 0, k = 0;

    while (i < old->n || k < new->n) {
        int order = i == old->n ? 1 : k == new->n ? -1 : by_key(&old->v[i], &new->v[k]);

        if (order < 0) {
            tell_count(l, &old->v[i++], 0);
        } else if (order > 0) {
            tell_count(l, &new->v[k], new->v[k].n);
            k++;
        } else {
            if (old->v[i].n != new->v[k].n)
                tell_count(l, &new->v[k], new->v[k].n);
            i++;
            k++;
        }
    }
}

static CHECKED enum err refresh_counts(struct live *l, struct why *w)
{
    struct reading r = {.a = arena_new(4096)};
    struct count_list_rows old;
    struct arena *old_arena;
    enum err e;

    if ((e = store_read(l->store, read_counts, &r, w))) {
        arena_free(r.a);
        return e;
    }
    if (r.rows.n)
        qsort(r.rows.v, r.rows.n, sizeof *r.rows.v, by_key);
    pthread_mutex_lock(&l->lock);
    old = l->counts;
    old_arena = l->counts_arena;
    l->counts = r.rows;
    l->counts_arena = r.a;
    pthread_mutex_unlock(&l->lock);
    tell_differences(l, &old, &r.rows);
    arena_free(old_arena);
    return OK;
}

static void *count(void *arg)
{
    static const struct timespec pause = {.tv_nsec = COUNTS_EVERY_MS * 1000000L};
    struct live *l = arg;
    struct why w;

    pthread_mutex_lock(&l->lock);
    while (!l->is_ending) {
        if (!l->is_dirty) {
            pthread_cond_wait(&l->changed, &l->lock);
            continue;
        }
        l->is_dirty = false;
        pthread_mutex_unlock(&l->lock);
        if (refresh_counts(l, &w))
            log_line(LOG_WARN, "counts not read", "\"why\":%s", log_quote(w.text));
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

void live_counts(struct live *l, struct arena *a, const struct principal *who,
                 struct live_count **ret, size_t *ret_n)
{
    struct live_count *list;
    size_t n = 0;

    pthread_mutex_lock(&l->lock);
    list = arena_array(a, l->counts.n + 1, sizeof *list);
    for (size_t i = 0; i < l->counts.n; i++)
        if (policy_sees_inbox(who, l->counts.v[i].inbox_id))
            list[n++] = count_of(&l->counts.v[i], l->counts.v[i].n);
    pthread_mutex_unlock(&l->lock);
    *ret = list;
    *ret_n = n;
}

void live_viewers(struct live *l, struct arena *a, int64_t ticket_id, struct live_viewer **ret,
                  size_t *ret_n)
{
    presence_list(l->presence, a, ticket_id, clock_now(), ret, ret_n);
}

void live_publish_to(struct live *l, struct http_server *http)
{
    atomic_store(&l->http, http);
}

enum err live_start(struct store *s, struct live **ret, struct why *w)
{
    struct live *l = calloc(1, sizeof *l);
    enum err e;

    if (!l)
        return fail(w, E_BUSY, "could not have the memory for live events");
    l->store = s;
    l->presence = presence_new();
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    if ((e = refresh_counts(l, w)) || (e = store_follow(s, heard, l, w))) {
        presence_free(l->presence);
        arena_free(l->counts_arena);
        free(l);
        return e;
    }
    if (pthread_create(&l->counter, NULL, count, l))
        abort(); /* no thread at the start: nothing can be done */
    *ret = l;
    return OK;
}

void live_hush(struct live *l)
{
    if (!l || l->is_ending)
        return;
    pthread_mutex_lock(&l->lock);
    l->is_ending = true;
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->counter, NULL);
    store_unfollow(l->store);
    atomic_store(&l->http, NULL);
}

void live_stop(struct live *l)
{
    if (!l)
        return;
    live_hush(l);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->changed);
    presence_free(l->presence);
    arena_free(l->counts_arena);
    free(l);
}
