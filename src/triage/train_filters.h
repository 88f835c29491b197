/* train_filters.h: the part of a net that looks at pairs of neighbouring words.
 *
 * A filter weighs the vectors of two words in their order; its answer is that of the pair that
 * suits it best. Only that pair learns. Used by: train_net.c, train.c. */
#pragma once

#include "triage/train_rows.h"

struct train_filters {
    size_t n, wide;
    float *w; /* n * 2 * VECTORS_DIM */
    float *bias;
    float *out;                  /* n * wide */
    float *w_g, *bias_g, *out_g; /* AdaGrad: one sum a filter, one a bias, one a weight */
    /* Of one step. */
    float *value; /* 0: left out, or no pair suited it */
    uint16_t *at; /* the best pair's first word in `words` */
    float *words; /* (NET_WORDS + 2) * VECTORS_DIM, an empty word at both ends */
    bool *is_known;
    size_t n_words;
};

void train_filters_start(struct train_filters *f, size_t n, size_t wide, struct chance *c);
void train_filters_done(struct train_filters *f);

struct train_filters_rates {
    float drop;      /* share of filters left out */
    float rate, out; /* of the filters, of what stands behind them */
};
/* Add the filters' answers to the logits z. */
void train_filters_forward(struct train_filters *f, const struct kernel *k,
                           const struct net_input *x, const struct train_filters_rates *r,
                           struct chance *c, float *z);
/* `grad`: of the logits (wide). */
void train_filters_backward(struct train_filters *f, const struct kernel *k,
                            const struct train_filters_rates *r, const float *grad);
