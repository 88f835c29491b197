/* antiphon doctor: is everything as it should be? Exit 0: well; 1: something was found. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scope.h"
#include "cli/cli.h"
#include "cli/doctor.sql.h"
#include "cli/doctor_leases.h"
#include "desk/letter.h"
#include "inboxes/inbox.sql.h"
#include "jobs/job.sql.h"
#include "store/blob.h"
#include "store/store.h"
#include "tickets/ticket.h"
#include "tickets/ticket.sql.h"

/* A job that is due for so long is stuck: all are tried at least once an hour. */
#define STUCK_MS ((msec)2 * 3600 * 1000)
/* Rows of one look. */
#define PAGE 500
/* Less room than this, and than a tenth of the disk, ends in refusals soon: a day's mail of a
 * busy desk. */
#define ROOM_LEAST_BYTES ((uint64_t)1024 * 1024 * 1024)

SCOPED_FREE(struct arena, arena_free)

struct doctor {
    struct cli *c;
    struct arena *a; /* of one look */
    int n_found;
    bool is_repairing;
};

static void well(const struct doctor *d, const char *text)
{
    cli_out(d->c, "well   %s", text);
}

static void found(struct doctor *d, const char *text)
{
    cli_out(d->c, "FOUND  %s", text);
    d->n_found++;
}

/* ------- counts */

struct counts {
    struct arena *a;
    struct count_recount_rows truth;
    struct count_list_rows kept;
    struct topic_recount_rows topics;
    struct topic_list_rows kept_topics;
};

static int64_t kept_for(const struct counts *c, const struct count_recount_row *t)
{
    for (size_t i = 0; i < c->kept.n; i++) {
        const struct count_list_row *k = &c->kept.v[i];

        if (k->bucket == t->bucket && k->team_id == t->team_id &&
            k->assignee_id == t->assignee_id && k->inbox_id == t->inbox_id)
            return k->n;
    }
    return 0;
}

static enum err read_counts(struct tx *tx, void *arg, struct why *w)
{
    struct counts *c = arg;
    enum err e;

    if ((e = q_count_recount(tx, c->a, &c->truth, w)))
        return e;
    if ((e = q_topic_recount(tx, c->a, &c->topics, w)) ||
        (e = q_topic_list(tx, c->a, &c->kept_topics, w)))
        return e;
    return q_count_list(tx, c->a, &c->kept, w);
}

/* Both come in the same order, so equal lists are equal row by row. */
static size_t topics_wrong(const struct counts *c)
{
    size_t n = c->topics.n > c->kept_topics.n ? c->topics.n - c->kept_topics.n
                                              : c->kept_topics.n - c->topics.n;

    for (size_t i = 0; i < c->topics.n && i < c->kept_topics.n; i++) {
        const struct topic_recount_row *t = &c->topics.v[i];
        const struct topic_list_row *k = &c->kept_topics.v[i];

        n += t->bucket != k->bucket || t->inbox_id != k->inbox_id || t->n != k->n ||
             strcmp(t->category, k->category) != 0;
    }
    return n;
}

static CHECKED enum err repair_topics(struct tx *tx, struct arena *a, struct why *w)
{
    struct topic_recount_rows truth;
    enum err e;

    if ((e = q_topic_clear(tx, NULL, w)) || (e = q_topic_recount(tx, a, &truth, w)))
        return e;
    for (size_t i = 0; i < truth.n; i++) {
        const struct topic_recount_row *t = &truth.v[i];
        struct topic_add_in row = {
            .bucket = t->bucket, .category = t->category, .inbox_id = t->inbox_id, .n = t->n};

        if ((e = q_topic_add(tx, row, NULL, w)))
            return e;
    }
    return OK;
}

static enum err repair_counts(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(64 * 1024);
    struct count_recount_rows truth;
    enum err e;

    (void)arg;
    if ((e = q_count_clear(tx, NULL, w)) || (e = q_count_recount(tx, a, &truth, w)))
        return e;
    for (size_t i = 0; i < truth.n; i++) {
        const struct count_recount_row *t = &truth.v[i];
        struct count_add_in row = {.bucket = t->bucket,
                                   .team_id = t->team_id,
                                   .assignee_id = t->assignee_id,
                                   .inbox_id = t->inbox_id,
                                   .n = t->n};

        if ((e = q_count_add(tx, row, NULL, w)))
            return e;
    }
    return repair_topics(tx, a, w);
}

static CHECKED enum err look_at_counts(struct doctor *d, struct why *w)
{
    struct counts c = {.a = d->a};
    size_t n_wrong = 0;
    int64_t n = 0;
    enum err e;

    if ((e = store_read(d->c->store, read_counts, &c, w)))
        return e;
    for (size_t i = 0; i < c.truth.n; i++) {
        n += c.truth.v[i].n;
        n_wrong += kept_for(&c, &c.truth.v[i]) != c.truth.v[i].n;
    }
    if (c.kept.n > c.truth.n)
        n_wrong += c.kept.n - c.truth.n;
    n_wrong += topics_wrong(&c);
    if (!n_wrong) {
        well(d, arena_printf(d->a, "the counts of %" PRId64 " tickets equal a recount", n));
        return OK;
    }
    found(d, arena_printf(d->a, "%zu counts differ from a recount of %" PRId64 " tickets%s",
                          n_wrong, n, d->is_repairing ? "" : "; --repair counts them anew"));
    if (!d->is_repairing)
        return OK;
    if ((e = store_write(d->c->store, repair_counts, NULL, w)))
        return e;
    cli_out(d->c, "DONE   the counts are counted anew");
    return OK;
}

/* ------- rows */

struct rows {
    struct arena *a;
    struct doctor_ticket_strays_row *strays;
    struct doctor_spool_states_row *spool;
    struct doctor_unknown_sends_row *unknown;
    struct job_stuck_rows stuck;
    struct inbox_list_rows inboxes;
    struct doctor_on_call_row *on_call;
    bool can_mail;
};

static enum err read_rows(struct tx *tx, void *arg, struct why *w)
{
    struct rows *r = arg;
    struct job_stuck_in since = {.before = tx_now(tx) - STUCK_MS};
    enum err e;

    if ((e = q_doctor_ticket_strays(tx, r->a, &r->strays, w)) ||
        (e = q_doctor_spool_states(tx, r->a, &r->spool, w)) ||
        (e = q_doctor_unknown_sends(tx, r->a, &r->unknown, w)) ||
        (e = q_job_stuck(tx, since, r->a, &r->stuck, w)) ||
        (e = q_doctor_on_call(tx, r->a, &r->on_call, w)) ||
        (e = letter_may(tx, r->a, &r->can_mail, w)))
        return e;
    return q_inbox_list(tx, r->a, &r->inboxes, w);
}

static void tell_jobs(struct doctor *d, const struct rows *r)
{
    bool is_running = d->c->app != NULL; /* a stopped server's jobs wait for it, rightly */
    size_t n = 0;

    for (size_t i = 0; i < r->stuck.n; i++) {
        const struct job_stuck_row *j = &r->stuck.v[i];

        if (!is_running && j->tries < 8)
            continue;
        n++;
        found(d, arena_printf(d->a, "job %" PRId64 " (%s) was tried %" PRId64 " times: %s", j->id,
                              j->kind, j->tries, j->error ? j->error : "it waits for long"));
    }
    if (n == 0)
        well(d, "no job is stuck");
}

/* What waits for a person is no fault, but nobody should have to look for it. */
static void tell_waiting(const struct doctor *d, const struct rows *r)
{
    if (r->spool->quarantine)
        cli_out(d->c, "note   %" PRId64 " mails cannot be parsed: Settings, Quarantine",
                r->spool->quarantine);
    if (r->spool->waiting)
        cli_out(d->c, "note   %" PRId64 " mails wait to be parsed", r->spool->waiting);
    if (r->unknown->n)
        cli_out(d->c, "note   %" PRId64 " answers may or may not have been sent", r->unknown->n);
    for (size_t i = 0; i < r->inboxes.n; i++)
        if (r->inboxes.v[i].health && *r->inboxes.v[i].health)
            cli_out(d->c, "note   inbox \"%s\": %s", r->inboxes.v[i].name, r->inboxes.v[i].health);
}

/* A P1 at night: is there anybody? Of a desk that nobody has set up, or that is a demo, nothing is
 * asked. */
static void tell_on_call(struct doctor *d, const struct rows *r)
{
    if (r->on_call->admins == 0)
        return;
    if (r->on_call->n == 0)
        found(d, "nobody is on call: a P1 would wake all leads and admins, or nobody");
    else
        well(d, arena_printf(d->a, "on call for P1: %" PRId64, r->on_call->n));
    if (!r->can_mail)
        cli_out(d->c, "note   no inbox sends mail: P1 calls people in the console alone");
}

static CHECKED enum err look_at_rows(struct doctor *d, struct why *w)
{
    struct rows r = {.a = d->a};
    enum err e;

    if ((e = store_read(d->c->store, read_rows, &r, w)))
        return e;
    if (r.strays->silent || r.strays->homeless || r.strays->nameless)
        found(d, arena_printf(d->a,
                              "%" PRId64 " tickets without a message, %" PRId64
                              " messages without a ticket, %" PRId64 " tickets without a contact",
                              r.strays->silent, r.strays->homeless, r.strays->nameless));
    else
        well(d, "every ticket has a contact and a message, every message a ticket");
    tell_jobs(d, &r);
    tell_waiting(d, &r);
    tell_on_call(d, &r);
    return OK;
}

/* ------- leases */

static CHECKED enum err look_at_leases(struct doctor *d, struct why *w)
{
    int before = d->n_found;
    struct lease_lines lines;
    enum err e;

    if ((e = leases_look(d->c->store, d->a, d->c->app != NULL, &lines, w)))
        return e;
    for (size_t i = 0; i < lines.n; i++) {
        if (lines.v[i].verdict == VERDICT_FOUND)
            found(d, lines.v[i].text);
        else
            cli_out(d->c, "note   %s", lines.v[i].text);
    }
    if (d->n_found == before)
        well(d, "what one node alone may do is held by one");
    return OK;
}

/* ------- blobs */

struct hashes {
    struct arena *a;
    int kind; /* 0 attachments, 1 raw mail, 2 spool */
    const char *after;
    int64_t after_id;
    const char **v;
    size_t n;
};

static enum err read_attachment_hashes(struct tx *tx, struct hashes *h, struct why *w)
{
    struct doctor_attachment_blobs_in in = {.after = h->after, .limit = PAGE};
    struct doctor_attachment_blobs_rows rows;
    enum err e;

    if ((e = q_doctor_attachment_blobs(tx, in, h->a, &rows, w)))
        return e;
    for (h->n = 0; h->n < rows.n; h->n++)
        h->after = h->v[h->n] = rows.v[h->n].hash;
    return OK;
}

static enum err read_hashes(struct tx *tx, void *arg, struct why *w)
{
    struct hashes *h = arg;
    enum err e;

    h->v = arena_array(h->a, PAGE, sizeof *h->v);
    if (h->kind == 0)
        return read_attachment_hashes(tx, h, w);
    if (h->kind == 1) {
        struct doctor_message_blobs_rows rows;

        e = q_doctor_message_blobs(
            tx, (struct doctor_message_blobs_in){.after = h->after_id, .limit = PAGE}, h->a, &rows,
            w);
        for (h->n = 0; !e && h->n < rows.n; h->n++) {
            h->v[h->n] = rows.v[h->n].hash;
            h->after_id = rows.v[h->n].id;
        }
    } else {
        struct doctor_spool_blobs_rows rows;

        e = q_doctor_spool_blobs(
            tx, (struct doctor_spool_blobs_in){.after = h->after_id, .limit = PAGE}, h->a, &rows,
            w);
        for (h->n = 0; !e && h->n < rows.n; h->n++) {
            h->v[h->n] = rows.v[h->n].hash;
            h->after_id = rows.v[h->n].id;
        }
    }
    return e;
}

/* Every blob that a row names is opened, which reads and hashes it. */
static CHECKED enum err look_at_page(struct doctor *d, const struct hashes *h, int64_t *n,
                                     struct why *w)
{
    for (size_t i = 0; i < h->n; i++) {
        int fd = -1;
        int64_t bytes;
        enum err e = blob_open(d->c->store, h->v[i], &fd, &bytes, w);

        if (e == E_NOT_FOUND || e == E_INTERNAL)
            found(d, w->text);
        else if (e)
            return e;
        else
            close(fd);
        ++*n;
    }
    return OK;
}

static CHECKED enum err look_at_blobs(struct doctor *d, struct why *w)
{
    int before = d->n_found;
    int64_t n = 0;

    for (int kind = 0; kind < 3; kind++) {
        struct hashes h = {.a = d->a, .kind = kind, .after = ""};

        do {
            enum err e = store_read(d->c->store, read_hashes, &h, w);

            if (e || (e = look_at_page(d, &h, &n, w)))
                return e;
        } while (h.n == PAGE);
    }
    if (d->n_found == before)
        well(d, arena_printf(d->a, "%" PRId64 " mails and attachments are there and whole", n));
    return OK;
}

/* ------- the rest */

static void look_at_disk(struct doctor *d)
{
    struct statvfs fs;
    uint64_t room;

    if (d->c->config->store)
        return; /* the disk is another machine's */
    if (statvfs(d->c->data_dir, &fs) != 0) {
        found(d, arena_printf(d->a, "the disk of %s cannot be asked for its room", d->c->data_dir));
        return;
    }
    room = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (room < ROOM_LEAST_BYTES && fs.f_bavail < fs.f_blocks / 10)
        found(d, arena_printf(d->a, "the disk has %" PRIu64 " MB left", room >> 20));
    else
        well(d, arena_printf(d->a, "the disk has %" PRIu64 " MB left", room >> 20));
}

int cmd_doctor(struct cli *c)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256 * 1024);
    struct doctor d = {.c = c, .a = a, .is_repairing = cli_option(c, "repair") != NULL};
    struct why w = {0};

    if (store_check(c->store, &w))
        found(&d, arena_printf(d.a, "the database is damaged: %s", w.text));
    else
        well(&d, "the database is whole");
    if (look_at_counts(&d, &w) || look_at_rows(&d, &w) || look_at_leases(&d, &w) ||
        (!cli_option(c, "quick") && look_at_blobs(&d, &w)))
        found(&d, arena_printf(d.a, "doctor could not go on: %s", w.text));
    look_at_disk(&d);
    return d.n_found ? CLI_FAILED : CLI_DONE;
}
