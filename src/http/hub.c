#include "http/hub.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

#define BUCKETS 1024

struct topic {
    struct topic *next;
    int64_t followers;
    int64_t refs; /* followers and publications */
    struct hub *hub;
    char name[];
};

struct hub {
    pthread_mutex_t lock;
    struct http_server *server;
    struct topic *topics[BUCKETS];
    struct pub *first, *last; /* pending, oldest first */
    size_t n_pending;
    struct pub *by_key[BUCKETS]; /* of pending, by topic and key */
    struct pub **recent;
    size_t n_recent, room_recent;
    int opening;
    uint64_t seq;
    bool is_armed;
    struct note arm; /* asks the first loop for a tick; used only while is_armed turns true */
};

struct hub *hub_new(struct http_server *s)
{
    struct hub *h = calloc(1, sizeof *h);

    if (!h)
        abort();
    pthread_mutex_init(&h->lock, NULL);
    h->server = s;
    h->arm.fn = stream_on_tick_wanted;
    return h;
}

static size_t bucket_of(const char *name, const char *more)
{
    uint64_t v = 0xcbf29ce484222325;

    for (; *name; name++)
        v = (v ^ (unsigned char)*name) * 0x100000001b3;
    for (; *more; more++)
        v = (v ^ (unsigned char)*more) * 0x100000001b3;
    return (v ^ v >> 32) % BUCKETS;
}

/* All below, up to the next line of dashes, with the lock held. */

static struct topic **topic_at(struct hub *h, const char *name)
{
    struct topic **at = &h->topics[bucket_of(name, "")];

    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

static struct topic *topic_ref(struct hub *h, const char *name)
{
    struct topic **at = topic_at(h, name);

    if (!*at) {
        size_t n = strlen(name) + 1;

        struct topic *t = heap_new(sizeof *t + n);

        memcpy(t->name, name, n);
        t->hub = h;
        *at = t;
    }
    (*at)->refs++;
    return *at;
}

static void topic_unref(struct topic *t)
{
    struct topic **at;

    if (--t->refs > 0)
        return;
    at = topic_at(t->hub, t->name);
    *at = t->next;
    free(t);
}

static void unref_locked(struct pub *p)
{
    if (atomic_fetch_sub(&p->refs, 1) > 1)
        return;
    topic_unref(p->topic);
    free(p);
}

static struct pub **same_key_at(struct hub *h, const struct topic *t, const char *key)
{
    struct pub **at = &h->by_key[bucket_of(t->name, key)];

    while (*at && ((*at)->topic != t || strcmp((*at)->key, key) != 0))
        at = &(*at)->same_hash;
    return at;
}

static void unlink_pending(struct hub *h, struct pub *p)
{
    *(p->prev ? &p->prev->next : &h->first) = p->next;
    *(p->next ? &p->next->prev : &h->last) = p->prev;
    h->n_pending--;
}

static void append_pending(struct hub *h, struct pub *p)
{
    if (p->key[0]) {
        struct pub **at = same_key_at(h, p->topic, p->key), *old = *at;

        if (old) {
            *at = old->same_hash;
            unlink_pending(h, old);
            unref_locked(old);
        }
        at = &h->by_key[bucket_of(p->topic->name, p->key)];
        p->same_hash = *at;
        *at = p;
    }
    p->prev = h->last;
    *(h->last ? &h->last->next : &h->first) = p;
    h->last = p;
    h->n_pending++;
    atomic_fetch_add(&p->refs, 1);
}

static void append_recent(struct hub *h, struct pub *p)
{
    if (h->n_recent == h->room_recent) {
        size_t room = h->room_recent ? h->room_recent * 2 : 64;
        struct pub **v = reallocarray(h->recent, room, sizeof *v);

        if (!v)
            abort();
        h->recent = v;
        h->room_recent = room;
    }
    h->recent[h->n_recent++] = p;
    atomic_fetch_add(&p->refs, 1);
}

static void opened_locked(struct hub *h)
{
    if (--h->opening > 0)
        return;
    for (size_t i = 0; i < h->n_recent; i++)
        unref_locked(h->recent[i]);
    h->n_recent = 0;
}

static struct pub *pub_new(struct hub *h, const char *topic, const char *key, const char *frame)
{
    size_t key_n = strlen(key) + 1, frame_n = strlen(frame);
    struct pub *p = calloc(1, sizeof *p + key_n + frame_n + 1);
    char *text = (char *)(p + 1);

    if (!p)
        abort();
    memcpy(text, key, key_n);
    memcpy(text + key_n, frame, frame_n + 1);
    p->key = text;
    p->frame = text + key_n;
    p->frame_bytes = frame_n;
    p->refs = 1;
    p->topic = topic_ref(h, topic);
    p->seq = ++h->seq;
    return p;
}

/* ------- */

void http_publish(struct http_server *s, const char *topic, const char *key, const char *frame,
                  bool (*may)(const void *who, int64_t tag), int64_t tag)
{
    struct hub *h = s->hub;
    const struct topic *t;
    bool is_followed, wants_tick = false;

    pthread_mutex_lock(&h->lock);
    t = *topic_at(h, topic);
    is_followed = t && t->followers > 0;
    if (is_followed || h->opening > 0) {
        struct pub *p = pub_new(h, topic, key ? key : "", frame);

        p->may = may;
        p->tag = tag;
        if (is_followed)
            append_pending(h, p);
        if (h->opening > 0)
            append_recent(h, p);
        unref_locked(p);
        wants_tick = is_followed && !h->is_armed;
        h->is_armed |= wants_tick;
    }
    pthread_mutex_unlock(&h->lock);
    if (wants_tick)
        loop_post(&s->loops[0], &h->arm);
}

int64_t http_followers(const struct http_server *s, const char *topic)
{
    struct hub *h = s->hub;
    const struct topic *t;
    int64_t n;

    pthread_mutex_lock(&h->lock);
    t = *topic_at(h, topic);
    n = t ? t->followers : 0;
    pthread_mutex_unlock(&h->lock);
    return n;
}

void pub_unref(struct pub *p)
{
    struct hub *h = p->topic->hub;

    pthread_mutex_lock(&h->lock);
    unref_locked(p);
    pthread_mutex_unlock(&h->lock);
}

void tick_unref(struct tick *t)
{
    if (atomic_fetch_sub(&t->refs, 1) > 1)
        return;
    for (size_t i = 0; i < t->n; i++)
        pub_unref(t->v[i]);
    free(t);
}

struct topic *hub_follow(struct hub *h, const char *name)
{
    struct topic *t;

    pthread_mutex_lock(&h->lock);
    t = topic_ref(h, name);
    t->followers++;
    pthread_mutex_unlock(&h->lock);
    return t;
}

void hub_unfollow(struct hub *h, struct topic *t)
{
    pthread_mutex_lock(&h->lock);
    t->followers--;
    topic_unref(t);
    pthread_mutex_unlock(&h->lock);
}

void hub_opening(struct exchange *x)
{
    struct hub *h = x->server->hub;

    pthread_mutex_lock(&h->lock);
    h->opening++;
    x->since = (int64_t)h->seq;
    pthread_mutex_unlock(&h->lock);
}

void hub_opened(struct exchange *x)
{
    struct hub *h = x->server->hub;

    if (x->since < 0)
        return;
    pthread_mutex_lock(&h->lock);
    opened_locked(h);
    pthread_mutex_unlock(&h->lock);
    x->since = -1;
}

static bool is_among(const struct topic *t, struct topic *const *topics, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (topics[i] == t)
            return true;
    return false;
}

struct pub **hub_missed(struct hub *h, struct exchange *x, struct topic *const *topics,
                        size_t n_topics, size_t *ret_n, uint64_t *ret_after)
{
    struct pub **missed = NULL;
    size_t n = 0;

    pthread_mutex_lock(&h->lock);
    if (h->n_recent) {
        missed = calloc(h->n_recent, sizeof *missed);
        if (!missed)
            abort();
    }
    for (size_t i = 0; i < h->n_recent; i++) {
        struct pub *p = h->recent[i];

        if ((int64_t)p->seq > x->since && is_among(p->topic, topics, n_topics)) {
            atomic_fetch_add(&p->refs, 1);
            missed[n++] = p;
        }
    }
    *ret_n = n;
    *ret_after = h->seq;
    opened_locked(h);
    pthread_mutex_unlock(&h->lock);
    x->since = -1;
    return missed;
}

struct tick *hub_take_tick(struct hub *h, int refs)
{
    struct tick *t = NULL;

    pthread_mutex_lock(&h->lock);
    if (h->n_pending) {
        t = calloc(1, sizeof *t + h->n_pending * sizeof *t->v);
        if (!t)
            abort();
        t->refs = refs;
        for (struct pub *p = h->first; p; p = p->next)
            t->v[t->n++] = p; /* pending's reference goes along */
        h->first = h->last = NULL;
        h->n_pending = 0;
        memset(h->by_key, 0, sizeof h->by_key);
    }
    h->is_armed = false;
    pthread_mutex_unlock(&h->lock);
    return t;
}

void hub_free(struct hub *h)
{
    struct tick *t;

    if (!h)
        return;
    if ((t = hub_take_tick(h, 1)))
        tick_unref(t);
    free(h->recent);
    pthread_mutex_destroy(&h->lock);
    free(h);
}
