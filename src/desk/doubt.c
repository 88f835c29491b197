#include "desk/doubt.h"

#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "triage/model.h"
#include "triage/train.h"
#include "triage/triage.h"

#define FOLDS     3
#define ROWS_MOST 20000
/* A label is doubted where the model gives it less than this, and another one much more. */
#define LABEL_LESS 0.15
#define OTHER_MORE 0.60
#define OOS        "oos"

struct looking {
    struct arena *a, *scratch;
    const struct lessons *l;
    size_t n_rows;
    struct doubts out;
    doubt_progress *on_progress;
    void *arg;
    int fold;
};

static void free_arena(struct arena **a)
{
    arena_free(*a);
}

static bool part_done(void *arg, float done, const char *what)
{
    struct looking *k = arg;

    (void)what;
    return k->on_progress(k->arg, ((float)k->fold + done) / FOLDS, "doubtful labels");
}

static const char *label_of(struct arena *a, const char *label)
{
    return !label || strcmp(label, OOS) == 0 ? NULL : arena_str(a, label);
}

static void look_at(struct looking *k, const struct model *m, const struct train_row *row)
{
    struct triage now = {.model = m};
    struct triage_reading r;
    double p = 0;

    arena_reset(k->scratch);
    triage_read(&now, row->text, strlen(row->text), NULL, k->scratch, &r);
    if (!r.label || strcmp(r.label, row->label) == 0 || strcmp(row->label, OOS) == 0)
        return;
    for (size_t i = 0; i < r.n_top; i++)
        if (strcmp(r.top[i].label, row->label) == 0)
            p = (double)r.top[i].p;
    if (p >= LABEL_LESS || (double)r.p < OTHER_MORE)
        return;
    k->out.v[k->out.n++] = (struct doubt){.text = row->text,
                                          .label = label_of(k->a, row->label),
                                          .other = label_of(k->a, r.label),
                                          .p = p,
                                          .other_p = (double)r.p};
}

static CHECKED enum err look_fold(struct looking *k, struct why *w)
{
    struct train_row *rows = arena_array(k->a, k->n_rows, sizeof *rows);
    struct train_input in = {.rows = rows, .seed = 1, .on_progress = part_done, .arg = k};
    struct model *m;
    void *bytes;
    size_t n;
    enum err e;

    for (size_t i = 0; i < k->n_rows; i++)
        if (i % FOLDS != (size_t)k->fold)
            rows[in.n_rows++] = k->l->rows[i];
    if ((e = train_model(&in, &bytes, &n, w)))
        return e;
    if ((e = model_of(bytes, n, &m, w)) == OK) {
        for (size_t i = (size_t)k->fold; i < k->n_rows; i += FOLDS)
            look_at(k, m, &k->l->rows[i]);
        model_free(m);
    }
    free(bytes);
    return e;
}

static int by_p(const void *a, const void *b)
{
    const struct doubt *x = a, *y = b;

    return x->p != y->p ? (x->p > y->p) - (x->p < y->p)
                        : (x->other_p < y->other_p) - (x->other_p > y->other_p);
}

enum err doubts_find(struct arena *a, const struct lessons *l, doubt_progress *on_progress,
                     void *arg, struct doubts *ret, struct why *w)
{
    SCOPED(free_arena) struct arena *scratch = arena_new(64 * 1024);
    struct looking k = {.a = a,
                        .scratch = scratch,
                        .l = l,
                        .n_rows = l->n_rows < ROWS_MOST ? l->n_rows : ROWS_MOST,
                        .on_progress = on_progress,
                        .arg = arg};
    enum err e;

    k.out.v = arena_array(a, k.n_rows + 1, sizeof *k.out.v);
    for (; k.fold < FOLDS; k.fold++)
        if ((e = look_fold(&k, w)))
            return e;
    qsort(k.out.v, k.out.n, sizeof *k.out.v, by_p);
    if (k.out.n > DOUBTS_MOST)
        k.out.n = DOUBTS_MOST;
    *ret = k.out;
    return OK;
}
