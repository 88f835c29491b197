/* feature.h: what is counted in a message, for every head that learns?
 *
 * One pass: words, pairs of words, pairs with one left out, and 2 to 5 characters inside
 * "<word>", each hashed with a salt of its family into 2^18 buckets. Words and characters are two
 * blocks, each to be brought to length 1 apart. Linear in the text.
 * Pure. Used by: model.c, train.c, triage.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "triage/text.h"

#define FEATURE_BITS    18
#define FEATURE_BUCKETS (1u << FEATURE_BITS)
/* Changes whenever the same text may give other features: a model of another spec is refused. */
#define FEATURE_SPEC 0x616e7469707430ull

enum feature_block { BLOCK_WORDS = 0, BLOCK_CHARS, BLOCK_COUNT };

struct feature {
    uint32_t bucket;
    uint16_t count; /* how often; more than FEATURE_COUNT is that */
    uint16_t word;  /* the first word that has it; of a pair the first */
    uint8_t block;
    uint8_t reach; /* further words that it spans: 0, 1 or 2 */
};

#define FEATURE_COUNT 63

struct features {
    struct text text;
    uint32_t *alone;   /* of each word, the bucket of the word alone */
    struct feature *v; /* each bucket of a block once, in order of first sight */
    size_t n;
};

/* Of a message, personal data masked first by pii_scan. All lives in the arena. */
void features_read(const char *p, size_t n, const struct pii_span *spans, size_t n_spans,
                   struct arena *a, struct features *ret);
/* 1 + ln(count): how much a feature counts that stands there so often. */
float feature_weight(unsigned count);
