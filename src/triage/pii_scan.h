/* pii_scan.h: what the parts of the scanner for personal data tell each other.
 *
 * pii.c walks the text word by word and asks, at each place, the finders below. A finder looks
 * a bounded way ahead (and at the last words), so the whole is linear. It gives a span of length
 * 0 where it found nothing. Used by: pii*.c. */
#pragma once

#include "triage/pii.h"
#include "triage/pii_words.h"
#include "triage/word.h"

#define PII_WORDS_BACK 8 /* words that are remembered */

struct pii_word {
    struct word w;
    uint64_t classes;
    bool is_after_break; /* a sentence or line ended between the word before and this */
};

struct pii_text {
    const char *p;
    size_t n;
    size_t from; /* where the last span ended: a new one begins no earlier */
    struct pii_word back[PII_WORDS_BACK]; /* ring; the last one is back[(n_words - 1) % …] */
    size_t n_words;
};

struct pii_found {
    size_t at, n; /* n 0: nothing */
    enum pii_kind kind;
};

/* ------- small readers */

static inline unsigned char pii_byte(const struct pii_text *t, size_t at)
{
    return at < t->n ? (unsigned char)t->p[at] : 0;
}
static inline bool pii_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}
static inline bool pii_is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool pii_is_alnum(unsigned char c)
{
    return pii_is_digit(c) || pii_is_letter(c);
}
static inline unsigned char pii_upper(unsigned char c)
{
    return (unsigned char)(c >= 'a' && c <= 'z' ? c - 32 : c);
}
/* Bytes of the space at `at` (blank, tab, no-break space); 0: none. */
size_t pii_space(const struct pii_text *t, size_t at);
/* Over spaces; `most` of them. */
size_t pii_skip_spaces(const struct pii_text *t, size_t at, int most);
/* Neither letter nor digit, of any script, nor "_" stands at `at` (or before it). */
bool pii_is_edge_after(const struct pii_text *t, size_t at);
bool pii_is_edge_before(const struct pii_text *t, size_t at);
/* The k-th last word, 0 the last; NULL: not remembered. */
const struct pii_word *pii_back(const struct pii_text *t, size_t k);
/* Classes of `any` that the nearest of the last `words` words with one of them has, within its
 * sentence; 0: none. */
uint64_t pii_context(const struct pii_text *t, uint64_t any, size_t words);

/* ------- numbers (pii_number.c, pii_phone.c, pii_id.c) */

#define PII_DIGITS 24
#define PII_GROUPS 10

/* "+49 (0)171 / 123-4567": digits in groups. */
struct pii_number {
    size_t at;
    bool has_plus, has_paren;
    size_t n_groups, n_digits;
    unsigned char digits[PII_DIGITS];
    struct pii_group {
        size_t n, end; /* digits in it; byte behind it */
        size_t sum;    /* digits up to its end */
        char before;   /* separator before it: ' ' '-' '.' '/' '(' ')' or 0 */
    } groups[PII_GROUPS];
    bool is_cut; /* more digits follow than fit */
};

/* Reads at a digit, "+" or "(". false: no number begins there. */
bool pii_number_read(const struct pii_text *t, size_t at, struct pii_number *ret);
struct pii_found pii_find_number(const struct pii_text *t, size_t at);
struct pii_found pii_find_phone(const struct pii_text *t, const struct pii_number *v);
struct pii_found pii_find_number_id(const struct pii_text *t, const struct pii_number *v);
bool pii_is_card(const unsigned char *digits, size_t n);
/* IBAN, and the national ids with letters or with blanks at any place. */
struct pii_found pii_find_letter_id(const struct pii_text *t, size_t at);

/* ------- the rest */

/* *ret_seen_to: where it is no use to ask again before (a run was read up to there). */
struct pii_found pii_find_email(const struct pii_text *t, size_t at, size_t *ret_seen_to);
struct pii_found pii_find_ip(const struct pii_text *t, size_t at);
/* Keys known by how they begin: sk_live_…, ghp_…, eyJ…, AKIA…. */
struct pii_found pii_find_key(const struct pii_text *t, size_t at, size_t *ret_seen_to);
/* End of the URL that begins at `at`, 0: none. */
size_t pii_url_end(const struct pii_text *t, size_t at);
/* The next secret or address in the URL's bytes [at, end). */
struct pii_found pii_find_in_url(const struct pii_text *t, size_t at, size_t end);

/* Behind the last word, which belongs to a phrase of `classes`. */
struct pii_found pii_find_secret(const struct pii_text *t, uint64_t classes);
struct pii_found pii_find_name(const struct pii_text *t);
struct pii_found pii_find_place(const struct pii_text *t, uint64_t classes);
