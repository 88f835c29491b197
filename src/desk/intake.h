/* intake.h: a message has arrived. Everything that happens to it happens here, in order.
 * Used by: desk's own files, import, demo. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "channels/channel.h"

struct tx;
struct read;

struct intake_result {
    int64_t message_id, ticket_id, contact_id;
    bool is_duplicate; /* it was here before; nothing was changed */
    bool is_new_ticket;
};

/* Take one message in, inside the writer's transaction. `r`: what was read of it (reader.h);
 * NULL: nothing, it is kept as it is. The same (inbox, external_id) again: OK, the first ids,
 * is_duplicate. E_NOT_FOUND: there is no such inbox. */
CHECKED enum err intake(struct tx *tx, struct arena *a, const struct incoming *m,
                        const struct read *r, struct intake_result *ret, struct why *w);
