#include "desk/retrain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/scope.h"
#include "desk/desk.h"
#include "desk/doubt.h"
#include "desk/judge.h"
#include "desk/lessons.h"
#include "desk/models.h"
#include "people/audit.h"
#include "store/blob.h"
#include "store/store.h"
#include "triage/interval.h"
#include "triage/model.h"
#include "triage/models.sql.h"
#include "triage/train.h"
#include "triage/triage.h"
#include "triage/triage.sql.h"

#define HOUR_MS  ((msec)3600 * 1000)
#define DAY_MS   ((msec)86400 * 1000)
#define NIGHT_MS ((msec)3 * 3600 * 1000) /* 03:00 UTC */
/* Progress goes to the event log at most so often: a bar moves smoothly at half a second. */
#define TELL_EVERY_MS 500

struct training {
    struct app *app;
    struct job *job;
    struct arena *a;
    struct lessons lessons;
    struct models before; /* as the store has them now: the reader may be a moment behind */
    struct model *model;
    const struct model *old;
    void *bytes;
    size_t n_bytes;
    char hash[BLOB_HASH_BYTES], version[17];
    int64_t golden_n, golden_right, golden_right_old, only_old, only_new;
    bool is_worse, is_old_builtin;
    struct doubts doubts;
    msec told_at;
};

static void free_arena(struct arena **a)
{
    arena_free(*a);
}

bool retrain_is_worse(int64_t only_old_right, int64_t only_new_right)
{
    /* P(at most k of n fall to the new one by a fair coin) < 0.05 is the same as: the 95 % upper
     * bound of its share stays below a half. */
    return interval_upper(only_new_right, only_old_right + only_new_right, 0.95) < 0.5;
}

/* ------- telling how far it is */

static enum err tell_fn(struct tx *tx, void *arg, struct why *w)
{
    struct event ev = {.kind = EVENT_TRIAGE_CHANGED, .at = tx_now(tx), .data = arg};

    return tx_event(tx, &ev, w);
}

static void tell(struct training *t, double done, const char *what)
{
    struct why w;
    char data[120];

    atomic_store(&t->app->retrain_what, what);
    atomic_store(&t->app->retrain_permille, 1 + (int)(done * 1000));
    if (clock_now() - t->told_at < TELL_EVERY_MS && done < 1)
        return;
    t->told_at = clock_now();
    snprintf(data, sizeof data, "{\"what\":\"training\",\"done\":%.3f,\"step\":\"%s\"}", done,
             what);
    if (store_write(t->app->store, tell_fn, data, &w)) /* a bar that stands still: no more */
        log_line(LOG_WARN, "training goes on untold", "\"why\":%s", log_quote(w.text));
}

static bool on_progress(void *arg, float done, const char *what)
{
    struct training *t = arg;

    tell(t, 0.05 + 0.6 * (double)done, what);
    return t->app->is_ending;
}

static bool on_doubt(void *arg, float done, const char *what)
{
    struct training *t = arg;

    tell(t, 0.7 + 0.28 * (double)done, what);
    return t->app->is_ending;
}

struct retrain_progress retrain_progress(const struct app *app)
{
    int permille = atomic_load(&app->retrain_permille);

    if (permille == 0)
        return (struct retrain_progress){-1, NULL};
    return (struct retrain_progress){(permille - 1) / 1000.0, atomic_load(&app->retrain_what)};
}

/* ------- the model */

static CHECKED enum err train(struct training *t, struct why *w)
{
    struct train_input in = {.rows = t->lessons.rows,
                             .n_rows = t->lessons.n_rows,
                             .unlabelled = t->lessons.unlabelled,
                             .n_unlabelled = t->lessons.n_unlabelled,
                             .hints = t->lessons.hints,
                             .n_hints = t->lessons.n_hints,
                             .seed = 1,
                             .on_progress = on_progress,
                             .arg = t};
    enum err e;

    if ((e = train_model(&in, &t->bytes, &t->n_bytes, w)) ||
        (e = model_of(t->bytes, t->n_bytes, &t->model, w)))
        return e;
    snprintf(t->version, sizeof t->version, "%016" PRIx64, model_version(t->model));
    return OK;
}

static bool says(const struct model *m, struct arena *a, const struct train_row *row)
{
    struct triage now = {.model = m};
    struct triage_reading r;

    triage_read(&now, row->text, strlen(row->text), NULL, a, &r);
    return r.label && strcmp(r.label, row->label) == 0;
}

/* Rows about nothing of ours are left out: what is routed of them is the threshold's matter. */
static void compare(struct training *t)
{
    SCOPED(free_arena) struct arena *a = arena_new(64 * 1024);

    for (size_t i = 0; i < t->lessons.n_golden; i++) {
        const struct train_row *row = &t->lessons.golden[i];
        bool new, old;

        if (strcmp(row->label, "oos") == 0)
            continue;
        arena_reset(a);
        new = says(t->model, a, row);
        old = says(t->old, a, row);
        t->golden_n++;
        t->golden_right += new;
        t->golden_right_old += old;
        t->only_old += old && !new;
        t->only_new += new && !old;
    }
    t->is_worse = retrain_is_worse(t->only_old, t->only_new);
}

/* ------- keeping it */

static const char *metrics_text(struct arena *a, const struct training *t, const struct model *of)
{
    struct model_metrics m = *model_metrics(of);

    return arena_printf(
        a,
        "{\"accuracy\":%.5g,\"top3\":%.5g,\"macro_f1\":%.5g,\"ece\":%.5g,\"oos_auroc\":%.5g,"
        "\"coverage\":%.5g,\"accuracy_routed\":%.5g,\"threshold\":%.5g,\"n\":%u,\"n_train\":%u,"
        "\"labels\":%zu,\"golden_n\":%" PRId64 ",\"golden_right\":%" PRId64
        ",\"golden_right_before\":%" PRId64 "}",
        (double)m.accuracy, (double)m.top3, (double)m.macro_f1, (double)m.ece, (double)m.oos_auroc,
        (double)m.coverage, (double)m.accuracy_routed, (double)m.threshold, m.n, m.n_train,
        model_labels(of), t->golden_n, of == t->old ? t->golden_right_old : t->golden_right,
        t->golden_right_old);
}

/* Beyond five the oldest go; their blobs are swept. */
static CHECKED enum err forget_old(struct tx *tx, struct arena *a, struct why *w)
{
    struct model_list_rows rows;
    size_t kept = 0;
    enum err e;

    if ((e = q_model_list(tx, a, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.v[i].state == MODEL_LIVE || !rows.v[i].hash || kept++ < MODELS_KEPT - 1)
            continue; /* the built-in one costs nothing */
        e = q_model_forget(tx, (struct model_forget_in){.version = rows.v[i].version}, NULL, w);
        if (e)
            return e;
    }
    return OK;
}

/* What a person decided already is not asked again. */
static bool is_decided(const struct doubtful_said_rows *said, const char *text)
{
    for (size_t i = 0; i < said->n; i++)
        if (strcmp(said->v[i].text, text) == 0)
            return true;
    return false;
}

static CHECKED enum err keep_doubts(struct tx *tx, struct arena *a, const struct training *t,
                                    struct why *w)
{
    struct doubtful_said_rows said;
    enum err e;

    if ((e = q_doubtful_clear(tx, NULL, w)) || (e = q_doubtful_said(tx, a, &said, w)))
        return e;
    for (size_t i = 0; i < t->doubts.n; i++) {
        const struct doubt *d = &t->doubts.v[i];
        struct doubtful_insert_in row = {.id = tx_id(tx),
                                         .text = d->text,
                                         .category = d->label,
                                         .p = d->p,
                                         .other = d->other,
                                         .other_p = d->other_p,
                                         .model = t->version};

        if (!is_decided(&said, d->text) && (e = q_doubtful_insert(tx, row, NULL, w)))
            return e;
    }
    return OK;
}

/* The first model that is trained here replaces the built-in one: there is a way back to it. */
static CHECKED enum err keep_builtin(struct tx *tx, struct arena *a, const struct training *t,
                                     struct why *w)
{
    struct model_insert_in row = {.version = arena_printf(a, "%016" PRIx64, model_version(t->old)),
                                  .state = MODEL_KEPT,
                                  .metrics = metrics_text(a, t, t->old),
                                  .now = t->app->started_at};
    struct model_live_row *live;
    enum err e;

    if (!t->is_old_builtin || t->is_worse)
        return OK;
    if ((e = q_model_live(tx, a, &live, w)) || live)
        return e;
    return q_model_insert(tx, row, NULL, w);
}

/* What was said while it trained waits for the night. */
static CHECKED enum err later(struct tx *tx, struct arena *a, const struct training *t,
                              struct why *w)
{
    struct verdict_newest_since_in since = {.after = t->lessons.last_verdict, .limit = 1};
    struct verdict_newest_since_rows rows;
    enum err e;

    if ((e = q_verdict_newest_since(tx, since, a, &rows, w)))
        return e;
    return rows.n ? retrain_tonight(tx, w) : OK;
}

static enum err keep(struct tx *tx, void *arg, struct why *w)
{
    struct training *t = arg;
    struct event ev = {
        .kind = EVENT_TRIAGE_CHANGED, .at = tx_now(tx), .data = "{\"what\":\"model\"}"};
    SCOPED(free_arena) struct arena *a = arena_new(16 * 1024);
    struct model_insert_in row = {
        .version = t->version,
        .hash = t->hash,
        .state = t->is_worse ? MODEL_REFUSED : MODEL_LIVE,
        .why = t->is_worse ? arena_printf(a,
                                          "worse on the golden set: %" PRId64 " right, %" PRId64
                                          " before, of %" PRId64,
                                          t->golden_right, t->golden_right_old, t->golden_n)
                           : NULL,
        .verdict_id = t->lessons.last_verdict,
        .metrics = metrics_text(a, t, t->model),
        .now = tx_now(tx)};
    enum err e;

    if ((e = keep_builtin(tx, a, t, w)) || (!t->is_worse && (e = q_model_retire(tx, NULL, w))) ||
        (e = q_model_insert(tx, row, NULL, w)) || (e = forget_old(tx, a, w)) ||
        (e = keep_doubts(tx, a, t, w)) || (e = tx_event(tx, &ev, w)) ||
        (e = jobs_finish(tx, t->job, w)))
        return e;
    return later(tx, a, t, w);
}

static CHECKED enum err run(struct training *t, struct why *w)
{
    enum err e;

    tell(t, 0, "lessons");
    if ((e = models_load(t->app->store, t->a, &t->before, w)))
        return e;
    t->old = t->before.model;
    t->is_old_builtin = t->before.is_builtin;
    if ((e = lessons_gather(t->app->store, t->a, &t->before.taxonomy, &t->lessons, w)) ||
        (e = train(t, w)))
        return e;
    tell(t, 0.66, "golden set");
    compare(t);
    if ((e = doubts_find(t->a, &t->lessons, on_doubt, t, &t->doubts, w)) ||
        (e = blob_put(t->app->store, t->bytes, t->n_bytes, t->hash, w)))
        return e;
    return store_write(t->app->store, keep, t, w);
}

enum err retrain_job(void *app, struct job *j, struct why *w)
{
    struct training t = {.app = app, .job = j, .a = arena_new(1024 * 1024)};
    enum err e = run(&t, w);

    if (!e) {
        j->is_finished = true;
        log_line(LOG_INFO, t.is_worse ? "model refused" : "model replaced",
                 "\"version\":\"%s\",\"golden_right\":%" PRId64 ",\"golden_right_before\":%" PRId64,
                 t.version, t.golden_right, t.golden_right_old);
    }
    tell(&t, 1, e ? "failed" : "done");
    atomic_store(&t.app->retrain_permille, 0);
    model_free(t.model);
    models_free(&t.before);
    free(t.bytes);
    arena_free(t.a);
    /* Ended with the process: again when it is back. Nothing to learn from: not again. */
    return e == E_CONFLICT ? fail(w, E_BUSY, "the training was ended with the program") : e;
}

/* ------- asked for */

enum err retrain_ask(struct tx *tx, struct why *w)
{
    struct job_new job = {
        .kind = "retrain", .key = "retrain", .run_at = tx_now(tx), .may_move = true};

    return jobs_add(tx, &job, w);
}

enum err retrain_soon(struct tx *tx, struct arena *a, struct why *w)
{
    struct job_new job = {
        .kind = "retrain", .key = "retrain", .run_at = tx_now(tx), .may_move = true};
    struct model_list_rows rows;
    enum err e;

    if ((e = q_model_list(tx, a, &rows, w)))
        return e;
    if (rows.n && rows.v[0].created_at + HOUR_MS > job.run_at)
        job.run_at = rows.v[0].created_at + HOUR_MS;
    return jobs_add(tx, &job, w);
}

enum err retrain_tonight(struct tx *tx, struct why *w)
{
    msec now = tx_now(tx), night = now - now % DAY_MS + NIGHT_MS;
    struct job_new job = {
        .kind = "retrain", .key = "retrain", .run_at = night > now ? night : night + DAY_MS};

    return jobs_add(tx, &job, w);
}

enum err retrain_use(struct tx *tx, struct arena *a, const char *version,
                     const struct principal *who, struct why *w)
{
    struct event ev = {
        .kind = EVENT_TRIAGE_CHANGED, .at = tx_now(tx), .data = "{\"what\":\"model\"}"};
    const struct model_list_row *found = NULL;
    struct model_list_rows rows;
    enum err e;

    if ((e = q_model_list(tx, a, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n && !found; i++)
        found = strcmp(rows.v[i].version, version) == 0 ? &rows.v[i] : NULL;
    if (!found)
        return fail(w, E_NOT_FOUND, "there is no model \"%s\"", version);
    if (found->state == MODEL_REFUSED)
        return fail(w, E_CONFLICT, "model %s was refused: %s", version, found->why);
    if (found->state == MODEL_LIVE)
        return OK;
    if ((e = q_model_retire(tx, NULL, w)) ||
        (e = q_model_use(tx, (struct model_use_in){.version = version}, NULL, w)) ||
        (e = audit_write(tx, who, "triage.model_used", "model", 0,
                         arena_printf(a, "{\"version\":\"%s\"}", version), w)))
        return e;
    return tx_event(tx, &ev, w);
}
