/* statements.h: which statements has this connection prepared already?
 *
 * A table from (query, fragments used) to the engine's own handle. One connection, one
 * thread, so no lock. Used by: store/ engines only. */
#pragma once

#include "store/db.h"

struct statements_entry {
    const struct query *query;
    unsigned flags;
    void *handle;
};

/* Zeroed to start with. */
struct statements {
    struct statements_entry *v;
    size_t n, room; /* room: 0 or a power of two, never more than half full */
};

void *statements_get(const struct statements *t, const struct query *q, unsigned flags);
void statements_put(struct statements *t, const struct query *q, unsigned flags, void *handle);
/* Frees every handle (free_handle may be NULL); the table may be used again. */
void statements_done(struct statements *t, void (*free_handle)(void *));
