/* doubt.h: which examples look wrongly labelled to a model that has not seen them?
 *
 * Confident learning, three folds: each third is read by a model trained on the other two.
 * Source: Northcutt, Jiang, Chuang, J. Artificial Intelligence Research 70, 2021.
 * Used by: retrain.c. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "desk/lessons.h"

#define DOUBTS_MOST 300

struct doubt {
    const char *text, *label, *other; /* label, other: NULL: about nothing of ours */
    double p, other_p;                /* out of fold; p < other_p */
};
struct doubts {
    struct doubt *v; /* least likely label first */
    size_t n;
};

/* Told of its progress; answers true to end it (E_CONFLICT). */
typedef bool doubt_progress(void *arg, float done, const char *what);

/* Of more than 20,000 rows the first 20,000 are looked at. The strings are those of `l` or
 * live in `a`. */
CHECKED enum err doubts_find(struct arena *a, const struct lessons *l, doubt_progress *on_progress,
                             void *arg, struct doubts *ret, struct why *w);
