/* text.h: which words does a message hold, once how it was typed no longer matters?
 *
 * Lower case, accents of Latin letters and marks dropped, forms of width folded (no library: the
 * tables here cover Latin, Greek and Cyrillic; other scripts have no case). Addresses, numbers,
 * money and personal data become masks. Broken bytes part words and are else stepped over. The
 * time is linear, and only the first TEXT_BYTES and TEXT_WORDS count.
 * Pure. Used by: feature.c, train.c, triage.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "triage/pii.h"

#define TEXT_BYTES (16 * 1024) /* the first page and more of a mail; what follows is quoted */
#define TEXT_WORDS 512         /* bounds a reading to well under a millisecond */

struct text_word {
    const char *p; /* folded; not NUL-ended */
    uint16_t n;    /* bytes, > 0 */
    uint32_t at;   /* where it began in the message [bytes] */
    uint32_t end;  /* and ended */
};

struct text {
    struct text_word *words;
    size_t n_words;
};

/* `spans`: what pii_scan found, in order; each becomes one word. All lives in the arena. */
void text_read(const char *p, size_t n, const struct pii_span *spans, size_t n_spans,
               struct arena *a, struct text *ret);

/* One character of `p` (n > 0 bytes): its length; *ret is the code point, or 0xFFFD for a broken
 * byte, which is one long. */
size_t text_char(const char *p, size_t n, uint32_t *ret);
