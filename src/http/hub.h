/* hub.h: what was said, on which topic, since when? The part of the event streams that all
 * threads share, under one lock; sse.c has the part that belongs to a loop.
 *
 * A publication waits in `pending` for the next tick; a later one with the same topic and key
 * takes its place (at the end, so that cursors never go back). While a stream is being opened
 * its handler reads a snapshot; all that is published from just before that until the stream
 * is live is kept in `recent`, and the stream gets it then: no gap. Used by: sse.c. */
#pragma once

#include "http/inner.h"

struct topic;

struct pub {
    _Atomic int refs;
    uint64_t seq; /* 1, 2, … */
    struct topic *topic;
    const char *key, *frame; /* behind the struct */
    size_t frame_bytes;
    bool (*may)(const void *who, int64_t tag);
    int64_t tag;
    struct pub *next, *prev, *same_hash; /* in pending */
};

/* Publications of one tick, shared by all loops. */
struct tick {
    _Atomic int refs;
    size_t n;
    struct pub *v[];
};

void pub_unref(struct pub *p);
void tick_unref(struct tick *t);

/* The set of topics a stream follows, sorted, each counted as followed while it does. */
struct topic *hub_follow(struct hub *h, const char *name);
void hub_unfollow(struct hub *h, struct topic *t);
/* The stream of x is live from here on: *ret_after is the last publication that ticks will
 * not bring it; those it missed while it opened are returned (to be freed with free(), each
 * with pub_unref). Ends what hub_opening began. */
struct pub **hub_missed(struct hub *h, struct exchange *x, struct topic *const *topics,
                        size_t n_topics, size_t *ret_n, uint64_t *ret_after);
/* Takes what is pending; NULL if nothing is. */
struct tick *hub_take_tick(struct hub *h, int refs);

/* sse.c */
void stream_on_tick_wanted(struct loop *l, struct note *n);
