#include "store/statements.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct statements *t, const struct query *q, unsigned flags)
{
    uint64_t h = ((uint64_t)(uintptr_t)q ^ (uint64_t)flags << 48) * UINT64_C(0x9E3779B97F4A7C15);
    size_t i = (size_t)(h >> 32) & (t->room - 1);

    while (t->v[i].query && (t->v[i].query != q || t->v[i].flags != flags))
        i = (i + 1) & (t->room - 1);
    return i;
}

void *statements_get(const struct statements *t, const struct query *q, unsigned flags)
{
    return t->room ? t->v[slot_of(t, q, flags)].handle : NULL;
}

static void grow(struct statements *t)
{
    struct statements old = *t;

    t->room = old.room ? old.room * 2 : 64;
    t->v = calloc(t->room, sizeof *t->v);
    if (!t->v)
        abort();
    for (size_t i = 0; i < old.room; i++) {
        const struct statements_entry *e = &old.v[i];

        if (e->query)
            t->v[slot_of(t, e->query, e->flags)] = *e;
    }
    free(old.v);
}

void statements_put(struct statements *t, const struct query *q, unsigned flags, void *handle)
{
    struct statements_entry *e;

    if (t->n * 2 >= t->room)
        grow(t);
    e = &t->v[slot_of(t, q, flags)];
    t->n += e->query == NULL;
    *e = (struct statements_entry){q, flags, handle};
}

void statements_done(struct statements *t, void (*free_handle)(void *))
{
    for (size_t i = 0; i < t->room; i++)
        if (t->v[i].query && free_handle)
            free_handle(t->v[i].handle);
    free(t->v);
    memset(t, 0, sizeof *t);
}
