#include "load.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (1u << 17) /* messages of one run: some minutes at 200 a second */

struct told {
    int64_t message_id; /* 0: free */
    double sent_at, last_at;
    int arrived;
    unsigned char *by; /* its row */
};

struct heard {
    int followers;
    size_t row_bytes; /* a bit a follower */
    struct told *v;
    unsigned char *rows; /* one a slot; the system gives only what is touched */
};

void times_add(struct times *t, double seconds)
{
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 1024;
        t->v = realloc(t->v, t->room * sizeof *t->v);
        if (!t->v)
            abort();
    }
    t->v[t->n++] = seconds;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

double times_ms(struct times *t, double p)
{
    if (t->n == 0)
        return 0;
    qsort(t->v, t->n, sizeof *t->v, by_value);
    return 1000 * t->v[(size_t)(p * (double)(t->n - 1) + 0.5)];
}

struct heard *heard_new(int followers)
{
    struct heard *h = calloc(1, sizeof *h);

    if (!h)
        abort();
    h->followers = followers;
    h->row_bytes = (size_t)followers / 8 + 1;
    h->v = calloc(SLOTS, sizeof *h->v);
    h->rows = calloc(SLOTS, h->row_bytes);
    if (!h->v || !h->rows)
        abort();
    return h;
}

void heard_free(struct heard *h)
{
    if (!h)
        return;
    free(h->rows);
    free(h->v);
    free(h);
}

/* The message's slot, taken if new; NULL once the table is nearly full. */
static struct told *slot(struct heard *h, int64_t id)
{
    size_t at = (size_t)((uint64_t)id * 0x9E3779B97F4A7C15u >> 47);

    for (size_t i = 0; i < 64; i++) {
        struct told *t = &h->v[(at + i) % SLOTS];

        if (t->message_id == id)
            return t;
        if (t->message_id == 0) {
            t->message_id = id;
            t->by = h->rows + (at + i) % SLOTS * h->row_bytes;
            return t;
        }
    }
    return NULL;
}

void heard_posted(struct heard *h, int64_t message_id, double sent_at)
{
    struct told *t = slot(h, message_id);

    if (t)
        t->sent_at = sent_at;
}

void heard_at(struct heard *h, int64_t message_id, int follower, double now)
{
    struct told *t = slot(h, message_id);
    unsigned char bit = (unsigned char)(1u << (follower % 8));

    if (!t || (t->by[follower / 8] & bit))
        return;
    t->by[follower / 8] |= bit;
    t->arrived++;
    t->last_at = now;
}

void heard_sum(struct heard *h, struct times *ret_last, int64_t *ret_missing)
{
    *ret_missing = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        struct told *t = &h->v[i];

        if (t->message_id == 0 || t->sent_at == 0)
            continue;
        *ret_missing += h->followers - t->arrived;
        if (t->arrived)
            times_add(ret_last, t->last_at - t->sent_at);
    }
}
