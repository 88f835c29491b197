#include "triage/train_filters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUMS_FILTER 0.01F
#define SUMS_OUT    0.02F
#define SPAN        0.25F /* filters begin in -0.25..0.25 */
#define OUT_SPAN    0.05F

static float *floats(size_t n)
{
    float *p = calloc(n ? n : 1, sizeof *p);

    if (!p)
        abort();
    return p;
}

void train_filters_start(struct train_filters *f, size_t n, size_t wide, struct chance *c)
{
    *f = (struct train_filters){.n = n, .wide = wide};
    f->w = floats(n * 2 * VECTORS_DIM);
    f->w_g = floats(n);
    f->bias = floats(n);
    f->bias_g = floats(n);
    f->out = floats(n * wide);
    f->out_g = floats(n * wide);
    f->value = floats(n);
    f->at = calloc(n + 1, sizeof *f->at);
    f->words = floats((NET_WORDS + 2) * VECTORS_DIM);
    f->is_known = calloc(NET_WORDS + 2, sizeof *f->is_known);
    if (!f->at || !f->is_known)
        abort();
    for (size_t i = 0; i < n * 2 * VECTORS_DIM; i++)
        f->w[i] = (chance_unit(c) * 2 - 1) * SPAN;
    for (size_t i = 0; i < n * wide; i++) {
        f->out[i] = (chance_unit(c) * 2 - 1) * OUT_SPAN;
        f->out_g[i] = SUMS_OUT;
    }
    for (size_t i = 0; i < n; i++) {
        f->w_g[i] = SUMS_FILTER;
        f->bias_g[i] = SUMS_OUT;
    }
}

void train_filters_done(struct train_filters *f)
{
    free(f->w);
    free(f->w_g);
    free(f->bias);
    free(f->bias_g);
    free(f->out);
    free(f->out_g);
    free(f->value);
    free(f->at);
    free(f->words);
    free(f->is_known);
    memset(f, 0, sizeof *f);
}

static void lay_out(struct train_filters *f, const struct kernel *k, const struct net_input *x)
{
    f->n_words = x->n_words + 2;
    memset(f->words, 0, f->n_words * VECTORS_DIM * sizeof *f->words);
    memset(f->is_known, 0, f->n_words * sizeof *f->is_known);
    for (size_t i = 0; i < x->n_words; i++)
        if (x->word[i]) {
            f->is_known[i + 1] = true;
            k->add_i8(f->words + (i + 1) * VECTORS_DIM, vectors_at(x->word[i]), VECTORS_SCALE,
                      VECTORS_DIM);
        }
}

/* The best pair of one filter. */
static float best_pair(const struct train_filters *f, const struct kernel *k, const float *w,
                       uint16_t *ret_at)
{
    float first = 0, most = -1e30F;

    for (size_t i = 0; i + 1 < f->n_words; i++) {
        const float *next = f->words + (i + 1) * VECTORS_DIM;
        bool known = f->is_known[i + 1];
        float sum = first + (known ? k->dot(w + VECTORS_DIM, next, VECTORS_DIM) : 0);

        if (sum > most) {
            most = sum;
            *ret_at = (uint16_t)i;
        }
        first = known ? k->dot(w, next, VECTORS_DIM) : 0;
    }
    return most;
}

void train_filters_forward(struct train_filters *f, const struct kernel *k,
                           const struct net_input *x, const struct train_filters_rates *r,
                           struct chance *c, float *z)
{
    lay_out(f, k, x);
    for (size_t i = 0; i < f->n; i++) {
        float v;

        f->value[i] = 0;
        if (chance_unit(c) < r->drop)
            continue;
        v = best_pair(f, k, f->w + i * 2 * VECTORS_DIM, &f->at[i]) + f->bias[i];
        if (v <= 0)
            continue;
        f->value[i] = v / (1 - r->drop);
        k->add(z, f->out + i * f->wide, f->value[i], f->wide);
    }
}

void train_filters_backward(struct train_filters *f, const struct kernel *k,
                            const struct train_filters_rates *r, const float *grad)
{
    for (size_t i = 0; i < f->n; i++) {
        float *out = f->out + i * f->wide, v_rate[2] = {f->value[i], r->out};
        const float *pair = f->words + f->at[i] * VECTORS_DIM;
        float s;

        if (f->value[i] <= 0)
            continue;
        s = k->dot(out, grad, f->wide) / (1 - r->drop);
        k->step(out, f->out_g + i * f->wide, grad, v_rate, f->wide);
        f->bias_g[i] += s * s;
        f->bias[i] -= r->rate * s / sqrtf(f->bias_g[i]);
        /* a pair has length 2 over its numbers: their mean square is 2 / 256 */
        f->w_g[i] += s * s * (2.0F / (2 * VECTORS_DIM));
        k->add(f->w + i * 2 * VECTORS_DIM, pair, -r->rate * s / sqrtf(f->w_g[i]), 2 * VECTORS_DIM);
    }
}
