/* urgency_fit.c: a tool of the build. How much does each feature weigh?
 *
 *   urgency_fit OUT.bin training.tsv
 *
 * Proportional odds by plain gradient descent with a little ridge, the four levels weighing alike.
 * Deterministic. Prints how often ten-fold fits are right. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "triage/language.h"
#include "triage/sentiment.h"
#include "triage/training_rows.h"
#include "triage/urgency_model.h"

#define STEPS  4000
#define RATE   0.5F
#define RIDGE  0.002F
#define FOLDS  10
#define LEVELS 4

static struct training T;
static float X[TRAINING_MOST][URGENCY_FEATURES];
static float WEIGHT[LEVELS];

/* Probability of a row's level and its slope by the sum: the difference of two sigmoids. */
static void slope(const struct urgency_weights *m, size_t r, struct urgency_weights *to)
{
    float p[URGENCY_CUTS], up, down, up_d, down_d, share, v;
    int level = T.rows[r].level;

    urgency_odds(m, X[r], p);
    up = level == P4 ? 1 : p[level - 1];
    down = level == P1 ? 0 : p[level - 2];
    up_d = up * (1 - up);
    down_d = down * (1 - down);
    share = WEIGHT[level - 1] / fmaxf(up - down, 1e-4F);
    v = (up_d - down_d) * share;
    for (size_t i = 0; i < URGENCY_FEATURES; i++)
        to->w[i] += v * X[r][i];
    if (level != P4)
        to->cut[level - 1] -= up_d * share;
    if (level != P1)
        to->cut[level - 2] += down_d * share;
}

/* Without the rows of fold `apart`; FOLDS: with all. */
static void fit(size_t apart, struct urgency_weights *m)
{
    *m = (struct urgency_weights){.cut = {2, 0, -2}};
    for (int k = 0; k < STEPS; k++) {
        struct urgency_weights to = {0};
        float all = 0;

        for (size_t r = 0; r < T.n; r++)
            if (r % FOLDS != apart) {
                slope(m, r, &to);
                all += WEIGHT[T.rows[r].level - 1];
            }
        for (size_t i = 0; i < URGENCY_FEATURES; i++)
            m->w[i] += RATE * (to.w[i] / all - RIDGE * m->w[i]);
        for (size_t i = 0; i < URGENCY_CUTS; i++)
            m->cut[i] += RATE * to.cut[i] / all;
        for (size_t i = 1; i < URGENCY_CUTS; i++) /* in order, always */
            m->cut[i] = fminf(m->cut[i], m->cut[i - 1] - 0.01F);
    }
}

static void look(void)
{
    size_t n[LEVELS] = {0};

    for (size_t r = 0; r < T.n; r++) {
        const struct training_row *row = &T.rows[r];
        size_t len = strlen(row->text);
        struct language l = language_read(row->text, len, NULL);
        struct sentiment s = sentiment_read(row->text, len, l.code);
        struct urgency_hints hints = {.plan = row->plan,
                                      .negative = s.p[MOOD_NEGATIVE],
                                      .contacts_in_week = row->contacts,
                                      .is_minor = row->is_minor,
                                      .is_cluster_growing = row->is_growing};
        struct urgency_found found;

        urgency_find(row->text, len, l.code, &found);
        urgency_features(row->text, len, &found, &hints, X[r]);
        n[row->level - 1]++;
    }
    for (size_t k = 0; k < LEVELS; k++)
        WEIGHT[k] = (float)T.n / (float)(LEVELS * (n[k] ? n[k] : 1));
}

static void judge(void)
{
    struct urgency_weights m;
    size_t seen[LEVELS][LEVELS] = {0};

    for (size_t f = 0; f < FOLDS; f++) {
        fit(f, &m);
        for (size_t r = f; r < T.n; r += FOLDS) {
            float p[URGENCY_CUTS];

            urgency_odds(&m, X[r], p);
            seen[T.rows[r].level - 1][urgency_likeliest(p) - 1]++;
        }
    }
    for (size_t k = 0; k < LEVELS; k++)
        printf("P%zu as P1 to P4: %zu %zu %zu %zu\n", k + 1, seen[k][0], seen[k][1], seen[k][2],
               seen[k][3]);
}

int main(int argc, char **argv)
{
    struct urgency_weights m;
    FILE *f;

    if (argc != 3)
        return 2;
    training_read(argv[2], &T);
    look();
    judge();
    fit(FOLDS, &m);
    if (!(f = fopen(argv[1], "wb")) || fwrite(&m, sizeof m, 1, f) != 1 || fclose(f) != 0) {
        perror(argv[1]);
        return 1;
    }
    return 0;
}
