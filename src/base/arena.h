/* arena.h: where does the memory of one request or one job live?
 *
 * Everything that a piece of work needs is taken from its arena and goes with it, all at
 * once; nothing is freed one by one. Taking never fails: out of memory ends the process,
 * so every size that comes from outside is checked against base/limits.h first.
 * Not safe for two threads at a time; handing a whole arena over is fine. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(size_t first_bytes); /* first block; grows by itself */
void arena_free(struct arena *a);            /* takes NULL */
void arena_reset(struct arena *a);           /* keeps the first block */
size_t arena_used(const struct arena *a);    /* bytes handed out */

/* Zeroed, aligned for any type; n may be 0. */
void *arena_alloc(struct arena *a, size_t n)
    __attribute__((malloc, alloc_size(2), returns_nonnull));
/* n objects of `size` bytes; an overflow of the product ends the process. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((malloc, alloc_size(2, 3)));
char *arena_dup(struct arena *a, const void *p, size_t n); /* n bytes and a NUL */
char *arena_str(struct arena *a, const char *s);           /* NULL stays NULL */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Run fn(p) when the arena is reset or freed, last given first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))
