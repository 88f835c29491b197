/* scope.h: how does a thing end with its block?
 *
 * SCOPED(fn) declares a variable whose `fn(&variable)` runs when the block is left by any
 * way. TAKE(x) hands the value over and leaves NULL behind, so nothing is freed twice.
 * Never jump with `goto` in a function that uses SCOPED. */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#define SCOPED(fn) __attribute__((cleanup(fn)))
#define TAKE(x)                                                                                    \
    __extension__({                                                                                \
        __typeof__(x) taken_ = (x);                                                                \
        (x) = NULL;                                                                                \
        taken_;                                                                                    \
    })

/* Defines free_thing_p(struct thing **) for SCOPED out of free_thing(struct thing *). */
#define SCOPED_FREE(type, fn)                                                                      \
    static inline void fn##_p(type **p)                                                            \
    {                                                                                              \
        fn(*p);                                                                                    \
    }

/* For SCOPED: a file descriptor, unless it is negative; a pointer from malloc. */
static inline void fd_close_p(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void heap_free_p(void *p)
{
    free(*(void **)p);
}
