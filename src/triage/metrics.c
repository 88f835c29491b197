#include "triage/metrics.h"

#include <math.h>
#include <stdlib.h>

#define BINS 15 /* of the calibration error, as in Guo et al. 2017 */

static bool in_scope(const struct answered *r)
{
    return r->label != -1;
}

static bool is_right(const struct answered *r)
{
    return r->label >= 0 && r->top[0] == r->label;
}

/* Mean F1 over the labels that stand among the truths. */
static double macro_f1(const struct answered *rows, size_t n, size_t n_labels)
{
    size_t *counts = calloc(3 * n_labels + 1, sizeof *counts), n_seen = 0;
    double sum = 0;

    if (!counts)
        abort();
    for (size_t i = 0; i < n; i++) {
        if (!in_scope(&rows[i]))
            continue;
        if (rows[i].label >= 0)
            counts[3 * rows[i].label]++;
        if (rows[i].top[0] >= 0)
            counts[3 * rows[i].top[0] + 1]++;
        if (is_right(&rows[i]))
            counts[3 * rows[i].label + 2]++;
    }
    for (size_t y = 0; y < n_labels; y++)
        if (counts[3 * y]) {
            n_seen++;
            sum += 2.0 * (double)counts[3 * y + 2] / (double)(counts[3 * y] + counts[3 * y + 1]);
        }
    free(counts);
    return n_seen ? sum / (double)n_seen : 0;
}

static double calibration_error(const struct answered *rows, size_t n)
{
    double p[BINS] = {0}, right[BINS] = {0}, all = 0, error = 0;

    for (size_t i = 0; i < n; i++) {
        int bin = (int)(rows[i].p * BINS);

        if (!in_scope(&rows[i]))
            continue;
        bin = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
        p[bin] += (double)rows[i].p;
        right[bin] += is_right(&rows[i]);
        all++;
    }
    for (int b = 0; b < BINS; b++)
        error += fabs(p[b] - right[b]);
    return all > 0 ? error / all : 0;
}

static int by_oos(const void *a, const void *b)
{
    const struct answered *x = *(const struct answered *const *)a,
                          *y = *(const struct answered *const *)b;

    return (x->oos > y->oos) - (x->oos < y->oos);
}

/* How often a message out of scope has the higher score than one in scope; a tie is half. */
static double auroc(const struct answered *rows, size_t n)
{
    const struct answered **order = calloc(n + 1, sizeof(struct answered *));
    double in_below = 0, wins = 0, n_oos = 0;

    if (!order)
        abort();
    for (size_t i = 0; i < n; i++)
        order[i] = &rows[i];
    qsort(order, n, sizeof *order, by_oos);
    for (size_t i = 0, end; i < n; i = end) {
        double in = 0, oos = 0;

        for (end = i; end < n && order[end]->oos <= order[i]->oos; end++) {
            in += in_scope(order[end]);
            oos += !in_scope(order[end]);
        }
        wins += oos * (in_below + in / 2);
        in_below += in;
        n_oos += oos;
    }
    free(order);
    return n_oos > 0 && in_below > 0 ? wins / (n_oos * in_below) : 0.5;
}

static bool is_in_top(const struct answered *r)
{
    for (int i = 0; i < 3; i++)
        if (r->label >= 0 && r->top[i] == r->label)
            return true;
    return false;
}

void metrics_of(const struct answered *rows, size_t n, size_t n_labels, struct model_metrics *ret)
{
    double n_in = 0, right = 0, top = 0, routed = 0, routed_right = 0;

    for (size_t i = 0; i < n; i++) {
        n_in += in_scope(&rows[i]);
        right += is_right(&rows[i]);
        top += is_in_top(&rows[i]);
        routed += rows[i].routed;
        routed_right += rows[i].routed && is_right(&rows[i]);
    }
    ret->n = (uint32_t)n;
    ret->accuracy = n_in > 0 ? (float)(right / n_in) : 0;
    ret->top3 = n_in > 0 ? (float)(top / n_in) : 0;
    ret->macro_f1 = (float)macro_f1(rows, n, n_labels);
    ret->ece = (float)calibration_error(rows, n);
    ret->oos_auroc = (float)auroc(rows, n);
    ret->coverage = n > 0 ? (float)(routed / (double)n) : 0;
    ret->accuracy_routed = routed > 0 ? (float)(routed_right / routed) : 1;
}
