/* train_net.h: one net from rows and a seed, by stochastic gradient with AdaGrad.
 *
 * Used by: train.c. */
#pragma once

#include "triage/train_filters.h"
#include "triage/train_rows.h"

struct train_plan {
    size_t n_hidden, n_filters; /* 0 and 0: linear */
    int epochs;
    float rate;           /* falls to 2 % of it in a straight line */
    float drop, drop_hid; /* share of features and of hidden units left out in each step */
    float smooth;         /* of the label's 1 that goes to all labels alike */
    bool with_typos;
    uint64_t seed;
};

extern const struct train_plan TRAIN_LINEAR, TRAIN_DEEP;

/* Weights in floats: rows of `width` (VECTORS_DIM more than n_rows), then as in struct net. */
struct train_net {
    size_t n_rows, n_labels, wide, n_hidden, width;
    float *rows, *bias, *out; /* the weights */
    float *rows_g;            /* two a row: sums of squared gradients, wide and deep */
    struct train_filters filters;
    float *bias_g, *out_g; /* one a weight */
};

struct train_progress {
    const struct train_input *in;
    float from, to; /* this part's share of the whole */
};

/* E_CONFLICT: the caller ended it. Freed by train_net_done. */
CHECKED enum err train_net_of(const struct train_set *s, const struct train_plan *plan,
                              const struct train_progress *progress, struct train_net *ret,
                              struct why *w);
void train_net_done(struct train_net *n);
