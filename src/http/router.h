/* router.h: which row of the table is meant? A tree of path segments, built once.
 *
 * A literal segment wins over ":id" (a whole number from 1 to 2^53-1), that over any other
 * ":name" (text), that over "*" (the rest). Used by: serve.c. */
#pragma once

#include "http/http.h"

struct router;

/* Ends the process on a table that contradicts itself: that is our own bug. */
struct router *router_new(const struct route *routes, size_t n);
void router_free(struct router *r);

struct match {
    const struct route *route; /* NULL: none for this method */
    bool is_known;             /* the path is known, if not with this method */
    unsigned methods;          /* bit per enum method that the path takes */
    int64_t ids[3];
    struct str texts[3];
    const char *rest;
};

void router_find(const struct router *r, enum method method, const char *path, struct match *ret);
