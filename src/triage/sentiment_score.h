/* sentiment_score.h: what of a text speaks for a good mood, and what for a bad one?
 *
 * The lexicon's sums, before they are made into probabilities. Shared by the reader and by the
 * tool that fits it. The lexicon is the files of sentiment/, packed at build time
 * (sentiment_pack.c). Used by: sentiment.c, sentiment_fit.c, urgency. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "triage/language_words.h"

/* One node of the packed lexicon: a phrase is a chain of words, each step a key. */
struct lexicon_node {
    uint32_t key;    /* the low half of the chain's hash; 0: empty */
    int8_t weight;   /* -4 to 4 */
    uint8_t kind;    /* enum lexicon_kind; 0: only the beginning of longer ones */
    uint8_t goes_on; /* longer phrases begin so */
    uint8_t unused;
};

enum lexicon_kind {
    LEXICON_WEIGHT = 1,
    LEXICON_NOT,      /* "not": turns what follows */
    LEXICON_NOT_BOTH, /* "nicht": and what stood before it */
    LEXICON_MORE,     /* "very" */
    LEXICON_LESS,     /* "a bit" */
    LEXICON_BUT,      /* what follows weighs more than what was */
    LEXICON_ASK,      /* "how do I": a question, with or without its mark */
};

#define LEXICON_SLOTS  16384u
#define LEXICON_SEEDED 0x9e3779b97f4a7c15ull /* times the language's number begins a chain */

/* The files' names, in the order of their numbers; "all" is read beside each. */
#define LEXICON_LANGUAGES 13
static const char *const LEXICON_NAMES[LEXICON_LANGUAGES] = {
    "all", "en", "de", "fr", "es", "pt", "it", "nl", "sv", "pl", "tr", "id", "hi-Latn",
};

/* A chain's next state after a word; LEXICON_STEM where any ending may follow. */
#define LEXICON_WORD ' '
#define LEXICON_STEM '*'
static inline uint64_t lexicon_step(uint64_t state, const char *word, size_t n, char end)
{
    return word_hash(&end, 1, word_hash(word, n, state));
}

static inline uint64_t lexicon_start(size_t language)
{
    return WORD_SEED ^ (language + 1) * LEXICON_SEEDED;
}

#define MOOD_FEATURES 17

/* Features of a text, each about 0 to 1 or -1 to 1; [0] is 1. `language` as language_read gives
 * it; one without a lexicon is read by faces and signs alone, "" by the English one. Reads the
 * first 400 words. */
void sentiment_features(const char *text, size_t n, const char *language, float ret[MOOD_FEATURES]);
