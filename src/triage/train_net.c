#include "triage/train_net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"

/* Starts of AdaGrad's sums: they keep the first steps small. */
#define SUMS_WIDE 0.02F
#define SUMS_DEEP 0.01F
/* A row has one sum for its wide and one for its deep part, not one a weight: a quarter of the
 * time at the same accuracy. What they grow by, of the squared gradient's length and mean. */
#define GROW_WIDE 0.2F
#define GROW_DEEP 0.3F
#define OUT_RATE  0.3F /* the layer behind the hidden units learns slower */
#define DEEP_SPAN 0.3F /* hidden weights begin in -0.3..0.3 */
#define MEAN_SPAN 0.1F /* those of the words' mean vector in -0.1..0.1 */
#define OUT_SPAN  0.05F

const struct train_plan TRAIN_LINEAR = {
    .epochs = 12, .rate = 0.3F, .drop = 0.3F, .with_typos = true};
const struct train_plan TRAIN_DEEP = {.n_hidden = 96,
                                      .n_filters = 256,
                                      .epochs = 6,
                                      .rate = 0.1F,
                                      .drop = 0.5F,
                                      .drop_hid = 0.5F,
                                      .smooth = 0.1F,
                                      .with_typos = true};

/* What one step needs. */
struct step {
    const struct train_set *s;
    const struct train_plan *plan;
    struct train_net *n;
    const struct kernel *k;
    struct chance chance;
    float *units, *grad; /* width */
    uint32_t *row;       /* features kept in this step */
    float *v;
    size_t n_kept;
    float rate;
};

static float *floats(size_t n)
{
    float *p = aligned_alloc(64, (n * sizeof *p + 63) / 64 * 64 + 64);

    if (!p)
        abort();
    memset(p, 0, n * sizeof *p);
    return p;
}

static void fill(float *p, size_t n, float v)
{
    for (size_t i = 0; i < n; i++)
        p[i] = v;
}

static void start(struct train_net *n, struct chance *c)
{
    n->rows = floats((n->n_rows + VECTORS_DIM) * n->width);
    n->rows_g = floats((n->n_rows + VECTORS_DIM) * 2);
    n->bias = floats(n->width);
    n->bias_g = floats(n->width);
    n->out = floats(n->n_hidden * n->wide);
    n->out_g = floats(n->n_hidden * n->wide);
    for (size_t r = 0; r < n->n_rows + VECTORS_DIM; r++) {
        float span = r < n->n_rows ? DEEP_SPAN : MEAN_SPAN;
        float *row = n->rows + r * n->width;

        n->rows_g[2 * r] = SUMS_WIDE;
        n->rows_g[2 * r + 1] = SUMS_DEEP;
        for (size_t i = 0; i < n->n_hidden; i++)
            row[n->wide + i] = (chance_unit(c) * 2 - 1) * span;
    }
    fill(n->bias_g, n->width, SUMS_WIDE);
    fill(n->out_g, n->n_hidden * n->wide, SUMS_WIDE);
    for (size_t h = 0; h < n->n_hidden; h++)
        for (size_t y = 0; y < n->n_labels; y++)
            n->out[h * n->wide + y] = (chance_unit(c) * 2 - 1) * OUT_SPAN;
}

/* Leave some features out, and weigh the others up for them. */
static void pick_features(struct step *t, const struct net_input *x)
{
    uint64_t bits = 0;
    uint32_t cut = (uint32_t)(t->plan->drop * 65536);

    t->n_kept = 0;
    for (size_t i = 0; i < x->n_sparse; i++) {
        bits = i % 4 ? bits >> 16 : chance_next(&t->chance);
        if ((bits & 0xFFFF) < cut)
            continue;
        t->row[t->n_kept] = x->row[i];
        t->v[t->n_kept++] = x->v[i] / (1 - t->plan->drop);
    }
    for (size_t i = x->n_sparse; i < x->n; i++) { /* of the mean vector, all */
        t->row[t->n_kept] = x->row[i];
        t->v[t->n_kept++] = x->v[i];
    }
}

static void forward(struct step *t)
{
    struct train_net *n = t->n;
    uint32_t cut = (uint32_t)(t->plan->drop_hid * 65536);
    float *h = t->units + n->wide;
    uint64_t bits = 0;

    memcpy(t->units, n->bias, n->width * sizeof *t->units);
    for (size_t i = 0; i < t->n_kept; i++)
        t->k->add(t->units, n->rows + t->row[i] * n->width, t->v[i], n->width);
    for (size_t i = 0; i < n->n_hidden; i++) {
        bits = i % 4 ? bits >> 16 : chance_next(&t->chance);
        h[i] = h[i] > 0 && (bits & 0xFFFF) >= cut ? h[i] / (1 - t->plan->drop_hid) : 0;
        if (h[i] > 0)
            t->k->add(t->units, n->out + i * n->wide, h[i], n->wide);
    }
}

/* From logits to the gradient of the smoothed cross entropy, in place; padding stays 0. */
static void soften(struct step *t, int label, float weight)
{
    float *z = t->units, most = z[0], sum = 0, low;
    size_t n = t->n->n_labels;

    for (size_t i = 1; i < n; i++)
        most = z[i] > most ? z[i] : most;
    for (size_t i = 0; i < n; i++) {
        z[i] = kernel_exp(z[i] - most);
        sum += z[i];
    }
    low = t->plan->smooth / (float)n;
    for (size_t i = 0; i < n; i++)
        t->grad[i] = weight * (z[i] / sum - low);
    t->grad[label] -= weight * (1 - t->plan->smooth);
}

/* The rows of the features that were kept. */
static void step_rows(struct step *t)
{
    struct train_net *n = t->n;
    const float *down = t->grad + n->wide;
    float wide = GROW_WIDE * t->k->dot(t->grad, t->grad, n->wide);
    float deep =
        n->n_hidden ? GROW_DEEP * t->k->dot(down, down, n->n_hidden) / (float)n->n_hidden : 0;

    for (size_t i = 0; i < t->n_kept; i++) {
        float *sums = n->rows_g + 2 * t->row[i], *row = n->rows + t->row[i] * n->width;
        float v = t->v[i];

        sums[0] += v * v * wide;
        sums[1] += v * v * deep;
        t->k->add(row, t->grad, -t->rate * v / sqrtf(sums[0]), n->wide);
        t->k->add(row + n->wide, down, -t->rate * v / sqrtf(sums[1]), n->n_hidden);
    }
}

static void backward(struct step *t)
{
    struct train_net *n = t->n;
    const float *h = t->units + n->wide;
    float *down = t->grad + n->wide, unit[2] = {1, t->rate};

    for (size_t i = 0; i < n->n_hidden; i++) {
        float *out = n->out + i * n->wide;
        float slow[2] = {h[i], OUT_RATE * t->rate};

        down[i] = 0;
        if (h[i] <= 0)
            continue;
        down[i] = t->k->dot(out, t->grad, n->wide) / (1 - t->plan->drop_hid);
        t->k->step(out, n->out_g + i * n->wide, t->grad, slow, n->wide);
    }
    step_rows(t);
    t->k->step(n->bias, n->bias_g, t->grad, unit, n->width);
}

static void learn(struct step *t, const struct train_rows *rows, size_t i)
{
    const struct train_filters_rates rates = {t->plan->drop_hid, t->rate, OUT_RATE * t->rate};
    struct train_filters *f = &t->n->filters;

    pick_features(t, &rows->x[i]);
    forward(t);
    if (f->n)
        train_filters_forward(f, t->k, &rows->x[i], &rates, &t->chance, t->units);
    soften(t, rows->label[i], rows->weight[i]);
    backward(t);
    if (f->n)
        train_filters_backward(f, t->k, &rates, t->grad);
}

static void shuffle(uint32_t *order, size_t n, struct chance *c)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = chance_below(c, (uint32_t)i);
        uint32_t kept = order[k];

        order[k] = order[i - 1];
        order[i - 1] = kept;
    }
}

static size_t longest(const struct train_set *s)
{
    size_t most = 0;

    for (size_t i = 0; i < s->rows.n; i++)
        most = s->rows.x[i].n > most ? s->rows.x[i].n : most;
    for (size_t i = 0; i < s->typos.n; i++)
        most = s->typos.x[i].n > most ? s->typos.x[i].n : most;
    return most;
}

static CHECKED enum err tell(const struct train_progress *p, float done, struct why *w)
{
    if (p->in->on_progress &&
        p->in->on_progress(p->in->arg, p->from + done * (p->to - p->from), "training"))
        return fail(w, E_CONFLICT, "training was ended");
    return OK;
}

#define TELL_EVERY 1024 /* rows */

static CHECKED enum err run_epochs(struct step *t, const struct train_progress *p, struct why *w)
{
    const struct train_set *s = t->s;
    size_t n = s->rows.n + (t->plan->with_typos ? s->typos.n : 0);
    uint32_t *order = arena_array(s->arena, n, sizeof *order);
    float total = (float)t->plan->epochs * (float)n;
    size_t done = 0;
    enum err e;

    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (int epoch = 0; epoch < t->plan->epochs; epoch++) {
        shuffle(order, n, &t->chance);
        for (size_t i = 0; i < n; i++, done++) {
            t->rate = t->plan->rate * (1.02F - (float)done / total);
            if (order[i] < s->rows.n)
                learn(t, &s->rows, order[i]);
            else
                learn(t, &s->typos, order[i] - s->rows.n);
            if (done % TELL_EVERY == 0 && (e = tell(p, (float)done / total, w)))
                return e;
        }
    }
    return OK;
}

enum err train_net_of(const struct train_set *s, const struct train_plan *plan,
                      const struct train_progress *progress, struct train_net *ret, struct why *w)
{
    struct train_net n = {
        .n_rows = s->net.n_rows, .n_labels = s->n_labels + s->has_oos, .n_hidden = plan->n_hidden};
    struct step t = {.s = s,
                     .plan = plan,
                     .n = &n,
                     .k = kernel_pick(),
                     .chance = {plan->seed},
                     .row = calloc(longest(s) + 1, sizeof *t.row),
                     .v = calloc(longest(s) + 1, sizeof *t.v)};
    enum err e;

    if (!t.row || !t.v)
        abort();
    n.wide = kernel_padded(n.n_labels);
    n.width = n.wide + n.n_hidden;
    start(&n, &t.chance);
    train_filters_start(&n.filters, plan->n_filters, n.wide, &t.chance);
    t.units = floats(n.width);
    t.grad = floats(n.width);
    e = run_epochs(&t, progress, w);
    free(t.units);
    free(t.grad);
    free(t.row);
    free(t.v);
    if (e)
        train_net_done(&n);
    else
        *ret = n;
    return e;
}

void train_net_done(struct train_net *n)
{
    train_filters_done(&n->filters);
    free(n->rows);
    free(n->rows_g);
    free(n->bias);
    free(n->bias_g);
    free(n->out);
    free(n->out_g);
    memset(n, 0, sizeof *n);
}
