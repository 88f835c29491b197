/* train_hints.h: what does a taxonomy say of its categories besides its examples?
 *
 * Names, descriptions, what belongs in, keywords: each a short text of one category. Built-in
 * taxonomy, right without and with them: 48.4 and 54.6 % by cross-validation, but 43.8 and 45.0 %
 * of the 240 fresh messages in scope of tests/triage, which is within chance. The first figure
 * flatters: keywords and examples are by the same hand.
 * Used by: desk (lessons), tools/model_make.c. */
#pragma once

#include "triage/taxonomy.h"
#include "triage/train.h"

/* Rows for train_input.hints. In the arena, the texts too or in the taxonomy. */
struct train_row *train_hints(const struct taxonomy *t, struct arena *a, size_t *ret_n);
