#include "desk/tick.h"

#include "base/log.h"
#include "desk/desk.h"
#include "inboxes/inbox.sql.h"
#include "people/people.sql.h"
#include "store/blob.h"
#include "store/store.h"
#include "tickets/message.sql.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_store.h"

#define HOUR_MS       ((msec)3600 * 1000)
#define DAY_MS        (24 * HOUR_MS)
#define FOLD_EVERY_MS ((msec)2000)
/* A browser that was away longer than this loads everything anew. */
#define EVENTS_KEPT_MS (2 * DAY_MS)

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};

static enum err wake(struct tx *tx, void *arg, struct why *w)
{
    struct job *j = arg;
    struct arena *a = arena_new(2048);
    struct ticket_whole t;
    struct ticket_core next;
    enum err e = ticket_load(tx, a, j->subject_id, &t, w);

    j->again_at = 0;
    if (e == OK && t.core.snoozed_until > tx_now(tx)) {
        j->again_at = t.core.snoozed_until; /* put off while this job was under way */
    } else if (e == OK && t.core.snoozed_until) {
        next = t.core;
        ticket_snooze(&next, 0, tx_now(tx));
        e = record_activity(tx, a, &t, &SYSTEM, "woken", NULL, NULL, w);
        if (e == OK)
            e = record_change(tx, &t, &next, &SYSTEM, w);
    }
    arena_free(a);
    if (e && e != E_NOT_FOUND)
        return e;
    return j->again_at ? OK : jobs_finish(tx, j, w);
}

enum err tick_snooze_job(void *app, struct job *j, struct why *w)
{
    enum err e = store_write(((struct app *)app)->store, wake, j, w);

    j->is_finished = e == OK && !j->again_at;
    return e;
}

static enum err tidy(struct tx *tx, void *arg, struct why *w)
{
    msec now = tx_now(tx);
    enum err e;

    (void)arg;
    if ((e = q_session_delete_old(tx, (struct session_delete_old_in){.now = now}, NULL, w)) ||
        (e = q_idempotency_delete_old(
             tx, (struct idempotency_delete_old_in){.before = now - DAY_MS}, NULL, w)))
        return e;
    return q_upload_delete_old(tx, (struct upload_delete_old_in){.before = now - DAY_MS}, NULL, w);
}

static enum err blob_in_use(struct tx *tx, void *arg, const char *hash, bool *ret, struct why *w)
{
    struct arena *a = arena_new(256);
    struct blob_is_used_row *row;
    enum err e = q_blob_is_used(tx, (struct blob_is_used_in){.hash = hash}, a, &row, w);

    (void)arg;
    if (e == OK)
        *ret = !row || row->n > 0;
    arena_free(a);
    return e;
}

enum err tick_tidy_job(void *app, struct job *j, struct why *w)
{
    struct app *self = app;
    int64_t swept = 0;
    enum err e;

    j->again_at = clock_now() + HOUR_MS;
    if ((e = store_write(self->store, tidy, NULL, w)) ||
        (e = store_prune_events(self->store, clock_now() - EVENTS_KEPT_MS, w)) ||
        (e = blob_sweep(self->store, clock_now() - DAY_MS, blob_in_use, NULL, &swept, w)))
        return e;
    if (swept)
        log_line(LOG_INFO, "orphan blobs swept", "\"n\":%lld", (long long)swept);
    return OK;
}

static enum err fold(struct tx *tx, void *arg, struct why *w)
{
    (void)arg;
    enum err e = q_count_fold(tx, NULL, w);

    return e ? e : q_topic_fold(tx, NULL, w);
}

enum err tick_fold_job(void *app, struct job *j, struct why *w)
{
    j->again_at = clock_now() + FOLD_EVERY_MS;
    return store_write(((struct app *)app)->store, fold, NULL, w);
}

static enum err begin(struct tx *tx, void *arg, struct why *w)
{
    struct job_new tidy = {.kind = "tidy", .key = "hourly", .run_at = tx_now(tx) + HOUR_MS},
                   figures = {.kind = "figures", .key = "figures", .run_at = tx_now(tx)},
                   fold = {.kind = "fold", .key = "counts", .run_at = tx_now(tx)};
    enum err e;

    (void)arg;
    if ((e = jobs_add(tx, &tidy, w)) || (e = jobs_add(tx, &figures, w)))
        return e;
    return tx_engine(tx) == STORE_POSTGRESQL ? jobs_add(tx, &fold, w) : OK;
}

enum err tick_begin(struct app *app, struct why *w)
{
    return store_write(app->store, begin, NULL, w);
}
