/* presence.h: who looks at which ticket, on whichever node. Fed by presence.changed events;
 * kept in memory, forgotten after 45 s without a word. Used by: live.c. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "live/live.h"

#define PRESENCE_MS ((msec)45 * 1000) /* the console says so again every 20 s */

struct presence;

struct presence *presence_new(void);
void presence_free(struct presence *p);
/* data: {"id":3,"name":"Ana","state":"viewing"}; state "gone" takes the agent away. */
void presence_hear(struct presence *p, const struct event *e);
void presence_list(struct presence *p, struct arena *a, int64_t ticket_id, msec now,
                   struct live_viewer **ret, size_t *ret_n);

/* The data of a presence event, parsed and written by one table. */
extern const struct shape PRESENCE_DATA;
