/* live.h: what just changed, to the browsers that look at it.
 *
 * Follows the store's event log (this node's and the others') and publishes to topics: "all"
 * (everything), "list" (tickets came or changed), "ticket:ID", "counts", and for a customer in a
 * chat "chat:INBOX:CONTACT" (live_chat.c). Counts are read once per quarter second while
 * something changes and only what differs is told. Keeps who looks at which ticket.
 * Used by: main, desk's event routes. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "people/principal.h"
#include "store/event.h"

struct store;
struct http_server;
struct live;

/* What a customer in a chat is told, by (inbox, contact): never words, only that there are some. */
#define LIVE_CHAT_TOPIC "chat:%" PRId64 ":%" PRId64

struct live_count {
    const char *bucket, *of; /* of: all, team, assignee, inbox */
    int64_t id, n;
};
extern const struct shape COUNT;

struct live_viewer {
    int64_t id;
    const char *name, *state; /* viewing, replying */
};
extern const struct shape VIEWER;

/* What the data of an event says (struct event, without its cursor). */
extern const struct shape LIVE_EVENT;

CHECKED enum err live_start(struct store *s, struct live **ret, struct why *w);
/* Events go nowhere until there is a server to tell. */
void live_publish_to(struct live *l, struct http_server *http);
/* Also tell `fn` of every event, of this node and the others, on live's own thread: it must be
 * short. What was committed before this call may not be told. NULL: nobody. */
void live_listen(struct live *l, void (*fn)(void *arg, const struct event *e), void *arg);
/* Nothing is published any more: before the server ends, which others may still ask. */
void live_hush(struct live *l); /* takes NULL */
void live_stop(struct live *l); /* takes NULL */

/* The counts that `who` may see, as last read (at most a quarter second old). */
void live_counts(struct live *l, struct arena *a, const struct principal *who,
                 struct live_count **ret, size_t *ret_n);
/* Who looks at a ticket now, seen in the last 45 s. */
void live_viewers(struct live *l, struct arena *a, int64_t ticket_id, struct live_viewer **ret,
                  size_t *ret_n);

/* One event as a frame of the stream. */
void live_frame(struct buf *b, const struct event *e);
/* May a stream's owner (a struct principal) see what happened in this inbox? */
bool live_may(const void *who, int64_t inbox_id);
/* How many changes of rights were heard so far. From any thread. */
int64_t live_rights(struct live *l);
/* A copy of a principal that outlives its request, for a stream; free with live_who_free. It
 * is over once a change of its rights was heard (people.h, rights_changed). `rights` is what
 * live_rights said before the principal was read: if any change was heard since, it is over at
 * once, and its browser comes back with what it may do now. From any thread. */
void *live_who(struct live *l, const struct principal *who, int64_t rights);
void live_who_free(void *who);
bool live_is_over(const void *who);
