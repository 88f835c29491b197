/* The lexicon at work: phrases, negation, intensity, "but". */
#include "triage/sentiment_score.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"

struct str sentiment_lexicon_bytes(void); /* made at build time by sentiment_pack.c */

#define WORDS_MOST  400
#define PHRASE_MOST 6 /* words of the longest phrase */
#define STEM_LEAST  3 /* letters */
/* Words that a negation reaches forward: "not really all that good". */
#define NOT_REACH 5

struct state {
    struct word words[WORDS_MOST];
    size_t n;
    const struct lexicon_node *nodes;
};

/* A phrase found at a word. */
struct hit {
    size_t n_words;
    int weight;
    enum lexicon_kind kind;
};

static const struct lexicon_node *find(const struct lexicon_node *nodes, uint64_t state)
{
    uint32_t key = (uint32_t)state | 1, at = (uint32_t)(state >> 40);

    for (;; at++) {
        const struct lexicon_node *k = &nodes[at % LEXICON_SLOTS];

        if (k->key == key)
            return k;
        if (k->key == 0)
            return NULL;
    }
}

static void match(const struct state *s, size_t i, uint64_t chain, size_t depth, struct hit *best);

static void visit(const struct state *s, size_t i, uint64_t chain, size_t depth, struct hit *best)
{
    const struct lexicon_node *k = find(s->nodes, chain);

    if (!k)
        return;
    if (k->kind != 0 && depth + 1 >= best->n_words)
        *best = (struct hit){depth + 1, k->weight, (enum lexicon_kind)k->kind};
    if (k->goes_on && depth + 1 < PHRASE_MOST && i + 1 < s->n &&
        !(s->words[i + 1].flags & WORD_FIRST))
        match(s, i + 1, chain, depth + 1, best);
}

/* Longest phrase at word i. Stems are tried from short to long and the whole word last, so that
 * of equal lengths the closest stays. */
static void match(const struct state *s, size_t i, uint64_t chain, size_t depth, struct hit *best)
{
    const struct word *w = &s->words[i];
    uint64_t h = chain;

    for (size_t k = 0; k < w->len; k++) {
        h = word_hash(w->s + k, 1, h);
        if (k + 1 >= STEM_LEAST)
            visit(s, i, lexicon_step(h, "", 0, LEXICON_STEM), depth, best);
    }
    visit(s, i, lexicon_step(h, "", 0, LEXICON_WORD), depth, best);
}

/* "loove" that was "looooove": once more with single letters. */
static void match_long(struct state *s, size_t i, uint64_t chain, struct hit *best)
{
    struct word *w = &s->words[i], was = *w;
    size_t n = 1;

    for (size_t k = 1; k < was.len; k++)
        if (was.s[k] != was.s[k - 1])
            w->s[n++] = was.s[k];
    w->len = (uint8_t)n;
    match(s, i, chain, 0, best);
    *w = was;
}

static size_t language_number(const char *language)
{
    if (language[0] == '\0')
        return 1;
    if (strcmp(language, "da") == 0 || strcmp(language, "no") == 0)
        language = "sv";
    for (size_t i = 1; i < LEXICON_LANGUAGES; i++)
        if (strcmp(LEXICON_NAMES[i], language) == 0)
            return i;
    return 0;
}

static struct hit look(struct state *s, size_t i, size_t language)
{
    struct hit best = {0};
    bool is_mixed = language >= 11; /* Indonesian and Hindi take English words in */

    if (s->words[i].kind == WORD_EMOJI) {
        match(s, i, lexicon_start(0), 0, &best);
        return best;
    }
    if (language == 0 || s->words[i].kind != WORD_LETTERS)
        return best;
    match(s, i, lexicon_start(language), 0, &best);
    if (best.n_words == 0 && is_mixed)
        match(s, i, lexicon_start(1), 0, &best);
    if (best.n_words == 0 && s->words[i].flags & WORD_LONG)
        match_long(s, i, lexicon_start(language), &best);
    return best;
}

/* What was summed up so far. */
struct sums {
    float positive, negative;         /* >= 0 */
    float before_but_p, before_but_n; /* of this sentence, before "but" */
    float strongest_p, strongest_n, last, first;
    float scale;     /* of the next weight, by "very" */
    size_t not_left; /* words that a negation still reaches */
    size_t n_hits, n_shout, n_caps, n_ask, n_open, n_not, n_letters, since_hit;
    float at_hit; /* the last weight added, to be turned by a "nicht" behind it */
};

static void add(struct sums *k, float v)
{
    k->at_hit = v;
    k->since_hit = 0;
    if (v > 0) {
        k->positive += v;
        k->strongest_p = fmaxf(k->strongest_p, v);
    } else {
        k->negative -= v;
        k->strongest_n = fmaxf(k->strongest_n, -v);
    }
    k->last = v;
    if (k->n_hits++ == 0)
        k->first = v;
}

/* A negation behind its word: "gefällt mir nicht". Turns only what was good. */
static void turn_last(struct sums *k)
{
    if (k->at_hit <= 0 || k->since_hit > 3)
        return;
    k->positive -= k->at_hit;
    add(k, -0.8F * k->at_hit);
}

static void weigh(struct sums *k, const struct word *w, int weight, bool is_all_caps)
{
    float v = (float)weight * k->scale;

    if (w->flags & WORD_CAPS && !is_all_caps)
        v *= 1.3F;
    if (w->flags & WORD_LONG)
        v *= 1.2F;
    if (w->flags & WORD_SHOUT)
        v *= 1.15F;
    if (k->not_left > 0) {
        v *= v > 0 ? -0.8F : -0.3F; /* "not good" is bad, "not bad" only fair */
        k->not_left = 0;
    }
    add(k, v);
    k->scale = 1;
}

static void take(struct sums *k, const struct word *w, const struct hit *h, bool is_all_caps)
{
    switch (h->kind) {
    case LEXICON_WEIGHT:
        weigh(k, w, h->weight, is_all_caps);
        break;
    case LEXICON_NOT_BOTH:
        turn_last(k);
        k->n_not++;
        k->not_left = NOT_REACH;
        break;
    case LEXICON_NOT:
        k->n_not++;
        k->not_left = NOT_REACH;
        break;
    case LEXICON_MORE:
        k->scale = 1.35F;
        break;
    case LEXICON_LESS:
        k->scale = 0.65F;
        break;
    case LEXICON_ASK:
        k->n_open++;
        break;
    case LEXICON_BUT:
        k->before_but_p = k->positive;
        k->before_but_n = k->negative;
        k->not_left = 0;
        break;
    }
}

/* "but" takes half of what was said before it. */
static void end_sentence(struct sums *k)
{
    k->positive -= k->before_but_p * 0.5F;
    k->negative -= k->before_but_n * 0.3F;
    k->before_but_p = k->before_but_n = 0;
    k->not_left = 0;
    k->scale = 1;
    k->since_hit = 9;
}

static bool is_all_caps(const struct state *s)
{
    size_t n = 0, n_caps = 0;

    for (size_t i = 0; i < s->n; i++) {
        n += s->words[i].kind == WORD_LETTERS && s->words[i].len > 2;
        n_caps += s->words[i].len > 2 && (s->words[i].flags & WORD_CAPS) != 0;
    }
    return n_caps * 2 > n;
}

static void look_at(struct sums *k, const struct word *w)
{
    k->n_letters += w->kind == WORD_LETTERS;
    k->n_caps += w->len > 2 && (w->flags & WORD_CAPS) != 0;
    k->n_shout += (w->flags & WORD_SHOUTS) != 0;
    k->n_ask += (w->flags & WORD_ASK) != 0;
}

static void sum_up(struct state *s, size_t language, struct sums *k)
{
    bool caps = is_all_caps(s);

    k->scale = 1;
    for (size_t i = 0; i < s->n;) {
        struct hit h = look(s, i, language);
        size_t step = h.n_words ? h.n_words : 1;
        const struct word *w = &s->words[i];

        if (w->flags & WORD_FIRST && i > 0)
            end_sentence(k);
        if (h.n_words > 0)
            take(k, &s->words[i + step - 1], &h, caps);
        else if (w->kind == WORD_LETTERS && w->len > 2 && k->scale > 1)
            k->scale = 1.15F; /* a word between: "really the best" */
        for (size_t j = 0; j < step; j++)
            look_at(k, &s->words[i + j]);
        if (h.kind == LEXICON_WEIGHT || h.n_words == 0) {
            k->since_hit += h.n_words == 0;
            k->not_left -= k->not_left > 0 && h.n_words == 0;
        }
        i += step;
    }
    end_sentence(k);
}

static float yes(bool is_so)
{
    return is_so ? 1 : 0;
}

static float squash(float x)
{
    return x / (x + 3);
}

void sentiment_features(const char *text, size_t n, const char *language, float ret[MOOD_FEATURES])
{
    struct state s = {.nodes =
                          (const struct lexicon_node *)(const void *)sentiment_lexicon_bytes().p};
    struct words w = {.p = text, .n = n};
    struct sums k = {0};
    float p, m, long_text;

    while (s.n < WORDS_MOST && words_next(&w, &s.words[s.n]))
        s.n++;
    sum_up(&s, language_number(language), &k);
    p = fmaxf(k.positive, 0);
    m = fmaxf(k.negative, 0);
    long_text = (float)k.n_letters / ((float)k.n_letters + 20);
    ret[0] = 1;
    ret[1] = squash(p);
    ret[2] = squash(m);
    ret[3] = (p - m) / (p + m + 2);
    ret[4] = fminf(p, m) / (p + m + 2);
    ret[5] = k.strongest_p / 4;
    ret[6] = k.strongest_n / 4;
    ret[7] = fmaxf(-1, fminf(1, k.last / 3));
    ret[8] = fmaxf(-1, fminf(1, k.first / 3));
    ret[9] = yes(k.n_ask > 0);
    ret[10] = yes(k.n_ask > 0 && m < 1.5F);
    ret[11] = yes(k.n_shout > 0);
    ret[12] = yes(k.n_caps > 2 || (k.n_caps > 0 && k.n_caps * 2 > k.n_letters));
    ret[13] = long_text;
    ret[14] = yes(k.n_hits == 0);
    ret[15] = yes(k.n_open > 0);
    ret[16] = yes(k.n_hits == 0 && k.n_not > 0);
}
