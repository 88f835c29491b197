/* Digits in groups: cards, and who is asked about the rest. */
#include <string.h>

#include "triage/pii_scan.h"

/* One separator between groups of digits: its bytes and its plain form; 0: none is here. */
static size_t separator(const struct pii_text *t, size_t at, char *ret)
{
    size_t len = pii_space(t, at);
    unsigned char c = pii_byte(t, at);

    if (len > 0) {
        *ret = ' ';
        return len;
    }
    if (at < t->n && (c == '-' || c == '.' || c == '/' || c == '(' || c == ')')) {
        *ret = (char)c;
        return 1;
    }
    /* U+2010 to U+2013: hyphens and the short dash that word processors put in */
    if (c == 0xE2 && pii_byte(t, at + 1) == 0x80 && pii_byte(t, at + 2) >= 0x90 &&
        pii_byte(t, at + 2) <= 0x93) {
        *ret = '-';
        return 3;
    }
    return 0;
}

/* Between two groups stand one separator, or two of which one is a blank or a bracket, or
 * " / " and " - ". Returns the place of the next digit; 0: the number ends here. */
static size_t between(const struct pii_text *t, size_t at, char *ret)
{
    char all[4] = {0};
    size_t n = 0, len;

    while (n < 3 && (len = separator(t, at, &all[n])) > 0) {
        at += len;
        n++;
    }
    if (n == 0 || !pii_is_digit(pii_byte(t, at)))
        return 0;
    *ret = all[0];
    if (n == 1)
        return at;
    if (strcmp(all, ") ") == 0 || strcmp(all, ")-") == 0 || strcmp(all, ")/") == 0 ||
        strcmp(all, " (") == 0 || strcmp(all, "  ") == 0)
        return at;
    if (strcmp(all, " / ") == 0 || strcmp(all, " - ") == 0) {
        *ret = all[1];
        return at;
    }
    return 0;
}

static size_t take_group(const struct pii_text *t, size_t at, char before, struct pii_number *v)
{
    struct pii_group *g = &v->groups[v->n_groups++];

    g->n = 0;
    g->before = before;
    for (; pii_is_digit(pii_byte(t, at)) && !v->is_cut; at++) {
        if (v->n_digits == PII_DIGITS) {
            v->is_cut = true;
            break;
        }
        v->digits[v->n_digits++] = (unsigned char)(t->p[at] - '0');
        g->n++;
    }
    g->end = at;
    g->sum = v->n_digits;
    return at;
}

bool pii_number_read(const struct pii_text *t, size_t at, struct pii_number *ret)
{
    char before = 0;
    size_t next = at;

    *ret = (struct pii_number){.at = at};
    if (pii_byte(t, next) == '(') {
        ret->has_paren = true;
        before = '(';
        next++;
    }
    if (pii_byte(t, next) == '+') {
        ret->has_plus = true;
        next++;
        if (pii_byte(t, next) == '(') {
            ret->has_paren = true;
            next++;
        }
    }
    if (!pii_is_digit(pii_byte(t, next)))
        return false;
    do
        next = between(t, take_group(t, next, before, ret), &before);
    while (next > 0 && ret->n_groups < PII_GROUPS && !ret->is_cut);
    /* "(030) 123" is one number; in "(529.982 …" the bracket belongs to the sentence */
    return !ret->has_paren || (ret->n_groups > 1 && ret->groups[1].before == ')');
}

/* ------- cards */

/* Issuers by their first digits and lengths. Source: ISO/IEC 7812; the issuers' own pages. */
static const struct {
    uint16_t from, to; /* of the first four digits */
    uint32_t lengths;  /* bit n: n digits */
} ISSUERS[] = {
    {4000, 4999, 1U << 13 | 1U << 16 | 1U << 19},            /* Visa */
    {5100, 5599, 1U << 16},                                  /* Mastercard */
    {2221, 2720, 1U << 16},                                  /* Mastercard */
    {3400, 3499, 1U << 15},                                  /* American Express */
    {3700, 3799, 1U << 15},                                  /* American Express */
    {3000, 3059, 1U << 14 | 1U << 16},                       /* Diners */
    {3600, 3699, 1U << 14 | 1U << 16},                       /* Diners */
    {3800, 3999, 1U << 14 | 1U << 16},                       /* Diners */
    {6011, 6011, 1U << 16 | 1U << 19},                       /* Discover */
    {6440, 6599, 1U << 16 | 1U << 19},                       /* Discover, RuPay */
    {3528, 3589, 1U << 16 | 1U << 17 | 1U << 18 | 1U << 19}, /* JCB */
    {6200, 6299, 1U << 16 | 1U << 17 | 1U << 18 | 1U << 19}, /* UnionPay */
    {8100, 8299, 1U << 16 | 1U << 17 | 1U << 18 | 1U << 19}, /* UnionPay, RuPay */
    {2200, 2204, 1U << 16 | 1U << 17 | 1U << 18 | 1U << 19}, /* Mir */
    {5000, 5099, 0xFE000},                                   /* Maestro, Elo, RuPay: 13 to 19 */
    {5600, 5899, 0xFE000},                                   /* Maestro */
    {6000, 6010, 0xFE000},                                   /* Maestro, RuPay */
    {6012, 6199, 0xFE000},                                   /* Maestro */
    {6300, 6439, 0xFE000},                                   /* Maestro, Elo */
    {6600, 6999, 0xFE000},                                   /* Maestro */
};

static bool is_issued(const unsigned char *d, size_t n)
{
    unsigned first = d[0] * 1000U + d[1] * 100U + d[2] * 10U + d[3];

    for (size_t i = 0; i < sizeof ISSUERS / sizeof ISSUERS[0]; i++)
        if (first >= ISSUERS[i].from && first <= ISSUERS[i].to)
            return (ISSUERS[i].lengths >> n & 1) != 0;
    return false;
}

bool pii_is_card(const unsigned char *digits, size_t n)
{
    unsigned sum = 0;
    bool is_same = true;

    if (n < 13 || n > 19 || !is_issued(digits, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned d = digits[n - 1 - i];

        is_same = is_same && digits[i] == digits[0];
        sum += i % 2 == 0 ? d : d < 5 ? 2 * d : 2 * d - 9;
    }
    return sum % 10 == 0 && !is_same;
}

/* Whole groups from the first on, which has four digits or more; the same separator between all
 * of them. The longest: a mask that is too long gives nothing away. */
static struct pii_found find_card(const struct pii_text *t, const struct pii_number *v)
{
    struct pii_found f = {0};

    if (v->has_plus || v->has_paren || v->groups[0].n < 4)
        return f;
    for (size_t g = 0; g < v->n_groups; g++) {
        const struct pii_group *at = &v->groups[g];

        if (g > 0 && (at->before == '/' || at->before == '(' || at->before == ')' ||
                      at->before != v->groups[1].before))
            break;
        if (!(v->is_cut && g + 1 == v->n_groups) && pii_is_card(v->digits, at->sum) &&
            pii_is_edge_after(t, at->end))
            f = (struct pii_found){v->at, at->end - v->at, PII_CARD};
    }
    return f;
}

/* A number may begin in the middle of a run of digits ("call 555 0187 4111 …") only behind a
 * blank, and not behind a letter or a decimal point. */
static bool may_begin(const struct pii_text *t, size_t at)
{
    unsigned char before = at > 0 ? pii_byte(t, at - 1) : ' ';

    if (strchr(".,:-/+(", before) && before != '\0')
        return at < 2 || (!pii_is_alnum(pii_byte(t, at - 2)) || before == ':' || before == '(' ||
                          (before == '.' && pii_is_letter(pii_byte(t, at - 2))));
    return pii_is_edge_before(t, at);
}

struct pii_found pii_find_number(const struct pii_text *t, size_t at)
{
    struct pii_number v;
    struct pii_found f;

    if (!may_begin(t, at) || !pii_number_read(t, at, &v))
        return (struct pii_found){0};
    f = find_card(t, &v);
    if (f.n == 0)
        f = pii_find_number_id(t, &v);
    if (f.n == 0 && pii_is_digit(pii_byte(t, at)))
        f = pii_find_letter_id(t, at);
    if (f.n == 0)
        f = pii_find_phone(t, &v);
    return f;
}
