/* swap.h: how do many readers use one thing while a writer puts a new one in its place?
 *
 * Readers take and put without ever waiting; each is sure that what it took lives until it puts
 * it back. A writer replaces; the old one is freed by whoever puts it back last.
 *
 * How: the holder's word packs an index of a slot and a count of takes since that slot was made
 * current, so that taking is one atomic add: index and count cannot come apart. Replacing swaps
 * the word for a new slot's and moves the count it took out over to the old slot, whose puts
 * count down to zero. Used by: desk (the triage of this moment). */
#pragma once

#include <stdint.h>

struct swap;

/* `free_it` is called once for each value, on whatever thread puts it last. */
struct swap *swap_new(void *value, void (*free_it)(void *value));
void swap_free(struct swap *s); /* nobody holds anything any more; takes NULL */

struct swap_held {
    void *value;
    uint32_t slot;
};
/* The value of this moment, until swap_put. */
struct swap_held swap_take(struct swap *s);
void swap_put(struct swap *s, struct swap_held held);
/* From now on readers take `value`. Writers wait for each other, and while 254 old values are
 * still held. */
void swap_replace(struct swap *s, void *value);
