#include "http/rate.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#define SHARDS 16
#define SETS   256 /* of a shard */
#define WAYS   4   /* SHARDS x SETS x WAYS = 16,384 clients, 512 KB */

struct bucket {
    uint64_t key; /* 0: free */
    double tokens;
    int64_t at_us;
};

struct shard {
    pthread_mutex_t lock;
    struct bucket buckets[SETS][WAYS];
};

struct rates {
    struct shard shards[SHARDS];
};

struct rates *rates_new(void)
{
    struct rates *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&r->shards[i].lock, NULL);
    return r;
}

void rates_free(struct rates *r)
{
    if (!r)
        return;
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&r->shards[i].lock);
    free(r);
}

/* The bucket of `key`, taken from the one longest unused if it has none. */
static struct bucket *find(struct bucket *set, uint64_t key, double burst, int64_t now_us)
{
    struct bucket *oldest = set;

    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].at_us < oldest->at_us)
            oldest = &set[i];
    }
    *oldest = (struct bucket){key, burst, now_us};
    return oldest;
}

int rates_take(struct rates *r, uint64_t key, double per_s, double burst, int64_t now_us)
{
    struct shard *s = &r->shards[key % SHARDS];
    struct bucket *b;
    int wait_s = 0;

    key |= 1;
    pthread_mutex_lock(&s->lock);
    b = find(s->buckets[key / SHARDS % SETS], key, burst, now_us);
    if (now_us > b->at_us) {
        b->tokens = fmin(burst, b->tokens + per_s * (double)(now_us - b->at_us) / 1e6);
        b->at_us = now_us;
    }
    if (b->tokens >= 1)
        b->tokens -= 1;
    else
        wait_s = (int)fmin(3600, ceil((1 - b->tokens) / per_s));
    pthread_mutex_unlock(&s->lock);
    return wait_s;
}
