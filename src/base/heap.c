#include "base/heap.h"

#include <stdio.h>
#include <stdlib.h>

void *heap_new(size_t n)
{
    void *p = calloc(1, n);

    if (!p) {
        fprintf(stderr, "out of memory: %zu bytes could not be had\n", n);
        abort();
    }
    return p;
}
