#include "triage/net.h"

#include <math.h>
#include <string.h>

/* What an unknown word weighs in the mean: about as much as one that stands in one row. */
#define IDF_UNKNOWN  6.0F
#define BLOCK_LENGTH 0.70710678F /* two blocks of it make a message of length 1 */

static float squares_of(const struct net_input *x, size_t from)
{
    float sum = 0;

    for (size_t i = from; i < x->n; i++)
        sum += x->v[i] * x->v[i];
    return sum;
}

/* The mean of the words' vectors, rarer words counting more, as entries behind the sparse ones. */
static void add_mean(const struct net *net, const struct features *f, const struct kernel *k,
                     struct net_input *x)
{
    float mean[VECTORS_DIM] = {0}, length;

    for (size_t i = 0; i < f->text.n_words; i++) {
        uint32_t place = vectors_find(f->text.words[i].p, f->text.words[i].n);
        uint32_t row = net->row_of[f->alone[i]];

        if (i < NET_WORDS)
            x->word[x->n_words++] = place;
        if (place)
            k->add_i8(mean, vectors_at(place), row ? net->idf[row - 1] : IDF_UNKNOWN, VECTORS_DIM);
    }
    length = sqrtf(k->dot(mean, mean, VECTORS_DIM));
    for (uint32_t d = 0; length > 0 && d < VECTORS_DIM; d++) {
        x->row[x->n] = net->n_rows + d;
        x->v[x->n++] = mean[d] * (NET_MEAN / length);
    }
}

void net_input(const struct net *net, const struct features *f, struct arena *a,
               struct net_input *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->row = arena_array(a, f->n + VECTORS_DIM, sizeof *ret->row);
    ret->v = arena_array(a, f->n + VECTORS_DIM, sizeof *ret->v);
    ret->feature = arena_array(a, f->n, sizeof *ret->feature);
    ret->word = arena_array(a, NET_WORDS, sizeof *ret->word);
    for (unsigned block = 0; block < BLOCK_COUNT; block++) {
        size_t from = ret->n;
        float all = 0, known = 0, length;

        for (size_t i = 0; i < f->n; i++) {
            uint32_t row = net->row_of[f->v[i].bucket];
            float weight = feature_weight(f->v[i].count);

            if (f->v[i].block != block)
                continue;
            all += weight;
            if (!row)
                continue;
            known += weight;
            ret->row[ret->n] = row - 1;
            ret->v[ret->n] = weight * net->idf[row - 1];
            ret->feature[ret->n++] = (uint16_t)i;
        }
        length = sqrtf(squares_of(ret, from));
        for (size_t i = from; i < ret->n; i++)
            ret->v[i] *= BLOCK_LENGTH / length;
        ret->known[block] = all > 0 ? known / all : 0;
    }
    ret->n_sparse = ret->n;
    add_mean(net, f, kernel_pick(), ret);
}

static void run_filters(const struct net *net, const struct kernel *k, const struct net_input *x,
                        float *z)
{
    const size_t n = net->n_filters, stride = 2 * n;
    int16_t most[NET_FILTERS];
    uint32_t before = 0;

    for (size_t i = 0; i < n; i++)
        most[i] = INT16_MIN;
    for (size_t i = 0; i <= x->n_words; i++) {
        uint32_t here = i < x->n_words ? x->word[i] : 0;

        k->pair(most, net->pairs + before * stride, net->pairs + here * stride + n, n);
        before = here;
    }
    for (size_t i = 0; i < n; i++) {
        float v = (float)most[i] * net->filter_scale[i] + net->filter_bias[i];

        if (v > 0)
            k->add(z, net->filter_out + i * net->wide, v, net->wide);
    }
}

void net_run(const struct net *net, const struct kernel *k, const struct net_input *x, float *units)
{
    float *h = units + net->wide;

    memset(units, 0, net->width * sizeof *units);
    for (size_t i = 0; i < x->n; i++)
        k->add_i8(units, net->rows + (size_t)x->row[i] * net->width, x->v[i], net->width);
    for (size_t i = 0; i < net->width; i++)
        units[i] = units[i] * net->scale[i] + net->bias[i];
    for (size_t i = 0; i < net->n_hidden; i++) {
        h[i] = h[i] > 0 ? h[i] : 0;
        if (h[i] > 0)
            k->add(units, net->out + i * net->wide, h[i], net->wide);
    }
    if (net->n_filters)
        run_filters(net, k, x, units);
}

void net_because(const struct net *net, const struct kernel *k, const struct net_input *x, size_t y,
                 const float *units, struct arena *a, float *ret)
{
    float *weight = arena_array(a, net->width, sizeof *weight);

    weight[y] = net->scale[y];
    for (size_t i = 0; i < net->n_hidden; i++)
        if (units[net->wide + i] > 0)
            weight[net->wide + i] = net->out[i * net->wide + y] * net->scale[net->wide + i];
    for (size_t i = 0; i < x->n_sparse; i++)
        ret[i] =
            x->v[i] * k->dot_i8(weight, net->rows + (size_t)x->row[i] * net->width, net->width);
}
