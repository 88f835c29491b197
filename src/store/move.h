/* move.h: a desk out of SQLite into PostgreSQL. Used by: cli. */
#pragma once

#include "store/store.h"

struct move_told {
    void (*table)(void *arg, const char *name, int64_t rows); /* after each */
    void *arg;
};

/* Copy everything that `from` (SQLite) holds into `to` (PostgreSQL, migrated and empty), which
 * afterwards is the same desk: the same ids, numbers, counts, words to search, blobs. `from` is
 * only read. `a` outlives both stores. If it fails, `to` is to be made anew. */
CHECKED enum err store_move(struct store *from, struct store *to, struct arena *a,
                            const struct move_told *told, struct why *w);
