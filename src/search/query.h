/* query.h: what does a person mean by these words? Turns typed text into the stores' own
 * query languages: every word must be there, the last may be a beginning, "quoted words" stand
 * together. Nothing typed can be an operator. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* At most this many words count; more make no search better. */
#define QUERY_WORDS 12

/* FTS5: "word" "other"*. NULL: there is no word in it. `text` is valid UTF-8. */
const char *query_fts5(struct arena *a, const char *text);
/* to_tsquery: 'word' & 'other':*. */
const char *query_tsquery(struct arena *a, const char *text);
/* "#123" or "123" and nothing else: a ticket's number, from 1. */
bool query_number(const char *text, int64_t *ret);
/* Either of the two with its last word whole instead of a beginning; NULL if it is whole
 * already. Beginnings cost: FTS5 gathers every message of every word that begins so. */
const char *query_whole(struct arena *a, const char *query);
