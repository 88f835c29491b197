/* word.h: which words stand in a text, and which phrases of a list do they make?
 *
 * A word is a run of letters and digits. It is known by the hash of its folded form: case and
 * accents taken away ("Straße" is "strasse"), so no copy is made. A list of phrases is a tree
 * over words, made by tools/words.py out of a .tsv file. Pure; linear in the text.
 * Used by: pii_*.c, facts*.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
    size_t at, n;   /* bytes in the text; n 0: there was none */
    uint64_t hash;  /* of the folded word */
    uint64_t shape; /* the same with each run of digits as one "#": "s23" is "s#" */
    uint32_t n_digits, n_letters;
    bool is_capital; /* begins with a capital letter */
    bool is_shouted; /* two capitals and more, no small letter */
};

/* The word that begins at the first letter or digit at or behind `from`. */
struct word word_at(const char *text, size_t n, size_t from);
/* Length of the letter or digit that begins at `at`; 0: none begins there. */
size_t word_char(const char *text, size_t n, size_t at);

/* ------- lists of phrases (tools/words.py) */

struct word_entry {
    uint64_t classes; /* the list's own bits */
    const char *value;
};
struct word_edge {
    uint64_t key; /* 0: free */
    uint16_t to;  /* 0: no phrase goes on */
    uint16_t entry;
};
struct word_trie {
    const struct word_edge *edges;
    uint32_t mask;
    const struct word_entry *entries; /* 0: nothing ends here */
};

/* One word further from `node` (0: the root). NULL: no phrase goes there. Tries the word, then
 * its shape. */
const struct word_edge *word_step(const struct word_trie *t, uint16_t node, const struct word *w);
/* Classes of the one word alone. */
uint64_t word_classes(const struct word_trie *t, const struct word *w);

/* ------- made by tools/words.py */

#define WORD_FOLD_FIRST 0xC0
#define WORD_FOLD_LAST  0x24F
struct word_fold {
    char to[3]; /* "": stays */
    bool is_capital;
};
extern const struct word_fold WORD_FOLDS[WORD_FOLD_LAST - WORD_FOLD_FIRST + 1];
