#include "triage/word.h"

#include "triage/text.h"

#define FNV_START 0xCBF29CE484222325ULL
#define FNV_PRIME 0x100000001B3ULL

/* Letters, digits and marks of the scripts, roughly: what is not punctuation, a symbol or an
 * emoji. Whole blocks are enough here; no table of Unicode is worth its size. */
static bool is_letter(uint32_t c)
{
    if (c < 0xC0)
        return c == 0xAA || c == 0xB5 || c == 0xBA;
    if (c < 0x2000)
        return c != 0xD7 && c != 0xF7 && !(c >= 0x2B0 && c < 0x300 && c != 0x2BC);
    return (c >= 0x2C00 && c < 0x2E00) || (c >= 0x3040 && c < 0xD800) ||
           (c >= 0xF900 && c < 0xFE00) || (c >= 0xFE70 && c < 0xFEFF) ||
           (c >= 0xFF10 && c < 0xFFE0) || (c >= 0x10000 && c < 0x1F000) || c >= 0x20000;
}

static bool is_ascii_word(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

size_t word_char(const char *text, size_t n, size_t at)
{
    uint32_t c;
    size_t len;

    if (at >= n)
        return 0;
    if ((unsigned char)text[at] < 0x80)
        return is_ascii_word((unsigned char)text[at]) ? 1 : 0;
    len = text_char(text + at, n - at, &c);
    return c != 0xFFFD && is_letter(c) ? len : 0;
}

struct building {
    struct word w;
    uint32_t n_capital;
    bool is_in_digits;
};

static void put(struct building *b, unsigned char c)
{
    b->w.hash = (b->w.hash ^ c) * FNV_PRIME;
    b->w.shape = (b->w.shape ^ c) * FNV_PRIME;
}

static void put_letter(struct building *b, bool is_capital)
{
    if (is_capital && b->w.n_letters == 0 && b->w.n_digits == 0)
        b->w.is_capital = true;
    b->n_capital += is_capital;
    b->w.n_letters++;
    b->is_in_digits = false;
}

static void take_ascii(struct building *b, unsigned char c)
{
    bool is_capital = c >= 'A' && c <= 'Z';

    if (c >= '0' && c <= '9') {
        b->w.hash = (b->w.hash ^ c) * FNV_PRIME;
        if (!b->is_in_digits)
            b->w.shape = (b->w.shape ^ '#') * FNV_PRIME;
        b->is_in_digits = true;
        b->w.n_digits++;
        return;
    }
    put_letter(b, is_capital);
    put(b, is_capital ? c + 32 : c);
}

static void take_other(struct building *b, const char *p, size_t len, uint32_t c)
{
    const struct word_fold *f =
        c >= WORD_FOLD_FIRST && c <= WORD_FOLD_LAST ? &WORD_FOLDS[c - WORD_FOLD_FIRST] : NULL;

    if (c >= 0x300 && c < 0x370)
        return; /* a combining mark: accents are folded away */
    put_letter(b, f && f->is_capital);
    if (f && f->to[0]) {
        for (const char *q = f->to; *q; q++)
            put(b, (unsigned char)*q);
        return;
    }
    for (size_t i = 0; i < len; i++)
        put(b, (unsigned char)p[i]);
}

struct word word_at(const char *text, size_t n, size_t from)
{
    struct building b = {.w = {.hash = FNV_START, .shape = FNV_START}};
    size_t i = from, len;

    while (i < n && word_char(text, n, i) == 0)
        i++;
    b.w.at = i;
    while (i < n) {
        unsigned char c = (unsigned char)text[i];
        uint32_t u;

        if (c < 0x80) {
            if (!is_ascii_word(c))
                break;
            take_ascii(&b, c);
            i++;
            continue;
        }
        len = text_char(text + i, n - i, &u);
        if (u == 0xFFFD || !is_letter(u))
            break;
        take_other(&b, text + i, len, u);
        i += len;
    }
    b.w.n = i - b.w.at;
    b.w.is_shouted = b.n_capital >= 2 && b.n_capital == b.w.n_letters;
    return b.w;
}

/* ------- lists of phrases */

static const struct word_edge *edge_for(const struct word_trie *t, uint16_t node, uint64_t hash)
{
    uint64_t key = hash ^ (node * 0x9E3779B97F4A7C15ULL);

    key ^= key >> 32;
    key *= 0xD6E8FEB86659FD93ULL;
    key ^= key >> 32;
    key = key ? key : 1;
    for (uint32_t i = (uint32_t)key & t->mask;; i = (i + 1) & t->mask) {
        if (t->edges[i].key == key)
            return &t->edges[i];
        if (t->edges[i].key == 0)
            return NULL;
    }
}

const struct word_edge *word_step(const struct word_trie *t, uint16_t node, const struct word *w)
{
    const struct word_edge *e = edge_for(t, node, w->hash);

    return e || w->n_digits == 0 ? e : edge_for(t, node, w->shape);
}

uint64_t word_classes(const struct word_trie *t, const struct word *w)
{
    const struct word_edge *e = w->n > 0 ? word_step(t, 0, w) : NULL;

    return e ? t->entries[e->entry].classes : 0;
}
