/* read.h: from a message to its features, personal data masked first. The one way that training
 * and reading share, so that both see the same.
 *
 * Used by: train_rows.c, triage.c, memory.c. */
#pragma once

#include "triage/feature.h"
#include "triage/near.h"

struct read_pii {
    struct pii_span *spans; /* in the arena */
    size_t n;
};

/* The sketch of a message without its personal data. */
void read_sketch(const char *text, size_t n, const struct read_pii *pii, struct arena *a,
                 struct near_sketch *ret);
/* `ret_pii` may be NULL. */
void read_features(const char *text, size_t n, struct arena *a, struct features *ret,
                   struct read_pii *ret_pii);
