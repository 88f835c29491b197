/* ticket_act.h: what an agent does to a ticket. Each is one operation in one transaction:
 * read, ask the rule, write, record. All answer E_NOT_FOUND for absent and forbidden alike. */
#pragma once

#include "base/err.h"
#include "base/json_shape.h"
#include "people/principal.h"

struct tx;

/* The body of PATCH /tickets/:id; `present` says which fields stood in it. */
struct ticket_patch {
    uint64_t present;
    const char *status, *priority, *category, *subject;
    struct shape_texts tags;
    int64_t assignee_id, team_id;
    bool is_spam, is_deleted;
};
extern const struct shape TICKET_PATCH;

/* `if_rev`: E_STALE unless the ticket is at this revision; 0: any. */
CHECKED enum err ticket_act_patch(struct tx *tx, struct arena *a, int64_t id, int64_t if_rev,
                                  const struct ticket_patch *p, const struct principal *who,
                                  struct why *w);
/* until 0 wakes it. E_INVALID: `until` is not in the future. */
CHECKED enum err ticket_act_snooze(struct tx *tx, struct arena *a, int64_t id, msec until,
                                   const struct principal *who, struct why *w);
CHECKED enum err ticket_act_seen(struct tx *tx, struct arena *a, int64_t id, int64_t message_id,
                                 const struct principal *who, struct why *w);
/* Replace a ticket's tags; makes those that are new. */
CHECKED enum err ticket_tags_set(struct tx *tx, struct arena *a, int64_t id,
                                 const struct shape_texts *tags, struct why *w);
/* An empty text takes the draft away. `kind`: message_kind reply or note. */
CHECKED enum err ticket_act_draft(struct tx *tx, struct arena *a, int64_t id, int64_t kind,
                                  const char *text, const struct principal *who, struct why *w);
