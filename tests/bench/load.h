/* load.h: what a load run is made of.
 *
 * One thread, one epoll, three kinds of client: writers that post customers' messages, readers
 * that get the given paths, and followers that keep an event stream open. Figures are measured
 * here, at the client, on loopback. Used by: tests/bench only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role { WRITER, READER, FOLLOWER };

struct plan {
    int port;
    const char *key; /* API key */
    int64_t inbox;   /* where writers post; 0: no writers */
    int writers;
    double rate;        /* posts a second over all writers; 0: as fast as answers come */
    int contacts;       /* how many different customers write */
    const char *prefix; /* of the external ids, so that runs do not meet */
    const char *paths;  /* file of paths, one a line, asked in turn; NULL: no readers */
    int readers;
    double read_rate; /* gets a second over all readers; 0: as fast as answers come */
    int followers;
    const char *topics; /* of the followers' streams */
    double seconds;
};

/* A growing list of durations. */
struct times {
    double *v;
    size_t n, room;
};

void times_add(struct times *t, double seconds);
/* The value below which the share p (0..1) lies, in ms; 0 of none. Sorts. */
double times_ms(struct times *t, double p);

/* Who has heard of which message, and when. */
struct heard;
struct heard *heard_new(int followers);
void heard_free(struct heard *h);
void heard_posted(struct heard *h, int64_t message_id, double sent_at);
void heard_at(struct heard *h, int64_t message_id, int follower, double now);
/* From a message's posting to its arrival at the last follower; how many (message, follower)
 * pairs never arrived. */
void heard_sum(struct heard *h, struct times *ret_last, int64_t *ret_missing);
