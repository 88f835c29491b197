#include "triage/net.h"

#include <math.h>
#include <string.h>

#define BLOCK_LENGTH 0.70710678F /* two blocks of it make a message of length 1 */

static float squares_of(const struct net_input *x, size_t from)
{
    float sum = 0;

    for (size_t i = from; i < x->n; i++)
        sum += x->v[i] * x->v[i];
    return sum;
}

void net_input(const struct net *net, const struct features *f, struct arena *a,
               struct net_input *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->row = arena_array(a, f->n, sizeof *ret->row);
    ret->v = arena_array(a, f->n, sizeof *ret->v);
    ret->feature = arena_array(a, f->n, sizeof *ret->feature);
    for (uint8_t block = 0; block < BLOCK_COUNT; block++) {
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
}

void net_because(const struct net *net, const struct kernel *k, const struct net_input *x, size_t y,
                 const float *units, struct arena *a, float *ret)
{
    float *weight = arena_array(a, net->width, sizeof *weight);

    weight[y] = net->scale[y];
    for (size_t i = 0; i < net->n_hidden; i++)
        if (units[net->wide + i] > 0)
            weight[net->wide + i] = net->out[i * net->wide + y] * net->scale[net->wide + i];
    for (size_t i = 0; i < x->n; i++)
        ret[i] =
            x->v[i] * k->dot_i8(weight, net->rows + (size_t)x->row[i] * net->width, net->width);
}
