/* sentiment_fit.c: a tool of the build. How sure of a mood do the lexicon's features make us?
 *
 *   sentiment_fit OUT.bin training.tsv
 *
 * A softmax of the features, fitted by plain gradient descent with a little ridge: some dozens of
 * numbers from some hundreds of rows. Deterministic. Prints how often ten-fold fits are right. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "triage/language.h"
#include "triage/sentiment.h"
#include "triage/sentiment_score.h"
#include "triage/training_rows.h"

#define STEPS 3000
#define RATE  0.5F
#define RIDGE 0.002F
#define FOLDS 10

static struct training T;
static float X[TRAINING_MOST][MOOD_FEATURES];
static float W[MOOD_COUNT][MOOD_FEATURES];

static int guess(const float *x, float p[MOOD_COUNT])
{
    float best = -INFINITY, all = 0;
    int at = 0;

    for (int m = 0; m < MOOD_COUNT; m++) {
        p[m] = 0;
        for (size_t i = 0; i < MOOD_FEATURES; i++)
            p[m] += W[m][i] * x[i];
        if (p[m] > best) {
            best = p[m];
            at = m;
        }
    }
    for (int m = 0; m < MOOD_COUNT; m++)
        all += p[m] = expf(p[m] - best);
    for (int m = 0; m < MOOD_COUNT; m++)
        p[m] /= all;
    return at;
}

/* The three moods weigh alike, however many rows each has: a text that says nothing should be
 * neutral, and the rows are full of complaints because urgency needs them. */
static float WEIGHT[MOOD_COUNT];

static void weigh_moods(void)
{
    size_t n[MOOD_COUNT] = {0};

    for (size_t r = 0; r < T.n; r++)
        n[T.rows[r].mood]++;
    for (int m = 0; m < MOOD_COUNT; m++)
        WEIGHT[m] = (float)T.n / (float)(MOOD_COUNT * (n[m] ? n[m] : 1));
}

/* Without the rows of fold `apart`; FOLDS: with all. */
static void fit(size_t apart)
{
    memset(W, 0, sizeof(W));
    for (int step = 0; step < STEPS; step++) {
        float d[MOOD_COUNT][MOOD_FEATURES] = {0}, p[MOOD_COUNT];

        for (size_t r = 0; r < T.n; r++) {
            if (r % FOLDS == apart)
                continue;
            (void)guess(X[r], p);
            p[T.rows[r].mood] -= 1;
            for (int m = 0; m < MOOD_COUNT; m++)
                for (size_t i = 0; i < MOOD_FEATURES; i++)
                    d[m][i] += p[m] * X[r][i] * WEIGHT[T.rows[r].mood];
        }
        for (int m = 0; m < MOOD_COUNT; m++)
            for (size_t i = 0; i < MOOD_FEATURES; i++)
                W[m][i] -= RATE * (d[m][i] / (float)T.n + RIDGE * W[m][i]);
    }
}

int main(int argc, char **argv)
{
    size_t right = 0;
    float p[MOOD_COUNT];
    FILE *f;

    if (argc != 3)
        return 2;
    training_read(argv[2], &T);
    for (size_t r = 0; r < T.n; r++) {
        const char *text = T.rows[r].text;
        struct language l = language_read(text, strlen(text), NULL);

        sentiment_features(text, strlen(text), l.code, X[r]);
    }
    weigh_moods();
    for (size_t k = 0; k < FOLDS; k++) {
        fit(k);
        for (size_t r = k; r < T.n; r += FOLDS)
            right += guess(X[r], p) == T.rows[r].mood;
    }
    fit(FOLDS);
    printf("sentiment: %zu rows, %.4f right in ten folds\n", T.n, (double)right / (double)T.n);
    f = fopen(argv[1], "wb");
    return !f || fwrite(W, sizeof(W), 1, f) != 1 || fclose(f) != 0;
}
