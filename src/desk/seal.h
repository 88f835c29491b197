/* seal.h: which words does nobody read without asking?
 *
 * Cards, IBANs, passwords, tokens and national ids (triage/pii.h) are masked in what is kept of a
 * customer's words and of a note; the words as they came stand in message_original, for those with
 * the right. What an agent writes to a customer is kept as it goes out: it is theirs, and the desk
 * must be able to say what was sent. docs/decisions/0045-sealed-words.md.
 * Used by: reader.c, reply.c, history.c, weigh.c. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct tx;

struct sealed {
    const char *text;     /* with "[card]" and the like; the text itself where nothing is sealed */
    const char *original; /* as it came; NULL: nothing is sealed */
    const char *places;   /* JSON [{"at","n","kind"}]: the masks in `text`; NULL with `original` */
};

/* Linear in the text, some 10 us a KB. The strings live in `a`. */
struct sealed seal(struct arena *a, const char *text);
/* The words under the masks, with the message; nothing where nothing is sealed. */
CHECKED enum err seal_keep(struct tx *tx, int64_t message_id, const char *original,
                           const char *places, struct why *w);
