/* What just changed, how many there are, who is looking. */
#include <inttypes.h>
#include <string.h>

#include "desk/desk.h"
#include "desk/desk_api.h"
#include "live/live.h"
#include "live/presence.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_store.h"

/* What a browser that comes back may have missed; more, and it loads anew. */
#define REPLAY_MOST  2000
#define REPLAY_BYTES (2 * 1024 * 1024)

struct presence_in {
    const char *state;
};
static const char *const STATES[] = {"viewing", "replying", "gone", NULL};
SHAPE(PRESENCE_IN, "Presence", struct presence_in, "What I do with this ticket",
      {{"state", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct presence_in, state),
        .names = STATES}});

/* "counts", "list", "ticket:17": words of ours only, so a stranger's never reach the hub. */
static CHECKED enum err topics_read(struct req *q, struct stream_conf *c, struct why *w)
{
    const char *text = req_query(q, "topics");
    struct str rest = str_of(text);

    if (!text || !*text) {
        c->topics[c->n_topics++] = "all";
        return OK;
    }
    while (rest.n) {
        struct str word = str_trim(str_cut(&rest, ',')), tail = word;
        int64_t id;

        if (c->n_topics == STREAM_TOPICS)
            return fail_field(w, E_INVALID, "topics", "at most %d topics", STREAM_TOPICS);
        if (str_eq(str_cut(&tail, ':'), STR("ticket")) && str_i64(tail, 1, INT64_MAX, &id)) {
            struct ticket t;
            enum err e = ticket_view_for(q->tx, q->arena, id, q->who, &t, w);

            if (e)
                return e;
        } else if (!str_eq(word, STR("counts")) && !str_eq(word, STR("list")) &&
                   !str_eq(word, STR("all"))) {
            return fail_field(w, E_INVALID, "topics", "a topic is counts, list, all or ticket:ID");
        }
        c->topics[c->n_topics++] = arena_dup(q->arena, word.p, word.n);
    }
    return OK;
}

static bool is_for(const struct stream_conf *c, const struct event *e, struct arena *a)
{
    for (size_t i = 0; i < c->n_topics; i++) {
        const char *t = c->topics[i];

        if (strcmp(t, "all") == 0 || strcmp(t, "list") == 0 ||
            (e->ticket_id && strcmp(t, arena_printf(a, "ticket:%" PRId64, e->ticket_id)) == 0))
            return true;
    }
    return false;
}

/* What was missed since Last-Event-ID, or "reset" where that is too much or too long ago; for
 * a new browser a greeting with the newest cursor, so that it misses nothing from here on. */
static CHECKED enum err first_frames(struct req *q, struct stream_conf *c, struct why *w)
{
    struct str last = req_header(q, "last-event-id");
    char now[EVENT_CURSOR_BYTES];
    struct event *missed = NULL;
    size_t n = 0;
    struct buf b;
    enum err e;

    if ((e = store_cursor_now(q->tx, now, w)))
        return e;
    buf_init(&b, REPLAY_BYTES);
    if (last.n) {
        e = store_events_after(q->tx, arena_dup(q->arena, last.p, last.n), REPLAY_MOST + 1,
                               q->arena, &missed, &n, w);
        if (e && e != E_NOT_FOUND) {
            buf_done(&b);
            return e;
        }
        if (e || n > REPLAY_MOST) {
            buf_printf(&b, "id: %s\nevent: reset\ndata: {}\n\n", now);
            n = 0;
        }
        for (size_t i = 0; i < n; i++)
            if (live_may(q->who, missed[i].inbox_id) && is_for(c, &missed[i], q->arena))
                live_frame(&b, &missed[i]);
    }
    if (!b.n)
        buf_printf(&b, "id: %s\nevent: hello\ndata: {}\n\n", now);
    c->first = b.is_over ? arena_printf(q->arena, "id: %s\nevent: reset\ndata: {}\n\n", now)
                         : arena_dup(q->arena, b.p, b.n);
    buf_done(&b);
    return OK;
}

int64_t events_opening(void *app)
{
    return live_rights(((struct app *)app)->live);
}

enum err events_get(struct req *q, struct res *s, struct why *w)
{
    struct stream_conf c = {.who_free = live_who_free, .is_over = live_is_over};
    enum err e;

    if ((e = topics_read(q, &c, w)) || (e = first_frames(q, &c, w)))
        return e;
    c.who = live_who(((struct app *)q->app)->live, q->who, q->opened);
    return stream_open(q, s, &c, w); /* `who` is its own from here on */
}

enum err counts_get(struct req *q, struct res *s, struct why *w)
{
    struct live_count *list;
    size_t n;

    (void)w;
    live_counts(((struct app *)q->app)->live, q->arena, q->who, &list, &n);
    return reply_list(s, &COUNT, list, n, false, NULL);
}

struct category_count {
    const char *bucket, *category;
    int64_t n;
};
static const char *const BUCKETS[] = {"new",    "open",    "pending", "hold",    "solved",
                                      "closed", "snoozed", "spam",    "deleted", NULL};
SHAPE(CATEGORY_COUNT, "CategoryCount", struct category_count,
      "So many tickets of a category; those without one stand in no row",
      {{"bucket", SHAPE_ENUM, 0, offsetof(struct category_count, bucket), .names = BUCKETS},
       {"category", SHAPE_TEXT, 0, offsetof(struct category_count, category)},
       {"n", SHAPE_I64, 0, offsetof(struct category_count, n)}});

enum err category_counts_get(struct req *q, struct res *s, struct why *w)
{
    struct topic_list_rows rows;
    struct category_count *list;
    size_t n = 0;
    enum err e;

    if ((e = q_topic_list(q->tx, q->arena, &rows, w)))
        return e;
    list = arena_array(q->arena, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++) { /* sorted: what belongs together stands together */
        const struct topic_list_row *r = &rows.v[i];
        const char *bucket = bucket_name((enum bucket)r->bucket);

        if (!policy_sees_inbox(q->who, r->inbox_id))
            continue;
        if (n && list[n - 1].bucket == bucket && strcmp(list[n - 1].category, r->category) == 0)
            list[n - 1].n += r->n;
        else
            list[n++] = (struct category_count){bucket, r->category, r->n};
    }
    return reply_list(s, &CATEGORY_COUNT, list, n, false, NULL);
}

enum err presence_get(struct req *q, struct res *s, struct why *w)
{
    struct live_viewer *list;
    struct ticket t;
    size_t n;
    enum err e;

    if ((e = ticket_view_for(q->tx, q->arena, q->ids[0], q->who, &t, w)))
        return e;
    live_viewers(((struct app *)q->app)->live, q->arena, t.id, &list, &n);
    return reply_list(s, &VIEWER, list, n, false, NULL);
}

enum err presence_post(struct req *q, struct res *s, struct why *w)
{
    const struct presence_in *in = q->in;
    struct live_viewer me = {q->who->id, q->who->name, in->state};
    struct event ev = {.kind = EVENT_PRESENCE_CHANGED, .at = tx_now(q->tx), .actor_id = q->who->id};
    struct ticket t;
    struct buf b;
    enum err e;

    if ((e = ticket_view_for(q->tx, q->arena, q->ids[0], q->who, &t, w)))
        return e;
    buf_init(&b, 4096);
    shape_write(&b, &PRESENCE_DATA, &me);
    ev.data = arena_dup(q->arena, b.p, b.n);
    buf_done(&b);
    ev.ticket_id = t.id;
    ev.inbox_id = t.inbox_id;
    ev.contact_id = t.contact->id; /* a chat shows its customer that somebody is writing */
    if ((e = tx_event(q->tx, &ev, w)))
        return e;
    return reply_empty(s);
}
