/* weigh.h: what was read of a message: what does it do to its ticket?
 *
 * Asks the rules (triage/decide.c) with what the store knows, and keeps the outcome. Part of the
 * story that intake.c tells. Used by: intake.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "tickets/ticket_store.h"
#include "triage/decide.h"

struct tx;
struct read;

struct weigh_input {
    const struct read *read;
    int64_t inbox_id, contact_id;
    double promise; /* of the inbox */
    const char *external_id;
    const struct ticket_core *ticket; /* NULL: a new one */
    bool is_imported, is_automatic;
};

struct weighed {
    enum decision decision;
    int64_t urgency, priority; /* 0: as it is */
    const char *topic;         /* the category it was routed to, or NULL */
    int64_t team_id;           /* of its queue; 0: as it is */
    const char *language;      /* of a first message */
    int64_t mood;
    bool is_change; /* something of a ticket that is there changes */
    bool is_page;   /* this message reads as P1: somebody must come */
};

CHECKED enum err weigh(struct tx *tx, struct arena *a, const struct weigh_input *in,
                       struct weighed *ret, struct why *w);
/* Lay it over the ticket. All zero: nothing changes. */
void weigh_ticket(struct ticket_core *t, const struct weighed *of);
/* The reading, the sealed words, the line in the thread, the page. */
CHECKED enum err weigh_keep(struct tx *tx, struct arena *a, const struct read *r,
                            const struct weighed *of, const struct ticket_whole *t,
                            int64_t message_id, struct why *w);
