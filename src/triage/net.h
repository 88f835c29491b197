/* net.h: the numbers of a trained classifier, and what they say of a message's features.
 *
 * A message is a short list of (row, value): the features that the training knew, each block of
 * length 1/sqrt 2. Each row has a weight for every label (the wide part) and for every hidden
 * unit (the deep part), in one byte each, side by side, so that one pass over a row feeds both.
 * Several nets trained from different seeds and averaged by their logits are one net with more
 * hidden units; so that is how they are kept.
 * Pure. Used by: model.c, train_*.c, memory.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "triage/feature.h"
#include "triage/kernel.h"
#include "triage/vectors.h"

/* Words whose order counts: of a longer message the first. */
#define NET_WORDS   60
#define NET_FILTERS 1024 /* at most */
/* Length of the mean of the words' vectors, beside the 1 of the other features. */
#define NET_MEAN 0.6F

struct net {
    uint32_t n_rows;        /* features known; VECTORS_DIM rows more stand behind them */
    uint32_t n_labels;      /* outputs, the one for "out of scope" included, where there is one */
    uint32_t n_hidden;      /* hidden units, a multiple of KERNEL_WIDTH; 0: linear */
    uint32_t wide;          /* n_labels, padded */
    uint32_t width;         /* wide + n_hidden */
    const uint32_t *row_of; /* FEATURE_BUCKETS: row + 1, 0 unknown */
    const float *idf;       /* n_rows */
    const float *scale;     /* width: what one step of a byte weighs in that column */
    const int8_t *rows;     /* (n_rows + VECTORS_DIM) * width */
    const float *bias;      /* width */
    const float *out;       /* n_hidden * wide */
    /* Filters over pairs of neighbouring words: a filter answers with the best pair's value, if
     * it is above 0. Kept as what each word is worth as the first and as the second of a pair. */
    uint32_t n_filters;        /* a multiple of KERNEL_WIDTH */
    uint32_t n_words;          /* words that have a vector */
    const int8_t *pairs;       /* (n_words + 1) * 2 * n_filters; the first: unknown, all 0 */
    const float *filter_scale; /* n_filters */
    const float *filter_bias;  /* n_filters */
    const float *filter_out;   /* n_filters * wide */
};

/* A message as the net sees it. */
struct net_input {
    uint32_t *row;
    float *v;
    uint16_t *feature; /* which of the features it was; NULL where nobody asks */
    size_t n;          /* the numbers of the mean vector included, which stand last */
    size_t n_sparse;   /* without them */
    uint32_t *word;    /* places in vectors.h of the first words; 0 unknown */
    size_t n_words;
    float known[BLOCK_COUNT]; /* share of the block's weight that the training knew, 0-1 */
};

/* Look the features up and bring each block to its length. In the arena. */
void net_input(const struct net *net, const struct features *f, struct arena *a,
               struct net_input *ret);

/* What the net answers, in `units` (width floats): first the logits (wide), then the hidden
 * units. */
void net_run(const struct net *net, const struct kernel *k, const struct net_input *x,
             float *units);

/* The logit of label `y` that each sparse entry of `x` added, given the units of net_run. */
void net_because(const struct net *net, const struct kernel *k, const struct net_input *x, size_t y,
                 const float *units, struct arena *a, float *ret);
