/* train_hints.h: what does a taxonomy say of its categories besides its examples?
 *
 * Names, descriptions, what belongs in, keywords: each a short text of one category. With some
 * fifteen examples a category and language they are worth six points of accuracy
 *. Used by: desk (lessons), tools/model_make.c. */
#pragma once

#include "triage/taxonomy.h"
#include "triage/train.h"

/* Rows for train_input.hints. In the arena, the texts too or in the taxonomy. */
struct train_row *train_hints(const struct taxonomy *t, struct arena *a, size_t *ret_n);
