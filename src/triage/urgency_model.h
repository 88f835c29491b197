/* urgency_model.h: how urgent does the tone of a text make it, where no rule speaks?
 *
 * Proportional odds: one weighted sum of cheap features and three cuts, fitted at build time to
 * urgency/training.tsv (urgency_fit.c). Pure. Used by: urgency.c, urgency_fit.c. */
#pragma once

#include "triage/urgency_rules.h"

#define URGENCY_FEATURES 32
#define URGENCY_CUTS     3

/* As the tool writes it and the program reads it. */
struct urgency_weights {
    float w[URGENCY_FEATURES];
    float cut[URGENCY_CUTS]; /* P(level <= P1 + k) = sigmoid(sum - cut[k]); they rise downwards */
};

/* Each about 0 to 1. */
void urgency_features(const char *text, size_t n, const struct urgency_found *found,
                      const struct urgency_hints *hints, float ret[URGENCY_FEATURES]);
/* Probability that the level is P1, or higher than each cut. */
void urgency_odds(const struct urgency_weights *m, const float x[URGENCY_FEATURES],
                  float ret[URGENCY_CUTS]);
enum urgency_level urgency_likeliest(const float p[URGENCY_CUTS]);
