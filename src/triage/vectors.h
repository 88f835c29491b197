/* vectors.h: which words mean nearly the same?
 *
 * A table of 30,000 English words with 128 numbers each, built in (vectors.bin; how it was made:
 * docs/decisions/0056). Training learns on it, so that a word no example holds is known by its
 * neighbours. Words of other languages are not in it; the other features carry those.
 * Pure. Used by: net.c, train_*.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define VECTORS_DIM 128
/* A byte times this is the number; each vector has about length 1. */
#define VECTORS_SCALE (0.7F / 127)

/* How many words the table holds. */
size_t vectors_count(void);
/* Changes with the table: a model knows the words by their places in it. */
uint64_t vectors_version(void);
/* The place of a folded word, 1 or more; if need be without its last one to three letters;
 * 0: unknown. */
uint32_t vectors_find(const char *word, size_t n);
/* The vector at place 1 to vectors_count(). */
const int8_t *vectors_at(uint32_t place);
