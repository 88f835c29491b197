/* train_rows.h: the labelled texts as numbers: vocabulary, labels, features of each row.
 *
 * A bucket becomes a feature where at least two rows have it (one row alone teaches nothing that
 * another could use). Used by: train*.c. */
#pragma once

#include "triage/net.h"
#include "triage/train.h"

/* A number generator that gives the same on every machine (splitmix64). */
struct chance {
    uint64_t state;
};
uint64_t chance_next(struct chance *c);
uint32_t chance_below(struct chance *c, uint32_t n);
float chance_unit(struct chance *c); /* [0, 1) */

struct train_rows {
    struct net_input *x;
    int *label; /* index; n_labels: out of scope */
    float *weight;
    size_t n;
};

struct train_set {
    struct arena *arena; /* all below */
    const char **labels; /* sorted; in scope */
    size_t n_labels, n_oos;
    size_t n_hints; /* among `rows`, the last */
    bool has_oos;   /* enough rows out of scope to learn it as an output */
    struct train_rows rows, typos, held;
    uint32_t *row_of; /* malloc */
    float *idf;
    struct net net; /* row_of, idf and n_rows only: what net_input needs */
};

/* Enough rows out of scope for an output of their own. */
#define TRAIN_OOS_LEAST 100

/* `w` says which row (from 1) and why. */
CHECKED enum err train_set_of(const struct train_input *in, struct train_set *ret, struct why *w);
void train_set_done(struct train_set *s);

/* The text with one slip of the fingers in one of its words, in the arena. */
const char *typo_in(const char *text, struct chance *c, struct arena *a);
