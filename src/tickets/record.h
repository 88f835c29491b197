/* record.h: a ticket has changed: move its count and tell the event log, together. */
#pragma once

#include "base/err.h"
#include "people/principal.h"
#include "tickets/ticket_store.h"

struct tx;

/* Kinds of events. */
#define EVENT_TICKET_CREATED     "ticket.created"
#define EVENT_TICKET_CHANGED     "ticket.changed"
#define EVENT_TICKET_SEEN        "ticket.seen" /* an agent has read up to message_id */
#define EVENT_MESSAGE_CREATED    "message.created"
#define EVENT_MESSAGE_CHANGED    "message.changed"
#define EVENT_CONTACT_CHANGED    "contact.changed"
#define EVENT_PRESENCE_CHANGED   "presence.changed"
#define EVENT_TYPING_CHANGED     "typing.changed" /* the customer, in a chat: {"on":true} */
#define EVENT_QUARANTINE_CHANGED "quarantine.changed"
#define EVENT_DESK_CHANGED       "desk.changed"
#define EVENT_PAGE_CHANGED       "page.changed" /* somebody is called, or has come: desk/page.h */

/* data of message.created; live/ tells a chat's customer of the first two alone. */
#define EVENT_DATA_INCOMING "{\"kind\":\"incoming\"}"
#define EVENT_DATA_REPLY    "{\"kind\":\"reply\"}"
#define EVENT_DATA_NOTE     "{\"kind\":\"note\"}"

/* The author that a message or activity of `who` carries. */
enum author_kind author_kind_of(const struct principal *who);

/* Write `after` over `t` (same id), move the count, append ticket.changed. E_CONFLICT: it was
 * changed since it was read. t->core and t->rev are brought up to date. */
CHECKED enum err record_change(struct tx *tx, struct ticket_whole *t,
                               const struct ticket_core *after, const struct principal *who,
                               struct why *w);
/* A new ticket's first count and event. */
CHECKED enum err record_created(struct tx *tx, const struct ticket_whole *t, struct why *w);
/* An event about a message; `kind` is one of the above. */
CHECKED enum err record_message(struct tx *tx, const char *kind, const struct ticket_whole *t,
                                int64_t message_id, int64_t actor_id, const char *data,
                                struct why *w);
/* One line of what was done, in the thread: meta {"what":…,"from":…,"to":…}; from, to: JSON
 * string content, may be NULL. */
CHECKED enum err record_activity(struct tx *tx, struct arena *a, const struct ticket_whole *t,
                                 const struct principal *who, const char *what, const char *from,
                                 const char *to, struct why *w);
