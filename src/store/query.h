/* query.h: what does generated query code need to be called?
 *
 * Included by every x.sql.h that tools/sqlgen.py makes. Nobody includes it by hand.
 * Used by: domains' _store files, through their x.sql.h. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct tx; /* store/store.h */

/* Parameters of type i64[] and text[]. */
struct i64_list {
    const int64_t *v;
    size_t n;
};

struct text_list {
    const char *const *v;
    size_t n;
};
