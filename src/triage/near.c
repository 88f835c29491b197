#include "triage/near.h"

#include "triage/text.h"
#include "triage/word.h"

#define SHINGLE    5 /* characters */
#define LEAST      4 /* shingles; "thanks!" is near nothing */
#define ROLL       0x9E3779B97F4A7C15ULL
#define BIN_BITS   6
#define TEXT_MOST  (16 * 1024) /* bytes read: as much as is read for the category */
#define TRIES_MOST 4096

_Static_assert(NEAR_HASHES == 1 << BIN_BITS, "a bin for each value of the top bits");

static uint64_t mix(uint64_t h) /* the finaliser of MurmurHash3 */
{
    h ^= h >> 33;
    h *= 0xFF51AFD7ED558CCDULL;
    h ^= h >> 33;
    h *= 0xC4CEB9FE1A85EC53ULL;
    return h ^ h >> 33;
}

/* One-permutation hashing (Li, Owen, Zhang 2012): each shingle is hashed once; its top bits say
 * which of the 64 minima it may lower. */
struct making {
    uint32_t *v;
    uint64_t filled;          /* bit i: v[i] is set */
    uint64_t hash, last;      /* of the last five characters, rolling; ROLL to the 5th */
    uint32_t window[SHINGLE]; /* ring of characters */
    size_t n;                 /* characters so far */
    size_t n_shingles;
};

static void put(struct making *m, uint32_t c)
{
    uint32_t *slot = &m->window[m->n % SHINGLE];
    uint64_t h;
    size_t bin;

    m->hash = m->hash * ROLL + c - (m->n >= SHINGLE ? *slot * m->last : 0);
    *slot = c;
    if (++m->n < SHINGLE)
        return;
    h = mix(m->hash);
    bin = h >> (64 - BIN_BITS);
    if (!(m->filled >> bin & 1) || (uint32_t)h < m->v[bin])
        m->v[bin] = (uint32_t)h;
    m->filled |= 1ULL << bin;
    m->n_shingles++;
}

static uint32_t small_letter(uint32_t c)
{
    if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 0x20;
    return c >= 0x400 && c < 0x410 ? c + 0x50 : c;
}

static void put_letter(struct making *m, uint32_t c)
{
    const struct word_fold *f =
        c >= WORD_FOLD_FIRST && c <= WORD_FOLD_LAST ? &WORD_FOLDS[c - WORD_FOLD_FIRST] : NULL;

    if (c >= 0x300 && c < 0x370)
        return;
    if (!f || !f->to[0]) {
        put(m, small_letter(c));
        return;
    }
    for (const char *p = f->to; *p; p++)
        put(m, (unsigned char)*p);
}

/* Letters folded, digits all alike, all between words one blank. */
static void read_text(struct making *m, const char *text, size_t n)
{
    bool is_gap = false;

    for (size_t i = 0, len; i < n; i += len) {
        unsigned char c = (unsigned char)text[i];
        uint32_t u = c;

        len = word_char(text, n, i);
        if (len == 0) {
            is_gap = m->n > 0;
            len = 1;
            continue;
        }
        if (is_gap)
            put(m, ' ');
        is_gap = false;
        if (c >= 0x80) {
            text_char(text + i, n - i, &u);
            put_letter(m, u);
        } else {
            put(m, c >= '0' && c <= '9' ? '0' : c >= 'A' && c <= 'Z' ? (uint32_t)c + 32 : c);
        }
    }
}

/* An empty bin copies another that a hash of its number picks: as likely to be equal in two
 * texts as a filled one, so the estimate stays unbiased (Shrivastava 2017). */
static void densify(struct making *m)
{
    for (uint64_t bin = 0; bin < NEAR_HASHES; bin++) {
        uint64_t from = bin;

        if (m->filled >> bin & 1)
            continue;
        for (uint64_t tries = 1; !(m->filled >> from & 1) && tries < TRIES_MOST; tries++)
            from = mix(bin << 32 | tries) >> (64 - BIN_BITS);
        if (!(m->filled >> from & 1)) /* one bin of 64 missed so often: practically never */
            from = (uint64_t)__builtin_ctzll(m->filled);
        m->v[bin] = m->v[from];
    }
}

void near_sketch(const char *text, size_t n, struct near_sketch *ret)
{
    struct making m = {.v = ret->v, .last = 1};

    *ret = (struct near_sketch){.is_empty = true};
    for (int i = 0; i < SHINGLE; i++)
        m.last *= ROLL;
    read_text(&m, text, n < TEXT_MOST ? n : TEXT_MOST);
    if (m.n_shingles < LEAST)
        return;
    ret->is_empty = false;
    densify(&m);
}

float near_jaccard(const struct near_sketch *a, const struct near_sketch *b)
{
    unsigned same = 0;

    if (a->is_empty || b->is_empty)
        return 0;
    for (size_t i = 0; i < NEAR_HASHES; i++)
        same += a->v[i] == b->v[i];
    return (float)same / NEAR_HASHES;
}
