/* Streaming leader clustering: a message joins the leader it is nearest to, or leads.
 *
 * Leaders are found by locality-sensitive hashing: 16 bands of 4 minima; leaders that share a
 * band stand in one chain. All memory is taken at once, when the clusters are made. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "triage/near.h"

#define BANDS      16
#define ROWS       (NEAR_HASHES / BANDS)
#define CHAIN_MOST 8 /* leaders looked at in one chain, the newest first: bounds a join */
#define TIDY_MOST  8 /* leaders forgotten in one join */
#define NONE       UINT32_MAX

#define MINUTE  ((msec)60 * 1000)
#define RECENT  10 /* minutes */
#define GROWING 5  /* messages in them at least */

struct leader {
    struct near_sketch sketch;
    uint64_t id;      /* 0: free */
    uint64_t seen_by; /* the last join that looked at it */
    msec last;
    uint32_t n;
    uint32_t older, newer; /* by `last`; of free ones, `older` is the next free */
    uint32_t next[BANDS], before[BANDS];
    /* messages by minute: the last ten, and what was before with a fading weight */
    int64_t minute, first_minute;
    uint16_t counts[RECENT];
    float past;
};

struct near_clusters {
    struct arena *arena;
    struct leader *leaders;
    uint32_t *chains; /* [BANDS][n_chains] */
    uint32_t most, n_chains;
    uint32_t oldest, newest, free;
    float least, fade_minutes;
    msec window, now;
    uint64_t n_ids, n_joins;
};

struct near_clusters *near_clusters_new(size_t most, float least, msec window)
{
    struct arena *a = arena_new(4096);
    struct near_clusters *c = arena_new_of(a, struct near_clusters);

    c->arena = a;
    c->most = most < 1 ? 1 : most > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)most;
    c->least = least;
    c->window = window > MINUTE ? window : MINUTE;
    c->fade_minutes = (float)c->window / (float)MINUTE;
    c->leaders = arena_array(a, c->most, sizeof *c->leaders);
    for (c->n_chains = 64; c->n_chains < c->most;)
        c->n_chains *= 2;
    c->chains = arena_array(a, (size_t)BANDS * c->n_chains, sizeof *c->chains);
    memset(c->chains, 0xFF, (size_t)BANDS * c->n_chains * sizeof *c->chains);
    c->oldest = c->newest = NONE;
    for (uint32_t i = 0; i < c->most; i++)
        c->leaders[i].older = i + 1 < c->most ? i + 1 : NONE;
    return c;
}

void near_clusters_free(struct near_clusters *c)
{
    if (c)
        arena_free(c->arena);
}

/* ------- lists */

static uint32_t *chain_of(struct near_clusters *c, const struct near_sketch *s, size_t band)
{
    uint64_t h = band * 0x9E3779B97F4A7C15ULL;

    for (size_t i = 0; i < ROWS; i++) {
        h ^= s->v[band * ROWS + i];
        h *= 0xFF51AFD7ED558CCDULL;
        h ^= h >> 32;
    }
    return &c->chains[band * c->n_chains + (h & (c->n_chains - 1))];
}

static void chain(struct near_clusters *c, uint32_t at)
{
    struct leader *l = &c->leaders[at];

    for (size_t b = 0; b < BANDS; b++) {
        uint32_t *head = chain_of(c, &l->sketch, b);

        l->before[b] = NONE;
        l->next[b] = *head;
        if (*head != NONE)
            c->leaders[*head].before[b] = at;
        *head = at;
    }
}

static void unchain(struct near_clusters *c, uint32_t at)
{
    struct leader *l = &c->leaders[at];

    for (size_t b = 0; b < BANDS; b++) {
        if (l->next[b] != NONE)
            c->leaders[l->next[b]].before[b] = l->before[b];
        if (l->before[b] != NONE)
            c->leaders[l->before[b]].next[b] = l->next[b];
        else
            *chain_of(c, &l->sketch, b) = l->next[b];
    }
}

static void put_newest(struct near_clusters *c, uint32_t at)
{
    c->leaders[at].older = c->newest;
    c->leaders[at].newer = NONE;
    if (c->newest != NONE)
        c->leaders[c->newest].newer = at;
    else
        c->oldest = at;
    c->newest = at;
}

static void take_out(struct near_clusters *c, uint32_t at)
{
    struct leader *l = &c->leaders[at];

    if (l->newer != NONE)
        c->leaders[l->newer].older = l->older;
    else
        c->newest = l->older;
    if (l->older != NONE)
        c->leaders[l->older].newer = l->newer;
    else
        c->oldest = l->newer;
}

static void forget(struct near_clusters *c, uint32_t at)
{
    unchain(c, at);
    take_out(c, at);
    c->leaders[at].id = 0;
    c->leaders[at].older = c->free;
    c->free = at;
}

static bool is_stale(const struct near_clusters *c, const struct leader *l)
{
    return l->last + c->window < c->now;
}

static void tidy(struct near_clusters *c)
{
    for (int i = 0; i < TIDY_MOST && c->oldest != NONE && is_stale(c, &c->leaders[c->oldest]); i++)
        forget(c, c->oldest);
}

/* ------- growth */

/* Bring the minutes up to `minute`: what leaves the last ten is past, and the past fades. */
static void pass_minutes(const struct near_clusters *c, struct leader *l, int64_t minute)
{
    float fade = expf(-1.0f / c->fade_minutes);

    for (int i = 0; i < RECENT && l->minute < minute; i++) {
        uint16_t *slot = &l->counts[++l->minute % RECENT];

        l->past = l->past * fade + (float)*slot;
        *slot = 0;
    }
    if (l->minute < minute) {
        l->past *= expf((float)(l->minute - minute) / c->fade_minutes);
        l->minute = minute;
    }
}

/* Five in ten minutes at least, twice as many as its past lets expect, and three standard
 * deviations of a Poisson count above that. */
static bool is_growing(const struct near_clusters *c, const struct leader *l)
{
    float age = (float)(l->minute - l->first_minute - RECENT + 1), recent = 0, expected = 0;

    for (int i = 0; i < RECENT; i++)
        recent += (float)l->counts[i];
    if (age > 0) {
        /* the fading weights of `age` minutes add up to so many whole ones */
        float minutes = c->fade_minutes * (1 - expf(-age / c->fade_minutes));

        expected = l->past / (minutes > RECENT ? minutes : RECENT) * RECENT;
    }
    return recent >= GROWING && recent >= 2 * expected && recent >= expected + 3 * sqrtf(expected);
}

static void count(const struct near_clusters *c, struct leader *l)
{
    uint16_t *slot;

    pass_minutes(c, l, c->now / MINUTE);
    slot = &l->counts[l->minute % RECENT];
    *slot = *slot < UINT16_MAX ? *slot + 1 : *slot;
    l->n += l->n < UINT32_MAX;
    l->last = c->now;
}

/* ------- joining */

static uint32_t nearest(struct near_clusters *c, const struct near_sketch *s)
{
    uint32_t best = NONE;
    float best_is = 0;

    for (size_t b = 0; b < BANDS; b++) {
        uint32_t at = *chain_of(c, s, b);

        for (int i = 0; i < CHAIN_MOST && at != NONE; i++, at = c->leaders[at].next[b]) {
            struct leader *l = &c->leaders[at];
            float is;

            if (l->seen_by == c->n_joins || is_stale(c, l))
                continue;
            l->seen_by = c->n_joins;
            is = near_jaccard(s, &l->sketch);
            if (is >= c->least && is > best_is) {
                best_is = is;
                best = at;
            }
        }
    }
    return best;
}

static uint32_t lead(struct near_clusters *c, const struct near_sketch *s)
{
    uint32_t at;
    struct leader *l;

    if (c->free == NONE)
        forget(c, c->oldest);
    at = c->free;
    l = &c->leaders[at];
    c->free = l->older;
    *l = (struct leader){
        .sketch = *s, .id = ++c->n_ids, .minute = c->now / MINUTE, .first_minute = c->now / MINUTE};
    chain(c, at);
    put_newest(c, at);
    return at;
}

struct near_joined near_clusters_join(struct near_clusters *c, const struct near_sketch *s,
                                      msec now)
{
    struct leader *l;
    uint32_t at;

    if (s->is_empty)
        return (struct near_joined){0};
    c->now = now > c->now ? now : c->now; /* a clock set back does not bring the past again */
    c->n_joins++;
    tidy(c);
    at = nearest(c, s);
    if (at == NONE) {
        at = lead(c, s);
    } else {
        take_out(c, at);
        put_newest(c, at);
    }
    l = &c->leaders[at];
    count(c, l);
    return (struct near_joined){.cluster = l->id, .n = l->n, .is_growing = is_growing(c, l)};
}
