#include "http/router.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define METHODS     6
#define I64_MOST    (((int64_t)1 << 53) - 1)
#define MAX_DEPTH   16 /* segments of a path; ours have at most 7 */
#define MAX_CAPTURE 3

struct node {
    struct node *next, *children;
    struct str name; /* of a literal segment, in the route's path */
    enum { NODE_LITERAL, NODE_ID, NODE_TEXT, NODE_REST } kind;
    const struct route *routes[METHODS];
};

struct router {
    struct node root;
};

static struct node *child_of(struct node *parent, struct str segment)
{
    struct node **at = &parent->children, *n;
    int kind = str_eq(segment, STR(":id"))     ? NODE_ID
               : str_starts(segment, STR(":")) ? NODE_TEXT
               : str_eq(segment, STR("*"))     ? NODE_REST
                                               : NODE_LITERAL;

    for (; *at; at = &(*at)->next)
        if ((int)(*at)->kind == kind && (kind != NODE_LITERAL || str_eq((*at)->name, segment)))
            return *at;
    /* Kept in the order of preference. */
    at = &parent->children;
    while (*at && (int)(*at)->kind <= kind)
        at = &(*at)->next;
    n = calloc(1, sizeof *n);
    assert(n);
    n->name = segment;
    n->kind = (unsigned)kind;
    n->next = *at;
    *at = n;
    return n;
}

static void add(struct router *r, const struct route *route)
{
    struct str rest = str_of(route->path + 1);
    struct node *at = &r->root;

    assert(route->path[0] == '/' && route->run);
    while (rest.n)
        at = child_of(at, str_cut(&rest, '/'));
    assert(!at->routes[route->method]); /* one row a method and path */
    at->routes[route->method] = route;
}

struct router *router_new(const struct route *routes, size_t n)
{
    struct router *r = calloc(1, sizeof *r);

    assert(r);
    for (size_t i = 0; i < n; i++)
        add(r, &routes[i]);
    return r;
}

static void free_children(struct node *n)
{
    while (n->children) {
        struct node *child = n->children;

        n->children = child->next;
        free_children(child);
        free(child);
    }
}

void router_free(struct router *r)
{
    if (!r)
        return;
    free_children(&r->root);
    free(r);
}

/* The walk: what was captured so far is undone by counting back. */
struct walk {
    struct match *m;
    size_t n_ids, n_texts;
};

static bool is_end(const struct node *n)
{
    for (int i = 0; i < METHODS; i++)
        if (n->routes[i])
            return true;
    return false;
}

static const struct node *find(const struct node *at, struct str rest, bool has_more, int depth,
                               struct walk *k);

static const struct node *try_child(const struct node *c, struct str segment, struct str rest,
                                    bool has_more, int depth, struct walk *k)
{
    struct walk before = *k;
    const struct node *found;

    switch (c->kind) {
    case NODE_LITERAL:
        if (!str_eq(c->name, segment))
            return NULL;
        break;
    case NODE_ID:
        if (k->n_ids == MAX_CAPTURE || !str_i64(segment, 1, I64_MOST, &k->m->ids[k->n_ids]))
            return NULL;
        k->n_ids++;
        break;
    case NODE_TEXT:
        if (k->n_texts == MAX_CAPTURE || segment.n == 0)
            return NULL;
        k->m->texts[k->n_texts++] = segment;
        break;
    case NODE_REST:
        k->m->rest = segment.p;
        return c;
    }
    found = find(c, rest, has_more, depth + 1, k);
    if (!found)
        *k = before;
    return found;
}

static const struct node *find(const struct node *at, struct str rest, bool has_more, int depth,
                               struct walk *k)
{
    struct str segment;

    if (!has_more) { /* "/x/" + "*" takes "/x" too, with nothing as the rest */
        for (const struct node *c = at->children; c && !is_end(at); c = c->next) {
            if (c->kind == NODE_REST) {
                k->m->rest = "";
                return c;
            }
        }
        return is_end(at) ? at : NULL;
    }
    if (depth == MAX_DEPTH)
        return NULL;
    has_more = rest.n && memchr(rest.p, '/', rest.n);
    segment = str_cut(&rest, '/');
    for (const struct node *c = at->children; c; c = c->next) {
        const struct node *found = try_child(c, segment, rest, has_more, depth, k);

        if (found)
            return found;
    }
    return NULL;
}

void router_find(const struct router *r, enum method method, const char *path, struct match *ret)
{
    struct walk k = {.m = ret};
    const struct node *n;

    *ret = (struct match){0};
    if (path[0] != '/')
        return;
    n = find(&r->root, str_of(path + 1), path[1] != 0, 0, &k);
    if (!n)
        return;
    for (size_t i = k.n_ids; i < MAX_CAPTURE; i++)
        ret->ids[i] = 0;
    for (size_t i = k.n_texts; i < MAX_CAPTURE; i++)
        ret->texts[i] = (struct str){0};
    ret->is_known = true;
    ret->route = n->routes[method];
    for (unsigned i = 0; i < METHODS; i++)
        ret->methods |= n->routes[i] ? 1U << i : 0;
}
