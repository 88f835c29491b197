/* urgency_rules.h: which of the rules of urgency does a text meet, and where?
 *
 * The rules are the files of urgency/, one a language; tools/urgency.py says how they are written
 * and makes the tables below of them. Pure; linear in the text: long ones are read in pieces
 * that overlap, up to URGENCY_BYTES.
 * Used by: urgency.c, urgency_model.c, urgency_fit.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triage/language_words.h"
#include "triage/urgency.h"

/* What a rule may say beside a kind: counted for the model. In the order of tools/urgency.py. */
enum urgency_sign {
    SIGN_MONEY = 0,
    SIGN_WRONG_MONEY,
    SIGN_LOST,
    SIGN_BLOCKED,
    SIGN_OUTAGE,
    SIGN_DEADLINE,
    SIGN_REPEAT,
    SIGN_FAULT,
    SIGN_THANKS,
    SIGN_WISH,
    SIGN_QUESTION,
    SIGN_TALK,
    SIGN_PAID,
    SIGN_DANGER,
    SIGN_DONE,
    SIGN_COUNT
};

/* ------- made by tools/urgency.py */

#define RULE_ELEMENTS 6
#define RULE_WINDOW   12 /* words that what stands beside may be apart */

/* One step of a phrase: a word, or the beginning of one. */
struct urgency_slot {
    uint32_t key; /* 0: free */
    uint16_t to;  /* 0: no phrase goes on */
    uint16_t sets;
    uint16_t n_sets; /* phrases of so many sets end here */
};

struct urgency_rule {
    struct {
        uint16_t set;
        uint8_t gap; /* words that may stand before it */
    } elements[RULE_ELEMENTS];
    uint8_t n;        /* elements in order */
    uint8_t beside;   /* elements behind those that may stand anywhere in the window */
    uint8_t anchor;   /* the element that is rarest: looked for first */
    uint8_t kind;     /* enum urgency_kind; URGENCY_NONE: a sign */
    uint8_t level;    /* enum urgency_level, or enum urgency_sign */
    bool is_unquoted; /* a title does not count */
    uint16_t guard;   /* the first of its guards */
    uint8_t language;
};

enum urgency_guard_type { GUARD_END = 0, GUARD_BEFORE, GUARD_AFTER, GUARD_NEAR, GUARD_ANY };

struct urgency_guard {
    uint8_t type, words;
    uint16_t set;
};

extern const struct urgency_table {
    const struct urgency_slot *slots;
    uint32_t mask;
    const uint16_t *sets;
    const struct urgency_rule *rules; /* by the set of their anchor */
    const uint16_t *first;            /* of a set's rules; one more at the end */
    const struct urgency_guard *guards;
    const uint8_t *languages; /* of a set */
    size_t n_sets;
    const char *const *codes; /* of a language */
    const uint16_t *reports;  /* a language's set of "she wrote"; UINT16_MAX: none */
    size_t n_languages;
} URGENCY_TABLE;

/* ------- reading */

#define URGENCY_BYTES   (64 * 1024)
#define URGENCY_WORDS   320
#define URGENCY_OVERLAP 24
#define URGENCY_HITS    4000
#define URGENCY_SETS    8192 /* tools/urgency.py makes no more */

/* Alternatives of a set, found in the text. */
struct urgency_hit {
    uint16_t set, at, n; /* words */
};

/* A text, its words and what was found in it. About 40 KB: lives on the stack of one call. */
struct urgency_text {
    struct word words[URGENCY_WORDS];
    struct urgency_hit hits[URGENCY_HITS];
    uint16_t first[URGENCY_WORDS + 1]; /* of the hits that begin at a word */
    size_t n, n_hits;
};

/* What met a rule. Spans are bytes of the text. */
struct urgency_found {
    struct urgency_reason best[URGENCY_KIND_COUNT]; /* by kind; level 0: none */
    uint8_t signs[SIGN_COUNT];                      /* how often, at most 255 */
};

/* The rules of the six languages that are written in full; others' rules and the signs of
 * `language` (as in urgency.h) and the English ones, all where it is unknown. */
void urgency_find(const char *text, size_t n, const char *language, struct urgency_found *ret);
