#include "live/sums.h"

#include "people/policy.h"

#define ROOM_FIRST 256 /* a power of two; doubled when half full */

struct table {
    struct arena *a;
    struct count_sum *v; /* open addressing; bucket 0: free */
    size_t room, n;
};

static size_t place(const struct table *t, const struct count_sum *s)
{
    uint64_t h = (uint64_t)s->id * 0x9E3779B97F4A7C15u; /* Fibonacci hashing, Knuth 6.4 */

    h = (h ^ (uint64_t)s->bucket << 8 ^ (uint64_t)s->of) * 0x9E3779B97F4A7C15u;
    for (size_t i = (size_t)(h >> 32) & (t->room - 1);; i = (i + 1) & (t->room - 1)) {
        const struct count_sum *at = &t->v[i];

        if (!at->bucket || (at->bucket == s->bucket && at->id == s->id && at->of == s->of))
            return i;
    }
}

static void grow(struct table *t)
{
    struct table bigger = {t->a, NULL, t->room ? t->room * 2 : ROOM_FIRST, t->n};

    bigger.v = arena_array(t->a, bigger.room, sizeof *bigger.v);
    for (size_t i = 0; i < t->room; i++)
        if (t->v[i].bucket)
            bigger.v[place(&bigger, &t->v[i])] = t->v[i];
    *t = bigger;
}

static void add(struct table *t, struct count_sum s)
{
    struct count_sum *at;

    if (2 * t->n >= t->room)
        grow(t);
    at = &t->v[place(t, &s)];
    if (at->bucket) {
        at->n += s.n;
        return;
    }
    *at = s;
    t->n++;
}

void count_sums(struct arena *a, const struct count_kind *v, size_t n, const struct principal *who,
                struct count_sum **ret, size_t *ret_n)
{
    struct table t = {.a = a};
    size_t kept = 0;

    grow(&t);
    for (size_t i = 0; i < n; i++) {
        const struct count_kind *k = &v[i];

        if (who && !policy_sees_inbox(who, k->inbox_id))
            continue;
        add(&t, (struct count_sum){k->bucket, 0, SUM_ALL, k->n});
        add(&t, (struct count_sum){k->bucket, k->team_id, SUM_TEAM, k->n});
        add(&t, (struct count_sum){k->bucket, k->assignee_id, SUM_ASSIGNEE, k->n});
        add(&t, (struct count_sum){k->bucket, k->inbox_id, SUM_INBOX, k->n});
    }
    for (size_t i = 0; i < t.room; i++)
        if (t.v[i].bucket && t.v[i].n)
            t.v[kept++] = t.v[i];
    *ret = t.v;
    *ret_n = kept;
}
