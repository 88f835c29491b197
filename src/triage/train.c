#include "triage/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "triage/metrics.h"
#include "triage/model_file.h"
#include "triage/train_net.h"

/* From so many rows on a hidden layer earns its keep (measured: notes of issue 3). */
#define DEEP_LEAST   3000
#define DEEP_MEMBERS 2
#define PROMISE      0.98F

/* The members' weights on their way into one net of bytes; in the arena of the rows. */
struct merged {
    struct net net;
    size_t members;
    float *wide; /* n_rows * wide: sum of the members' wide parts */
    int8_t *rows;
    float *scale, *bias, *out;
    int8_t *pairs;
    float *filter_scale, *filter_bias, *filter_out;
};

static void *zeroed(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);

    if (!p)
        abort();
    return p;
}

static void merged_start(struct merged *m, const struct train_set *s, size_t members,
                         const struct train_plan *plan)
{
    struct net *n = &m->net;

    *n = s->net;
    m->members = members;
    n->n_labels = (uint32_t)(s->n_labels + s->has_oos);
    n->n_hidden = (uint32_t)(members * plan->n_hidden);
    n->n_filters = (uint32_t)(members * plan->n_filters);
    n->n_words = (uint32_t)vectors_count();
    n->wide = (uint32_t)kernel_padded(n->n_labels);
    n->width = n->wide + n->n_hidden;
    n->rows = m->rows = arena_array(s->arena, ((size_t)n->n_rows + VECTORS_DIM) * n->width, 1);
    n->scale = m->scale = arena_array(s->arena, n->width, sizeof *m->scale);
    n->bias = m->bias = arena_array(s->arena, n->width, sizeof *m->bias);
    n->out = m->out = arena_array(s->arena, (size_t)n->n_hidden * n->wide, sizeof *m->out);
    m->wide = arena_array(s->arena, ((size_t)n->n_rows + VECTORS_DIM) * n->wide, sizeof *m->wide);
    n->pairs = m->pairs = arena_array(s->arena, ((size_t)n->n_words + 1) * 2 * n->n_filters, 1);
    n->filter_scale = m->filter_scale =
        arena_array(s->arena, n->n_filters, sizeof *m->filter_scale);
    n->filter_bias = m->filter_bias = arena_array(s->arena, n->n_filters, sizeof *m->filter_bias);
    n->filter_out = m->filter_out =
        arena_array(s->arena, (size_t)n->n_filters * n->wide, sizeof *m->filter_out);
}

/* `n` columns of floats (row length `stride`) become bytes from column `to` on, one scale each. */
static void to_bytes(struct merged *m, const float *from, size_t stride, size_t to, size_t n)
{
    for (size_t c = 0; c < n; c++) {
        float most = 0, scale;

        for (size_t r = 0; r < m->net.n_rows + VECTORS_DIM; r++)
            most = fmaxf(most, fabsf(from[r * stride + c]));
        scale = most > 0 ? most / 127 : 1;
        m->scale[to + c] = scale;
        for (size_t r = 0; r < m->net.n_rows + VECTORS_DIM; r++)
            m->rows[r * m->net.width + to + c] = (int8_t)lrintf(from[r * stride + c] / scale);
    }
}

/* What one filter makes of each word, as the first and as the second of a pair: in bytes of one
 * scale, so that a pair is one sum of whole numbers. */
static void filter_to_bytes(struct merged *m, const float *w, size_t to)
{
    const struct kernel *k = kernel_pick();
    const size_t n = m->net.n_filters, words = m->net.n_words;
    float *worth = zeroed(2 * words, sizeof *worth), most = 0;

    for (size_t i = 0; i < words; i++) {
        const int8_t *word = vectors_at((uint32_t)i + 1);

        worth[i] = VECTORS_SCALE * k->dot_i8(w, word, VECTORS_DIM);
        worth[words + i] = VECTORS_SCALE * k->dot_i8(w + VECTORS_DIM, word, VECTORS_DIM);
        most = fmaxf(most, fmaxf(fabsf(worth[i]), fabsf(worth[words + i])));
    }
    m->filter_scale[to] = most > 0 ? most / 127 : 1;
    for (size_t i = 0; i < words; i++) {
        int8_t *pair = m->pairs + (i + 1) * 2 * n + to;

        pair[0] = (int8_t)lrintf(worth[i] / m->filter_scale[to]);
        pair[n] = (int8_t)lrintf(worth[words + i] / m->filter_scale[to]);
    }
    free(worth);
}

static void merged_add_filters(struct merged *m, const struct train_filters *f, size_t member)
{
    size_t to = member * f->n;

    for (size_t i = 0; i < f->n; i++)
        filter_to_bytes(m, f->w + i * 2 * VECTORS_DIM, to + i);
    memcpy(m->filter_bias + to, f->bias, f->n * sizeof *f->bias);
    for (size_t i = 0; i < f->n * f->wide; i++)
        m->filter_out[to * f->wide + i] = f->out[i] / (float)m->members;
}

static void merged_add(struct merged *m, const struct train_net *t, size_t member)
{
    const struct net *n = &m->net;
    size_t to = n->wide + member * t->n_hidden;
    float share = 1 / (float)m->members;

    for (size_t r = 0; r < n->n_rows + VECTORS_DIM; r++)
        for (size_t y = 0; y < n->wide; y++)
            m->wide[r * n->wide + y] += share * t->rows[r * t->width + y];
    for (size_t y = 0; y < n->wide; y++)
        m->bias[y] += share * t->bias[y];
    to_bytes(m, t->rows + t->wide, t->width, to, t->n_hidden);
    memcpy(m->bias + to, t->bias + t->wide, t->n_hidden * sizeof *m->bias);
    merged_add_filters(m, &t->filters, member);
    for (size_t i = 0; i < t->n_hidden * t->wide; i++)
        m->out[member * t->n_hidden * n->wide + i] = share * t->out[i];
}

static CHECKED enum err train_members(const struct train_input *in, const struct train_set *s,
                                      struct merged *m, struct why *w)
{
    bool is_deep = s->rows.n - s->n_hints >= DEEP_LEAST;
    size_t members = is_deep ? DEEP_MEMBERS : 1;
    enum err e;

    merged_start(m, s, members, is_deep ? &TRAIN_DEEP : &TRAIN_LINEAR);
    for (size_t i = 0; i < members; i++) {
        struct train_progress progress = {in, 0.9F * (float)i / (float)members,
                                          0.9F * (float)(i + 1) / (float)members};
        struct train_plan plan = is_deep ? TRAIN_DEEP : TRAIN_LINEAR;
        struct train_net t;

        plan.seed = in->seed * 1000 + i;
        if ((e = train_net_of(s, &plan, &progress, &t, w)))
            return e;
        merged_add(m, &t, i);
        train_net_done(&t);
    }
    to_bytes(m, m->wide, m->net.wide, 0, m->net.wide);
    return OK;
}

/* ------- what the held-out rows say */

struct held {
    struct held_row *rows;
    float *own; /* thresholds */
    size_t n;
};

static void run_held(const struct train_set *s, const struct net *net, struct held *h)
{
    const struct kernel *k = kernel_pick();

    h->n = s->held.n;
    h->rows = arena_array(s->arena, h->n, sizeof *h->rows);
    for (size_t i = 0; i < h->n; i++) {
        float *units = arena_array(s->arena, net->width, sizeof *units);
        int label = s->held.label[i];

        net_run(net, k, &s->held.x[i], units);
        h->rows[i].z = units;
        h->rows[i].label = label == (int)s->n_labels ? -1 : label < 0 ? -2 : label;
        memcpy(h->rows[i].known, s->held.x[i].known, sizeof h->rows[i].known);
    }
}

/* Rows with a label that the model does not know teach no confidence. */
static size_t drop_strangers(struct held_row *rows, size_t n)
{
    size_t m = 0;

    for (size_t i = 0; i < n; i++)
        if (rows[i].label != -2)
            rows[m++] = rows[i];
    return m;
}

static void answer(const struct train_set *s, const struct held_row *r, const struct confidence *c,
                   float *p, struct answered *ret, struct routable *ret_route)
{
    struct judged j;

    confidence_judge(c, r->z, s->n_labels, s->has_oos, r->known, p, &j);
    ret->label = r->label;
    ret->top[0] = (int)j.best;
    ret->top[1] = (int)j.next;
    ret->top[2] = -1;
    for (size_t y = 0; y < s->n_labels; y++)
        if (y != j.best && y != j.next && (ret->top[2] < 0 || p[y] > p[ret->top[2]]))
            ret->top[2] = (int)y;
    ret->p = p[j.best];
    ret->oos = j.oos;
    *ret_route = (struct routable){j.sure, (int)j.best == r->label, r->label == -1};
}

static void measure(const struct train_input *in, const struct train_set *s, const struct net *net,
                    struct model_parts *parts)
{
    struct confidence *c = &parts->meta.confidence;
    struct model_metrics *m = &parts->meta.metrics;
    float *p = arena_array(s->arena, s->n_labels, sizeof *p);
    struct routable *routes, *sorted;
    struct answered *rows;
    struct held h;

    run_held(s, net, &h);
    h.n = drop_strangers(h.rows, h.n);
    confidence_fit(h.rows, h.n, s->n_labels, s->has_oos, c);
    rows = arena_array(s->arena, h.n, sizeof *rows);
    routes = arena_array(s->arena, h.n, sizeof *routes);
    for (size_t i = 0; i < h.n; i++)
        answer(s, &h.rows[i], c, p, &rows[i], &routes[i]);
    m->promise = in->promise > 0 ? in->promise : PROMISE;
    sorted = arena_array(s->arena, h.n, sizeof *sorted);
    memcpy(sorted, routes, h.n * sizeof *sorted);
    c->threshold = confidence_threshold(sorted, h.n, m->promise, CONFIDENCE_OOS_SHARE);
    for (size_t i = 0; i < h.n; i++)
        rows[i].routed = routes[i].sure >= c->threshold;
    metrics_of(rows, h.n, s->n_labels, m);
    m->threshold = c->threshold;
    m->temperature = c->temperature;
    m->n_train = (uint32_t)(s->rows.n - s->n_hints);
}

static uint64_t hash_rows(const struct train_input *in)
{
    uint64_t h = 0xcbf29ce484222325ull;

    for (size_t i = 0; i < in->n_rows; i++) {
        for (const char *p = in->rows[i].label; *p; p++)
            h = (h ^ (unsigned char)*p) * 0x100000001b3ull;
        for (const char *p = in->rows[i].text; *p; p++)
            h = (h ^ (unsigned char)*p) * 0x100000001b3ull;
    }
    return h;
}

static void write_out(const struct train_input *in, const struct train_set *s, struct merged *m,
                      void **ret, size_t *ret_n)
{
    struct model_parts parts = {.labels = s->labels, .net = m->net};
    float *own = arena_array(s->arena, s->n_labels, sizeof *own);

    for (size_t i = 0; i < s->n_labels; i++)
        own[i] = -1;
    parts.own = own;
    parts.meta.seed = in->seed;
    parts.meta.trained_on = hash_rows(in);
    parts.meta.n_rows = m->net.n_rows;
    parts.meta.n_labels = (uint32_t)s->n_labels;
    parts.meta.n_hidden = m->net.n_hidden;
    parts.meta.n_filters = m->net.n_filters;
    parts.meta.n_words = m->net.n_words;
    parts.meta.has_oos = s->has_oos;
    measure(in, s, &m->net, &parts);
    model_write(&parts, ret, ret_n);
}

enum err train_model(const struct train_input *in, void **ret, size_t *ret_n, struct why *w)
{
    struct merged m = {0};
    struct train_set s;
    enum err e;

    if ((e = train_set_of(in, &s, w)))
        return e;
    e = train_members(in, &s, &m, w);
    if (!e)
        write_out(in, &s, &m, ret, ret_n);
    train_set_done(&s);
    return e;
}
