#include "triage/feature.h"

#include <assert.h>
#include <string.h>

#define SALT_WORD  0x9e3779b97f4a7c15ull
#define SALT_PAIR  0xc2b2ae3d27d4eb4full
#define SALT_SKIP  0x165667b19e3779f9ull
#define SALT_CHARS 0x27d4eb2f165667c5ull
#define GRAM_LEAST 2
#define GRAM_MOST  5
#define WORD_CHARS 64   /* of a longer word only the start has characters counted */
#define GRAMS_MOST 6000 /* bounds the time of a reading */
#define FNV_PRIME  0x100000001b3ull
#define NO_FEATURE 0xFFFF

static uint64_t hash(uint64_t h, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * FNV_PRIME;
    return h;
}

static uint32_t bucket_of(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdull;
    h ^= h >> 33;
    return (uint32_t)(h >> (64 - FEATURE_BITS));
}

/* A hash table from (bucket, block) to the place in `v`, so that each stands there once. */
struct counter {
    struct features *f;
    uint16_t *slots;
    size_t mask;
};

static void count(struct counter *c, struct feature x)
{
    size_t at = (x.bucket * 2 + x.block) * 0x9E3779B1u >> 7 & c->mask;

    for (; c->slots[at] != NO_FEATURE; at = (at + 1) & c->mask) {
        struct feature *have = &c->f->v[c->slots[at]];

        if (have->bucket == x.bucket && have->block == x.block) {
            have->count = (uint16_t)(have->count + (have->count < FEATURE_COUNT));
            return;
        }
    }
    c->slots[at] = (uint16_t)c->f->n;
    x.count = 1;
    c->f->v[c->f->n++] = x;
}

static void count_words(struct counter *c)
{
    const struct text *t = &c->f->text;

    for (size_t i = 0; i < t->n_words; i++) {
        const struct text_word *w = &t->words[i];
        struct feature x = {.word = (uint16_t)i, .block = BLOCK_WORDS};

        x.bucket = bucket_of(hash(SALT_WORD, w->p, w->n));
        c->f->alone[i] = x.bucket;
        count(c, x);
        for (uint8_t skip = 0; skip < 2 && i + skip + 1 < t->n_words; skip++) {
            const struct text_word *next = &t->words[i + skip + 1];
            uint64_t h = hash(skip ? SALT_SKIP : SALT_PAIR, w->p, w->n) * 31 + 7;

            x.reach = (uint8_t)(skip + 1);
            x.bucket = bucket_of(hash(h, next->p, next->n));
            count(c, x);
        }
    }
}

/* Where the characters of "<word>" begin, and, last, where it ends. */
struct marked {
    char p[4 * WORD_CHARS + 2];
    uint16_t at[WORD_CHARS + 3];
    size_t n; /* characters */
};

static void mark(const struct text_word *w, struct marked *m)
{
    size_t to = 1, i = 0;

    m->p[0] = '<';
    m->at[0] = 0;
    for (m->n = 1; i < w->n && m->n <= WORD_CHARS; m->n++) {
        uint32_t c;
        size_t size = text_char(w->p + i, w->n - i, &c);

        m->at[m->n] = (uint16_t)to;
        while (size--)
            m->p[to++] = w->p[i++];
    }
    m->at[m->n++] = (uint16_t)to;
    m->p[to++] = '>';
    m->at[m->n] = (uint16_t)to;
}

static size_t count_chars(struct counter *c, size_t word, size_t room)
{
    struct feature x = {.word = (uint16_t)word, .block = BLOCK_CHARS};
    struct marked m;
    size_t n = 0;

    mark(&c->f->text.words[word], &m);
    for (size_t i = 0; i + 1 < m.n; i++) {
        uint64_t h = SALT_CHARS;

        for (size_t k = i; k < m.n && k < i + GRAM_MOST; k++) {
            h = hash(h, m.p + m.at[k], (size_t)(m.at[k + 1] - m.at[k]));
            if (k - i + 1 < GRAM_LEAST)
                continue;
            if (n++ == room)
                return room;
            x.bucket = bucket_of(h * 31 + (k - i));
            count(c, x);
        }
    }
    return n;
}

void features_read(const char *p, size_t n, const struct pii_span *spans, size_t n_spans,
                   struct arena *a, struct features *ret)
{
    struct counter c = {.f = ret};
    size_t most, chars = 0, grams = 0;

    text_read(p, n, spans, n_spans, a, &ret->text);
    for (size_t i = 0; i < ret->text.n_words; i++)
        chars += (size_t)ret->text.words[i].n + 2;
    most = (GRAM_MOST - GRAM_LEAST + 1) * chars;
    most = 3 * ret->text.n_words + (most < GRAMS_MOST ? most : GRAMS_MOST);
    for (c.mask = 64; c.mask < 2 * most; c.mask *= 2)
        ;
    assert(most < NO_FEATURE);
    ret->v = arena_array(a, most, sizeof *ret->v);
    ret->n = 0;
    ret->alone = arena_array(a, ret->text.n_words, sizeof *ret->alone);
    c.slots = arena_array(a, c.mask, sizeof *c.slots);
    memset(c.slots, 0xFF, c.mask * sizeof *c.slots);
    c.mask--;
    count_words(&c);
    for (size_t i = 0; i < ret->text.n_words && grams < GRAMS_MOST; i++)
        grams += count_chars(&c, i, GRAMS_MOST - grams);
}

float feature_weight(unsigned n)
{
    /* 1 + ln(n), written out so that it is the same number on every machine. */
    static const float weights[FEATURE_COUNT + 1] = {
        0,       1.0F,    1.6931F, 2.0986F, 2.3863F, 2.6094F, 2.7918F, 2.9459F, 3.0794F, 3.1972F,
        3.3026F, 3.3979F, 3.4849F, 3.5649F, 3.6391F, 3.7081F, 3.7726F, 3.8332F, 3.8904F, 3.9444F,
        3.9957F, 4.0445F, 4.0910F, 4.1355F, 4.1781F, 4.2189F, 4.2581F, 4.2958F, 4.3322F, 4.3673F,
        4.4012F, 4.4340F, 4.4657F, 4.4965F, 4.5264F, 4.5553F, 4.5835F, 4.6109F, 4.6376F, 4.6636F,
        4.6889F, 4.7136F, 4.7377F, 4.7612F, 4.7842F, 4.8067F, 4.8286F, 4.8501F, 4.8712F, 4.8918F,
        4.9120F, 4.9318F, 4.9512F, 4.9703F, 4.9890F, 5.0073F, 5.0254F, 5.0431F, 5.0604F, 5.0775F,
        5.0943F, 5.1109F, 5.1271F, 5.1431F};

    return weights[n < FEATURE_COUNT ? n : FEATURE_COUNT];
}
