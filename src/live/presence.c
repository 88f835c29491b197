#include "live/presence.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* More at once than any desk has; beyond it the oldest is forgotten. */
#define VIEWERS_MOST 4096

static const char *const STATES[] = {"viewing", "replying", "gone", NULL};

SHAPE(VIEWER, "Viewer", struct live_viewer, "An agent who looks at a ticket",
      {{"id", SHAPE_I64, 0, offsetof(struct live_viewer, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct live_viewer, name)},
       {"state", SHAPE_ENUM, 0, offsetof(struct live_viewer, state), .names = STATES}});

SHAPE(PRESENCE_DATA, "PresenceData", struct live_viewer, "What a presence event says",
      {{"id", SHAPE_I64, SHAPE_REQUIRED, offsetof(struct live_viewer, id)},
       {"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct live_viewer, name)},
       {"state", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct live_viewer, state),
        .names = STATES}});

struct viewer {
    int64_t ticket_id, agent_id;
    msec seen_at;
    const char *state; /* one of STATES */
    char *name;
};

struct presence {
    pthread_mutex_t lock;
    struct viewer v[VIEWERS_MOST];
    size_t n;
};

struct presence *presence_new(void)
{
    struct presence *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void presence_free(struct presence *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++)
        free(p->v[i].name);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static void drop(struct presence *p, size_t i)
{
    free(p->v[i].name);
    p->v[i] = p->v[--p->n];
}

static void drop_old(struct presence *p, msec now)
{
    for (size_t i = p->n; i-- > 0;)
        if (now - p->v[i].seen_at > PRESENCE_MS)
            drop(p, i);
}

void presence_hear(struct presence *p, const struct event *e)
{
    struct arena *a = arena_new(512);
    struct live_viewer in = {0};
    struct why w;

    if (!e->data || shape_parse(&PRESENCE_DATA, e->data, strlen(e->data), a, &in, &w)) {
        arena_free(a);
        return; /* of a newer program */
    }
    pthread_mutex_lock(&p->lock);
    drop_old(p, e->at);
    for (size_t i = p->n; i-- > 0;)
        if (p->v[i].ticket_id == e->ticket_id && p->v[i].agent_id == in.id)
            drop(p, i);
    if (p->n == VIEWERS_MOST)
        drop(p, 0);
    if (strcmp(in.state, "gone") != 0)
        p->v[p->n++] = (struct viewer){e->ticket_id, in.id, e->at, in.state, strdup(in.name)};
    pthread_mutex_unlock(&p->lock);
    arena_free(a);
}

void presence_list(struct presence *p, struct arena *a, int64_t ticket_id, msec now,
                   struct live_viewer **ret, size_t *ret_n)
{
    struct live_viewer *list;
    size_t n = 0;

    pthread_mutex_lock(&p->lock);
    drop_old(p, now);
    list = arena_array(a, p->n + 1, sizeof *list);
    for (size_t i = 0; i < p->n; i++)
        if (p->v[i].ticket_id == ticket_id)
            list[n++] =
                (struct live_viewer){p->v[i].agent_id, arena_str(a, p->v[i].name), p->v[i].state};
    pthread_mutex_unlock(&p->lock);
    *ret = list;
    *ret_n = n;
}
