/* event.h: one line of the event log: what changed, for live screens and other nodes. */
#pragma once

#include "base/clock.h"

/* "pos" on SQLite, "xid-id" on PostgreSQL. Opaque outside store/. */
#define EVENT_CURSOR_BYTES 48

struct event {
    char cursor[EVENT_CURSOR_BYTES];
    const char *kind; /* "ticket.changed", "message.created", …: desk/record.h lists them */
    msec at;
    int64_t actor_id;                                    /* agent, or 0: the system or a customer */
    int64_t inbox_id, ticket_id, message_id, contact_id; /* 0: does not apply */
    const char *data;                                    /* a small JSON object, or NULL */
};
