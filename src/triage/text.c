#include "triage/text.h"

#include <stdbool.h>
#include <string.h>

#define BROKEN     0xFFFD
#define WORD_BYTES 4000 /* a longer run of letters is no word; it is cut into such */

/* ------- characters */

size_t text_char(const char *p, size_t n, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)p;
    size_t size = s[0] < 0x80   ? 1
                  : s[0] < 0xC2 ? 0
                  : s[0] < 0xE0 ? 2
                  : s[0] < 0xF0 ? 3
                  : s[0] < 0xF5 ? 4
                                : 0;
    uint32_t c = size > 1 ? s[0] & (0x7Fu >> size) : s[0];

    *ret = BROKEN;
    if (size == 0 || size > n)
        return 1;
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 1;
        c = c << 6 | (s[i] & 0x3F);
    }
    if (size > 1 && (c < least[size] || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF))
        return 1;
    *ret = c;
    return size;
}

/* U+00C0 to U+017F without accent and case; '.' is no letter, upper case stands for two letters
 * or one beyond ASCII (see fold_latin). */
static const char LATIN[] = "aaaaaaAceeeeiiii"
                            "dnooooo.ouuuuyTS"
                            "aaaaaaAceeeeiiii"
                            "dnooooo.ouuuuyTy"
                            "aaaaaaccccccccdd"
                            "ddeeeeeeeeeegggg"
                            "gggghhhhiiiiiiii"
                            "iiIIjjkkklllllll"
                            "lllnnnnnnnnnoooo"
                            "ooOOrrrrrrssssss"
                            "ssttttttuuuuuuuu"
                            "uuuuwwyyyzzzzzzs";

/* Upper to lower in Greek, Cyrillic and Vietnamese; accents of Greek go too. */
static uint32_t fold_other(uint32_t c)
{
    static const uint16_t greek[][2] = {
        {0x386, 0x3B1}, {0x388, 0x3B5}, {0x389, 0x3B7}, {0x38A, 0x3B9}, {0x38C, 0x3BF},
        {0x38E, 0x3C5}, {0x38F, 0x3C9}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5}, {0x3AE, 0x3B7},
        {0x3AF, 0x3B9}, {0x3C2, 0x3C3}, {0x3CA, 0x3B9}, {0x3CB, 0x3C5}, {0x3CC, 0x3BF},
        {0x3CD, 0x3C5}, {0x3CE, 0x3C9}, {0x3AA, 0x3B9}, {0x3AB, 0x3C5}, {0x390, 0x3B9}};

    if (c >= 0x386 && c <= 0x3CE)
        for (size_t i = 0; i < sizeof greek / sizeof *greek; i++)
            if (greek[i][0] == c)
                return greek[i][1];
    if (c >= 0x391 && c <= 0x3A9)
        return c + 32;
    if (c >= 0x410 && c <= 0x42F)
        c += 32;
    else if (c >= 0x400 && c <= 0x40F)
        c += 80;
    else if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F))
        c |= 1;
    if (c == 0x451) /* io is mostly written as ie */
        c = 0x435;
    return c;
}

/* Vietnamese and other Latin letters with two marks, U+1E00 to U+1EFF. */
static char fold_marked(uint32_t c)
{
    static const struct {
        uint16_t to;
        char letter;
    } blocks[] = {{0x1E01, 'a'}, {0x1E07, 'b'}, {0x1E09, 'c'}, {0x1E13, 'd'}, {0x1E1D, 'e'},
                  {0x1E1F, 'f'}, {0x1E21, 'g'}, {0x1E2B, 'h'}, {0x1E2F, 'i'}, {0x1E35, 'k'},
                  {0x1E3D, 'l'}, {0x1E43, 'm'}, {0x1E4B, 'n'}, {0x1E53, 'o'}, {0x1E57, 'p'},
                  {0x1E5F, 'r'}, {0x1E69, 's'}, {0x1E71, 't'}, {0x1E7B, 'u'}, {0x1E7F, 'v'},
                  {0x1E89, 'w'}, {0x1E8D, 'x'}, {0x1E8F, 'y'}, {0x1E95, 'z'}, {0x1E9F, 's'},
                  {0x1EB7, 'a'}, {0x1EC7, 'e'}, {0x1ECB, 'i'}, {0x1EE3, 'o'}, {0x1EF1, 'u'},
                  {0x1EFF, 'y'}};
    size_t i = 0;

    while (blocks[i].to < c)
        i++;
    return blocks[i].letter;
}

enum kind { PART, LETTER, ALONE, DIGIT, NOTHING }; /* what a character does to words */

static bool is_digit(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6F0 && c <= 0x6F9) ||
           (c >= 0x966 && c <= 0x96F);
}

/* Scripts without spaces, and pictures: each sign is a word. */
static bool stands_alone(uint32_t c)
{
    return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF) ||
           (c >= 0x2600 && c <= 0x27BF) || (c >= 0x1F000 && c <= 0x1FAFF);
}

static bool is_mark(uint32_t c)
{
    return (c >= 0x300 && c <= 0x36F) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
           (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || (c >= 0x1F3FB && c <= 0x1F3FF);
}

static enum kind kind_ascii(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || c == '\'' || c == '_')
        return LETTER;
    return c == '!' || c == '?' || c == '$' || c == '%' ? ALONE : PART;
}

/* *c is folded on the way. */
static enum kind kind_of(uint32_t *c)
{
    if (*c == 0x2019 || *c == 0x2018 || *c == 0x2BC)
        *c = '\'';
    else if (*c >= 0xFF01 && *c <= 0xFF5E)
        *c -= 0xFF01 - '!';
    else if (*c == 0xA3 || *c == 0xA5 || *c == 0xA2 || (*c >= 0x20A0 && *c <= 0x20CF))
        *c = '$';
    if (is_digit(*c))
        return DIGIT;
    if (*c < 0x80) {
        *c += *c >= 'A' && *c <= 'Z' ? 32 : 0;
        return kind_ascii(*c);
    }
    if (is_mark(*c))
        return NOTHING;
    if (stands_alone(*c))
        return ALONE;
    if (*c < 0xC0 || *c == 0xD7 || *c == 0xF7 || *c == BROKEN || (*c >= 0x2000 && *c <= 0x2BFF) ||
        (*c >= 0x3000 && *c <= 0x3040) || (*c >= 0xE000 && *c <= 0xF8FF))
        return PART;
    return LETTER;
}

/* ------- words */

struct reader {
    const char *p;
    size_t n, i;
    char *out; /* where the next byte goes; 3 bytes of room for each byte that is read */
    char *begun;
    size_t begun_at;
    struct text *t;
};

static void end_word(struct reader *r, size_t at)
{
    if (r->out > r->begun && r->t->n_words < TEXT_WORDS)
        r->t->words[r->t->n_words++] = (struct text_word){r->begun, (uint16_t)(r->out - r->begun),
                                                          (uint32_t)r->begun_at, (uint32_t)at};
    r->begun = r->out;
    r->begun_at = at;
}

static void put(struct reader *r, uint32_t c)
{
    if (c < 0x80) {
        *r->out++ = (char)c;
    } else if (c < 0x800) {
        *r->out++ = (char)(0xC0 | c >> 6);
        *r->out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *r->out++ = (char)(0xE0 | c >> 12);
        *r->out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *r->out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *r->out++ = (char)(0xF0 | c >> 18);
        *r->out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *r->out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *r->out++ = (char)(0x80 | (c & 0x3F));
    }
}

static void put_letter(struct reader *r, uint32_t c)
{
    static const struct {
        char sign;
        const char *letters;
    } pairs[] = {{'A', "ae"}, {'T', "th"}, {'S', "ss"}, {'I', "ij"}, {'O', "oe"}};
    char f;

    if (c < 0xC0 || c >= 0x1F00 || (c >= 0x180 && c < 0x1E00)) {
        put(r, fold_other(c));
        return;
    }
    f = LATIN[c >= 0x180 ? 0 : c - 0xC0];
    if (c >= 0x1E00)
        f = fold_marked(c);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].sign == f) {
            put(r, (unsigned char)pairs[i].letters[0]);
            f = pairs[i].letters[1];
        }
    put(r, (unsigned char)f);
}

/* One word that stands for what is there up to `end`. */
static void put_mask(struct reader *r, const char *mask, size_t end)
{
    end_word(r, r->i);
    memcpy(r->out, mask, strlen(mask));
    r->out += strlen(mask);
    end_word(r, end);
    r->i = end;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool starts(const struct reader *r, const char *with)
{
    size_t n = strlen(with);

    return r->n - r->i > n && strncasecmp(r->p + r->i, with, n) == 0;
}

/* A web address or an @name at a word's start becomes a mask. */
static bool read_mask(struct reader *r)
{
    size_t end = r->i;

    if (r->out > r->begun)
        return false;
    if (starts(r, "http://") || starts(r, "https://") || starts(r, "www.")) {
        while (end < r->n && !is_space(r->p[end]))
            end++;
        put_mask(r, "urlx", end);
        return true;
    }
    if (r->p[r->i] == '@' && r->i + 1 < r->n && is_name(r->p[r->i + 1])) {
        for (end++; end < r->n && is_name(r->p[end]);)
            end++;
        put_mask(r, "userx", end);
        return true;
    }
    return false;
}

static void read_char(struct reader *r)
{
    uint32_t c;
    size_t size = text_char(r->p + r->i, r->n - r->i, &c);

    switch (kind_of(&c)) {
    case PART:
        end_word(r, r->i);
        r->begun_at = r->i + size;
        break;
    case LETTER:
        put_letter(r, c);
        if (r->out - r->begun > WORD_BYTES)
            end_word(r, r->i + size);
        break;
    case ALONE:
        end_word(r, r->i);
        put(r, c);
        end_word(r, r->i + size);
        break;
    case DIGIT: /* a run of them is one 0 */
        if (r->out == r->begun || r->out[-1] != '0')
            put(r, '0');
        break;
    case NOTHING:
        break;
    }
    r->i += size;
}

void text_read(const char *p, size_t n, const struct pii_span *spans, size_t n_spans,
               struct arena *a, struct text *ret)
{
    struct reader r = {.p = p, .n = n < TEXT_BYTES ? n : TEXT_BYTES, .t = ret};
    size_t k = 0;

    ret->n_words = 0;
    ret->words = arena_array(a, r.n < TEXT_WORDS ? r.n + 1 : TEXT_WORDS, sizeof *ret->words);
    r.out = r.begun = arena_alloc(a, 3 * r.n + 16 * (n_spans + 1));
    while (r.i < r.n && ret->n_words < TEXT_WORDS) {
        while (k < n_spans && spans[k].at + spans[k].n <= r.i)
            k++;
        if (k < n_spans && spans[k].at <= r.i) {
            size_t end = (size_t)spans[k].at + spans[k].n;
            char mask[16] = {'p', 'i', 'i', (char)('a' + spans[k].kind), 'x'};

            put_mask(&r, mask, end < r.n ? end : r.n);
        } else if (!read_mask(&r)) {
            read_char(&r);
        }
    }
    end_word(&r, r.i);
}
