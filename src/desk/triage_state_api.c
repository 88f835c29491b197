#include "desk/triage_state_api.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "desk/desk.h"
#include "desk/judge.h"
#include "desk/reader.h"
#include "desk/retrain.h"
#include "inboxes/inbox_store.h"
#include "people/audit.h"
#include "people/policy.h"
#include "store/store.h"
#include "triage/interval.h"
#include "triage/model.h"
#include "triage/models.sql.h"
#include "triage/page.sql.h"
#include "triage/reading_store.h"
#include "triage/triage.sql.h"

#define WEEK_MS   ((msec)7 * 86400 * 1000)
#define WEEKS     26 /* half a year of points in a chart */
#define TEXT_MOST 60

#define AT(type, name, kind, flags, ...)                                                           \
    {                                                                                              \
#name, kind, flags, offsetof(struct type, name), __VA_ARGS__                               \
    }

/* ------- what is in force */

struct state_view {
    const char *version;
    bool is_builtin;
    int64_t labels, n_train;
    double accuracy, ece, oos_auroc, coverage, accuracy_routed, threshold;
    const char *state, *step;
    double done;
    int64_t corrections, taxonomy_rev;
    bool nobody_on_call;
};
static const char *const STATES[] = {"idle", "training", NULL};
#define STATE_AT(name, kind, ...) AT(state_view, name, kind, 0, __VA_ARGS__)
SHAPE(TRIAGE_STATE, "TriageState", struct state_view, "What reads the messages now",
      {STATE_AT(version, SHAPE_TEXT),
       STATE_AT(is_builtin, SHAPE_BOOL, .doc = "trained with the program, on its own examples"),
       STATE_AT(labels, SHAPE_I64), STATE_AT(n_train, SHAPE_I64),
       STATE_AT(accuracy, SHAPE_REAL, .doc = "on a part of the lessons that was held back"),
       STATE_AT(ece, SHAPE_REAL), STATE_AT(oos_auroc, SHAPE_REAL), STATE_AT(coverage, SHAPE_REAL),
       STATE_AT(accuracy_routed, SHAPE_REAL), STATE_AT(threshold, SHAPE_REAL),
       STATE_AT(state, SHAPE_ENUM, .names = STATES),
       AT(state_view, step, SHAPE_TEXT, SHAPE_NULLABLE),
       STATE_AT(done, SHAPE_REAL, .doc = "0-1, while it trains"),
       STATE_AT(corrections, SHAPE_I64, .doc = "that the model has not learnt yet"),
       STATE_AT(taxonomy_rev, SHAPE_I64, .doc = "0: the built-in one"),
       STATE_AT(nobody_on_call, SHAPE_BOOL, .doc = "P1 would page nobody")});

enum err triage_state_get(struct req *q, struct res *s, struct why *w)
{
    struct app *app = q->app;
    const struct model *m = reader_model(app->reader, q->arena);
    struct model_metrics k = *model_metrics(m);
    struct retrain_progress p = retrain_progress(app);
    struct taxonomy_newest_row *taxonomy;
    struct on_call_count_row *on_call;
    struct state_view v;
    enum err e;

    if ((e = q_taxonomy_newest(q->tx, q->arena, &taxonomy, w)) ||
        (e = q_on_call_count(q->tx, q->arena, &on_call, w)))
        return e;
    v = (struct state_view){.version = arena_printf(q->arena, "%016" PRIx64, model_version(m)),
                            .is_builtin = reader_is_builtin(app->reader),
                            .labels = (int64_t)model_labels(m),
                            .n_train = k.n_train,
                            .accuracy = (double)k.accuracy,
                            .ece = (double)k.ece,
                            .oos_auroc = (double)k.oos_auroc,
                            .coverage = (double)k.coverage,
                            .accuracy_routed = (double)k.accuracy_routed,
                            .threshold = (double)k.threshold,
                            .state = STATES[p.done >= 0],
                            .step = p.what,
                            .done = p.done >= 0 ? p.done : 0,
                            .corrections = (int64_t)reader_corrections(app->reader),
                            .taxonomy_rev = taxonomy ? taxonomy->rev : 0,
                            .nobody_on_call = !on_call || on_call->n == 0};
    return reply(s, 200, &TRIAGE_STATE, &v);
}

/* ------- the promise */

struct week_view {
    msec week;
    int64_t n, right;
};
static SHAPE(PROMISE_WEEK, "PromiseWeek", struct week_view, "One week of the blind sample",
             {AT(week_view, week, SHAPE_TIME, 0), AT(week_view, n, SHAPE_I64, 0),
              AT(week_view, right, SHAPE_I64, 0)});

struct promise_view {
    int64_t inbox_id;
    const char *inbox_name;
    double promise;
    bool is_supported;
    int64_t n, right, n_wanted;
    double low, high, sample;
    int64_t read, sure, routed;
    struct shape_list weeks;
};
#define PROMISE_AT(name, kind, ...) AT(promise_view, name, kind, 0, __VA_ARGS__)
SHAPE(PROMISE, "Promise", struct promise_view,
      "What an inbox promises of what it routes by itself, and what was measured",
      {PROMISE_AT(inbox_id, SHAPE_I64), PROMISE_AT(inbox_name, SHAPE_TEXT),
       PROMISE_AT(promise, SHAPE_REAL), PROMISE_AT(is_supported, SHAPE_BOOL),
       PROMISE_AT(n, SHAPE_I64, .doc = "answers of the blind sample, 13 weeks"),
       PROMISE_AT(right, SHAPE_I64),
       PROMISE_AT(n_wanted, SHAPE_I64, .doc = "about so many are needed"),
       PROMISE_AT(low, SHAPE_REAL, .doc = "of the share that is right, 95 % from below"),
       PROMISE_AT(high, SHAPE_REAL, .doc = "and from above"),
       PROMISE_AT(sample, SHAPE_REAL, .doc = "share of the sure that a person judges blind"),
       PROMISE_AT(read, SHAPE_I64), PROMISE_AT(sure, SHAPE_I64), PROMISE_AT(routed, SHAPE_I64),
       PROMISE_AT(weeks, SHAPE_LIST, .of = &PROMISE_WEEK)});

static void add_week(struct promise_view *v, const struct week_list_row *r, msec since)
{
    struct week_view *weeks = v->weeks.v;

    weeks[v->weeks.n++] = (struct week_view){r->week, r->n, r->n_right};
    v->read += r->n_read;
    v->sure += r->n_sure;
    v->routed += r->n_routed;
    if (r->week < since)
        return;
    v->n += r->n;
    v->right += r->n_right;
}

enum err promise_list_get(struct req *q, struct res *s, struct why *w)
{
    msec week = week_of(tx_now(q->tx));
    struct week_list_rows rows;
    struct inbox_view *inboxes;
    struct promise_view *list;
    size_t n;
    enum err e;

    if ((e = inbox_views(q->tx, q->arena, q->who, &inboxes, &n, w)) ||
        (e = q_week_list(q->tx, (struct week_list_in){.since = week - WEEKS * WEEK_MS}, q->arena,
                         &rows, w)))
        return e;
    list = arena_array(q->arena, n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        struct promise_view *v = &list[i];
        struct promise p;

        *v = (struct promise_view){.inbox_id = inboxes[i].id,
                                   .inbox_name = inboxes[i].name,
                                   .promise = inboxes[i].promise,
                                   .n_wanted = PROMISE_ABOUT};
        v->weeks.v = arena_array(q->arena, WEEKS + 2, sizeof(struct week_view));
        for (size_t k = 0; k < rows.n; k++)
            if (rows.v[k].inbox_id == v->inbox_id)
                add_week(v, &rows.v[k], week - PROMISE_WEEKS * WEEK_MS);
        p = (struct promise){v->promise, v->n, v->right};
        v->is_supported = promise_is_supported(&p);
        v->sample = promise_sample(&p);
        v->low = interval_lower(v->right, v->n, PROMISE_CONFIDENCE);
        v->high = interval_upper(v->right, v->n, PROMISE_CONFIDENCE);
    }
    return reply_list(s, &PROMISE, list, n, false, NULL);
}

/* ------- figures */

struct figure_view {
    const char *kind, *key;
    int64_t read, sure, routed, n, right;
};
static const char *const FIGURE_KINDS[] = {"language", "queue", "category", NULL};
SHAPE(FIGURE, "TriageFigure", struct figure_view, "How triage does on one kind of messages",
      {AT(figure_view, kind, SHAPE_ENUM, 0, .names = FIGURE_KINDS),
       AT(figure_view, key, SHAPE_TEXT, 0), AT(figure_view, read, SHAPE_I64, 0),
       AT(figure_view, sure, SHAPE_I64, 0), AT(figure_view, routed, SHAPE_I64, 0),
       AT(figure_view, n, SHAPE_I64, 0, .doc = "of the blind sample, answered"),
       AT(figure_view, right, SHAPE_I64, 0)});

enum err figure_list_get(struct req *q, struct res *s, struct why *w)
{
    struct figure_view *list = NULL;
    size_t n = 0, room = 0;

    for (int64_t kind = SUM_LANGUAGE; kind <= SUM_CATEGORY; kind++) {
        struct sum_list_rows rows;
        struct figure_view *more;
        enum err e = q_sum_list(q->tx, (struct sum_list_in){.kind = kind}, q->arena, &rows, w);

        if (e)
            return e;
        room += rows.n;
        more = arena_array(q->arena, room + 1, sizeof *more);
        if (n)
            memcpy(more, list, n * sizeof *more);
        list = more;
        for (size_t i = 0; i < rows.n; i++) {
            const struct sum_list_row *r = &rows.v[i];

            list[n++] = (struct figure_view){FIGURE_KINDS[kind - 1],
                                             r->key,
                                             r->n_read,
                                             r->n_sure,
                                             r->n_routed,
                                             r->n,
                                             r->n_right};
        }
    }
    return reply_list(s, &FIGURE, list, n, false, NULL);
}

struct confusion_view {
    const char *was, *said;
    int64_t n;
};
SHAPE(CONFUSION, "TriageConfusion", struct confusion_view,
      "So often triage said `was` and a person `said`; oos: about nothing of ours",
      {AT(confusion_view, was, SHAPE_TEXT, 0), AT(confusion_view, said, SHAPE_TEXT, 0),
       AT(confusion_view, n, SHAPE_I64, 0)});

enum err confusion_list_get(struct req *q, struct res *s, struct why *w)
{
    struct sum_list_rows rows;
    struct confusion_view *list;
    enum err e;

    if ((e = q_sum_list(q->tx, (struct sum_list_in){.kind = SUM_CONFUSION}, q->arena, &rows, w)))
        return e;
    list = arena_array(q->arena, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++)
        list[i] = (struct confusion_view){rows.v[i].key, rows.v[i].other, rows.v[i].n};
    return reply_list(s, &CONFUSION, list, rows.n, false, NULL);
}

/* ------- doubtful labels */

struct doubtful_view {
    int64_t id;
    const char *text, *category, *other;
    double p, other_p;
};
SHAPE(DOUBTFUL, "Doubtful", struct doubtful_view,
      "An example whose label a model that has not seen it does not believe",
      {AT(doubtful_view, id, SHAPE_I64, 0), AT(doubtful_view, text, SHAPE_TEXT, 0),
       AT(doubtful_view, category, SHAPE_TEXT, SHAPE_NULLABLE), AT(doubtful_view, p, SHAPE_REAL, 0),
       AT(doubtful_view, other, SHAPE_TEXT, SHAPE_NULLABLE),
       AT(doubtful_view, other_p, SHAPE_REAL, 0)});

struct doubtful_in {
    const char *category;
};
SHAPE(DOUBTFUL_IN, "DoubtfulSaid", struct doubtful_in, "What the example is about",
      {AT(doubtful_in, category, SHAPE_TEXT, SHAPE_NULLABLE, .min = 1, .max = 60,
          .doc = "its own: keep it; oos: nothing of ours; null: keep it")});

enum err doubtful_list_get(struct req *q, struct res *s, struct why *w)
{
    const char *after = req_query(q, "after"), *cursor = NULL;
    struct doubtful_page_in page = {.after_p = -1};
    struct doubtful_page_rows rows;
    struct doubtful_view *list;
    char *end = NULL;
    int64_t limit;
    enum err e;

    if (!policy_sees_all(q->who))
        return fail(w, E_DENIED, "these are words of customers of all inboxes");
    if ((e = req_query_i64(q, "limit", 1, 100, 25, &limit, w)))
        return e;
    if (after) {
        page.after_p = strtod(after, &end);
        page.after = *end == '_' ? strtoll(end + 1, &end, 10) : 0;
        if (end == after || *end || strlen(after) > TEXT_MOST)
            return fail_field(w, E_INVALID, "after", "is no cursor of this list");
    }
    page.limit = limit + 1;
    if ((e = q_doubtful_page(q->tx, page, q->arena, &rows, w)))
        return e;
    list = arena_array(q->arena, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++) {
        const struct doubtful_page_row *r = &rows.v[i];

        list[i] = (struct doubtful_view){r->id, r->text, r->category, r->other, r->p, r->other_p};
    }
    if (rows.n > (size_t)limit)
        cursor = arena_printf(q->arena, "%.17g_%" PRId64, list[limit - 1].p, list[limit - 1].id);
    return reply_list(s, &DOUBTFUL, list, rows.n > (size_t)limit ? (size_t)limit : rows.n,
                      cursor != NULL, cursor);
}

enum err doubtful_post(struct req *q, struct res *s, struct why *w)
{
    const struct doubtful_in *in = q->in;
    struct app *app = q->app;
    struct doubtful_say_in said = {.id = q->ids[0], .said = ""};
    struct doubtful_get_row *row;
    enum err e;

    if (!policy_sees_all(q->who))
        return fail(w, E_DENIED, "these are words of customers of all inboxes");
    if ((e = q_doubtful_get(q->tx, (struct doubtful_get_in){.id = q->ids[0]}, q->arena, &row, w)))
        return e;
    if (!row)
        return fail(w, E_NOT_FOUND, "there is no doubtful label %" PRId64, q->ids[0]);
    if (in->category && strcmp(in->category, row->category ? row->category : "oos") != 0) {
        if (strcmp(in->category, "oos") != 0 &&
            !taxonomy_category(reader_taxonomy(app->reader, q->arena), in->category))
            return fail_field(w, E_INVALID, "category", "there is no category \"%s\"",
                              in->category);
        said.said = in->category;
    }
    if ((e = q_doubtful_say(q->tx, said, NULL, w)) || (e = retrain_tonight(q->tx, w)))
        return e;
    return reply_empty(s);
}

/* ------- models */

struct model_view {
    const char *version, *state, *why;
    const char *metrics;
    msec created_at;
};
static const char *const MODEL_STATES[] = {"live", "kept", "refused", NULL};
SHAPE(MODEL, "TriageModel", struct model_view, "A model that was trained here",
      {AT(model_view, version, SHAPE_TEXT, 0),
       AT(model_view, state, SHAPE_ENUM, 0, .names = MODEL_STATES),
       AT(model_view, why, SHAPE_TEXT, SHAPE_NULLABLE),
       AT(model_view, metrics, SHAPE_RAW, SHAPE_AN_OBJECT),
       AT(model_view, created_at, SHAPE_TIME, 0)});

enum err model_list_get(struct req *q, struct res *s, struct why *w)
{
    struct model_list_rows rows;
    struct model_view *list;
    enum err e;

    if ((e = q_model_list(q->tx, q->arena, &rows, w)))
        return e;
    list = arena_array(q->arena, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++) {
        const struct model_list_row *r = &rows.v[i];

        list[i] = (struct model_view){r->version, MODEL_STATES[r->state - 1], r->why, r->metrics,
                                      r->created_at};
    }
    return reply_list(s, &MODEL, list, rows.n, false, NULL);
}

enum err model_use_post(struct req *q, struct res *s, struct why *w)
{
    enum err e;

    if ((e = retrain_use(q->tx, q->arena, q->texts[0], q->who, w)))
        return e;
    return reply_empty(s);
}

enum err retrain_post(struct req *q, struct res *s, struct why *w)
{
    enum err e;

    if ((e = retrain_ask(q->tx, w)) ||
        (e = audit_write(q->tx, q->who, "triage.retrain", "model", 0, NULL, w)))
        return e;
    s->status = 202;
    return OK;
}
