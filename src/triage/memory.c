#include "triage/memory.h"

#include <stdlib.h>
#include <string.h>

#include "triage/model_file.h"
#include "triage/read.h"

/* Length of a step, in logits, for a message with the same features: enough that two agreeing
 * corrections turn a wrong answer that was middling sure. */
#define STEP 4.0F
/* Messages that share less than this (cosine) are about something else: no step. */
#define SHARED_LEAST 0.15F
#define NEAR_LEAST   0.8F
#define NEAR_AGREE   3

struct kept_text {
    const char *folded; /* its words, a space between */
    size_t n;
    const char *label;
    struct near_sketch sketch;
};

/* One feature of one correction. */
struct posting {
    uint32_t step;
    float v;
};

struct memory {
    struct arena *arena; /* all below, and this */
    const struct model *model;
    struct kept_text *texts;
    size_t n_texts;
    float *gradients; /* n_steps * wide */
    size_t n_steps;
    uint32_t *first; /* rows + 1: where a row's postings begin */
    struct posting *postings;
};

static const char *fold(const struct text *t, struct arena *a, size_t *ret_n)
{
    size_t n = 0;
    char *out, *to;

    for (size_t i = 0; i < t->n_words; i++)
        n += (size_t)t->words[i].n + 1;
    out = to = arena_alloc(a, n + 1);
    for (size_t i = 0; i < t->n_words; i++) {
        memcpy(to, t->words[i].p, t->words[i].n);
        to += t->words[i].n;
        *to++ = ' ';
    }
    *ret_n = n;
    return out;
}

static void keep_text(struct memory *mem, const struct correction *c, struct arena *scratch)
{
    struct kept_text *k = &mem->texts[mem->n_texts++];
    struct features f;
    struct read_pii pii;
    const char *folded;

    read_features(c->text, strlen(c->text), scratch, &f, &pii);
    read_sketch(c->text, strlen(c->text), &pii, scratch, &k->sketch);
    folded = fold(&f.text, scratch, &k->n);
    k->folded = arena_dup(mem->arena, folded, k->n);
    k->label = arena_str(mem->arena, c->label);
}

/* What is wrong with the answer to a correction, before it is learned: p minus the truth. */
static void gradient_of(const struct memory *mem, float *z, int label, float *ret)
{
    const struct net *net = model_net(mem->model);
    float most = z[0], sum = 0;

    for (size_t y = 1; y < net->n_labels; y++)
        most = z[y] > most ? z[y] : most;
    for (size_t y = 0; y < net->n_labels; y++) {
        ret[y] = kernel_exp(z[y] - most);
        sum += ret[y];
    }
    for (size_t y = 0; y < net->n_labels; y++)
        ret[y] /= sum;
    ret[label] -= 1;
}

struct learned {
    struct net_input x;
    size_t step;
};

/* Postings of all corrections learned so far, row by row. */
static void index_steps(struct memory *mem, const struct learned *v, size_t n)
{
    size_t rows = model_net(mem->model)->n_rows, all = 0;
    uint32_t *at = mem->first;

    memset(at, 0, (rows + 1) * sizeof *at);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < v[i].x.n_sparse; k++, all++)
            at[v[i].x.row[k]]++;
    for (size_t r = 0, sum = 0; r <= rows; r++) {
        sum += r < rows ? at[r] : 0;
        at[r] = (uint32_t)sum;
    }
    mem->postings = arena_array(mem->arena, all, sizeof *mem->postings);
    for (size_t i = n; i-- > 0;)
        for (size_t k = v[i].x.n_sparse; k-- > 0;)
            mem->postings[--at[v[i].x.row[k]]] = (struct posting){(uint32_t)v[i].step, v[i].x.v[k]};
}

static float shared(const struct net_input *a, const struct net_input *b, float *dense)
{
    float sum = 0;

    for (size_t i = 0; i < a->n_sparse; i++)
        dense[a->row[i]] += a->v[i];
    for (size_t i = 0; i < b->n_sparse; i++)
        sum += dense[b->row[i]] * b->v[i];
    for (size_t i = 0; i < a->n_sparse; i++)
        dense[a->row[i]] = 0;
    return sum;
}

/* Each correction is answered with the steps of those before it, so that what was learned twice
 * is not stepped over twice. */
static void learn(struct memory *mem, const struct correction *v, size_t n)
{
    const struct net *net = model_net(mem->model);
    const struct kernel *k = model_kernel(mem->model);
    struct arena *scratch = arena_new(1 << 20);
    struct learned *done = arena_array(scratch, n, sizeof *done);
    float *dense = arena_array(scratch, net->n_rows + 1, sizeof *dense);
    float *units = arena_array(scratch, net->width, sizeof *units);

    mem->gradients = arena_array(mem->arena, n * net->wide, sizeof *mem->gradients);
    mem->first = arena_array(mem->arena, net->n_rows + 1, sizeof *mem->first);
    for (size_t i = 0; i < n; i++) {
        struct learned *l = &done[mem->n_steps];
        int label = model_label_index(mem->model, v[i].label);
        struct features f;

        if (label < 0)
            continue;
        read_features(v[i].text, strlen(v[i].text), scratch, &f, NULL);
        net_input(net, &f, scratch, &l->x);
        l->step = mem->n_steps;
        net_run(net, k, &l->x, units);
        for (size_t j = 0; j < mem->n_steps; j++) {
            float s = shared(&done[j].x, &l->x, dense);

            if (s >= SHARED_LEAST)
                k->add(units, mem->gradients + j * net->wide, -STEP * s, net->wide);
        }
        gradient_of(mem, units, label, mem->gradients + mem->n_steps * net->wide);
        mem->n_steps++;
    }
    index_steps(mem, done, mem->n_steps);
    arena_free(scratch);
}

struct memory *memory_new(const struct model *m, const struct correction *v, size_t n)
{
    struct arena *a = arena_new(1 << 16), *scratch = arena_new(1 << 16);
    struct memory *mem = arena_new_of(a, struct memory);
    size_t texts = n < MEMORY_TEXTS ? n : MEMORY_TEXTS, steps = n < MEMORY_STEPS ? n : MEMORY_STEPS;

    mem->arena = a;
    mem->model = m;
    mem->texts = arena_array(a, texts, sizeof *mem->texts);
    for (size_t i = n - texts; i < n; i++) {
        keep_text(mem, &v[i], scratch);
        arena_reset(scratch);
    }
    arena_free(scratch);
    if (m)
        learn(mem, v + (n - steps), steps);
    return mem;
}

void memory_free(struct memory *mem)
{
    if (mem)
        arena_free(mem->arena);
}

void memory_add(const struct memory *mem, const struct net_input *x, struct arena *a, float *z)
{
    const struct net *net = model_net(mem->model);
    float *s = arena_array(a, mem->n_steps + 1, sizeof *s);

    if (mem->n_steps == 0)
        return;
    for (size_t i = 0; i < x->n_sparse; i++)
        for (uint32_t k = mem->first[x->row[i]]; k < mem->first[x->row[i] + 1]; k++)
            s[mem->postings[k].step] += x->v[i] * mem->postings[k].v;
    for (size_t i = 0; i < mem->n_steps; i++)
        if (s[i] >= SHARED_LEAST)
            model_kernel(mem->model)
                ->add(z, mem->gradients + i * net->wide, -STEP * s[i], net->wide);
}

/* ------- exact memory */

/* The label that most of the near copies have, if three agree and fewer say another. */
static struct recalled agreed(const struct kept_text *const *v, size_t n)
{
    struct recalled best = {NULL, 0};
    size_t second = 0;

    for (size_t i = 0; i < n; i++) {
        size_t votes = 0, earlier = 0;

        for (size_t k = 0; k < n; k++) {
            bool is_same = strcmp(v[k]->label, v[i]->label) == 0;

            votes += is_same;
            earlier += is_same && k < i;
        }
        if (earlier)
            continue;
        if (votes > best.n) {
            second = best.n;
            best = (struct recalled){v[i]->label, votes};
        } else if (votes > second) {
            second = votes;
        }
    }
    return best.n >= NEAR_AGREE && best.n > second ? best : (struct recalled){NULL, 0};
}

struct recalled memory_recall(const struct memory *mem, const struct text *t,
                              const struct near_sketch *sketch)
{
    const struct kept_text *near[MEMORY_TEXTS], *same = NULL;
    struct arena *a = arena_new(4096);
    size_t n_near = 0, n_same = 0, n;
    const char *folded = fold(t, a, &n);

    for (size_t i = mem->n_texts; n > 0 && i-- > 0;) {
        const struct kept_text *k = &mem->texts[i];

        if (k->n == n && memcmp(k->folded, folded, n) == 0) {
            same = same ? same : k; /* the latest word counts */
            n_same += strcmp(same->label, k->label) == 0;
        }
        if (!sketch->is_empty && !k->sketch.is_empty &&
            near_jaccard(&k->sketch, sketch) >= NEAR_LEAST)
            near[n_near++] = k;
    }
    arena_free(a);
    return same ? (struct recalled){same->label, n_same} : agreed(near, n_near);
}
