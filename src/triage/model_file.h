/* model_file.h: how does a model lie in its file, and what is in it?
 *
 * Little-endian. A header, a table of sections, the sections, each beginning at a multiple of 64
 * bytes and with its CRC-32 in the table:
 *   "meta" struct model_meta; "labels" NUL-ended names in scope; then the arrays of struct net:
 *   "buckets" "idf" "scale" "rows" "bias" "out" "pairs" "fscale" "fbias" "fout"; "own" one
 *   threshold a label, negative: the pooled one.
 * Whatever a file holds, reading it is safe: every index and number is checked once, at opening.
 * Used by: model.c, train.c; triage.c and memory.c through the accessors. */
#pragma once

#include "triage/confidence.h"
#include "triage/model.h"
#include "triage/net.h"

#define MODEL_VERSION     2
#define MODEL_LABELS      1000
#define MODEL_LABEL_BYTES 120
#define MODEL_HIDDEN      4096
#define MODEL_BYTES       ((size_t)1 << 30)

struct model_meta {
    uint64_t seed;
    uint64_t trained_on; /* hash of the rows */
    uint32_t n_rows, n_labels, n_hidden;
    uint32_t has_oos; /* 1: the net has an output more, "out of scope" */
    uint32_t n_filters;
    uint32_t n_words; /* of vectors.h when it was trained */
    struct confidence confidence;
    struct model_metrics metrics;
};

/* What a model is made of. */
struct model_parts {
    struct model_meta meta;
    const char *const *labels;
    const float *own; /* n_labels */
    struct net net;
};

/* The file's bytes (malloc). */
void model_write(const struct model_parts *p, void **ret, size_t *ret_n);

/* Write the checksums of a model's bytes anew, wherever they lie within it: so that tests can
 * reach behind them. */
void model_reseal(void *bytes, size_t n);

const struct net *model_net(const struct model *m);
const struct confidence *model_confidence(const struct model *m);
const struct kernel *model_kernel(const struct model *m);
bool model_has_oos(const struct model *m);
/* The threshold that holds for a label. */
float model_threshold(const struct model *m, size_t label);
