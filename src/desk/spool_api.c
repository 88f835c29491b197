/* The quarantine: raw messages that could not be parsed. Nothing is dropped. */
#include <inttypes.h>

#include "base/limits.h"
#include "desk/desk.h"
#include "desk/desk_api.h"
#include "desk/house.h"
#include "inboxes/inbox.sql.h"
#include "jobs/jobs.h"
#include "people/audit.h"
#include "people/policy.h"
#include "store/blob.h"
#include "store/store.h"
#include "tickets/record.h"

struct spool_item {
    int64_t id, inbox_id, bytes;
    const char *inbox_name, *external_id, *error;
    msec created_at;
};
SHAPE(SPOOL_ITEM, "SpoolItem", struct spool_item, "A raw message that could not be parsed",
      {{"id", SHAPE_I64, 0, offsetof(struct spool_item, id)},
       {"inbox_id", SHAPE_I64, 0, offsetof(struct spool_item, inbox_id)},
       {"inbox_name", SHAPE_TEXT, 0, offsetof(struct spool_item, inbox_name)},
       {"external_id", SHAPE_TEXT, 0, offsetof(struct spool_item, external_id)},
       {"bytes", SHAPE_I64, 0, offsetof(struct spool_item, bytes)},
       {"error", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct spool_item, error)},
       {"created_at", SHAPE_TIME, 0, offsetof(struct spool_item, created_at)}});

enum err quarantine_get(struct req *q, struct res *s, struct why *w)
{
    struct spool_page_in in = {.state = SPOOL_QUARANTINE,
                               .inbox_ids = {q->who->inbox_ids, q->who->n_inboxes},
                               .with = policy_sees_all(q->who) ? 0 : WITH_SPOOL_PAGE_IN_INBOXES};
    struct spool_page_rows rows;
    struct spool_item *list;
    int64_t limit = 0;
    size_t n;
    enum err e;

    if ((e = req_query_i64(q, "limit", 1, LIMIT_PAGE, LIMIT_PAGE_DEFAULT, &limit, w)) ||
        (e = req_query_i64(q, "after", 1, INT64_MAX, INT64_MAX, &in.before, w)))
        return e;
    in.limit = limit + 1;
    if ((e = q_spool_page(q->tx, in, q->arena, &rows, w)))
        return e;
    n = rows.n > (size_t)limit ? (size_t)limit : rows.n;
    list = arena_array(q->arena, n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        const struct spool_page_row *r = &rows.v[i];

        list[i] = (struct spool_item){r->id,          r->inbox_id, r->bytes,     r->inbox_name,
                                      r->external_id, r->error,    r->created_at};
    }
    return reply_list(s, &SPOOL_ITEM, list, n, rows.n > n,
                      rows.n > n ? arena_printf(q->arena, "%" PRId64, rows.v[n - 1].id) : NULL);
}

static CHECKED enum err load_item(struct req *q, struct spool_get_row **ret, struct why *w)
{
    enum err e;

    if ((e = q_spool_get(q->tx, (struct spool_get_in){.id = q->ids[0]}, q->arena, ret, w)))
        return e;
    if (!*ret || !policy_sees_inbox(q->who, (*ret)->inbox_id))
        return fail(w, E_NOT_FOUND, "there is no quarantined message %" PRId64, q->ids[0]);
    return OK;
}

static CHECKED enum err move(struct req *q, const struct spool_get_row *item, int64_t state,
                             const char *action, struct why *w)
{
    struct event ev = {
        .kind = EVENT_QUARANTINE_CHANGED, .at = tx_now(q->tx), .inbox_id = item->inbox_id};
    enum err e;

    if (item->state != SPOOL_QUARANTINE)
        return fail(w, E_CONFLICT, "this message is no longer in quarantine");
    e = q_spool_state(q->tx,
                      (struct spool_state_in){.id = item->id, .state = state, .error = item->error},
                      NULL, w);
    if (e || (e = audit_write(q->tx, q->who, action, "spool", item->id, NULL, w)))
        return e;
    return tx_event(q->tx, &ev, w);
}

enum err quarantine_retry_post(struct req *q, struct res *s, struct why *w)
{
    struct job_new job = {.kind = "parse", .run_at = tx_now(q->tx), .may_move = true};
    struct spool_get_row *item;
    enum err e;

    if ((e = load_item(q, &item, w)) || (e = move(q, item, SPOOL_WAITING, "quarantine.retried", w)))
        return e;
    job.subject_id = item->id;
    if ((e = jobs_add(q->tx, &job, w)))
        return e;
    return reply_empty(s);
}

enum err quarantine_dismiss_post(struct req *q, struct res *s, struct why *w)
{
    struct spool_get_row *item;
    enum err e;

    if ((e = load_item(q, &item, w)) ||
        (e = move(q, item, SPOOL_DISMISSED, "quarantine.dismissed", w)))
        return e;
    return reply_empty(s);
}

enum err quarantine_raw_get(struct req *q, struct res *s, struct why *w)
{
    struct spool_get_row *item;
    enum err e;

    if ((e = load_item(q, &item, w)) ||
        (e = blob_open(((struct app *)q->app)->store, item->hash, &s->file_fd, &s->file_bytes, w)))
        return e;
    s->content_type = "application/octet-stream";
    res_header(s, "Content-Disposition",
               arena_printf(q->arena, "attachment; filename=\"raw-%" PRId64 ".eml\"", item->id));
    res_header(s, "Content-Security-Policy", "sandbox; default-src 'none'");
    return OK;
}
