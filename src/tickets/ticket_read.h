/* ticket_read.h: the small things around tickets: tags, statuses, drafts. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "people/principal.h"

struct tx;

struct draft {
    const char *kind, *text;
    msec updated_at;
};
struct tag {
    int64_t id;
    const char *name;
};
struct status {
    int64_t id;
    const char *key, *name, *category;
    int64_t position;
};

CHECKED enum err drafts_of(struct tx *tx, struct arena *a, int64_t ticket_id, int64_t agent_id,
                           struct draft **ret, size_t *ret_n, struct why *w);
CHECKED enum err tags_all(struct tx *tx, struct arena *a, struct tag **ret, size_t *ret_n,
                          struct why *w);
/* 0: no such tag. */
CHECKED enum err tag_id(struct tx *tx, struct arena *a, const char *name, int64_t *ret,
                        struct why *w);
CHECKED enum err statuses_all(struct tx *tx, struct arena *a, struct status **ret, size_t *ret_n,
                              struct why *w);
/* s->id is set. E_CONFLICT: the key is taken. */
CHECKED enum err status_make(struct tx *tx, struct arena *a, const struct principal *who,
                             struct status *s, struct why *w);
CHECKED enum err status_change(struct tx *tx, const struct principal *who, int64_t id,
                               const char *name, int64_t position, struct why *w);
