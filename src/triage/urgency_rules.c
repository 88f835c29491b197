/* Rules over words: phrases are found first, then the rules whose rarest part was found. */
#include "triage/urgency_rules.h"

#include <string.h>

#define PHRASE_MOST 8 /* words of the longest phrase */
#define STEM_LEAST  3 /* letters; as in tools/urgency.py */
/* Trials of one text: a message of a hundred words needs some hundreds. */
#define TRIALS_MOST 40000

struct match {
    const struct urgency_text *t;
    uint64_t languages;              /* bits: whose signs count */
    uint64_t has[URGENCY_SETS / 64]; /* bits: the sets that were found */
    size_t trials;
    struct urgency_found *ret;
};

/* ------- phrases */

static const struct urgency_slot *slot_for(uint32_t node, uint64_t hash, char end)
{
    uint64_t h = (hash ^ (unsigned char)end) + node * 0x9E3779B97F4A7C15u;
    uint32_t key, at;

    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    h = h ? h : 1;
    key = (uint32_t)h;
    at = (uint32_t)(h >> 32);
    for (;; at++) {
        const struct urgency_slot *s = &URGENCY_TABLE.slots[at & URGENCY_TABLE.mask];

        if (s->key == key)
            return s;
        if (s->key == 0)
            return NULL;
    }
}

static void step(struct urgency_text *t, size_t i, uint32_t node, size_t depth);

static void arrive(struct urgency_text *t, size_t i, const struct urgency_slot *s, size_t depth)
{
    if (!s)
        return;
    for (size_t k = 0; k < s->n_sets && t->n_hits < URGENCY_HITS; k++)
        t->hits[t->n_hits++] = (struct urgency_hit){URGENCY_TABLE.sets[s->sets + k],
                                                    (uint16_t)(i - depth), (uint16_t)(depth + 1)};
    if (s->to != 0 && depth + 1 < PHRASE_MOST && i + 1 < t->n)
        step(t, i + 1, s->to, depth + 1);
}

static void step(struct urgency_text *t, size_t i, uint32_t node, size_t depth)
{
    const struct word *w = &t->words[i];
    uint64_t h = WORD_SEED;

    for (size_t k = 0; k < w->len; k++) {
        h = word_hash(w->s + k, 1, h);
        if (k + 1 >= STEM_LEAST)
            arrive(t, i, slot_for(node, h, '*'), depth);
    }
    arrive(t, i, slot_for(node, h, ' '), depth);
}

/* The next piece of a text; the words that end it begin the one after. */
static bool cut(struct words *w, struct urgency_text *ret)
{
    struct words again = *w;
    bool is_full;

    ret->n = ret->n_hits = 0;
    while (ret->n < URGENCY_WORDS) {
        if (ret->n == URGENCY_WORDS - URGENCY_OVERLAP)
            again = *w;
        if (!words_next(w, &ret->words[ret->n]))
            break;
        ret->n++;
    }
    is_full = ret->n == URGENCY_WORDS;
    if (is_full)
        *w = again;
    for (size_t i = 0; i < ret->n; i++) {
        ret->first[i] = (uint16_t)ret->n_hits;
        step(ret, i, 0, 0);
    }
    ret->first[ret->n] = (uint16_t)ret->n_hits;
    return is_full;
}

/* ------- rules */

struct span {
    size_t from, to; /* words; `to` is behind the last */
};

static bool has(const struct match *m, size_t set)
{
    return (m->has[set / 64] >> (set % 64) & 1) != 0;
}

/* Forward: element e has to begin at `at` or up to its gap behind. */
static bool goes_on(struct match *m, const struct urgency_rule *r, size_t e, size_t at, size_t *ret)
{
    const struct urgency_text *t = m->t;

    if (e == r->n) {
        *ret = at;
        return true;
    }
    for (size_t i = at; i < t->n && i <= at + r->elements[e].gap; i++) {
        if (i > 0 && t->words[i].flags & WORD_FIRST)
            return false;
        for (size_t h = t->first[i]; h < t->first[i + 1]; h++)
            if (t->hits[h].set == r->elements[e].set && m->trials++ < TRIALS_MOST &&
                goes_on(m, r, e + 1, i + t->hits[h].n, ret))
                return true;
    }
    return false;
}

/* Backward: element e has to end at `at` or up to the gap of the next one before. */
static bool goes_back(struct match *m, const struct urgency_rule *r, size_t e, size_t at,
                      size_t *ret)
{
    const struct urgency_text *t = m->t;
    size_t gap = r->elements[e + 1].gap;

    for (size_t k = 1; k <= gap + PHRASE_MOST && k <= at; k++) {
        size_t i = at - k;

        if (t->words[i + 1].flags & WORD_FIRST)
            return false;
        for (size_t h = t->first[i]; h < t->first[i + 1]; h++) {
            const struct urgency_hit *x = &t->hits[h];

            if (x->set != r->elements[e].set || i + x->n > at || i + x->n + gap < at ||
                m->trials++ >= TRIALS_MOST)
                continue;
            *ret = i;
            if (e == 0 || goes_back(m, r, e - 1, i, ret))
                return true;
        }
    }
    return false;
}

static bool in_order(struct match *m, const struct urgency_rule *r, const struct urgency_hit *x,
                     struct span *ret)
{
    struct span s = {x->at, 0};

    if (!goes_on(m, r, r->anchor + 1u, x->at + (size_t)x->n, &s.to) ||
        (r->anchor > 0 && !goes_back(m, r, r->anchor - 1u, x->at, &s.from)))
        return false;
    *ret = s;
    return true;
}

/* The nearest hit of a set within the window that does not lie on the anchor. */
static const struct urgency_hit *nearest(const struct match *m, const struct urgency_hit *x,
                                         size_t set)
{
    const struct urgency_text *t = m->t;
    size_t at = x->at, from = at > RULE_WINDOW ? at - RULE_WINDOW : 0, far = SIZE_MAX;
    size_t to = at + RULE_WINDOW < t->n ? at + RULE_WINDOW : t->n - 1;
    const struct urgency_hit *best = NULL;

    for (size_t h = t->first[from]; h < t->first[to + 1]; h++) {
        const struct urgency_hit *y = &t->hits[h];
        size_t d = y->at > at ? y->at - at : at - y->at;

        if (y->set != set || (y->at < x->at + x->n && x->at < y->at + y->n) || d >= far)
            continue;
        best = y;
        far = d;
    }
    return best;
}

/* What has to stand beside the elements in order. */
static bool is_beside(const struct match *m, const struct urgency_rule *r,
                      const struct urgency_hit *x, struct span *s)
{
    for (size_t e = r->n; e < (size_t)r->n + r->beside; e++) {
        const struct urgency_hit *y = nearest(m, x, r->elements[e].set);

        if (!y)
            return false;
        s->from = y->at < s->from ? y->at : s->from;
        s->to = (size_t)y->at + y->n > s->to ? (size_t)y->at + y->n : s->to;
    }
    return true;
}

static bool stands(const struct urgency_text *t, size_t set, size_t from, size_t to)
{
    for (size_t h = t->first[from]; h < t->first[to]; h++)
        if (t->hits[h].set == set)
            return true;
    return false;
}

/* Of the sentence: so many words before, at most. */
static size_t back(const struct urgency_text *t, size_t at, size_t words)
{
    size_t i = at;

    while (i > 0 && at - i < words && !(t->words[i].flags & WORD_FIRST))
        i--;
    return i;
}

static size_t ahead(const struct urgency_text *t, size_t at, size_t words)
{
    size_t i = at;

    while (i < t->n && i - at < words && !(t->words[i].flags & WORD_FIRST))
        i++;
    return i;
}

static bool forbids(const struct match *m, const struct urgency_guard *g, struct span s)
{
    if (!has(m, g->set))
        return false;
    switch ((enum urgency_guard_type)g->type) {
    case GUARD_BEFORE:
        return stands(m->t, g->set, back(m->t, s.from, g->words), s.from);
    case GUARD_AFTER:
        return stands(m->t, g->set, s.to, ahead(m->t, s.to, g->words));
    case GUARD_NEAR:
        return stands(m->t, g->set, back(m->t, s.from, g->words), ahead(m->t, s.to, g->words));
    case GUARD_ANY:
        return true;
    case GUARD_END:
        break;
    }
    return false;
}

static bool is_quoted(const struct match *m, const struct urgency_rule *r, struct span s)
{
    uint16_t report = URGENCY_TABLE.reports[r->language];

    for (size_t i = s.from; i < s.to; i++)
        if (!(m->t->words[i].flags & WORD_QUOTED))
            return false;
    return report == UINT16_MAX || !has(m, report);
}

static void take(struct match *m, const struct urgency_rule *r, struct span s)
{
    const struct word *first = &m->t->words[s.from], *last = &m->t->words[s.to - 1];
    struct urgency_reason *best = &m->ret->best[r->kind];

    if (r->kind == URGENCY_NONE) {
        m->ret->signs[r->level] =
            (uint8_t)(m->ret->signs[r->level] + (m->ret->signs[r->level] < UINT8_MAX));
        return;
    }
    if (best->level != 0 && best->level <= r->level)
        return;
    *best = (struct urgency_reason){(enum urgency_kind)r->kind, (enum urgency_level)r->level,
                                    first->at, last->at + last->n - first->at};
}

/* en de fr es pt it, the first in meson.build: the others have too few guards to be believed in a
 * text of another language. */
#define FULL_LANGUAGES 6

static void try_rule(struct match *m, const struct urgency_rule *r, const struct urgency_hit *x)
{
    const struct urgency_guard *g = &URGENCY_TABLE.guards[r->guard];
    struct span s;

    if ((r->kind == URGENCY_NONE || r->n + r->beside == 1 || r->language >= FULL_LANGUAGES) &&
        (m->languages >> r->language & 1) == 0)
        return;
    for (size_t e = 0; e < (size_t)r->n + r->beside; e++)
        if (!has(m, r->elements[e].set))
            return;
    if (m->trials++ >= TRIALS_MOST || !in_order(m, r, x, &s) || !is_beside(m, r, x, &s) ||
        (r->is_unquoted && is_quoted(m, r, s)))
        return;
    for (; g->type != GUARD_END; g++)
        if (forbids(m, g, s))
            return;
    take(m, r, s);
}

/* ------- languages */

/* The six languages' rules are read in all texts, as a short one's language is often misread;
 * others' and those of one part (false friends) and signs, which the model counts, only in the
 * text's own and in English. */
static uint64_t languages_of(const char *language)
{
    uint64_t ret = 0;

    for (size_t i = 0; i < URGENCY_TABLE.n_languages; i++)
        if (strcmp(URGENCY_TABLE.codes[i], language) == 0 ||
            strcmp(URGENCY_TABLE.codes[i], "en") == 0)
            ret |= (uint64_t)1 << i;
    return ret;
}

static void match(struct match *m)
{
    const struct urgency_text *t = m->t;

    memset(m->has, 0, sizeof m->has);
    m->trials = 0;
    for (size_t i = 0; i < t->n_hits; i++)
        m->has[t->hits[i].set / 64] |= (uint64_t)1 << (t->hits[i].set % 64);
    for (size_t i = 0; i < t->n_hits; i++) {
        const struct urgency_hit *x = &t->hits[i];

        for (size_t r = URGENCY_TABLE.first[x->set]; r < URGENCY_TABLE.first[x->set + 1]; r++)
            try_rule(m, &URGENCY_TABLE.rules[r], x);
    }
}

void urgency_find(const char *text, size_t n, const char *language, struct urgency_found *ret)
{
    struct words w = {.p = text, .n = n < URGENCY_BYTES ? n : URGENCY_BYTES};
    struct urgency_text t;
    struct match m = {.t = &t, .ret = ret};
    bool goes_on_behind = true;

    memset(ret, 0, sizeof *ret);
    m.languages = language[0] ? languages_of(language) : UINT64_MAX;
    while (goes_on_behind) {
        goes_on_behind = cut(&w, &t);
        match(&m);
    }
}
