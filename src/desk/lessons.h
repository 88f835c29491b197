/* lessons.h: what is there to learn from: the taxonomy's examples, and what people said.
 *
 * A part of it is never learnt from: the golden set (triage/golden.h). It says whether a new model
 * may replace the old one.
 * Used by: retrain.c, cli (triage export). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "triage/taxonomy.h"
#include "triage/train.h"

struct store;

struct lessons {
    struct train_row *rows, *golden;
    size_t n_rows, n_golden;
    const char **unlabelled; /* customers' words nobody labelled, newest first */
    size_t n_unlabelled;
    struct train_row *hints; /* of categories; neither learnt as messages nor golden */
    size_t n_hints;
    int64_t last_verdict; /* the newest in it; 0: none */
    size_t n_verdicts;
};

/* All strings live in `a`. */
CHECKED enum err lessons_gather(struct store *s, struct arena *a, const struct taxonomy *t,
                                struct lessons *ret, struct why *w);
