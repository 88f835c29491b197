/* audit.h: who did what, kept for good. Append-only in the database too. */
#pragma once

#include "base/err.h"
#include "people/principal.h"

struct tx;

/* One line. `detail` is a small JSON object of ours (no customer text) or NULL. */
CHECKED enum err audit_write(struct tx *tx, const struct principal *who, const char *action,
                             const char *object, int64_t object_id, const char *detail,
                             struct why *w);
