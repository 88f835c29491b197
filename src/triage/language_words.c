/* Words of a text: where they begin and end, and what is seen at them. */
#include "triage/language_words.h"

#include <string.h>

uint64_t word_hash(const char *s, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        seed = (seed ^ (unsigned char)s[i]) * 0x100000001b3ull;
    return seed;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes up to the next white space; no address is longer than 2,000. */
static size_t until_space(const char *p, size_t n)
{
    size_t i = 0;

    while (i < n && i < 2000 && !is_space(p[i]))
        i++;
    return i;
}

static bool starts(const char *p, size_t n, const char *with)
{
    size_t k = strlen(with);

    for (size_t i = 0; i < k; i++)
        if (i >= n || (p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]) != with[i])
            return false;
    return true;
}

/* "help@x.example", "tidewren.example/y": letters, digits and . - _ +, with an @ inside, or a dot
 * before two letters and a slash or a known ending. */
static size_t skip_bare(const char *p, size_t n)
{
    size_t i = 0, dot = 0;
    bool is_mail = false;

    while (i < n && i < 320 && (is_alnum(p[i]) || strchr(".-_+@", p[i]) != NULL) && p[i] != '\0') {
        is_mail |= p[i] == '@' && i > 0;
        if (p[i] == '.')
            dot = i;
        i++;
    }
    while (i > 0 && p[i - 1] == '.') /* the sentence's */
        i--;
    if (is_mail && dot != 0)
        return i;
    if (dot == 0 || dot + 2 >= i || is_digit(p[dot + 1]))
        return 0;
    if (i < n && p[i] == '/')
        return until_space(p, n);
    for (size_t k = dot + 1; k < i; k++)
        if (!is_alnum(p[k]))
            return 0;
    return starts(p + dot, n - dot, ".com") || starts(p + dot, n - dot, ".example") ||
                   starts(p + dot, n - dot, ".net") || starts(p + dot, n - dot, ".org")
               ? i
               : 0;
}

size_t word_skip(const char *text, size_t n, size_t at)
{
    const char *p = text + at;
    size_t left = n - at, i = 1;

    if (p[0] == '@') {
        while (i < left && i < 64 && (is_alnum(p[i]) || p[i] == '_' || p[i] == '.' || p[i] == '-'))
            i++;
        while (i > 1 && p[i - 1] == '.')
            i--;
        return i > 1 ? i : 0;
    }
    if (!is_alnum(p[0]))
        return 0;
    if (starts(p, left, "http://") || starts(p, left, "https://") || starts(p, left, "www."))
        return until_space(p, left);
    return skip_bare(p, left);
}

/* Faces made of signs, longest first, and the picture they mean. */
static const struct {
    char sign[5], emoji[5];
} FACES[] = {
    {":'-(", "😢"},   {":'(", "😢"},   {":'-)", "😂"},  {":')", "😂"}, {">:(", "😠"}, {":-)", "🙂"},
    {":-(", "🙁"}, {":-D", "😀"},   {":-P", "😛"},   {":-p", "😛"}, {";-)", "😉"}, {":-/", "😕"},
    {":-|", "😐"},    {"</3", "💔"},   {"^_^", "😊"},   {"-_-", "😒"}, {"T_T", "😢"}, {":))", "😀"},
    {":((", "😢"},    {":)", "🙂"}, {":(", "🙁"}, {":D", "😀"},  {":P", "😛"},  {":p", "😛"},
    {";)", "😉"},     {":/", "😕"},    {":\\", "😕"},   {":|", "😐"},  {":*", "😘"},  {"<3", "❤"},
    {"=)", "🙂"},  {"=(", "🙁"}, {"xD", "😂"},    {"XD", "😂"},  {"D:", "😧"},  {":]", "🙂"},
    {":[", "🙁"},
};

static bool read_face(struct words *w, struct word *ret)
{
    const char *p = w->p + w->i;
    size_t left = w->n - w->i;

    if (left < 2 || strchr(":;=<>^-xXTD", p[0]) == NULL || (w->i > 0 && is_alnum(p[-1])))
        return false;
    for (size_t k = 0; k < sizeof(FACES) / sizeof(FACES[0]); k++) {
        size_t len = strlen(FACES[k].sign);

        if (len > left || memcmp(p, FACES[k].sign, len) != 0 || (len < left && is_alnum(p[len])))
            continue;
        *ret = (struct word){.at = (uint32_t)w->i, .n = (uint32_t)len, .kind = WORD_EMOJI};
        ret->len = (uint8_t)strlen(FACES[k].emoji);
        memcpy(ret->s, FACES[k].emoji, ret->len);
        w->i += len;
        return true;
    }
    return false;
}

/* Where the quotation that opens at w->i closes; 0: it does not, within a title's length. */
static size_t quote_close(const struct words *w, uint32_t c, size_t step)
{
    enum { FAR = 120 };
    const char *p = w->p;
    size_t last = w->n < w->i + FAR ? w->n : w->i + FAR;

    if (c == '\'' &&
        ((w->i > 0 && !is_space(p[w->i - 1])) || w->i + 1 >= w->n || is_space(p[w->i + 1])))
        return 0;
    for (size_t i = w->i + step; i < last;) {
        uint32_t d;
        size_t k = char_step(p + i, last - i, &d);

        if (d == '\n')
            return 0;
        if ((c == '"' && d == '"') || (c == 0x201C && d == 0x201D) || (c == 0xAB && d == 0xBB) ||
            (c == 0xBB && d == 0xAB) || (c == 0x201E && (d == 0x201C || d == 0x201D)) ||
            (c == 0x300C && d == 0x300D) || (c == 0x300E && d == 0x300F) ||
            (c == 0x2018 && d == 0x2019 && (i + k >= w->n || !is_alnum(p[i + k]))) ||
            (c == '\'' && d == '\'' && (i + 1 >= w->n || !is_alnum(p[i + 1])) && p[i - 1] != 's'))
            return i;
        i += k;
    }
    return 0;
}

/* What stands between words: ends of sentences, commas, quotations. */
static void pass_sign(struct words *w, uint32_t c, size_t step)
{
    switch (c) {
    case '.':
        if (w->i + 1 < w->n && w->p[w->i + 1] == '.') {
            w->is_clause = true;
            break;
        }
        if (w->i > 0 && w->p[w->i - 1] == '.')
            break;
        w->is_inside = false;
        break;
    case '!':
    case '?':
    case 0xA1:
    case 0xBF:
    case 0x3002:
    case 0xFF01:
    case 0xFF1F:
    case 0x61F:
    case 0x964:
    case 0x6D4:
        w->is_inside = false;
        break;
    case '\n':
        if (w->i + 1 < w->n && (w->p[w->i + 1] == '\n' || w->p[w->i + 1] == '\r'))
            w->is_inside = false;
        break;
    case ',':
    case ';':
    case ':':
    case '(':
    case ')':
    case '-':
    case 0x2013:
    case 0x2014:
    case 0x60C:
    case 0x3001:
        w->is_clause = true;
        break;
    case '"':
    case '\'':
    case 0x201C:
    case 0x201E:
    case 0x2018:
    case 0xAB:
    case 0xBB:
    case 0x300C:
    case 0x300E:
        if (w->i >= w->quote_end)
            w->quote_end = quote_close(w, c, step);
        break;
    default:
        break;
    }
    w->i += step;
}

/* Each of these is a word of its own: no blanks are written between them. */
static bool is_alone(uint32_t c)
{
    return (c >= 0x3041 && c < 0xD7FC && c != 0x30FC) || (c >= 0xE00 && c < 0xE80) ||
           (c >= 0xF900 && c < 0xFB00) || (c >= 0x20000 && c < 0x32000);
}

/* Letters that stand before an apostrophe and are a word: "l'app", "dell'account". */
static bool is_elided(const char *s, size_t n)
{
    static const char *const HEADS[] = {
        "l",    "d",     "j",      "n",      "m",    "t",   "s",    "c",
        "qu",   "jusqu", "lorsqu", "puisqu", "dell", "all", "nell", "sull",
        "dall", "quell", "un",     "com",    "cos",  "dov", "v",    "quest",
    };

    for (size_t i = 0; i < sizeof(HEADS) / sizeof(HEADS[0]); i++)
        if (strlen(HEADS[i]) == n && memcmp(HEADS[i], s, n) == 0)
            return true;
    return false;
}

struct spell {
    uint32_t last, before; /* the last two letters put: three of a kind become two */
    size_t n_letters, n_capital;
};

static void put_letter(struct word *ret, struct spell *k, uint32_t c)
{
    uint32_t lower = char_lower(c), plain[2];
    size_t n = char_plain(lower, plain);

    k->n_letters += n > 0;
    k->n_capital += lower != c;
    for (size_t i = 0; i < n; i++) {
        if (plain[i] == k->last && plain[i] == k->before && plain[i] < 0x3041) {
            ret->flags |= WORD_LONG;
            continue;
        }
        k->before = k->last;
        k->last = plain[i];
        if (ret->len <= WORD_BYTES - 4)
            ret->len = (uint8_t)(ret->len + char_put(plain[i], ret->s + ret->len));
    }
}

static bool is_apostrophe(uint32_t c)
{
    return c == '\'' || c == 0x2019 || c == 0x2BC || c == '`' || c == 0xB4;
}

static void read_letters(struct words *w, struct word *ret)
{
    struct spell k = {0};

    while (w->i < w->n) {
        uint32_t c, d;
        size_t step = char_step(w->p + w->i, w->n - w->i, &c);

        if (char_is_letter(c) || (c >= '0' && c <= '9')) {
            if (is_alone(c) && ret->len > 0)
                break;
            put_letter(ret, &k, c);
            w->i += step;
            if (is_alone(c))
                break;
            continue;
        }
        if (!is_apostrophe(c) || w->i + step >= w->n || w->i == w->quote_end)
            break;
        char_step(w->p + w->i + step, w->n - w->i - step, &d);
        if (!char_is_letter(d))
            break;
        w->i += step;
        if (is_elided(ret->s, ret->len))
            break;
    }
    ret->kind = WORD_LETTERS;
    if (k.n_capital >= 2 && k.n_capital == k.n_letters)
        ret->flags |= WORD_CAPS;
}

/* "12", "1.299,00": digits only are kept. */
static void read_number(struct words *w, struct word *ret)
{
    while (w->i < w->n) {
        char c = w->p[w->i];

        if (is_digit(c)) {
            if (ret->len < WORD_BYTES)
                ret->s[ret->len++] = c;
        } else if ((c != '.' && c != ',') || w->i + 1 >= w->n || !is_digit(w->p[w->i + 1])) {
            break;
        }
        w->i++;
    }
    ret->kind = WORD_NUMBER;
}

/* The signs that follow a word and colour it. */
static void look_behind(const struct words *w, struct word *ret)
{
    size_t i = w->i, n_shout = 0;

    while (i < w->n && (w->p[i] == '!' || w->p[i] == '?' || w->p[i] == '"' || w->p[i] == ' ') &&
           i < w->i + 8) {
        n_shout += w->p[i] == '!';
        if (w->p[i] == '?')
            ret->flags |= WORD_ASK;
        i++;
    }
    if (n_shout > 0)
        ret->flags |= WORD_SHOUT;
    if (n_shout > 1)
        ret->flags |= WORD_SHOUTS;
}

static bool is_money(uint32_t c)
{
    return c == '$' || c == 0xA3 || c == 0xA5 || (c >= 0x20A0 && c < 0x20C0);
}

static void read_sign(struct words *w, struct word *ret, uint32_t c, size_t step)
{
    w->i += step;
    ret->kind = char_is_emoji(c) ? WORD_EMOJI : WORD_MONEY;
    ret->len = (uint8_t)(ret->kind == WORD_EMOJI ? char_put(c, ret->s) : char_put('$', ret->s));
}

/* Read the word that begins at w->i; false where none does. */
static bool read_word(struct words *w, struct word *ret)
{
    uint32_t c;
    size_t step = char_step(w->p + w->i, w->n - w->i, &c), skip;

    *ret = (struct word){.at = (uint32_t)w->i};
    if (c == '#' && w->i + 1 < w->n && (is_alnum(w->p[w->i + 1]) || w->p[w->i + 1] < 0)) {
        ret->flags = WORD_TAG;
        w->i++;
        step = char_step(w->p + w->i, w->n - w->i, &c);
    }
    if (c < 0x80 && (skip = word_skip(w->p, w->n, w->i)) > 0) {
        w->i += skip;
        ret->kind = WORD_LINK;
        return true;
    }
    if (c >= '0' && c <= '9')
        read_number(w, ret);
    else if (char_is_letter(c))
        read_letters(w, ret);
    else if (is_money(c) || char_is_emoji(c))
        read_sign(w, ret, c, step);
    else
        return false;
    if (char_lower(c) != c)
        ret->flags |= WORD_TITLE;
    return true;
}

bool words_next(struct words *w, struct word *ret)
{
    while (w->i < w->n) {
        size_t from = w->i;

        if (!read_face(w, ret) && !read_word(w, ret)) {
            uint32_t c;
            size_t step = char_step(w->p + w->i, w->n - w->i, &c);

            pass_sign(w, c, step);
            continue;
        }
        ret->n = (uint32_t)(w->i - from);
        if (ret->len == 0 && ret->kind != WORD_LINK)
            continue; /* marks without a letter */
        if (from < w->quote_end)
            ret->flags |= WORD_QUOTED;
        if (!w->is_inside)
            ret->flags |= WORD_FIRST;
        if (w->is_clause)
            ret->flags |= WORD_CLAUSE;
        w->is_inside = true;
        w->is_clause = false;
        look_behind(w, ret);
        return true;
    }
    return false;
}
