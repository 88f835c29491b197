/* The mood: the lexicon's features through a small softmax that was fitted at build time. */
#include "triage/sentiment.h"

#include <math.h>

#include "base/str.h"
#include "triage/sentiment_score.h"

struct str sentiment_weights_bytes(void); /* [MOOD_COUNT][MOOD_FEATURES] floats: sentiment_fit.c */

struct sentiment sentiment_read(const char *text, size_t n, const char *language)
{
    const float *weights = (const float *)(const void *)sentiment_weights_bytes().p;
    float x[MOOD_FEATURES], logit[MOOD_COUNT] = {0}, best = -INFINITY, all = 0;
    struct sentiment ret = {.mood = MOOD_NEGATIVE};

    sentiment_features(text, n, language ? language : "", x);
    for (int m = 0; m < MOOD_COUNT; m++) {
        for (size_t i = 0; i < MOOD_FEATURES; i++)
            logit[m] += weights[(size_t)m * MOOD_FEATURES + i] * x[i];
        if (logit[m] > best) {
            best = logit[m];
            ret.mood = (enum mood)m;
        }
    }
    for (int m = 0; m < MOOD_COUNT; m++)
        all += ret.p[m] = expf(logit[m] - best);
    for (int m = 0; m < MOOD_COUNT; m++)
        ret.p[m] /= all;
    return ret;
}

const char *mood_name(enum mood m)
{
    switch (m) {
    case MOOD_NEGATIVE:
        return "negative";
    case MOOD_NEUTRAL:
        return "neutral";
    case MOOD_POSITIVE:
        return "positive";
    case MOOD_COUNT:
        break;
    }
    return "";
}
