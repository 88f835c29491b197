#include "desk/lessons.h"

#include <string.h>

#include "store/store.h"
#include "tickets/message.sql.h"
#include "triage/models.sql.h"
#include "triage/pii.h"
#include "triage/train_hints.h"
#include "triage/triage.sql.h"

#define GOLDEN_ONE_IN   8
#define PAGE            500
#define UNLABELLED_MOST 20000
#define VERDICTS_MOST   200000
#define PII_MOST        256
#define OOS             "oos"
/* A label by a person counts as much as two examples that were written in advance. */
#define VERDICT_WEIGHT 2

struct gathering {
    struct arena *a;
    struct lessons *out;
    size_t room_rows, room_golden;
    int64_t after;
    bool is_last;
    /* One page, as read: */
    struct verdict_since_rows verdicts;
    struct message_words_rows words;
    struct doubtful_said_rows said;
};

bool lessons_is_golden(const char *text)
{
    uint64_t h = 14695981039346656037U; /* FNV-1a */

    for (const char *p = text; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211U;
    return (h >> 32) % GOLDEN_ONE_IN == 0;
}

static void push(struct arena *a, struct train_row **v, size_t *n, size_t *room,
                 struct train_row row)
{
    if (*n == *room) {
        size_t more = *room ? *room * 2 : 1024;
        struct train_row *bigger = arena_array(a, more, sizeof *bigger);

        if (*n)
            memcpy(bigger, *v, *n * sizeof **v);
        *v = bigger;
        *room = more;
    }
    (*v)[(*n)++] = row;
}

static void learn(struct gathering *g, const char *text, const char *label, float weight)
{
    struct train_row row = {.text = text, .label = label ? label : OOS, .weight = weight};

    if (lessons_is_golden(text))
        push(g->a, &g->out->golden, &g->out->n_golden, &g->room_golden, row);
    else
        push(g->a, &g->out->rows, &g->out->n_rows, &g->room_rows, row);
}

/* Nothing personal is learnt: what is sealed is masked already, here the rest is. */
static const char *masked(struct arena *a, const char *text)
{
    struct pii_span spans[PII_MOST];
    size_t length = strlen(text), n = pii_scan(text, length, spans, PII_MOST);
    size_t room = length + n * 16 + 1;
    char *out;

    if (n == 0)
        return arena_str(a, text);
    out = arena_alloc(a, room);
    pii_mask(text, length, spans, n, false, out, room);
    return out;
}

static enum err read_verdicts(struct tx *tx, void *arg, struct why *w)
{
    struct gathering *g = arg;

    return q_verdict_since(tx, (struct verdict_since_in){.after = g->after, .limit = PAGE}, g->a,
                           &g->verdicts, w);
}

/* A later word on the same message stands for an earlier one: pages come in order, so within a
 * page the last is taken; over pages the trainer sees both, which is rare and harmless. */
static void take_verdicts(struct gathering *g)
{
    const struct verdict_since_rows *rows = &g->verdicts;

    for (size_t i = 0; i < rows->n; i++) {
        const struct verdict_since_row *v = &rows->v[i];
        bool is_replaced = false;

        for (size_t k = i + 1; k < rows->n && !is_replaced; k++)
            is_replaced = rows->v[k].message_id == v->message_id;
        g->after = v->id;
        if (!is_replaced && *v->text)
            learn(g, masked(g->a, v->text), v->said, VERDICT_WEIGHT);
    }
    g->out->last_verdict = g->after;
    g->out->n_verdicts += rows->n;
    g->is_last = rows->n < PAGE || g->out->n_verdicts >= VERDICTS_MOST;
}

/* What a person decided of an example whose label looked wrong. */
static const char *decided(const struct doubtful_said_rows *said, const char *text,
                           const char *label)
{
    for (size_t i = 0; i < said->n; i++)
        if (*said->v[i].said && strcmp(said->v[i].text, text) == 0)
            return strcmp(said->v[i].said, OOS) == 0 ? NULL : said->v[i].said;
    return label;
}

static enum err read_said(struct tx *tx, void *arg, struct why *w)
{
    struct gathering *g = arg;

    return q_doubtful_said(tx, g->a, &g->said, w);
}

static enum err read_words(struct tx *tx, void *arg, struct why *w)
{
    struct gathering *g = arg;

    return q_message_words(tx, (struct message_words_in){.before = g->after, .limit = PAGE}, g->a,
                           &g->words, w);
}

static void take_words(struct gathering *g)
{
    for (size_t i = 0; i < g->words.n && g->out->n_unlabelled < UNLABELLED_MOST; i++) {
        g->out->unlabelled[g->out->n_unlabelled++] = masked(g->a, g->words.v[i].text);
        g->after = g->words.v[i].id;
    }
    g->is_last = g->words.n < PAGE || g->out->n_unlabelled == UNLABELLED_MOST;
}

static void examples(struct gathering *g, const struct taxonomy *t,
                     const struct doubtful_said_rows *said)
{
    for (size_t i = 0; i < t->n_examples; i++) {
        const char *label = decided(said, t->examples[i].text, t->examples[i].category);

        if (label && !taxonomy_category(t, label))
            continue; /* the category is gone */
        learn(g, t->examples[i].text, label, 1);
    }
    g->out->hints = train_hints(t, g->a, &g->out->n_hints);
}

enum err lessons_gather(struct store *s, struct arena *a, const struct taxonomy *t,
                        struct lessons *ret, struct why *w)
{
    struct lessons out = {.n_rows = 0};
    struct gathering g = {.a = a, .out = &out};
    enum err e;

    if ((e = store_read(s, read_said, &g, w)))
        return e;
    examples(&g, t, &g.said);
    while (!g.is_last) {
        if ((e = store_read(s, read_verdicts, &g, w)))
            return e;
        take_verdicts(&g);
    }
    out.unlabelled = arena_array(a, UNLABELLED_MOST, sizeof *out.unlabelled);
    g.after = INT64_MAX;
    g.is_last = false;
    while (!g.is_last) {
        if ((e = store_read(s, read_words, &g, w)))
            return e;
        take_words(&g);
    }
    *ret = out;
    return OK;
}
