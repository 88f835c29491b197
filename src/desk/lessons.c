#include "desk/lessons.h"

#include <string.h>

#include "base/scope.h"
#include "store/store.h"
#include "tickets/message.sql.h"
#include "triage/golden.h"
#include "triage/models.sql.h"
#include "triage/pii.h"
#include "triage/train_hints.h"
#include "triage/triage.sql.h"

#define PAGE            500
#define UNLABELLED_MOST 20000
/* Of messages as they are, 20,000 have some 5 MB. */
#define UNLABELLED_BYTES ((size_t)32 * 1024 * 1024)
#define VERDICTS_MOST    200000
#define PII_LEAST        3 /* no span is shorter [bytes] */
#define OOS              "oos"
/* A label by a person counts as much as two examples that were written in advance. */
#define VERDICT_WEIGHT 2

struct gathering {
    struct arena *a;
    struct arena *page; /* of one page, as read */
    size_t n_bytes;     /* of the unlabelled */
    const struct taxonomy *taxonomy;
    struct lessons *out;
    size_t room_rows, room_golden;
    int64_t after;
    bool is_last;
    /* One page, as read: */
    struct verdict_since_rows verdicts;
    struct message_words_rows words;
    struct doubtful_said_rows said;
};

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

/* What a person decided of a text whose label looked wrong. */
static const char *decided(const struct gathering *g, const char *text, const char *label)
{
    const struct doubtful_said_rows *said = &g->said;

    for (size_t i = 0; i < said->n; i++)
        if (*said->v[i].said && strcmp(said->v[i].text, text) == 0)
            return strcmp(said->v[i].said, OOS) == 0 ? NULL : said->v[i].said;
    return label;
}

/* A label that the taxonomy has no longer teaches nothing. */
static void learn(struct gathering *g, const char *text, const char *said, float weight)
{
    const char *label = decided(g, text, said);
    struct train_row row = {.text = text, .label = label ? label : OOS, .weight = weight};

    if (label && !taxonomy_category(g->taxonomy, label))
        return;
    if (golden_has(text))
        push(g->a, &g->out->golden, &g->out->n_golden, &g->room_golden, row);
    else
        push(g->a, &g->out->rows, &g->out->n_rows, &g->room_rows, row);
}

/* Nothing personal is learnt: what is sealed is masked already, here the rest is. */
static const char *masked(struct arena *a, const char *text)
{
    size_t length = strlen(text), most = length / PII_LEAST + 1, n, room;
    struct pii_span *spans = arena_array(a, most, sizeof *spans);
    char *out;

    n = pii_scan(text, length, spans, most);
    room = length + n * 16 + 1;
    out = arena_alloc(a, room);
    pii_mask(text, length, spans, n, false, out, room);
    return out;
}

static enum err read_verdicts(struct tx *tx, void *arg, struct why *w)
{
    struct gathering *g = arg;

    arena_reset(g->page);
    return q_verdict_since(tx, (struct verdict_since_in){.after = g->after, .limit = PAGE}, g->page,
                           &g->verdicts, w);
}

static void take_verdicts(struct gathering *g)
{
    const struct verdict_since_rows *rows = &g->verdicts;

    for (size_t i = 0; i < rows->n; i++) {
        const struct verdict_since_row *v = &rows->v[i];
        const char *text = masked(g->page, v->text);

        g->after = v->id;
        if (*text)
            learn(g, arena_str(g->a, text), arena_str(g->a, v->said), VERDICT_WEIGHT);
    }
    g->out->last_verdict = g->after;
    g->out->n_verdicts += rows->n;
    g->is_last = rows->n < PAGE || g->out->n_verdicts >= VERDICTS_MOST;
}

static enum err read_said(struct tx *tx, void *arg, struct why *w)
{
    struct gathering *g = arg;

    return q_doubtful_said(tx, g->a, &g->said, w);
}

static enum err read_words(struct tx *tx, void *arg, struct why *w)
{
    struct gathering *g = arg;

    arena_reset(g->page);
    return q_message_words(tx, (struct message_words_in){.before = g->after, .limit = PAGE},
                           g->page, &g->words, w);
}

static void take_words(struct gathering *g)
{
    for (size_t i = 0; i < g->words.n && g->out->n_unlabelled < UNLABELLED_MOST; i++) {
        const char *text = masked(g->page, g->words.v[i].text);

        g->n_bytes += strlen(text);
        g->out->unlabelled[g->out->n_unlabelled++] = arena_str(g->a, text);
        g->after = g->words.v[i].id;
    }
    g->is_last = g->words.n < PAGE || g->out->n_unlabelled == UNLABELLED_MOST ||
                 g->n_bytes > UNLABELLED_BYTES;
}

static void examples(struct gathering *g)
{
    const struct taxonomy *t = g->taxonomy;

    for (size_t i = 0; i < t->n_examples; i++)
        learn(g, t->examples[i].text, t->examples[i].category, 1);
    g->out->hints = train_hints(t, g->a, &g->out->n_hints);
}

static void free_arena(struct arena **a)
{
    arena_free(*a);
}

enum err lessons_gather(struct store *s, struct arena *a, const struct taxonomy *t,
                        struct lessons *ret, struct why *w)
{
    SCOPED(free_arena) struct arena *page = arena_new(256 * 1024);
    struct lessons out = {.n_rows = 0};
    struct gathering g = {.a = a, .page = page, .taxonomy = t, .out = &out};
    enum err e;

    if ((e = store_read(s, read_said, &g, w)))
        return e;
    examples(&g);
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
