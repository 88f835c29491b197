/* model.h: a trained text classifier: how is it loaded, and what does it say of a text?
 *
 * One file, little-endian, versioned, a checksum per section; read-only memory once open. Scores
 * are the same on every machine, with and without SIMD, on any number of threads.
 * Used by: triage.c, train.c, cli, desk (which swaps them). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct model;

/* From a file (mapped) or from bytes that outlive the model (copied if not aligned). E_INVALID:
 * it is damaged, cut, of another version or no model of ours, and `w` names the section. */
CHECKED enum err model_open(const char *path, struct model **ret, struct why *w);
CHECKED enum err model_of(const void *bytes, size_t n, struct model **ret, struct why *w);
void model_free(struct model *m); /* takes NULL */

size_t model_labels(const struct model *m);
const char *model_label(const struct model *m, size_t i);
int model_label_index(const struct model *m, const char *label); /* -1: it does not know it */
size_t model_bytes(const struct model *m);
uint64_t model_version(const struct model *m); /* hash of its content: its name */

struct model_metrics { /* measured on the held-out part when it was trained; rates 0-1 */
    float accuracy, top3, macro_f1, ece, oos_auroc, coverage, accuracy_routed;
    float threshold, temperature, promise;
    uint32_t n, n_train;
};
const struct model_metrics *model_metrics(const struct model *m);
