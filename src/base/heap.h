/* heap.h: where does memory live that belongs to no request and no job?
 *
 * Taking never fails, as with arenas: out of memory ends the process, so every size that comes
 * from outside is checked against base/limits.h first. Used where an arena would hold a large
 * buffer for too long. */
#pragma once

#include <stddef.h>

/* Zeroed; the caller frees it, or says SCOPED(heap_free_p) of base/scope.h. */
void *heap_new(size_t n) __attribute__((malloc, alloc_size(1), returns_nonnull));
