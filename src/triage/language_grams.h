/* language_grams.h: which traces of a language does a text carry?
 *
 * The one feature pass that the trainer (language_train.c, at build time) and the reader share:
 * grams of 2 to 4 letters inside words (edges count as letters), short words whole, and single
 * letters beyond ASCII; hashed to a row of the table.
 * Used by: language.c, language_train.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Rows of the table, each with a weight for every trained language: 30000 x 32 bytes < 1 MB. */
#define LANGUAGE_ROWS  30000u
#define LANGUAGE_WIDTH 32 /* bytes of a row; a multiple of the vector unit's */
/* Enough to know any language; more costs time only. */
#define LANGUAGE_LETTERS 400
#define LANGUAGE_GRAMS   (LANGUAGE_LETTERS * 8)

enum script {
    SCRIPT_NONE = 0,
    SCRIPT_LATIN,
    SCRIPT_CYRILLIC,
    SCRIPT_ARABIC,
    SCRIPT_GREEK,
    SCRIPT_HEBREW,
    SCRIPT_DEVANAGARI,
    SCRIPT_THAI,
    SCRIPT_HANGUL,
    SCRIPT_HAN,
    SCRIPT_KANA,
    SCRIPT_COUNT
};

/* Languages that are told apart by grams, in the order of a row's weights. */
struct language_class {
    char code[8];
    enum script script;
};
#define LANGUAGE_TRAINED 25
extern const struct language_class LANGUAGE_CLASSES[LANGUAGE_TRAINED];

struct language_grams {
    uint32_t letters[SCRIPT_COUNT]; /* of each script */
    uint32_t n;
    uint16_t row[LANGUAGE_GRAMS];
};

enum { GRAMS_PLAIN = 1 }; /* without accents, as many people type */

/* The grams of the first LANGUAGE_LETTERS letters. Addresses, @names, #tags, words with digits
 * and names that are the same everywhere ("iphone") are left out. */
void language_grams(const char *text, size_t n, int flags, struct language_grams *ret);

/* The table as the trainer writes it. */
struct language_table {
    float scale;       /* logit of a weight of 1 */
    float length_half; /* grams: the sum is divided by sqrt(1 + n / length_half) */
    float bias[LANGUAGE_WIDTH];
    int8_t weight[LANGUAGE_ROWS][LANGUAGE_WIDTH];
};
