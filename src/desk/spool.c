/* Raw input: kept before it is parsed, parsed behind, quarantined where that fails. */
#include <string.h>

#include "base/limits.h"
#include "desk/desk.h"
#include "desk/house.h"
#include "desk/intake.h"
#include "desk/reader.h"
#include "desk/send.h"
#include "inboxes/inbox.sql.h"
#include "jobs/jobs.h"
#include "store/blob.h"
#include "store/store.h"
#include "tickets/record.h"

struct spooling {
    struct arena *a;
    int64_t inbox_id;
    const char *external_id, *hash;
    int64_t bytes;
};

static enum err spool_row(struct tx *tx, void *arg, struct why *w)
{
    const struct spooling *s = arg;
    struct job_new job = {.kind = "parse", .run_at = tx_now(tx)};
    struct spool_insert_row *row;
    enum err e;

    e = q_spool_insert(tx,
                       (struct spool_insert_in){.id = tx_id(tx),
                                                .inbox_id = s->inbox_id,
                                                .external_id = s->external_id,
                                                .hash = s->hash,
                                                .bytes = s->bytes,
                                                .state = SPOOL_WAITING,
                                                .now = tx_now(tx)},
                       s->a, &row, w);
    if (e || !row)
        return e;
    job.subject_id = row->id;
    return jobs_add(tx, &job, w);
}

enum err house_spool(struct app *app, int64_t inbox_id, const char *external_id, const void *raw,
                     size_t n, struct why *w)
{
    struct arena *a = arena_new(1024);
    char hash[BLOB_HASH_BYTES];
    struct spooling s = {.a = a,
                         .inbox_id = inbox_id,
                         .external_id = external_id,
                         .hash = hash,
                         .bytes = (int64_t)n};
    enum err e;

    /* The blob is on disk before the row that names it; without the row it is an orphan that
     * the sweeper takes after a day. */
    if ((e = blob_put(app->store, raw, n, hash, w)) == OK)
        e = store_write(app->store, spool_row, &s, w);
    arena_free(a);
    return e;
}

struct parsing {
    struct app *app;
    struct job *job;
    struct arena *own; /* for what is read again in a second run of a write */
    struct spool_get_row *item;
    struct inbox inbox;
    struct incoming in;
    const struct read *read;
    enum err err;
    const char *error;
};

static enum err load(struct tx *tx, void *arg, struct why *w)
{
    struct parsing *p = arg;
    struct inbox_get_row *inbox;
    enum err e;

    if ((e = q_spool_get(tx, (struct spool_get_in){.id = p->job->subject_id}, p->job->arena,
                         &p->item, w)))
        return e;
    if (!p->item)
        return OK;
    e = q_inbox_get(tx, (struct inbox_get_in){.id = p->item->inbox_id}, p->job->arena, &inbox, w);
    if (e)
        return e;
    if (inbox)
        p->inbox = send_inbox(inbox);
    else
        p->item = NULL;
    return OK;
}

/* Files were decoded into memory: into the blobs, before the transaction. */
static CHECKED enum err keep_files(struct parsing *p, struct why *w)
{
    enum err e;

    for (size_t i = 0; i < p->in.n_attachments; i++) {
        struct attachment *f = &p->in.attachments[i];
        char hash[BLOB_HASH_BYTES];

        if (f->hash)
            continue;
        e = f->path ? blob_put_file(p->app->store, f->path, hash, &f->n_bytes, w)
                    : blob_put(p->app->store, f->bytes, (size_t)f->n_bytes, hash, w);
        if (e)
            return e;
        f->hash = arena_str(p->job->arena, hash);
    }
    return OK;
}

static enum err take_in(struct tx *tx, void *arg, struct why *w)
{
    struct parsing *p = arg;
    struct intake_result r;
    enum err e;

    arena_reset(p->own);
    if ((e = intake(tx, p->own, &p->in, p->read, &r, w)))
        return e;
    e = q_spool_state(
        tx,
        (struct spool_state_in){.id = p->item->id, .state = SPOOL_DONE, .message_id = r.message_id},
        NULL, w);
    return e ? e : jobs_finish(tx, p->job, w);
}

static enum err quarantine(struct tx *tx, void *arg, struct why *w)
{
    struct parsing *p = arg;
    struct event ev = {
        .kind = EVENT_QUARANTINE_CHANGED, .at = tx_now(tx), .inbox_id = p->item->inbox_id};
    enum err e;

    e = q_spool_state(
        tx,
        (struct spool_state_in){.id = p->item->id, .state = SPOOL_QUARANTINE, .error = p->error},
        NULL, w);
    if (e || (e = jobs_finish(tx, p->job, w)))
        return e;
    return tx_event(tx, &ev, w);
}

static enum err parse(struct parsing *p, struct why *w)
{
    const struct channel *c = channel_named(p->inbox.channel);
    struct str raw;
    enum err e;

    if (!c || !c->parse)
        return fail(w, E_INVALID, "the channel \"%s\" reads no raw messages", p->inbox.channel);
    if ((e = blob_read(p->app->store, p->item->hash, LIMIT_MAIL_BYTES, p->job->arena, &raw, w)))
        return e;
    if ((e = c->parse(&p->inbox, raw.p, raw.n, p->job->arena, &p->in, w)))
        return e;
    p->in.inbox_id = p->inbox.id;
    if (!p->in.external_id) /* a mail's is its Message-ID, known only now */
        p->in.external_id = p->item->external_id;
    p->in.raw_hash = p->item->hash;
    if ((e = keep_files(p, w)))
        return e;
    p->read = reader_read(p->app->reader, p->job->arena, &p->in);
    return store_write(p->app->store, take_in, p, w);
}

enum err house_parse_job(void *app, struct job *j, struct why *w)
{
    struct parsing p = {.app = app, .job = j, .own = arena_new(4096)};
    struct why w2;
    enum err e;

    arena_defer(j->arena, (void (*)(void *))arena_free, p.own);
    if ((e = store_read(p.app->store, load, &p, w)))
        return e;
    if (!p.item || p.item->state != SPOOL_WAITING)
        return OK;
    e = parse(&p, w);
    if (e == OK) {
        j->is_finished = true;
        return OK;
    }
    if (err_may_retry(e))
        return e; /* the disk, the store: not the message's fault */
    p.error = arena_str(j->arena, w->text);
    if ((e = store_write(p.app->store, quarantine, &p, &w2)))
        return fail(w, E_BUSY, "%s", w2.text);
    j->is_finished = true;
    return OK;
}
