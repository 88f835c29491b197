/* Event streams: who follows what on this loop, and one write a stream and tick. */
#include "http/inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "http/hub.h"

#define SET_BUCKETS 512
#define ID_BYTES    64 /* of an event's cursor (store/event.h: 48) and two line ends */

/* Streams of one loop with the same topics: what one gets, all get, unless `may` differs. */
struct topic_set {
    struct topic_set *next;
    struct stream *streams;
    size_t n;
    struct topic *topics[STREAM_TOPICS]; /* as given */
};

struct stream {
    struct stream *next, **link; /* in its set */
    struct conn *conn;
    struct topic_set *set;
    uint64_t after; /* publications up to here came another way */
    char *seen;     /* "\nID\nID\n" of its first frames, until newer ones come; or NULL */
    void *who;
    void (*who_free)(void *);
    bool (*is_over)(const void *who);
};

struct sets {
    struct topic_set *buckets[SET_BUCKETS];
};

/* Bytes that several connections may still have to send. Of one loop: not atomic. */
struct blob {
    size_t refs, n;
    char bytes[];
};

static struct blob *blob_of(const struct buf *b)
{
    struct blob *blob = malloc(sizeof *blob + b->n);

    if (!blob)
        abort();
    blob->refs = 1;
    blob->n = b->n;
    if (b->n)
        memcpy(blob->bytes, b->p, b->n);
    return blob;
}

static void blob_unref(void *p)
{
    struct blob *blob = p;

    if (blob && --blob->refs == 0)
        free(blob);
}

/* ------- opening: on a pool thread */

enum err stream_open(struct req *q, struct res *s, const struct stream_conf *conf, struct why *w)
{
    struct exchange *x = exchange_of(q);
    struct stream_conf *mine = &x->stream_conf;

    if (q->route->on != ON_STREAM || conf->n_topics > STREAM_TOPICS)
        return fail(w, E_INTERNAL, "a stream cannot be opened here");
    *mine = *conf;
    for (size_t i = 0; i < conf->n_topics; i++)
        mine->topics[i] = arena_str(q->arena, conf->topics[i]);
    mine->first = arena_str(q->arena, conf->first);
    s->stream = arena_new_of(q->arena, struct stream); /* says: yes; the real one comes later */
    return OK;
}

void stream_discard(struct exchange *x)
{
    if (x->stream_conf.who && x->stream_conf.who_free)
        x->stream_conf.who_free(x->stream_conf.who);
    x->stream_conf = (struct stream_conf){0};
}

/* ------- on the loop */

static struct topic_set **set_at(struct sets *sets, struct topic *const *topics, size_t n)
{
    uintptr_t h = n;
    struct topic_set **at;

    for (size_t i = 0; i < n; i++)
        h = h * 31 + ((uintptr_t)topics[i] >> 4);
    at = &sets->buckets[h % SET_BUCKETS];
    while (*at && ((*at)->n != n || memcmp((*at)->topics, topics, n * sizeof *topics) != 0))
        at = &(*at)->next;
    return at;
}

static void join_set(struct stream *st, struct topic *const *topics, size_t n)
{
    struct loop *l = st->conn->loop;
    struct topic_set **at, *set;

    if (!l->sets && !(l->sets = calloc(1, sizeof *l->sets)))
        abort();
    at = set_at(l->sets, topics, n);
    if (!*at) {
        if (!(*at = calloc(1, sizeof **at)))
            abort();
        (*at)->n = n;
        memcpy((*at)->topics, topics, n * sizeof *topics);
    }
    set = *at;
    st->set = set;
    st->next = set->streams;
    st->link = &set->streams;
    if (st->next)
        st->next->link = &st->next;
    set->streams = st;
}

static void leave_set(struct stream *st)
{
    struct loop *l = st->conn->loop;
    struct topic_set *set = st->set, **at;

    *st->link = st->next;
    if (st->next)
        st->next->link = st->link;
    for (size_t i = 0; i < set->n; i++)
        hub_unfollow(l->server->hub, set->topics[i]);
    if (!set->streams) {
        at = set_at(l->sets, set->topics, set->n);
        *at = set->next;
        free(set);
    }
}

/* ------- once: an event that a handler found in the store may be published a moment later */

/* The id of a frame that begins with one, as "\nID\n"; false if it has none. */
static bool frame_id(const char *frame, char *ret, size_t room)
{
    const char *end = strncmp(frame, "id: ", 4) == 0 ? strchr(frame, '\n') : NULL;
    size_t n = end ? (size_t)(end - frame) - 4 : 0;

    if (!end || n + 3 > room)
        return false;
    ret[0] = '\n';
    memcpy(ret + 1, frame + 4, n);
    memcpy(ret + 1 + n, "\n", 2);
    return true;
}

static char *ids_of(const char *frames)
{
    struct buf b;

    buf_init(&b, LIMIT_ANSWER_BYTES);
    buf_char(&b, '\n');
    while (frames && *frames) {
        char id[ID_BYTES];
        const char *next = strstr(frames, "\n\n");

        if (frame_id(frames, id, sizeof id))
            buf_str(&b, id + 1);
        frames = next ? next + 2 : NULL;
    }
    if (b.n == 1)
        buf_done(&b);
    return b.p; /* malloc'ed by buf; the stream frees it */
}

static bool was_seen(const struct stream *st, const struct pub *p)
{
    char id[ID_BYTES];

    return st->seen && frame_id(p->frame, id, sizeof id) && strstr(st->seen, id);
}

/* Publications come in the order of commits: behind the first new one nothing old follows. */
static void forget_seen(struct stream *st, struct pub *const *v, size_t n)
{
    char id[ID_BYTES];

    for (size_t i = 0; i < n && st->seen; i++) {
        if (frame_id(v[i]->frame, id, sizeof id) && !strstr(st->seen, id)) {
            free(st->seen);
            st->seen = NULL;
        }
    }
}

/* The same event on two topics that one stream follows. */
static bool is_same_event(const struct pub *a, const struct pub *b)
{
    char id[ID_BYTES];

    return a->frame_bytes == b->frame_bytes && frame_id(a->frame, id, sizeof id) &&
           memcmp(a->frame, b->frame, a->frame_bytes) == 0;
}

static bool may_have(const struct stream *st, const struct pub *p)
{
    return p->seq > st->after && !was_seen(st, p) && (!p->may || p->may(st->who, p->tag));
}

/* ------- */

static void send_blob(struct stream *st, struct blob *blob)
{
    struct conn *c = st->conn;

    if (st->is_over && st->is_over(st->who)) {
        conn_close(c); /* the browser asks anew, and is told what it may have */
        return;
    }
    if (conn_unsent(c) + blob->n > LIMIT_STREAM_BEHIND_BYTES) {
        conn_close(c); /* too slow: the browser comes back with its Last-Event-ID */
        return;
    }
    blob->refs++;
    conn_phase(c, PHASE_STREAM);
    c->pins++;
    conn_send(c, "", 0, (struct body){blob->bytes, blob->n, blob_unref, blob});
    c->pins--;
    if (c->is_dead)
        conn_close(c);
}

/* The head, the first frames, and what was published while the handler looked at the store. */
static void send_first(struct exchange *x, struct stream *st)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                               "X-Accel-Buffering: no\r\nConnection: close\r\n";
    const char *first = x->stream_conf.first;
    struct topic_set *set = st->set;
    size_t n_missed;
    struct pub **missed = hub_missed(x->server->hub, x, set->topics, set->n, &n_missed, &st->after);
    struct blob *blob;
    struct buf b;

    buf_init(&b, LIMIT_ANSWER_BYTES);
    buf_str(&b, head);
    for (size_t i = 0; i < x->res.n_extra; i++) /* CORS for the widget */
        buf_printf(&b, "%s: %s\r\n", x->res.extra[i].name.p, x->res.extra[i].value.p);
    buf_printf(&b, "X-Request-Id: %s\r\n\r\n", x->req.request_id);
    buf_str(&b, first && first[0] ? first : ": hello\n\n");
    for (size_t i = 0; i < n_missed; i++) {
        bool is_double = i > 0 && is_same_event(missed[i - 1], missed[i]);

        if (!is_double && !was_seen(st, missed[i]) &&
            (!missed[i]->may || missed[i]->may(st->who, missed[i]->tag)))
            buf_add(&b, missed[i]->frame, missed[i]->frame_bytes);
    }
    forget_seen(st, missed, n_missed);
    for (size_t i = 0; i < n_missed; i++)
        pub_unref(missed[i]);
    free(missed);
    blob = blob_of(&b);
    buf_done(&b);
    conn_send(st->conn, "", 0, (struct body){blob->bytes, blob->n, blob_unref, blob});
}

void stream_start(struct exchange *x, struct conn *c)
{
    struct topic *topics[STREAM_TOPICS];
    struct stream *st = calloc(1, sizeof *st);
    const struct stream_conf *conf = &x->stream_conf;

    if (!st)
        abort();
    for (size_t i = 0; i < conf->n_topics; i++)
        topics[i] = hub_follow(x->server->hub, conf->topics[i]);
    st->conn = c;
    st->who = conf->who;
    st->who_free = conf->who_free;
    st->seen = ids_of(conf->first);
    st->is_over = conf->is_over;
    join_set(st, topics, conf->n_topics);
    c->stream = st;
    c->x = NULL;
    atomic_fetch_add(&x->server->streams, 1);
    conn_phase(c, PHASE_STREAM);
    send_first(x, st);
    x->stream_conf = (struct stream_conf){0}; /* st has `who` now */
    x->res.stream = NULL;
    exchange_free(x);
}

void stream_quiet(struct conn *c)
{
    if (c->stream->is_over && c->stream->is_over(c->stream->who)) {
        conn_close(c);
        return;
    }
    c->pins++;
    conn_send(c, ":\n\n", 3, (struct body){0});
    c->pins--;
    if (c->is_dead || conn_unsent(c) > LIMIT_STREAM_BEHIND_BYTES)
        conn_close(c);
}

void stream_gone(struct conn *c)
{
    struct stream *st = c->stream;

    c->stream = NULL;
    leave_set(st);
    atomic_fetch_sub(&c->loop->server->streams, 1);
    if (st->who && st->who_free)
        st->who_free(st->who);
    free(st->seen);
    free(st);
}

/* ------- ticks */

struct tick_note {
    struct note note;
    struct tick *tick;
};

/* What a set's streams get of a tick. */
struct share {
    struct pub **v;
    size_t n;
    bool is_asked; /* at least one has `may` */
};

static void find_share(const struct tick *t, const struct topic_set *set, struct share *ret)
{
    ret->n = 0;
    ret->is_asked = false;
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < set->n; k++) {
            if (set->topics[k] != t->v[i]->topic ||
                (ret->n && is_same_event(ret->v[ret->n - 1], t->v[i])))
                continue;
            ret->v[ret->n++] = t->v[i];
            ret->is_asked |= t->v[i]->may != NULL;
            break;
        }
    }
}

/* The last choice among a set's publications, and its bytes: neighbours mostly agree. */
struct choice {
    bool *takes, *now; /* by index in the share */
    struct blob *blob;
    bool is_whole; /* all of the share */
};

static void blob_for(const struct stream *st, const struct share *share, struct choice *c)
{
    struct buf b;

    for (size_t i = 0; i < share->n; i++)
        c->now[i] = may_have(st, share->v[i]);
    if (c->blob && memcmp(c->now, c->takes, share->n * sizeof *c->now) == 0)
        return;
    memcpy(c->takes, c->now, share->n * sizeof *c->now);
    blob_unref(c->blob);
    buf_init(&b, LIMIT_ANSWER_BYTES);
    for (size_t i = 0; i < share->n; i++)
        if (c->takes[i])
            buf_add(&b, share->v[i]->frame, share->v[i]->frame_bytes);
    c->blob = blob_of(&b);
    buf_done(&b);
}

static void send_share(struct topic_set *set, const struct share *share, struct choice *c)
{
    struct stream *next;

    c->blob = NULL;
    for (struct stream *st = set->streams; st; st = next) {
        bool gets_all = !share->is_asked && !st->seen && st->after < share->v[0]->seq;

        next = st->next; /* sending may end st, and with the last one the set */
        if (!gets_all || !c->blob || !c->is_whole)
            blob_for(st, share, c);
        c->is_whole = gets_all;
        forget_seen(st, share->v, share->n);
        if (c->blob->n)
            send_blob(st, c->blob);
    }
    blob_unref(c->blob);
}

static void on_tick(struct loop *l, struct note *n)
{
    struct tick_note *mine = (struct tick_note *)(void *)n;
    struct tick *t = mine->tick;
    struct share share = {.v = calloc(t->n, sizeof(struct pub *))};
    struct choice choice = {.takes = calloc(t->n, sizeof(bool)), .now = calloc(t->n, sizeof(bool))};

    if (!share.v || !choice.takes || !choice.now)
        abort();
    for (size_t i = 0; l->sets && i < SET_BUCKETS; i++) {
        struct topic_set *next;

        for (struct topic_set *set = l->sets->buckets[i]; set; set = next) {
            next = set->next;
            find_share(t, set, &share);
            if (share.n)
                send_share(set, &share, &choice);
        }
    }
    free(share.v);
    free(choice.takes);
    free(choice.now);
    tick_unref(t);
    free(mine);
}

/* On the first loop, LIMIT_STREAM_TICK_MS after the first publication. */
static void on_time(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;
    struct http_server *s = l->server;
    struct tick *t = hub_take_tick(s->hub, (int)s->n_loops);

    for (size_t i = 0; t && i < s->n_loops; i++) {
        struct tick_note *n = calloc(1, sizeof *n);

        if (!n)
            abort();
        n->note.fn = on_tick;
        n->tick = t;
        loop_post(&s->loops[i], &n->note);
    }
}

void stream_on_tick_wanted(struct loop *l, struct note *n)
{
    if (!l->tick_frames)
        l->tick_frames = event_new(l->base, -1, 0, on_time, l);
    if (l->tick_frames)
        event_add(l->tick_frames, &(struct timeval){0, LIMIT_STREAM_TICK_MS * 1000});
}

void streams_done(struct loop *l)
{
    free(l->sets);
    l->sets = NULL;
}
