/* train.h: from labelled texts to a model.
 *
 * Everything in memory, one thread, deterministic for a seed. Used by: cli, desk (in a job). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct train_row {
    const char *text;
    const char *label; /* "oos": about nothing of ours */
    float weight;      /* 0 stands for 1 */
};

struct train_input {
    const struct train_row *rows;
    size_t n_rows;
    const struct train_row
        *held; /* for temperature, thresholds and metrics; none: a part of rows */
    size_t n_held;
    const char *const *unlabelled; /* for the word vectors */
    size_t n_unlabelled;
    /* Texts that teach but are no messages (train_hints.h): never held out, never counted. Those
     * of a label without rows are stepped over. */
    const struct train_row *hints;
    size_t n_hints;
    float promise; /* share of the routed that must be right; 0 stands for 0.98 */
    uint64_t seed;
    /* Told of its progress, 0-1; answers true to end it (E_CONFLICT). May be NULL. */
    bool (*on_progress)(void *arg, float done, const char *what);
    void *arg;
};

/* The model's bytes (malloc, the caller frees). E_INVALID: fewer than two labels, an empty text,
 * a label longer than 120 bytes, more than 1,000 labels or 2,000,000 rows. */
CHECKED enum err train_model(const struct train_input *in, void **ret, size_t *ret_n,
                             struct why *w);
