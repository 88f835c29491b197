/* metrics.h: how good were the answers? Rates are fractions, 0-1.
 *
 * Pure. Used by: train.c, cli, desk (what is measured on the blind sample). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "triage/model.h"

/* One message that was answered and whose truth is known. */
struct answered {
    int label;   /* the truth: an index; -1: out of scope, -2: a label the model does not know */
    int top[3];  /* what it said, likeliest first; -1: nothing */
    float p;     /* its probability of top[0] */
    float oos;   /* its score of "out of scope", 0-1 */
    bool routed; /* it would have gone by itself */
};

/* Accuracy, top3, macro_f1 and ece over what is in scope; oos_auroc over all (0.5 where there is
 * nothing out of scope); coverage and accuracy_routed over all (1 where nothing was routed).
 * Fills these and n; leaves the rest of *ret. */
void metrics_of(const struct answered *rows, size_t n, size_t n_labels, struct model_metrics *ret);
