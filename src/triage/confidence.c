#include "triage/confidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "triage/interval.h"

#define ALPHA 0.05

/* ------- one message */

static float soft(const float *z, size_t n, float t, float *p)
{
    float most = z[0], sum = 0;

    for (size_t i = 1; i < n; i++)
        most = z[i] > most ? z[i] : most;
    for (size_t i = 0; i < n; i++) {
        p[i] = kernel_exp((z[i] - most) / t);
        sum += p[i];
    }
    for (size_t i = 0; i < n; i++)
        p[i] /= sum;
    return most + t * (float)kernel_log((double)sum); /* t log sum exp z/t */
}

static float logistic(const float *w, const float *x)
{
    float s = 0;

    for (size_t i = 0; i < CONFIDENCE_INPUTS; i++)
        s += w[i] * x[i];
    return 1 / (1 + kernel_exp(-s));
}

static float log_odds(float p)
{
    p = p < 1e-4F ? 1e-4F : p > 0.9999F ? 0.9999F : p;
    return (float)kernel_log((double)(p / (1 - p)));
}

/* The probability of the best label by logits that are left unsure: smoothed in training, and
 * warmed here. Sharpened ones hide how far from everything a message is (measured on CLINC150's
 * validation split: AUROC 97.0 at 1.5, 95.0 at the calibrated temperature). */
#define WARM 1.5F

static float warm(const float *z, size_t n, size_t best)
{
    float most = z[0], sum = 0;

    for (size_t i = 1; i < n; i++)
        most = z[i] > most ? z[i] : most;
    for (size_t i = 0; i < n; i++)
        sum += kernel_exp((z[i] - most) / WARM);
    return kernel_exp((z[best] - most) / WARM) / sum;
}

void confidence_judge(const struct confidence *c, const float *z, size_t n, bool has_oos,
                      const float known[BLOCK_COUNT], float *p, struct judged *ret)
{
    float all = soft(z, n, c->temperature, p), entropy = 0;
    size_t best = 0, next;

    for (size_t i = 1; i < n; i++)
        best = p[i] > p[best] ? i : best;
    next = best == 0;
    for (size_t i = 0; i < n; i++) {
        next = i != best && p[i] > p[next] ? i : next;
        entropy -= p[i] > 0 ? p[i] * (float)kernel_log((double)p[i]) : 0;
    }
    ret->p = p;
    ret->best = best;
    ret->next = next;
    ret->inputs[0] = 1;
    ret->inputs[1] = log_odds(p[best]);
    ret->inputs[2] = p[best] - p[next];
    ret->inputs[3] = entropy;
    ret->inputs[4] = known[BLOCK_WORDS];
    ret->inputs[5] = known[BLOCK_CHARS];
    ret->inputs[6] = has_oos ? (z[n] - all) / c->temperature : 0;
    ret->inputs[7] = log_odds(warm(z, n + has_oos, best));
    ret->oos = logistic(c->oos, ret->inputs);
    ret->sure = logistic(c->sure, ret->inputs);
}

/* ------- fitting */

static double log_loss(const struct held_row *rows, size_t n, size_t n_labels, float t)
{
    float *p = calloc(n_labels, sizeof *p);
    double sum = 0;

    if (!p)
        abort();

    for (size_t i = 0; i < n; i++)
        if (rows[i].label >= 0) {
            soft(rows[i].z, n_labels, t, p);
            sum -= log((double)p[rows[i].label] + 1e-12);
        }
    free(p);
    return sum;
}

/* Golden section over log t: the loss has one valley. */
static float fit_temperature(const struct held_row *rows, size_t n, size_t n_labels)
{
    double ratio = 0.6180339887, lo = log(0.05), hi = log(20.0);
    double a = hi - ratio * (hi - lo), b = lo + ratio * (hi - lo);
    double at_a = log_loss(rows, n, n_labels, (float)exp(a)),
           at_b = log_loss(rows, n, n_labels, (float)exp(b));

    for (int i = 0; i < 24; i++) {
        if (at_a < at_b) {
            hi = b;
            b = a;
            at_b = at_a;
            a = hi - ratio * (hi - lo);
            at_a = log_loss(rows, n, n_labels, (float)exp(a));
        } else {
            lo = a;
            a = b;
            at_a = at_b;
            b = lo + ratio * (hi - lo);
            at_b = log_loss(rows, n, n_labels, (float)exp(b));
        }
    }
    return (float)exp((lo + hi) / 2);
}

/* Solve A x = b in place by elimination; A is positive definite. */
static void solve(double a[CONFIDENCE_INPUTS][CONFIDENCE_INPUTS], double b[CONFIDENCE_INPUTS])
{
    for (int i = 0; i < CONFIDENCE_INPUTS; i++)
        for (int r = i + 1; r < CONFIDENCE_INPUTS; r++) {
            double f = a[r][i] / a[i][i];

            for (int k = i; k < CONFIDENCE_INPUTS; k++)
                a[r][k] -= f * a[i][k];
            b[r] -= f * b[i];
        }
    for (int i = CONFIDENCE_INPUTS - 1; i >= 0; i--) {
        for (int k = i + 1; k < CONFIDENCE_INPUTS; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
}

struct example {
    float x[CONFIDENCE_INPUTS];
    float y, weight;
};

#define RIDGE 10.0 /* so that few rows cannot run away */

static double loss_of(const struct example *rows, size_t n, const float *w)
{
    double sum = 0;

    for (size_t r = 0; r < n; r++) {
        double p = (double)logistic(w, rows[r].x);

        sum -= (double)rows[r].weight * log(rows[r].y > 0 ? p + 1e-9 : 1 - p + 1e-9);
    }
    for (int i = 1; i < CONFIDENCE_INPUTS; i++)
        sum += RIDGE / 2 * (double)w[i] * (double)w[i];
    return sum;
}

/* The way to go from w: the gradient through the inverse of the curvature. */
static void newton(const struct example *rows, size_t n, const float *w,
                   double g[CONFIDENCE_INPUTS])
{
    double h[CONFIDENCE_INPUTS][CONFIDENCE_INPUTS] = {{0}};

    memset(g, 0, CONFIDENCE_INPUTS * sizeof *g);
    for (size_t r = 0; r < n; r++) {
        double p = (double)logistic(w, rows[r].x), weight = (double)rows[r].weight;

        for (int i = 0; i < CONFIDENCE_INPUTS; i++) {
            g[i] += weight * (p - (double)rows[r].y) * (double)rows[r].x[i];
            for (int k = 0; k < CONFIDENCE_INPUTS; k++)
                h[i][k] +=
                    weight * (p * (1 - p) + 1e-6) * (double)rows[r].x[i] * (double)rows[r].x[k];
        }
    }
    for (int i = 0; i < CONFIDENCE_INPUTS; i++) {
        g[i] += i > 0 ? RIDGE * (double)w[i] : 0;
        h[i][i] += (i > 0 ? RIDGE : 0) + 1e-3;
    }
    solve(h, g);
}

/* Logistic regression: Newton's steps, each halved until it does not climb. */
static void fit_logistic(const struct example *rows, size_t n, float *w)
{
    double loss = loss_of(rows, n, w);

    for (int step = 0; step < 50; step++) {
        double g[CONFIDENCE_INPUTS], found = loss;
        float next[CONFIDENCE_INPUTS];

        newton(rows, n, w, g);
        for (int half = 0; half < 12; half++) {
            for (int i = 0; i < CONFIDENCE_INPUTS; i++)
                next[i] = w[i] - (float)ldexp(g[i], -half);
            if ((found = loss_of(rows, n, next)) < loss)
                break;
        }
        if (!(found < loss - 1e-6 * fabs(loss)))
            return;
        memcpy(w, next, sizeof next);
        loss = found;
    }
}

static int down(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x < y) - (x > y);
}

/* LAC: the p that all but 2 % of the true labels reach. */
static float fit_set(const struct held_row *rows, size_t n, size_t n_labels, float t)
{
    float *p = malloc((n_labels + n) * sizeof *p), *own = p + n_labels, cut = 0;
    size_t m = 0, at;

    if (!p)
        abort();
    for (size_t i = 0; i < n; i++)
        if (rows[i].label >= 0) {
            soft(rows[i].z, n_labels, t, p);
            own[m++] = p[rows[i].label];
        }
    qsort(own, m, sizeof *own, down);
    at = (size_t)ceil((double)(m + 1) * (double)CONFIDENCE_SET);
    if (at > 0 && at <= m)
        cut = own[at - 1];
    free(p);
    return cut;
}

/* Before anything was seen: the probability itself, and unknown words speak for out of scope. */
static const struct confidence CAREFUL = {.temperature = 1,
                                          .oos = {0, -1, 0, 0, -1, -1, 0, 0},
                                          .sure = {-1, 1, 0, 0, 0.5F, 0.5F, 0, 0},
                                          .threshold = CONFIDENCE_NEVER};

/* What a row out of scope counts, so that all of them make up their share of the traffic. */
static float oos_weight(size_t n, size_t n_oos, float share)
{
    if (n_oos == 0 || (float)n_oos >= share * (float)n)
        return 1;
    return share / (1 - share) * (float)(n - n_oos) / (float)n_oos;
}

#define OOS_LEAST 20 /* fewer examples of out of scope teach no model of it */

void confidence_fit(const struct held_row *rows, size_t n, size_t n_labels, bool has_oos,
                    struct confidence *ret)
{
    struct example *x = calloc(n + 1, sizeof *x);
    float *p = calloc(n_labels, sizeof *p);
    size_t n_oos = 0, n_right = 0;
    struct judged j;

    if (!x || !p)
        abort();
    *ret = CAREFUL;
    for (size_t i = 0; i < n; i++)
        n_oos += rows[i].label < 0;
    if (n > n_oos) {
        ret->temperature = fit_temperature(rows, n, n_labels);
        ret->set = fit_set(rows, n, n_labels, ret->temperature);
    }
    for (size_t i = 0; i < n; i++) {
        confidence_judge(ret, rows[i].z, n_labels, has_oos, rows[i].known, p, &j);
        memcpy(x[i].x, j.inputs, sizeof x[i].x);
        x[i].y = rows[i].label < 0 ? 1.0F : 0.0F;
        x[i].weight = rows[i].label < 0 ? oos_weight(n, n_oos, CONFIDENCE_OOS_SHARE) : 1;
    }
    if (n_oos >= OOS_LEAST && n - n_oos >= OOS_LEAST)
        fit_logistic(x, n, ret->oos);
    for (size_t i = 0; i < n; i++) {
        confidence_judge(ret, rows[i].z, n_labels, has_oos, rows[i].known, p, &j);
        x[i].y = (int)j.best == rows[i].label ? 1.0F : 0.0F;
        n_right += x[i].y > 0;
    }
    if (n_right >= OOS_LEAST && n - n_right >= OOS_LEAST / 2)
        fit_logistic(x, n, ret->sure);
    free(p);
    free(x);
}

/* ------- the threshold */

static int surest_first(const void *a, const void *b)
{
    const struct routable *x = a, *y = b;

    return (x->sure < y->sure) - (x->sure > y->sure);
}

/* The bound for weighted rows: weights make the count of errors jump, so that as many errors say
 * as little as `wrong` / `jump` plain ones (Kish's effective number), of as many fewer rows. */
static double weighted_upper(double wrong, double wrong_squares, double all)
{
    double jump = wrong > 0 ? fmax(1, wrong_squares / wrong) : 1;

    return interval_upper((int64_t)ceil(wrong / jump - 1e-9), (int64_t)(all / jump), 1 - ALPHA);
}

float confidence_threshold(struct routable *rows, size_t n, float promise, float oos_share)
{
    double weight, wrong = 0, squares = 0, all = 0;
    float found = CONFIDENCE_NEVER;
    size_t n_oos = 0;

    for (size_t i = 0; i < n; i++)
        n_oos += rows[i].is_oos;
    weight = (double)oos_weight(n, n_oos, oos_share);
    qsort(rows, n, sizeof *rows, surest_first);
    for (size_t i = 0; i < n; i++) {
        double w = rows[i].is_oos ? weight : 1;

        all += w;
        wrong += rows[i].is_right ? 0 : w;
        squares += rows[i].is_right ? 0 : w * w;
        if (i + 1 < n && rows[i + 1].sure >= rows[i].sure)
            continue; /* the same score: all or none */
        if (weighted_upper(wrong, squares, all) <= 1 - (double)promise)
            found = rows[i].sure;
    }
    return found;
}
