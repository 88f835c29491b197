/* rate.h: too fast? Token buckets by key, in a table of fixed size; safe for any thread.
 *
 * When the table is full the least recently used of a few neighbours is forgotten: a client
 * that is forgotten starts with a full bucket, so memory is bounded and errors are kind.
 * Used by: serve.c. */
#pragma once

#include <stdint.h>

struct rates;

struct rates *rates_new(void);
void rates_free(struct rates *r); /* takes NULL */
/* Takes one token from the bucket of `key`, which fills at per_s up to burst.
 * Returns 0, or the seconds (>= 1) until there is one. */
int rates_take(struct rates *r, uint64_t key, double per_s, double burst, int64_t now_us);
