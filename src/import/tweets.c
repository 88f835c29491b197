#include "import/tweets.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

#define NOBODY UINT32_MAX

/* A tweet, or (offset -1) an id that another tweet named. */
struct node {
    int64_t id;
    int64_t offset;
    uint32_t bytes;
    uint32_t at;      /* [s]; good until 2106 */
    uint32_t up;      /* union-find: towards the conversation's root; later: its ticket's first */
    uint32_t answers; /* the node it answers, or NOBODY; later: when its ticket began [s] */
    uint32_t author;  /* of a customer's; of ours, after owners(): the customer's */
    uint32_t is_inbound;
};

struct tweets {
    struct node *v;
    size_t n, room, n_tweets;
    uint32_t *slots; /* id → index + 1; 0: empty. Linear probing, at most two thirds full */
    size_t n_slots;  /* a power of two */
    uint32_t *order;
    size_t next;
};

struct tweets *tweets_new(void)
{
    struct tweets *t = heap_new(sizeof(*t));

    t->room = 1024;
    t->v = heap_new(t->room * sizeof(*t->v));
    t->n_slots = 2048;
    t->slots = heap_new(t->n_slots * sizeof(*t->slots));
    return t;
}

void tweets_free(struct tweets *t)
{
    if (!t)
        return;
    free(t->v);
    free(t->slots);
    free(t->order);
    free(t);
}

/* Fibonacci hashing: ids come in runs. */
static size_t slot_of(const struct tweets *t, int64_t id)
{
    uint64_t h = (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15);

    return (size_t)(h >> 32) & (t->n_slots - 1);
}

static size_t find(const struct tweets *t, int64_t id)
{
    size_t i = slot_of(t, id);

    while (t->slots[i] && t->v[t->slots[i] - 1].id != id)
        i = (i + 1) & (t->n_slots - 1);
    return i;
}

static void widen(struct tweets *t)
{
    free(t->slots);
    t->n_slots *= 2;
    t->slots = heap_new(t->n_slots * sizeof(*t->slots));
    for (size_t i = 0; i < t->n; i++)
        t->slots[find(t, t->v[i].id)] = (uint32_t)i + 1;
}

/* The node of an id, made if it is new. */
static uint32_t node_of(struct tweets *t, int64_t id)
{
    size_t slot = find(t, id);

    if (t->slots[slot])
        return t->slots[slot] - 1;
    if (t->n == NOBODY - 1)
        abort(); /* four thousand million tweets */
    if (t->n == t->room) {
        t->room *= 2;
        t->v = reallocarray(t->v, t->room, sizeof(*t->v));
        if (!t->v)
            abort(); /* out of memory, as arenas do */
    }
    t->v[t->n] = (struct node){.id = id, .offset = -1, .up = (uint32_t)t->n, .answers = NOBODY};
    t->slots[slot] = (uint32_t)++t->n;
    if (t->n * 3 > t->n_slots * 2)
        widen(t);
    return (uint32_t)t->n - 1;
}

static uint32_t root_of(struct tweets *t, uint32_t i)
{
    while (t->v[i].up != i) {
        t->v[i].up = t->v[t->v[i].up].up; /* halve the path */
        i = t->v[i].up;
    }
    return i;
}

bool tweets_add(struct tweets *t, const struct tweet *tweet)
{
    uint32_t i = node_of(t, tweet->id); /* may move t->v */
    struct node *n = &t->v[i];

    if (n->offset >= 0)
        return false;
    n->offset = tweet->offset;
    n->bytes = (uint32_t)tweet->bytes;
    n->at = (uint32_t)(tweet->at / 1000);
    n->author = tweet->author;
    n->is_inbound = tweet->is_inbound;
    t->n_tweets++;
    return true;
}

void tweets_answer(struct tweets *t, int64_t id, int64_t to)
{
    uint32_t a = node_of(t, id), b = node_of(t, to);
    uint32_t x = root_of(t, a), y = root_of(t, b);

    if (a != b && t->v[a].answers == NOBODY)
        t->v[a].answers = b;
    if (x != y)
        t->v[x < y ? y : x].up = x < y ? x : y;
}

size_t tweets_count(const struct tweets *t)
{
    return t->n_tweets;
}

static bool is_before(const struct node *a, const struct node *b)
{
    return a->at != b->at ? a->at < b->at : a->id < b->id;
}

/* The customer's tweet that `i` answers in the end; NOBODY if there is none. A loop (which a
 * broken file may have) ends after as many steps as a talk can have. */
static uint32_t customer_above(const struct tweets *t, uint32_t i)
{
    for (int steps = 0; i != NOBODY && steps < 10000; steps++) {
        if (t->v[i].offset >= 0 && t->v[i].is_inbound)
            return i;
        i = t->v[i].answers;
    }
    return NOBODY;
}

/* The customers' earliest tweet of every conversation, by root. */
static uint32_t *first_customers(struct tweets *t)
{
    uint32_t *first = heap_new(t->n * sizeof(*first) + 1);

    memset(first, 0xFF, t->n * sizeof(*first));
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t root = root_of(t, i);

        if (t->v[i].offset >= 0 && t->v[i].is_inbound &&
            (first[root] == NOBODY || is_before(&t->v[i], &t->v[first[root]])))
            first[root] = i;
    }
    return first;
}

/* Every tweet of ours takes the author of the customer whose matter it is. */
static void owners(struct tweets *t, const uint32_t *first)
{
    for (uint32_t i = 0; i < t->n; i++) {
        struct node *n = &t->v[i];
        uint32_t of;

        if (n->offset < 0 || n->is_inbound)
            continue;
        of = customer_above(t, n->answers);
        if (of == NOBODY)
            of = first[root_of(t, i)];
        n->author = of == NOBODY ? 0 : t->v[of].author;
    }
}

/* Conversation, then customer, then the customer's own first, then time. */
static int by_ticket(const void *a, const void *b, void *arg)
{
    const struct tweets *t = arg;
    const struct node *x = &t->v[*(const uint32_t *)a], *y = &t->v[*(const uint32_t *)b];

    if (x->up != y->up)
        return x->up < y->up ? -1 : 1;
    if (x->author != y->author)
        return x->author < y->author ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->is_inbound != y->is_inbound)
        return x->is_inbound ? -1 : 1;
    return x->id < y->id ? -1 : 1;
}

/* When its ticket began, then which ticket; within it a customer's first, then time. */
static int by_age(const void *a, const void *b, void *arg)
{
    const struct tweets *t = arg;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const struct node *x = &t->v[i], *y = &t->v[j];

    if (x->answers != y->answers)
        return x->answers < y->answers ? -1 : 1;
    if (x->up != y->up)
        return x->up < y->up ? -1 : 1;
    if ((x->up == i) != (y->up == j))
        return x->up == i ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->is_inbound != y->is_inbound)
        return x->is_inbound ? -1 : 1;
    return x->id < y->id ? -1 : 1;
}

static bool is_same_ticket(const struct node *a, const struct node *b)
{
    return a->up == b->up && a->author == b->author;
}

/* From here on `up` is the tweet that names the ticket, `answers` when that was said. */
static void name_tickets(struct tweets *t)
{
    for (size_t i = 0, end; i < t->n_tweets; i = end) {
        const struct node first = t->v[t->order[i]];
        uint32_t name = t->order[i];

        for (end = i; end < t->n_tweets && is_same_ticket(&first, &t->v[t->order[end]]); end++)
            if (!t->v[name].is_inbound && t->v[t->order[end]].is_inbound)
                name = t->order[end];
        for (size_t j = i; j < end; j++) {
            t->v[t->order[j]].answers = t->v[name].at;
            /* is_same_ticket looks at the next group's `up` and not at this one's again */
            t->v[t->order[j]].up = name;
        }
    }
}

void tweets_sort(struct tweets *t)
{
    uint32_t *first = first_customers(t);
    size_t n = 0;

    owners(t, first);
    free(first);
    t->order = heap_new(t->n_tweets * sizeof(*t->order) + 1);
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t root = root_of(t, i);

        t->v[i].up = root;
        if (t->v[i].offset >= 0)
            t->order[n++] = i;
    }
    qsort_r(t->order, n, sizeof(*t->order), by_ticket, t);
    name_tickets(t);
    qsort_r(t->order, n, sizeof(*t->order), by_age, t);
}

bool tweets_next(struct tweets *t, struct tweet_place *ret)
{
    const struct node *n, *name;

    if (t->next == t->n_tweets)
        return false;
    n = &t->v[t->order[t->next++]];
    name = &t->v[n->up];
    *ret = (struct tweet_place){
        .tweet = {.id = n->id,
                  .at = (msec)n->at * 1000,
                  .offset = n->offset,
                  .bytes = n->bytes,
                  .author = n->author,
                  .is_inbound = n->is_inbound},
        .ticket_id = name->id,
        .customer_offset = name->offset,
        .customer_bytes = name->bytes,
        .has_customer = name->is_inbound,
    };
    return true;
}
