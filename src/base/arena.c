#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A block grows to this at most by doubling; larger requests get a block of their own. */
#define BLOCK_MAX_BYTES ((size_t)256 * 1024)
#define ALIGNMENT       _Alignof(max_align_t)

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
    struct deferred *next;
    void (*fn)(void *);
    void *p;
};

struct arena {
    struct block *head, *first;
    struct deferred *deferred;
    size_t handed_out;
};

static _Noreturn void out_of_memory(size_t n)
{
    fprintf(stderr, "out of memory: %zu bytes could not be had\n", n);
    abort();
}

static struct block *block_new(size_t size)
{
    struct block *b = malloc(sizeof *b + size);

    if (!b)
        out_of_memory(size);
    b->next = NULL;
    b->size = size;
    b->used = 0;
    return b;
}

struct arena *arena_new(size_t first_bytes)
{
    struct arena *a = calloc(1, sizeof *a);

    if (!a)
        out_of_memory(sizeof *a);
    a->first = a->head = block_new(first_bytes ? first_bytes : 1024);
    return a;
}

static void run_deferred(struct arena *a)
{
    while (a->deferred) {
        struct deferred *d = a->deferred;

        a->deferred = d->next;
        d->fn(d->p);
    }
}

void arena_reset(struct arena *a)
{
    run_deferred(a);
    while (a->head != a->first) {
        struct block *b = a->head;

        a->head = b->next;
        free(b);
    }
    a->first->used = 0;
    a->handed_out = 0;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    arena_reset(a);
    free(a->first);
    free(a);
}

size_t arena_used(const struct arena *a)
{
    return a->handed_out;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t need = (n + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    struct block *b = a->head;
    void *p;

    if (need < n)
        out_of_memory(n);
    if (b->size - b->used < need) {
        size_t size = b->size * 2 < BLOCK_MAX_BYTES ? b->size * 2 : BLOCK_MAX_BYTES;

        b = block_new(need > size ? need : size);
        b->next = a->head;
        a->head = b;
    }
    p = b->bytes + b->used;
    b->used += need;
    a->handed_out += need;
    return memset(p, 0, need);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        out_of_memory(SIZE_MAX);
    return arena_alloc(a, bytes);
}

char *arena_dup(struct arena *a, const void *p, size_t n)
{
    char *s = arena_alloc(a, n + 1);

    if (n)
        memcpy(s, p, n);
    return s;
}

char *arena_str(struct arena *a, const char *s)
{
    return s ? arena_dup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list ap, again;
    char *s;
    int n;

    va_start(ap, format);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, format, ap);
    s = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
    if (n > 0)
        vsnprintf(s, (size_t)n + 1, format, again);
    va_end(again);
    va_end(ap);
    return s;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
    struct deferred *d = arena_alloc(a, sizeof *d);

    d->fn = fn;
    d->p = p;
    d->next = a->deferred;
    a->deferred = d;
}
