/* Where somebody lives: a street with its number, a post code, both.
 *
 * Only patterns: "12 Baker Street, London NW1 6XE", "Hauptstraße 5, 10115 Berlin", "12 rue de
 * la Paix", "Calle Mayor 5", "Rua das Flores, 12", "Via Roma 3". */
#include <string.h>

#include "triage/pii_scan.h"

#define TAIL_MOST  100 /* bytes looked at behind a street for the town and its code */
#define NAME_WORDS 5   /* of a street */

/* ------- post codes */

/* "NW1 6XE": A9 9AA, A99, A9A, AA9, AA99, AA9A before it. Source: Royal Mail PAF. */
static size_t uk_code_end(const struct pii_text *t, size_t at)
{
    size_t i = at, letters = 0, digits = 0;

    for (; i - at < 4 && pii_byte(t, i) >= 'A' && pii_byte(t, i) <= 'Z' && letters < 2; i++)
        letters++;
    for (; digits < 2 && pii_is_digit(pii_byte(t, i)); i++)
        digits++;
    if (digits == 1 && pii_byte(t, i) >= 'A' && pii_byte(t, i) <= 'Z')
        i++;
    if (letters == 0 || digits == 0 || pii_byte(t, i) != ' ' || !pii_is_digit(pii_byte(t, i + 1)))
        return 0;
    for (size_t k = i + 2; k < i + 4; k++)
        if (pii_byte(t, k) < 'A' || pii_byte(t, k) > 'Z' || strchr("CIKMOV", pii_byte(t, k)))
            return 0;
    return pii_is_edge_after(t, i + 4) ? i + 4 : 0;
}

static size_t digits_end(const struct pii_text *t, size_t at, size_t n)
{
    size_t i = at;

    while (i - at <= n && pii_is_digit(pii_byte(t, i)))
        i++;
    return i - at == n ? i : 0;
}

static struct word capital_after(const struct pii_text *t, size_t at)
{
    size_t i = pii_skip_spaces(t, at, 2);

    if (i == at || word_char(t->p, t->n, i) == 0)
        return (struct word){0};
    return word_at(t->p, t->n, i);
}

/* The town behind a code: up to three words with capitals. */
static size_t town_end(const struct pii_text *t, size_t at)
{
    for (int words = 0; words < 3; words++) {
        struct word w = capital_after(t, at);

        if (!w.is_capital || w.n_digits > 0 || w.n > 40)
            break;
        at = w.at + w.n;
    }
    return at;
}

/* A code, and the town behind it where it belongs there. `is_sure`: a street stood before. */
static size_t code_end(const struct pii_text *t, size_t at)
{
    size_t end = uk_code_end(t, at), more;

    if (end > 0)
        return end;
    if ((end = digits_end(t, at, 5)) > 0) { /* de fr es it us, "01310-100" */
        if (pii_byte(t, end) == '-' &&
            ((more = digits_end(t, end + 1, 3)) > 0 || (more = digits_end(t, end + 1, 4)) > 0))
            end = more;
        return pii_is_edge_after(t, end) ? town_end(t, end) : 0;
    }
    if ((end = digits_end(t, at, 4)) > 0) { /* at ch, "1000-205" */
        if (pii_byte(t, end) == '-' && (more = digits_end(t, end + 1, 3)) > 0)
            return town_end(t, more);
        more = town_end(t, end);
        return more > end ? more : 0;
    }
    return 0;
}

/* ------- what follows a street */

/* ", Apt 4", ", 28001 Madrid", ", London NW1 6XE", ", Springfield, IL 62704": the end of the
 * last code or door within reach; `at` where there is none. */
static size_t tail_end(const struct pii_text *t, size_t at)
{
    size_t i = at, end = at;

    while (i < t->n && i - at < TAIL_MOST) {
        size_t code;
        struct word w;

        i = pii_skip_spaces(t, i, 2);
        if (i < t->n && (strchr(",-#/\n", t->p[i]))) {
            i++;
            continue;
        }
        if (word_char(t->p, t->n, i) == 0)
            break;
        if ((code = code_end(t, i)) > 0) {
            end = i = code;
            continue;
        }
        w = word_at(t->p, t->n, i);
        if (word_classes(&PII_WORDS, &w) & PII_W_FLAT) {
            struct word door = word_at(t->p, t->n, w.at + w.n);

            if (door.n == 0 || door.at - w.at - w.n > 3 || (door.n_digits == 0 && door.n > 1))
                break;
            end = i = door.at + door.n;
            continue;
        }
        if (!w.is_capital || w.n > 40)
            break;
        i = w.at + w.n;
    }
    return end;
}

/* ------- numbers of houses */

/* "12", "12a", "12-14", "221B": the end, 0 if none stands at `at`. */
static size_t house_end(const struct pii_text *t, size_t at)
{
    size_t i = at;

    while (i - at < 5 && pii_is_digit(pii_byte(t, i)))
        i++;
    if (i == at || pii_byte(t, at) == '0')
        return 0;
    if (i - at < 5 && (pii_byte(t, i) == '-' || pii_byte(t, i) == '/') &&
        pii_is_digit(pii_byte(t, i + 1)))
        for (i++; pii_is_digit(pii_byte(t, i)) && i - at < 10;)
            i++;
    if (pii_is_letter(pii_byte(t, i)))
        i++;
    if (!pii_is_edge_after(t, i) || pii_byte(t, i) == '%' || pii_byte(t, i) == ':')
        return 0;
    return i;
}

static bool is_counted(const struct pii_text *t, size_t end)
{
    size_t i = pii_skip_spaces(t, end, 2);
    struct word w;

    if (word_char(t->p, t->n, i) == 0)
        return false;
    w = word_at(t->p, t->n, i);
    return (word_classes(&PII_WORDS, &w) & PII_W_UNIT) != 0;
}

/* A house number behind a street's name: ", 12", " 12", " n° 12", " Nr. 12". */
static size_t house_after(const struct pii_text *t, size_t at)
{
    static const char *const SIGNS[] = {"n\xC2\xBA", "n\xC2\xB0", "N\xC2\xBA", "Nr.", "nr.", "No."};
    size_t i = at, end;

    if (pii_byte(t, i) == '.' || pii_byte(t, i) == ',')
        i++;
    i = pii_skip_spaces(t, i, 2);
    for (size_t k = 0; k < sizeof SIGNS / sizeof SIGNS[0]; k++) {
        size_t n = strlen(SIGNS[k]);

        if (i + n <= t->n && memcmp(t->p + i, SIGNS[k], n) == 0)
            i = pii_skip_spaces(t, i + n, 1);
    }
    if (i == at)
        return 0;
    end = house_end(t, i);
    return end > 0 && !is_counted(t, end) ? end : 0;
}

/* ------- streets */

static struct pii_found place(const struct pii_text *t, size_t at, size_t end)
{
    return (struct pii_found){at, tail_end(t, end) - at, PII_ADDRESS};
}

/* "221B Baker Street": the last word is the kind of street; its number stands up to four words
 * before. Small letters only where somebody says that they live there. */
static struct pii_found find_street_behind(const struct pii_text *t)
{
    const struct pii_word *last = pii_back(t, 0);
    size_t end = last->w.at + last->w.n;

    for (size_t k = 1; k <= 4; k++) {
        const struct pii_word *w = pii_back(t, k), *behind = pii_back(t, k - 1);

        if (!w || behind->is_after_break || w->w.at < t->from ||
            behind->w.at - (w->w.at + w->w.n) > 2)
            break;
        if (k > 1 && pii_is_digit(pii_byte(t, w->w.at)) && w->w.n_digits <= 5 &&
            w->w.n_letters <= 1 && house_end(t, w->w.at) > 0) {
            if (!behind->w.is_capital && pii_context(t, PII_W_HOME, PII_WORDS_BACK) == 0)
                break;
            return place(t, w->w.at, end);
        }
        if ((w->classes & PII_W_SMALL) || (w->w.n_digits > 0 && w->w.n_letters == 0))
            break;
    }
    return (struct pii_found){0};
}

/* "rue de la Paix", "Calle Mayor", "Via Roma": the name behind the kind of street. */
static size_t name_after(const struct pii_text *t, size_t at, bool is_home)
{
    size_t end = 0, i = at;

    if (pii_byte(t, i) == '.' || pii_byte(t, i) == '/')
        i++;
    for (int words = 0; words < NAME_WORDS; words++) {
        size_t next = pii_skip_spaces(t, i, 2);
        struct word w;

        if (next > i && (pii_byte(t, next) == '\'' || pii_is_digit(pii_byte(t, next))))
            break;
        if ((next == i && strchr("'-", pii_byte(t, i)) == NULL && !(words == 0 && i > at)) ||
            i >= t->n)
            break;
        next += next == i && !(words == 0 && i > at);
        if (word_char(t->p, t->n, next) == 0)
            break;
        w = word_at(t->p, t->n, next);
        if (w.n_digits > 0 || w.n > 40)
            break;
        i = w.at + w.n;
        if (w.is_capital || is_home)
            end = i;
        else if (!(word_classes(&PII_WORDS, &w) & PII_W_PARTICLE) && !(w.n <= 3)) /* "les", "a" */
            break;
    }
    return end;
}

/* The number before a French street: "12, rue", "12 bis rue". */
static size_t house_before(const struct pii_text *t)
{
    const struct pii_word *last = pii_back(t, 0), *w = pii_back(t, 1);

    if (w && w->w.n == 3 && w->w.n_digits == 0 && memcmp(t->p + w->w.at, "bis", 3) == 0) {
        last = w;
        w = pii_back(t, 2);
    }
    if (!w || w->w.n_digits == 0 || w->w.n_digits > 4 || w->w.n_letters > 1 ||
        last->w.at - (w->w.at + w->w.n) > 2 || w->w.at < t->from || house_end(t, w->w.at) == 0)
        return t->n;
    return w->w.at;
}

static struct pii_found find_street_before(const struct pii_text *t)
{
    const struct pii_word *last = pii_back(t, 0);
    bool is_home = pii_context(t, PII_W_HOME, PII_WORDS_BACK) != 0;
    size_t name = name_after(t, last->w.at + last->w.n, is_home), house, before;

    /* "C/ Mayor" is a street, "c'est" is not */
    if (name == 0 || (last->w.n == 1 && pii_byte(t, last->w.at + 1) != '/'))
        return (struct pii_found){0};
    before = house_before(t);
    if (before < t->n)
        return place(t, before, name);
    if (!last->w.is_capital && !is_home)
        return (struct pii_found){0};
    house = house_after(t, name);
    return house > 0 ? place(t, last->w.at, house) : (struct pii_found){0};
}

/* "Hauptstraße 5", "Berliner Str. 5", "Sonnenallee 12": German kinds end the name. */
static bool is_german_street(const struct pii_text *t, const struct word *w)
{
    static const char *const ENDS[] = {"straße", "strasse", "str",  "weg",  "platz",
                                       "allee",  "gasse",   "damm", "ufer", "chaussee"};

    if (!w->is_capital)
        return false;
    for (size_t k = 0; k < sizeof ENDS / sizeof ENDS[0]; k++) {
        size_t n = strlen(ENDS[k]);
        const char *p = t->p + w->at + w->n - n;

        if (w->n < n)
            continue;
        /* "Straße" alone wants a name before it; "Weg 5" is no address */
        if (memcmp(p + 1, ENDS[k] + 1, n - 1) == 0 && ((p[0] | 0x20) == ENDS[k][0]) &&
            (w->n >= n + 3 || (k < 3 && w->n == n)))
            return true;
    }
    return false;
}

static struct pii_found find_german_street(const struct pii_text *t)
{
    const struct pii_word *last = pii_back(t, 0), *before = pii_back(t, 1);
    size_t end = last->w.at + last->w.n, at = last->w.at;
    size_t house = house_after(t, end);

    if (house == 0)
        return (struct pii_found){0};
    if (before && last->w.n <= 7 && before->w.is_capital && !last->is_after_break &&
        last->w.at - (before->w.at + before->w.n) <= 1 && before->w.at >= t->from)
        at = before->w.at; /* "Berliner Str. 5" */
    else if (last->w.n <= 7 && memcmp(t->p + last->w.at, "Str", 3) == 0)
        return (struct pii_found){0};
    return place(t, at, house);
}

/* "postcode: NW1 6XE", "PLZ 10115 Berlin" */
static struct pii_found find_code(const struct pii_text *t)
{
    const struct pii_word *last = pii_back(t, 0);
    size_t i = pii_skip_spaces(t, last->w.at + last->w.n, 2), end;

    if (pii_byte(t, i) == ':') {
        i = pii_skip_spaces(t, i + 1, 2);
    } else if (word_char(t->p, t->n, i) > 0 && !pii_is_digit(pii_byte(t, i))) {
        struct word w = word_at(t->p, t->n, i);

        if (word_classes(&PII_WORDS, &w) & PII_W_IS)
            i = pii_skip_spaces(t, w.at + w.n, 2);
    }
    end = code_end(t, i);
    return end > 0 ? (struct pii_found){i, end - i, PII_ADDRESS} : (struct pii_found){0};
}

/* A code alone, where its shape leaves no doubt: "NW1 6XE", "IL 62704". */
static struct pii_found find_lone_code(const struct pii_text *t)
{
    const struct pii_word *last = pii_back(t, 0);
    size_t end = last->w.n <= 4 && last->w.n_digits > 0 ? uk_code_end(t, last->w.at) : 0;

    if (end > 0 && pii_context(t, PII_W_MUSIC | PII_W_ORDER, 3) == 0)
        return (struct pii_found){last->w.at, end - last->w.at, PII_ADDRESS};
    return (struct pii_found){0};
}

struct pii_found pii_find_place(const struct pii_text *t, uint64_t classes)
{
    const struct pii_word *last = pii_back(t, 0);
    struct pii_found f = {0};

    if (classes & PII_W_STREET)
        f = find_street_behind(t);
    if (f.n == 0 && (classes & PII_W_RUE))
        f = find_street_before(t);
    if (f.n == 0 && (classes & PII_W_ZIP))
        f = find_code(t);
    if (f.n == 0 && is_german_street(t, &last->w))
        f = find_german_street(t);
    return f.n > 0 ? f : find_lone_code(t);
}
