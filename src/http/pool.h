/* pool.h: a few threads that take exchanges from a queue, oldest first. They may block. */
#pragma once

#include "base/err.h"

struct exchange;
struct pool;

CHECKED enum err pool_new(const char *name, int threads, struct pool **ret, struct why *w);
void pool_push(struct pool *p, struct exchange *x); /* x->work(x) will run */
void pool_free(struct pool *p);                     /* finishes what is queued; takes NULL */
