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
#include "live/sums.h"
#include "people/people.h"
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

static const char *const SUMS[] = {"all", "team", "assignee", "inbox", NULL}; /* enum sum_of */

SHAPE(COUNT, "Count", struct live_count,
      "How many tickets of a bucket there are: all of them, or a team's, an assignee's, an inbox's",
      {{"bucket", SHAPE_ENUM, 0, offsetof(struct live_count, bucket), .names = BUCKETS},
       {"of", SHAPE_ENUM, 0, offsetof(struct live_count, of), .names = SUMS},
       {"id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct live_count, id),
        .doc = "of the team, assignee or inbox; null: nobody's"},
       {"n", SHAPE_I64, 0, offsetof(struct live_count, n)}});

SHAPE(LIVE_EVENT, "LiveEvent", struct event,
      "What happened: the data of an event of /events that is named as `kind`. The topic list says "
      "of a ticket only which. counts.changed carries a Count; hello, reset (load anew) and "
      "counts.stale (read the counts anew) carry {}.",
      {{"kind", SHAPE_TEXT, 0, offsetof(struct event, kind),
        .doc = "ticket.created, ticket.changed, message.created, …"},
       {"at", SHAPE_TIME, SHAPE_OMIT, offsetof(struct event, at)},
       {"actor_id", SHAPE_I64, SHAPE_OMIT, offsetof(struct event, actor_id),
        .doc = "the agent who did it"},
       {"inbox_id", SHAPE_I64, SHAPE_OMIT, offsetof(struct event, inbox_id)},
       {"ticket_id", SHAPE_I64, SHAPE_OMIT, offsetof(struct event, ticket_id)},
       {"message_id", SHAPE_I64, SHAPE_OMIT, offsetof(struct event, message_id)},
       {"contact_id", SHAPE_I64, SHAPE_OMIT, offsetof(struct event, contact_id)},
       {"data", SHAPE_RAW, SHAPE_OMIT | SHAPE_AN_OBJECT, offsetof(struct event, data),
        .doc = "more of it, by kind"}});

/* Who follows a stream, as they were when it opened. Begins with the principal: live_may takes
 * either. */
struct follower {
    struct principal who;
    struct live *live;
    struct follower *next, **link; /* under the lock of live */
    _Atomic bool is_over;
};

struct live {
    struct follower *followers;
    _Atomic int64_t n_rights; /* changes of rights heard; grows under the lock */
    struct store *store;
    struct http_server *_Atomic http;
    struct presence *presence;
    pthread_t counter;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void (*listener)(void *arg, const struct event *e); /* under the lock */
    void *listener_arg;
    bool is_dirty, is_ending;
    /* As last read; both live in `counts_arena`. The sums are sorted. */
    struct arena *counts_arena;
    struct counts {
        struct count_kind *kinds;
        size_t n_kinds;
        struct count_sum *sums;
        size_t n_sums;
    } counts;
};

/* ------- frames */

static void frame(struct buf *b, const struct event *e, const struct event *data)
{
    buf_printf(b, "id: %s\nevent: %s\ndata: ", e->cursor, e->kind);
    shape_write(b, &LIVE_EVENT, data);
    buf_str(b, "\n\n");
}

void live_frame(struct buf *b, const struct event *e)
{
    frame(b, e, e);
}

bool live_may(const void *who, int64_t inbox_id)
{
    const struct principal *p = who;

    return policy_may(p, P_TICKET_SEE) && (inbox_id == 0 || policy_sees_inbox(p, inbox_id));
}

int64_t live_rights(struct live *l)
{
    return atomic_load(&l->n_rights);
}

/* A change that is heard later finds the follower in the list; one that was heard since the
 * rights were read is seen by its number. There is no instant between the two. */
void *live_who(struct live *l, const struct principal *who, int64_t rights)
{
    size_t bytes = who->n_inboxes * sizeof *who->inbox_ids;
    struct follower *f = malloc(sizeof *f + bytes);
    int64_t *ids;

    if (!f)
        abort();
    ids = (int64_t *)(void *)(f + 1);
    if (bytes)
        memcpy(ids, who->inbox_ids, bytes);
    *f = (struct follower){.who = {.kind = who->kind,
                                   .id = who->id,
                                   .role = who->role,
                                   .sees_all = who->sees_all,
                                   .inbox_ids = ids,
                                   .n_inboxes = who->n_inboxes},
                           .live = l};
    pthread_mutex_lock(&l->lock);
    f->next = l->followers;
    f->link = &l->followers;
    if (f->next)
        f->next->link = &f->next;
    l->followers = f;
    atomic_store(&f->is_over, atomic_load(&l->n_rights) != rights);
    pthread_mutex_unlock(&l->lock);
    return f;
}

void live_who_free(void *who)
{
    struct follower *f = who;

    pthread_mutex_lock(&f->live->lock);
    *f->link = f->next;
    if (f->next)
        f->next->link = f->link;
    pthread_mutex_unlock(&f->live->lock);
    free(f);
}

bool live_is_over(const void *who)
{
    return atomic_load(&((const struct follower *)who)->is_over);
}

/* The streams of whom this is about end at their next write. */
static void end_streams(struct live *l, const struct event *e)
{
    struct arena *a = arena_new(512);
    struct rights_change of = {0};
    struct why w;

    if (e->data && shape_parse(&RIGHTS_CHANGE, e->data, strlen(e->data), a, &of, &w) == OK) {
        pthread_mutex_lock(&l->lock);
        atomic_fetch_add(&l->n_rights, 1);
        for (struct follower *f = l->followers; f; f = f->next)
            if (f->who.id == (f->who.kind == WHO_KEY ? of.key_id : of.agent_id))
                atomic_store(&f->is_over, true);
        pthread_mutex_unlock(&l->lock);
    }
    arena_free(a);
}

/* Somebody looks, writes, has read, is called: nothing about the ticket itself. */
static bool is_sign(const struct event *e)
{
    return strcmp(e->kind, EVENT_PRESENCE_CHANGED) == 0 ||
           strcmp(e->kind, EVENT_TYPING_CHANGED) == 0 || strcmp(e->kind, EVENT_TICKET_SEEN) == 0 ||
           strcmp(e->kind, EVENT_PAGE_CHANGED) == 0;
}

static bool is_of_ticket(const struct event *e)
{
    return e->ticket_id != 0;
}

/* For lists, which every browser follows: which row has changed, in as few bytes as that takes. */
static void row_frame(struct buf *b, const struct event *e)
{
    struct event row = {.kind = e->kind, .ticket_id = e->ticket_id, .message_id = e->message_id};

    frame(b, e, &row);
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
        if (!is_sign(e)) { /* a sign must not take the place of a change: no row changes by it */
            snprintf(key, sizeof key, "%" PRId64, e->ticket_id);
            buf_reset(&b);
            row_frame(&b, e);
        }
        http_publish(http, "list", key, b.p, live_may, e->inbox_id);
    } else {
        http_publish(http, "list", key, b.p, live_may, e->inbox_id);
    }
    live_chat(http, e);
    buf_done(&b);
}

static void tell_listener(struct live *l, const struct event *e)
{
    pthread_mutex_lock(&l->lock);
    if (l->listener)
        l->listener(l->listener_arg, e);
    pthread_mutex_unlock(&l->lock);
}

void live_listen(struct live *l, void (*fn)(void *arg, const struct event *e), void *arg)
{
    pthread_mutex_lock(&l->lock);
    l->listener = fn;
    l->listener_arg = arg;
    pthread_mutex_unlock(&l->lock);
}

static void heard(void *arg, const struct event *v, size_t n)
{
    struct live *l = arg;
    bool is_counted = false;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(v[i].kind, EVENT_PRESENCE_CHANGED) == 0)
            presence_hear(l->presence, &v[i]);
        if (strcmp(v[i].kind, EVENT_RIGHTS_CHANGED) == 0)
            end_streams(l, &v[i]);
        is_counted |= (is_of_ticket(&v[i]) && !is_sign(&v[i])) ||
                      strcmp(v[i].kind, EVENT_DESK_CHANGED) == 0; /* import, the demo's end */
        publish(l, &v[i]);
        tell_listener(l, &v[i]);
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
    struct counts counts;
};

static enum err read_counts(struct tx *tx, void *arg, struct why *w)
{
    struct reading *r = arg;
    struct count_list_rows rows;
    enum err e;

    arena_reset(r->a);
    if ((e = q_count_list(tx, r->a, &rows, w)))
        return e;
    r->counts.kinds = arena_array(r->a, rows.n + 1, sizeof *r->counts.kinds);
    for (size_t i = 0; i < rows.n; i++)
        r->counts.kinds[i] =
            (struct count_kind){rows.v[i].bucket, rows.v[i].team_id, rows.v[i].assignee_id,
                                rows.v[i].inbox_id, rows.v[i].n};
    r->counts.n_kinds = rows.n;
    return OK;
}

static int by_sum(const void *x, const void *y)
{
    const struct count_sum *a = x, *b = y;

    if (a->bucket != b->bucket)
        return a->bucket < b->bucket ? -1 : 1;
    if (a->of != b->of)
        return a->of < b->of ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static struct live_count count_of(const struct count_sum *s, int64_t n)
{
    return (struct live_count){bucket_name((enum bucket)s->bucket), SUMS[s->of], s->id, n};
}

static bool sees_all(const void *who, int64_t tag)
{
    (void)tag;
    return live_may(who, 0) && ((const struct principal *)who)->sees_all;
}

static bool sees_some(const void *who, int64_t tag)
{
    return live_may(who, 0) && !sees_all(who, tag);
}

/* Sums run over all inboxes: only who sees all of them is told. */
static void tell_sum(struct http_server *http, const struct count_sum *s, int64_t n)
{
    struct live_count c = count_of(s, n);
    char key[96];
    struct buf b;

    buf_init(&b, FRAME_MOST_BYTES);
    buf_str(&b, "event: counts.changed\ndata: ");
    shape_write(&b, &COUNT, &c);
    buf_str(&b, "\n\n");
    snprintf(key, sizeof key, "%" PRId64 ":%d:%" PRId64, s->bucket, (int)s->of, s->id);
    http_publish(http, "counts", key, b.p, sees_all, 0);
    http_publish(http, "all", key, b.p, sees_all, 0);
    buf_done(&b);
}

/* Two sorted lists side by side: what is new, gone or different is told. The few who see only
 * some inboxes hear that theirs are to be read anew. */
static void tell_differences(struct live *l, const struct counts *old, const struct counts *new)
{
    static const char stale[] = "event: counts.stale\ndata: {}\n\n";
    struct http_server *http = atomic_load(&l->http);
    size_t i = 0, k = 0;

    if (!http)
        return;
    while (i < old->n_sums || k < new->n_sums) {
        int order = i == old->n_sums   ? 1
                    : k == new->n_sums ? -1
                                       : by_sum(&old->sums[i], &new->sums[k]);

        if (order < 0) {
            tell_sum(http, &old->sums[i++], 0);
        } else if (order > 0) {
            tell_sum(http, &new->sums[k], new->sums[k].n);
            k++;
        } else {
            if (old->sums[i].n != new->sums[k].n)
                tell_sum(http, &new->sums[k], new->sums[k].n);
            i++;
            k++;
        }
    }
    http_publish(http, "counts", "stale", stale, sees_some, 0);
    http_publish(http, "all", "stale", stale, sees_some, 0);
}

static CHECKED enum err refresh_counts(struct live *l, struct why *w)
{
    struct reading r = {.a = arena_new(4096)};
    struct counts old;
    struct arena *old_arena;
    enum err e;

    if ((e = store_read(l->store, read_counts, &r, w))) {
        arena_free(r.a);
        return e;
    }
    count_sums(r.a, r.counts.kinds, r.counts.n_kinds, NULL, &r.counts.sums, &r.counts.n_sums);
    if (r.counts.n_sums)
        qsort(r.counts.sums, r.counts.n_sums, sizeof *r.counts.sums, by_sum);
    pthread_mutex_lock(&l->lock);
    old = l->counts;
    old_arena = l->counts_arena;
    l->counts = r.counts;
    l->counts_arena = r.a;
    pthread_mutex_unlock(&l->lock);
    tell_differences(l, &old, &r.counts);
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
    struct count_sum *sums;
    struct live_count *list;
    size_t n;

    pthread_mutex_lock(&l->lock);
    sums = l->counts.sums;
    n = l->counts.n_sums;
    if (!who->sees_all)
        count_sums(a, l->counts.kinds, l->counts.n_kinds, who, &sums, &n);
    list = arena_array(a, n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = count_of(&sums[i], sums[i].n);
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
