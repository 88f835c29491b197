/* language_words.h: which words does a text have, and how would a careless hand write them?
 *
 * Cuts text into words with their place, folded to lower case without accents ("Não!" -> "nao"),
 * so that a table of words needs one spelling of each. Broken UTF-8 is stepped over. Linear time,
 * no memory of its own. Pure; it knows no language.
 * Used by: language, sentiment, urgency and the tools that build their tables. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHAR_BROKEN 0xFFFDu

/* One code point at p; n >= 1 bytes are there. Returns the bytes it takes, 1 where it is broken
 * (then *ret is CHAR_BROKEN). */
size_t char_step(const char *p, size_t n, uint32_t *ret);
/* Lower case of Latin, Greek, Cyrillic and full-width letters; others as they are. */
uint32_t char_lower(uint32_t c);
/* A lower-case letter without its accent: 1 or 2 letters ("ß" -> "ss"), 0 for a bare mark. */
size_t char_plain(uint32_t c, uint32_t ret[2]);
/* A letter, or a mark that belongs to one. */
bool char_is_letter(uint32_t c);
/* A picture that stands for a feeling or a thing. */
bool char_is_emoji(uint32_t c);
/* UTF-8 of c at p, which has room for 4. Returns the bytes. */
size_t char_put(uint32_t c, char *p);

/* Bytes at text[at] that are no words of a language: a web or mail address, an @name. 0: none.
 * `at` is where a word could begin. */
size_t word_skip(const char *text, size_t n, size_t at);

#define WORD_BYTES 44 /* longer words are cut: "Donaudampfschifffahrtsgesellschaft" has 34 */

enum word_kind { WORD_LETTERS = 1, WORD_NUMBER, WORD_LINK, WORD_MONEY, WORD_EMOJI };

/* What else is seen at a word. */
enum word_flag {
    WORD_CAPS = 1 << 0,   /* two letters or more, all of them capital */
    WORD_TITLE = 1 << 1,  /* begins with a capital */
    WORD_FIRST = 1 << 2,  /* begins a sentence */
    WORD_QUOTED = 1 << 3, /* between quotation marks that open and close */
    WORD_TAG = 1 << 4,    /* #tag */
    WORD_LONG = 1 << 5,   /* a letter was repeated: "sooo" */
    WORD_CLAUSE = 1 << 6, /* a comma, colon or dash stands before it */
    WORD_SHOUT = 1 << 7,  /* "!" follows */
    WORD_SHOUTS = 1 << 8, /* "!!" or more follows */
    WORD_ASK = 1 << 9,    /* "?" follows */
};

struct word {
    uint32_t at, n; /* bytes in the text */
    uint16_t flags;
    uint8_t kind; /* enum word_kind */
    uint8_t len;
    char s[WORD_BYTES + 4]; /* folded, NUL-terminated; digits of a number; "$" of any money sign;
                               an emoji's bytes, also for ":)" and its like */
};

/* A position in a text. {.p = text, .n = bytes} starts it. */
struct words {
    const char *p;
    size_t n, i;
    size_t quote_end; /* where the open quotation closes */
    bool is_inside;   /* not at the start of a sentence */
    bool is_clause;
};

bool words_next(struct words *w, struct word *ret);

/* 64-bit FNV-1a, the key of a word in the built tables. */
uint64_t word_hash(const char *s, size_t n, uint64_t seed);
#define WORD_SEED 0xcbf29ce484222325ull
