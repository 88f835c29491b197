#include "triage/triage.h"

#include <string.h>
#include <time.h>

#include "triage/memory.h"
#include "triage/model_file.h"
#include "triage/read.h"

/* So many agents who agree may overrule the model without a person looking. */
#define RECALL_SURE 3

static uint64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ------- why */

/* The words' shares of the logit: what a pair added is halved between its two ends. */
static void share_out(const struct features *f, const struct net_input *x, const float *added,
                      float *words)
{
    for (size_t i = 0; i < x->n_sparse; i++) {
        const struct feature *k = &f->v[x->feature[i]];

        words[k->word] += k->reach ? added[i] / 2 : added[i];
        if (k->reach)
            words[k->word + k->reach] += added[i] / 2;
    }
}

static void put_because(struct triage_reading *r, struct triage_because b)
{
    size_t at = r->n_because < TRIAGE_BECAUSE ? r->n_because++ : TRIAGE_BECAUSE;

    while (at > 0 && r->because[at - 1].weight < b.weight) {
        if (at < TRIAGE_BECAUSE)
            r->because[at] = r->because[at - 1];
        at--;
    }
    if (at < TRIAGE_BECAUSE)
        r->because[at] = b;
}

static void say_why(const struct model *m, const struct features *f, const struct net_input *x,
                    const float *units, struct arena *a, struct triage_reading *ret)
{
    float *added = arena_array(a, x->n, sizeof *added);
    float *words = arena_array(a, f->text.n_words + 2, sizeof *words);
    int label = model_label_index(m, ret->label);

    net_because(model_net(m), model_kernel(m), x, (size_t)label, units, a, added);
    share_out(f, x, added, words);
    for (size_t i = 0; i < f->text.n_words; i++) {
        const struct text_word *w = &f->text.words[i];

        if (words[i] > 0)
            put_because(ret, (struct triage_because){w->at, w->end - w->at, words[i]});
    }
}

/* ------- which category */

static void guess(const struct model *m, const struct judged *j, struct triage_reading *ret)
{
    size_t n = model_labels(m);
    size_t third = n;

    for (size_t i = 0; i < n; i++) {
        ret->n_set += j->p[i] >= model_confidence(m)->set;
        if (i != j->best && i != j->next && (third == n || j->p[i] > j->p[third]))
            third = i;
    }
    ret->n_set = ret->n_set ? ret->n_set : 1;
    ret->top[0] = (struct triage_guess){model_label(m, j->best), j->p[j->best]};
    ret->top[1] = (struct triage_guess){model_label(m, j->next), j->p[j->next]};
    ret->n_top = 2;
    if (third < n)
        ret->top[ret->n_top++] = (struct triage_guess){model_label(m, third), j->p[third]};
}

/* What agents said of the same text goes over what the model thinks. Its probability is
 * Laplace's: of n who said so, the next one will with (n + 1) / (n + 2). */
static void recall(const struct memory *memory, const struct features *f,
                   struct triage_reading *ret)
{
    struct recalled r = memory_recall(memory, &f->text, &ret->sketch);
    float p = (float)(r.n + 1) / (float)(r.n + 2);
    size_t at = 0;

    if (!r.label)
        return;
    while (at < ret->n_top && strcmp(ret->top[at].label, r.label) != 0)
        at++;
    if (at == 0 && p < ret->p)
        p = ret->p;
    else if (at > 0)
        ret->is_sure = r.n >= RECALL_SURE; /* the model thought otherwise */
    for (size_t i = at < TRIAGE_TOP ? at : TRIAGE_TOP - 1; i > 0; i--)
        ret->top[i] = ret->top[i - 1];
    if (at == ret->n_top && ret->n_top < TRIAGE_TOP)
        ret->n_top++;
    ret->label = r.label;
    ret->p = p;
    ret->top[0] = (struct triage_guess){r.label, p};
    ret->is_recalled = true;
    for (size_t i = 1; i < ret->n_top; i++) /* the others share what is left */
        ret->top[i].p = ret->top[i].p < 1 - p ? ret->top[i].p : 1 - p;
}

static void read_category(const struct triage *t, const struct features *f, struct arena *a,
                          struct triage_reading *ret)
{
    const struct model *m = t->model;
    const struct net *net = model_net(m);
    float *units = arena_array(a, net->width, sizeof *units);
    float *p = arena_array(a, model_labels(m), sizeof *p);
    struct net_input x;
    struct judged j;

    net_input(net, f, a, &x);
    net_run(net, model_kernel(m), &x, units);
    if (t->memory)
        memory_add(t->memory, &x, a, units);
    confidence_judge(model_confidence(m), units, model_labels(m), model_has_oos(m), x.known, p, &j);
    guess(m, &j, ret);
    ret->label = model_label(m, j.best);
    ret->p = p[j.best];
    ret->oos = j.oos;
    ret->sure = j.sure;
    ret->is_sure = j.sure >= model_threshold(m, j.best);
    say_why(m, f, &x, units, a, ret);
}

/* ------- the other heads */

static struct urgency_hints urgency_hints_of(const struct triage_hints *h,
                                             const struct triage_reading *r)
{
    struct urgency_hints ret = {.language = r->language.code,
                                .negative = r->sentiment.p[MOOD_NEGATIVE]};

    if (h) {
        ret.plan = h->plan;
        ret.contacts_in_week = h->contacts_in_week;
        ret.is_minor = h->is_minor;
        ret.is_cluster_growing = h->is_cluster_growing;
    }
    return ret;
}

static void read_heads(const char *text, size_t n, const struct triage_hints *hints,
                       struct arena *a, struct triage_reading *ret)
{
    struct urgency_hints around;
    size_t most = n < TEXT_BYTES ? n : TEXT_BYTES;

    ret->language = language_read(text, most, hints ? hints->locale : NULL);
    ret->sentiment = sentiment_read(text, most, ret->language.code);
    ret->n_facts = facts_read(text, most, a, ret->facts, TRIAGE_FACTS);
    around = urgency_hints_of(hints, ret);
    urgency_read(text, n, &around, &ret->urgency);
}

void triage_read(const struct triage *t, const char *text, size_t n,
                 const struct triage_hints *hints, struct arena *a, struct triage_reading *ret)
{
    uint64_t begun = cpu_ns();
    struct features f;
    struct read_pii pii;

    memset(ret, 0, sizeof *ret);
    read_features(text, n, a, &f, &pii);
    ret->n_pii = pii.n < TRIAGE_PII ? pii.n : TRIAGE_PII;
    memcpy(ret->pii, pii.spans, ret->n_pii * sizeof *ret->pii);
    read_heads(text, n, hints, a, ret);
    read_sketch(text, n, &pii, a, &ret->sketch);
    if (t->model)
        read_category(t, &f, a, ret);
    if (t->memory)
        recall(t->memory, &f, ret);
    ret->us = (uint32_t)((cpu_ns() - begun + 500) / 1000);
}
