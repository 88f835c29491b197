/* Secrets and names that a phrase announces: "my password is …", "ich heiße …". */
#include <string.h>

#include "triage/pii_scan.h"

#define VALUE_MOST 128 /* bytes of a password or key in a phrase */
#define FILL_MOST  5   /* words between "password" and "is" */
#define TOKEN_MOST 4096

/* A value that was announced, how strongly ("is" is weaker than ":"). */
struct value {
    size_t at, n;
    bool is_quoted, is_named; /* "is" or ":" stood before it */
};

/* ------- where does the value stand? */

static const struct {
    const char *open, *close;
} QUOTES[] = {{"\"", "\""},
              {"'", "'"},
              {"`", "`"},
              {"\xE2\x80\x9C", "\xE2\x80\x9D"}, /* “ ” */
              {"\xE2\x80\x9E", "\xE2\x80\x9C"}, /* „ “ */
              {"\xE2\x80\x98", "\xE2\x80\x99"}, /* ‘ ’ */
              {"\xC2\xAB", "\xC2\xBB"}};        /* « » */

static bool begins(const struct pii_text *t, size_t at, const char *with)
{
    size_t n = strlen(with);

    return at + n <= t->n && memcmp(t->p + at, with, n) == 0;
}

static bool take_quoted(const struct pii_text *t, size_t at, struct value *v)
{
    for (size_t k = 0; k < sizeof QUOTES / sizeof QUOTES[0]; k++) {
        size_t i = at + strlen(QUOTES[k].open);

        if (!begins(t, at, QUOTES[k].open))
            continue;
        v->at = i;
        for (; i < t->n && i - v->at < VALUE_MOST && t->p[i] != '\n'; i++)
            if (begins(t, i, QUOTES[k].close))
                break;
        v->n = i - v->at;
        v->is_quoted = i < t->n && begins(t, i, QUOTES[k].close) && v->n > 0;
        return v->is_quoted;
    }
    return false;
}

/* A run without blanks; what closes a sentence or a bracket is not part of it. */
static void take_run(const struct pii_text *t, size_t at, size_t most, struct value *v)
{
    size_t i = at;

    while (i < t->n && i - at < most && pii_byte(t, i) > ' ' && pii_space(t, i) == 0)
        i++;
    while (i > at && i - at == most && ((unsigned char)t->p[i < t->n ? i : i - 1] & 0xC0) == 0x80)
        i--;
    while (i > at && strchr(".,;:)]}\"'", pii_byte(t, i - 1)))
        i--;
    v->at = at;
    v->n = i - at;
}

/* ":" and "=" and "->", and one end of line behind them. */
static size_t skip_sign(const struct pii_text *t, size_t at, bool *ret_is_there)
{
    size_t i = pii_skip_spaces(t, at, 3);

    if (begins(t, i, "=>") || begins(t, i, "->"))
        i += 2;
    else if (pii_byte(t, i) == ':' || pii_byte(t, i) == '=')
        i++;
    else
        return at;
    *ret_is_there = true;
    i = pii_skip_spaces(t, i, 3);
    if (pii_byte(t, i) == '\n')
        i = pii_skip_spaces(t, i + 1, 3);
    return i;
}

/* From behind the announcing word: over "for my account" to "is" or ":", and to the value. */
static bool find_value(const struct pii_text *t, size_t at, size_t most, struct value *ret)
{
    size_t i = at;

    *ret = (struct value){0};
    /* "password": "…" in JSON */
    if (pii_byte(t, i) == '"' || pii_byte(t, i) == '\'')
        i++;
    for (int words = 0; words < FILL_MOST; words++) {
        uint64_t classes;
        struct word w;
        size_t next = skip_sign(t, i, &ret->is_named);

        if (ret->is_named) {
            i = next;
            break;
        }
        next = pii_skip_spaces(t, i, 3);
        if (next == i || word_char(t->p, t->n, next) == 0)
            break;
        w = word_at(t->p, t->n, next);
        classes = word_classes(&PII_WORDS, &w);
        if (!(classes & (PII_W_IS | PII_W_FILL)))
            break;
        i = w.at + w.n;
        if (classes & PII_W_IS) {
            ret->is_named = true;
            i = skip_sign(t, i, &ret->is_named);
            break;
        }
    }
    i = pii_skip_spaces(t, i, 3);
    if (!take_quoted(t, i, ret))
        take_run(t, i, most, ret);
    return ret->n > 0;
}

/* ------- is it one? */

static void count(const struct pii_text *t, const struct value *v, size_t *ret_digits,
                  size_t *ret_letters, size_t *ret_others)
{
    *ret_digits = *ret_letters = *ret_others = 0;
    for (size_t i = v->at; i < v->at + v->n; i++) {
        unsigned char c = pii_byte(t, i);

        *ret_digits += pii_is_digit(c);
        *ret_letters += pii_is_letter(c) || c >= 0x80;
        *ret_others += !pii_is_alnum(c) && c < 0x80 && c != '-' && c != '\'' && c != '/';
    }
}

/* Does the thought end behind the value, or does the word go on in a sentence? */
static bool is_complete(const struct pii_text *t, size_t end)
{
    size_t next = pii_skip_spaces(t, end, 3);
    struct word w;

    if (next >= t->n || word_char(t->p, t->n, next) == 0)
        return true;
    w = word_at(t->p, t->n, next);
    return (word_classes(&PII_WORDS, &w) & PII_W_JOIN) != 0;
}

/* A plain word behind "is" may be about the password instead: "is wrong", "is not working". */
static bool is_password(const struct pii_text *t, const struct value *v)
{
    struct word w = word_at(t->p, t->n, v->at);
    size_t digits, letters, others;
    uint64_t classes = word_classes(&PII_WORDS, &w);

    count(t, v, &digits, &letters, &others);
    if (v->is_quoted)
        return v->is_named && v->n <= 64;
    if (!v->is_named)
        return digits > 0 && letters > 0 && v->n >= 6;
    if (v->n < 3)
        return false;
    if (digits > 0 || others > 0)
        return others + digits > 0 && !(w.at == v->at && (classes & PII_W_STOP) && digits == 0);
    return w.at == v->at && w.n == v->n && !(classes & (PII_W_STOP | PII_W_FILL | PII_W_IS)) &&
           is_complete(t, v->at + v->n);
}

static bool is_pin(const struct pii_text *t, const struct value *v)
{
    size_t digits, letters, others;

    count(t, v, &digits, &letters, &others);
    return v->is_named && digits == v->n && v->n >= 3 && v->n <= 8;
}

static bool is_token(const struct pii_text *t, const struct value *v)
{
    size_t digits, letters, others;

    count(t, v, &digits, &letters, &others);
    return v->n >= 12 && digits > 0 && letters > 0 && (v->is_named || v->n >= 20);
}

struct pii_found pii_find_secret(const struct pii_text *t, uint64_t classes)
{
    const struct pii_word *last = pii_back(t, 0);
    size_t at = last ? last->w.at + last->w.n : t->n;
    struct value v;

    if ((classes & PII_W_BEARER) && (find_value(t, at, TOKEN_MOST, &v)) && v.n >= 12) {
        v.is_named = true;
        if (is_token(t, &v))
            return (struct pii_found){v.at, v.n, PII_TOKEN};
    }
    if ((classes & PII_W_TOKEN) && find_value(t, at, TOKEN_MOST, &v) && is_token(t, &v))
        return (struct pii_found){v.at, v.n, PII_TOKEN};
    if ((classes & PII_W_SECRET) && find_value(t, at, VALUE_MOST, &v) && is_password(t, &v))
        return (struct pii_found){v.at, v.n, PII_PASSWORD};
    if ((classes & PII_W_PIN) && find_value(t, at, VALUE_MOST, &v) && is_pin(t, &v))
        return (struct pii_found){v.at, v.n, PII_PASSWORD};
    return (struct pii_found){0};
}

/* ------- names */

/* The next word of a name: behind one blank, or "-", "'", ". " inside it. */
static struct word next_of_name(const struct pii_text *t, size_t at)
{
    size_t i = at;
    unsigned char c = pii_byte(t, i);

    if (c == '-' || c == '\'')
        i++;
    else if (begins(t, i, "\xE2\x80\x99"))
        i += 3;
    else if (c == '.' && pii_space(t, i + 1) > 0)
        i = pii_skip_spaces(t, i + 1, 1);
    else
        i = pii_skip_spaces(t, i, 1);
    if (i == at || word_char(t->p, t->n, i) == 0)
        return (struct word){0};
    return word_at(t->p, t->n, i);
}

static bool is_name_word(const struct word *w, uint64_t classes)
{
    return w->n > 0 && w->n <= 40 && w->n_digits == 0 && !(classes & (PII_W_STOP | PII_W_IS));
}

/* Capitalised words, with particles between them; the end of the last. */
static size_t capital_name_end(const struct pii_text *t, struct word w)
{
    size_t end = w.at + w.n;

    for (int words = 1; words < 5; words++) {
        struct word next = next_of_name(t, end);
        uint64_t classes = word_classes(&PII_WORDS, &next);

        if (next.n > 0 && !next.is_capital && (classes & PII_W_PARTICLE)) {
            struct word behind = next_of_name(t, next.at + next.n);

            if (behind.n > 0 && !behind.is_capital &&
                (word_classes(&PII_WORDS, &behind) & PII_W_PARTICLE))
                behind = next_of_name(t, behind.at + behind.n); /* "de la", "von der" */
            next = behind;
            classes = 0;
        }
        if (!next.is_capital || !is_name_word(&next, classes))
            break;
        /* "My name is Ana. Please": a full stop ends the name but behind an initial */
        if (pii_byte(t, end) == '.' && end - w.at > 1 && w.n > 2)
            break;
        w = next;
        end = w.at + w.n;
    }
    return end;
}

struct pii_found pii_find_name(const struct pii_text *t)
{
    const struct pii_word *last = pii_back(t, 0);
    size_t at = pii_skip_spaces(t, last->w.at + last->w.n, 2), end;
    struct word w, second;
    uint64_t classes;

    if (pii_byte(t, at) == ':' || pii_byte(t, at) == '"')
        at = pii_skip_spaces(t, at + 1, 2);
    if (word_char(t->p, t->n, at) == 0)
        return (struct pii_found){0};
    w = word_at(t->p, t->n, at);
    classes = word_classes(&PII_WORDS, &w);
    if (!is_name_word(&w, w.is_capital ? classes & ~(uint64_t)PII_W_IS : classes))
        return (struct pii_found){0};
    if (w.is_capital) {
        end = capital_name_end(t, w);
        return (struct pii_found){w.at, end - w.at, PII_NAME};
    }
    /* In small letters: one or two words, and the thought ends there; and "meu nome e telefone"
     * says "and", where "é" would say "is". */
    if (last->w.n == 1 && pii_byte(t, last->w.at) == 'e')
        return (struct pii_found){0};
    end = w.at + w.n;
    if (!is_complete(t, end)) {
        second = next_of_name(t, end);
        if (!is_name_word(&second, word_classes(&PII_WORDS, &second)) ||
            !is_complete(t, second.at + second.n))
            return (struct pii_found){0};
        end = second.at + second.n;
    }
    return (struct pii_found){w.at, end - w.at, PII_NAME};
}
