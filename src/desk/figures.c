#include "desk/figures.h"

#include <string.h>

#include "base/scope.h"
#include "desk/desk.h"
#include "desk/reader.h"
#include "store/store.h"
#include "triage/reading_store.h"
#include "triage/taxonomy.h"
#include "triage/triage.sql.h"

#define STEP     1000
#define EVERY_MS ((msec)10 * 1000)

SCOPED_FREE(struct arena, arena_free)

struct step {
    const struct taxonomy *taxonomy;
    size_t n;
};

/* One sum of this step: a few hundred at most, so a list is walked. */
struct part {
    int64_t kind, inbox_id;
    msec week; /* kind 0: a week of an inbox */
    const char *key;
    int64_t n_read, n_sure, n_routed;
};
struct parts {
    struct part *v;
    size_t n;
};

static void add(struct parts *p, const struct part *what, const struct reading_uncounted_row *r)
{
    struct part *to = NULL;

    for (size_t i = 0; i < p->n && !to; i++)
        if (p->v[i].kind == what->kind && p->v[i].inbox_id == what->inbox_id &&
            p->v[i].week == what->week && strcmp(p->v[i].key, what->key) == 0)
            to = &p->v[i];
    if (!to) {
        to = &p->v[p->n++];
        *to = *what;
    }
    to->n_read++;
    to->n_sure += r->is_sure;
    to->n_routed += r->decision == DECIDED_ROUTED;
}

static void add_row(struct parts *p, const struct taxonomy *t,
                    const struct reading_uncounted_row *r)
{
    const struct taxonomy_category *c = r->category ? taxonomy_category(t, r->category) : NULL;

    add(p, &(struct part){.inbox_id = r->inbox_id, .week = week_of(r->created_at), .key = ""}, r);
    add(p, &(struct part){.kind = SUM_LANGUAGE, .key = r->language}, r);
    if (r->category)
        add(p, &(struct part){.kind = SUM_CATEGORY, .key = r->category}, r);
    if (c)
        add(p, &(struct part){.kind = SUM_QUEUE, .key = c->queue}, r);
}

static CHECKED enum err keep(struct tx *tx, const struct part *p, struct why *w)
{
    struct sum_add_in sum = {.kind = p->kind,
                             .key = p->key,
                             .other = "",
                             .n_read = p->n_read,
                             .n_sure = p->n_sure,
                             .n_routed = p->n_routed};
    struct week_read_in week = {.inbox_id = p->inbox_id,
                                .week = p->week,
                                .n_read = p->n_read,
                                .n_sure = p->n_sure,
                                .n_routed = p->n_routed};

    return p->kind ? q_sum_add(tx, sum, NULL, w) : q_week_read(tx, week, NULL, w);
}

static enum err count_step(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256 * 1024);
    struct step *s = arg;
    struct reading_uncounted_rows rows;
    struct parts parts = {.n = 0};
    int64_t *ids, counted = 0;
    enum err e;

    if ((e = q_reading_uncounted(tx, (struct reading_uncounted_in){.limit = STEP}, a, &rows, w)))
        return e;
    s->n = rows.n;
    if (rows.n == 0)
        return OK;
    ids = arena_array(a, rows.n, sizeof *ids);
    parts.v = arena_array(a, 4 * rows.n, sizeof *parts.v);
    for (size_t i = 0; i < rows.n; i++) {
        ids[i] = rows.v[i].message_id;
        add_row(&parts, s->taxonomy, &rows.v[i]);
    }
    for (size_t i = 0; i < parts.n; i++)
        if ((e = keep(tx, &parts.v[i], w)))
            return e;
    if ((e = q_reading_count(tx, (struct reading_count_in){.ids = {ids, rows.n}}, &counted, w)))
        return e;
    return counted == (int64_t)rows.n ? OK : fail(w, E_BUSY, "another node counts them too");
}

enum err figures_job(void *app, struct job *j, struct why *w)
{
    struct app *self = app;
    struct step s = {.taxonomy = reader_taxonomy(self->reader, j->arena), .n = STEP};
    enum err e;

    j->again_at = clock_now() + EVERY_MS;
    while (s.n == STEP)
        if ((e = store_write(self->store, count_step, &s, w)))
            return e;
    return OK;
}
