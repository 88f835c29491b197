/* confidence.h: how sure may we be, and what may be routed without a person?
 *
 * Everything here is fitted on messages that the net was not trained on: a temperature, two small
 * logistic models over what the logits look like ("is this about nothing of ours?", "is the best
 * label right?"), one threshold whose 95 % upper Clopper-Pearson bound of the error stays under
 * the promise, and the conformal set (LAC) of labels worth showing.
 * Pure. Used by: model.c, train.c, cli. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triage/net.h"

#define CONFIDENCE_INPUTS 8 /* the first is always 1 */
/* A label gets a threshold of its own from so many held-out rows on; fewer say too little. */
#define CONFIDENCE_OWN_ROWS 150
/* Share of the conformal sets that must hold the true label. */
#define CONFIDENCE_SET 0.98F
/* Of a desk's traffic, so much at the least is about nothing it has a category for, whatever
 * share of it a validation file holds. */
#define CONFIDENCE_OOS_SHARE 0.15F
/* Nothing passes: the promise cannot be kept. */
#define CONFIDENCE_NEVER 2.0F

struct confidence {
    float temperature; /* > 0 */
    float oos[CONFIDENCE_INPUTS], sure[CONFIDENCE_INPUTS];
    float threshold; /* of `sure`; CONFIDENCE_NEVER: none */
    float set;       /* labels with p >= this are worth showing */
};

/* What one message came to. */
struct judged {
    float *p;          /* calibrated probability of each label that is in scope; they add to 1 */
    size_t best, next; /* the two likeliest */
    float inputs[CONFIDENCE_INPUTS];
    float oos;  /* 0-1 */
    float sure; /* 0-1: how likely `best` is right and the message in scope */
};

/* `z`: logits; n labels are in scope, and z[n] is that of "out of scope" where has_oos. `p` (n)
 * is written. */
void confidence_judge(const struct confidence *c, const float *z, size_t n, bool has_oos,
                      const float known[BLOCK_COUNT], float *p, struct judged *ret);

/* One held-out message: its logits and what it was; label -1: out of scope. */
struct held_row {
    const float *z;
    float known[BLOCK_COUNT];
    int label;
};

/* Fit all but the threshold. `n_labels` > 1; rows may be none: then careful defaults. */
void confidence_fit(const struct held_row *rows, size_t n, size_t n_labels, bool has_oos,
                    struct confidence *ret);

/* A message that could be routed. */
struct routable {
    float sure;
    bool is_right; /* never where it is out of scope */
    bool is_oos;
};

/* The lowest threshold whose upper 95 % bound of the error among those above it is at most
 * 1 - promise; CONFIDENCE_NEVER if there is none. `oos_share` of all traffic is taken to be out
 * of scope, where the rows hold fewer (and some); sorts the rows. */
float confidence_threshold(struct routable *rows, size_t n, float promise, float oos_share);
