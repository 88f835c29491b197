#include "triage/decide.h"

#include "triage/interval.h"

#define SAMPLE_FIRST 0.30
#define SAMPLE_LEAST 0.02

bool promise_is_supported(const struct promise *p)
{
    return p->n > 0 && interval_upper(p->n - p->n_right, p->n, PROMISE_CONFIDENCE) <= 1 - p->share;
}

double promise_sample(const struct promise *p)
{
    double share;

    if (!promise_is_supported(p))
        return SAMPLE_FIRST;
    share = SAMPLE_FIRST * PROMISE_ABOUT / (double)p->n;
    return share > SAMPLE_FIRST ? SAMPLE_FIRST : share < SAMPLE_LEAST ? SAMPLE_LEAST : share;
}

static bool falls_in(uint64_t coin, double share)
{
    return (double)(coin >> 11) * 0x1p-53 < share;
}

enum decision decide(const struct decide_input *in, const struct promise *p)
{
    if (in->is_p1)
        return DECIDED_PERSON;
    if (!in->has_label || !in->is_first)
        return DECIDED_NONE;
    if (!in->is_sure || in->is_imported)
        return DECIDED_SUGGESTED;
    if (falls_in(in->coin, promise_sample(p)))
        return DECIDED_BLIND;
    return promise_is_supported(p) ? DECIDED_ROUTED : DECIDED_SUGGESTED;
}

uint64_t decide_coin(int64_t id)
{
    uint64_t z = (uint64_t)id + 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

const char *decision_name(enum decision d)
{
    static const char *const names[] = {"routed", "suggested", "blind", "person", "none"};

    return names[d - 1];
}
