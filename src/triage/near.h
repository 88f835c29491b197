/* near.h: which messages say nearly the same?
 *
 * MinHash by one-permutation hashing over character 5-shingles of the masked text, LSH of 16
 * bands of 4, streaming leader clustering. (SimHash finds 1 % of these pairs on short texts:
 * not used.) Pure; the clusters are a value of fixed size that one thread owns.
 * Source: docs/decisions. Used by: triage.h, memory.h, incidents. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define NEAR_HASHES 64

struct near_sketch {
    uint32_t v[NEAR_HASHES];
    bool is_empty; /* too short to compare: near nothing */
};

/* Of text with its personal data masked. */
void near_sketch(const char *text, size_t n, struct near_sketch *ret);
/* Estimated share of common shingles, 0-1. */
float near_jaccard(const struct near_sketch *a, const struct near_sketch *b);

/* The clusters of a window of time. */
struct near_clusters;
/* Room for `most` leaders (the oldest make room); messages join a leader from `least` estimated
 * Jaccard on (0.4); a leader is forgotten `window` ms after its last message. */
struct near_clusters *near_clusters_new(size_t most, float least, msec window);
void near_clusters_free(struct near_clusters *c); /* takes NULL */
struct near_joined {
    uint64_t cluster; /* 0: the sketch is empty */
    uint32_t n;       /* how many it now holds */
    bool is_growing;  /* its rate of the last 10 minutes is well above its own before */
};
struct near_joined near_clusters_join(struct near_clusters *c, const struct near_sketch *s,
                                      msec now);
