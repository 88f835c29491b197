/* sentiment.h: in which mood is a text written?
 *
 * Lexicon per language with negation and intensity, over the words. Pure.
 * Used by: triage.h, urgency.h, incidents (a bank on negative), delight (when not). */
#pragma once

#include <stddef.h>

enum mood { MOOD_NEGATIVE = 0, MOOD_NEUTRAL, MOOD_POSITIVE, MOOD_COUNT };

struct sentiment {
    enum mood mood;      /* the likeliest */
    float p[MOOD_COUNT]; /* they add to 1 */
};

struct sentiment sentiment_read(const char *text, size_t n, const char *language);
const char *mood_name(enum mood m); /* "negative" */
