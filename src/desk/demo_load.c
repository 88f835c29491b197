/* demo_load.c: who works at the demo desk, at which inboxes, and how do its tickets stand? */
#include "desk/demo_load.h"

#include <string.h>

#include "base/scope.h"
#include "demo/demo.sql.h"
#include "desk/demo.h"
#include "inboxes/inbox.sql.h"
#include "inboxes/inbox_store.h"
#include "jobs/jobs.h"
#include "people/people.h"
#include "people/people.sql.h"
#include "store/blob.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_act.h"
#include "triage/page.sql.h"

SCOPED_FREE(struct arena, arena_free)

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};

/* ------- who works here */

static CHECKED enum err load_team(struct demo_load *l, const char *name, int64_t *ret,
                                  struct why *w)
{
    struct team_by_name_row *old;
    int64_t id;
    enum err e;

    if ((e = q_team_by_name(l->tx, (struct team_by_name_in){.name = name}, l->a, &old, w)))
        return e;
    id = old ? old->id : tx_id(l->tx);
    if (!old &&
        (e = q_team_insert(l->tx, (struct team_insert_in){.id = id, .name = name, .now = l->now},
                           NULL, w)))
        return e;
    *ret = id;
    return OK;
}

static CHECKED enum err load_agents(struct demo_load *l, struct why *w)
{
    enum err e;

    for (size_t i = 0; i < l->desk.n_agents; i++) {
        const struct demo_agent *d = &l->desk.agents[i];
        struct agent_new row = {.email = d->email,
                                .name = d->name,
                                .role = d->role,
                                .password_hash = l->password_hash,
                                .locale = d->locale,
                                .is_demo = true};

        if ((e = agent_make(l->tx, l->a, &row, &SYSTEM, &l->agents[i], w)))
            return e;
        if (strcmp(d->role, "lead") == 0 &&
            (e = q_on_call_append(l->tx, (struct on_call_append_in){.agent_id = l->agents[i]}, NULL,
                                  w)))
            return e;
        for (size_t k = 0; k < d->teams.n; k++) {
            struct team_member_add_in m = {.agent_id = l->agents[i]};

            if ((e = load_team(l, d->teams.v[k], &m.team_id, w)) ||
                (e = q_team_member_add(l->tx, m, NULL, w)))
                return e;
        }
    }
    return OK;
}

/* ------- where they are written to */

static const char *inbox_settings(struct arena *a, const struct demo_inbox *d)
{
    if (strcmp(d->channel, "email") == 0)
        return arena_printf(a, "{\"address\":\"%s\"}", d->address);
    if (strcmp(d->channel, "webchat") == 0)
        return "{\"title\":\"Tidewren\",\"greeting\":\"Hello. What can we put right?\","
               "\"color\":\"#1f5673\",\"needs_email_when_away\":true}";
    return "{}";
}

static CHECKED enum err load_inboxes(struct demo_load *l, struct why *w)
{
    enum err e;

    for (size_t i = 0; i < l->desk.n_inboxes; i++) {
        const struct demo_inbox *d = &l->desk.inboxes[i];
        struct inbox_new row = {.name = d->name,
                                .channel = d->channel,
                                .settings = inbox_settings(l->a, d),
                                .is_demo = true};

        if (d->team && (e = load_team(l, d->team, &row.team_id, w)))
            return e;
        if ((e = inbox_make(l->tx, l->a, &row, &SYSTEM, &l->inboxes[i], w)))
            return e;
    }
    return OK;
}

/* ------- how it stands */

/* The closed ticket of the same contact that stands above it in the file. */
static int64_t linked_of(const struct demo_load *l, size_t ticket)
{
    int64_t id = 0;

    for (size_t i = 0; i < ticket && l->desk.tickets[ticket].is_follow_up; i++)
        if (strcmp(l->desk.tickets[i].contact, l->desk.tickets[ticket].contact) == 0 &&
            strcmp(l->desk.tickets[i].status, "closed") == 0)
            id = l->made[i].id;
    return id;
}

static CHECKED enum err set_core(struct demo_load *l, size_t i, struct ticket_core *c,
                                 struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[i];
    const struct demo_made *made = &l->made[i];
    struct status_by_key_row *status;
    size_t assignee = demo_agent_at(&l->desk, t->assignee);
    enum err e;

    e = q_status_by_key(l->tx, (struct status_by_key_in){.key = t->status}, l->a, &status, w);
    if (e)
        return e;
    if (!status || !priority_parse(t->priority, &c->priority))
        return fail(w, E_INVALID, "the demo has a status or priority that the desk has not");
    c->status_id = status->id;
    c->category = (enum category)status->category;
    c->topic = t->category;
    c->assignee_id = assignee == SIZE_MAX ? 0 : l->agents[assignee];
    if (t->team && (e = load_team(l, t->team, &c->team_id, w)))
        return e;
    c->waiting_since = c->category >= CATEGORY_SOLVED ? 0 : made->waiting_since;
    c->first_reply_at = made->first_reply_at;
    c->solved_at = c->category >= CATEGORY_SOLVED ? made->solved_at : 0;
    c->snoozed_until = t->snooze_min ? l->now + t->snooze_min * DEMO_MINUTE : 0;
    c->bucket = BUCKET_NEW;
    c->bucket = ticket_bucket(c);
    if (t->is_spam)
        ticket_set_spam(c, true);
    return OK;
}

static CHECKED enum err set_marks(struct demo_load *l, size_t i, struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[i];
    const struct demo_made *made = &l->made[i];
    int64_t upto = t->is_unread ? made->before_last_id : made->last_message_id;
    enum err e;

    for (size_t k = 0; k < l->desk.n_agents && upto; k++) {
        struct seen_set_in seen = {
            .agent_id = l->agents[k], .ticket_id = made->id, .message_id = upto};

        if ((e = q_seen_set(l->tx, seen, NULL, w)))
            return e;
    }
    for (size_t k = 0; k < t->n_drafts; k++) {
        const struct demo_draft *d = &t->drafts[k];
        struct draft_set_in draft = {.ticket_id = made->id,
                                     .agent_id = l->agents[demo_agent_at(&l->desk, d->by)],
                                     .kind = strcmp(d->kind, "note") == 0 ? MESSAGE_NOTE
                                                                          : MESSAGE_REPLY,
                                     .text = d->text,
                                     .now = l->now};

        if ((e = q_draft_set(l->tx, draft, NULL, w)))
            return e;
    }
    return OK;
}

static CHECKED enum err finish_ticket(struct demo_load *l, size_t i, struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[i];
    const struct demo_made *made = &l->made[i];
    struct demo_ticket_finish_in end = {.id = made->id,
                                        .linked_id = linked_of(l, i),
                                        .is_automatic = t->messages[0].is_automatic,
                                        .updated_at = made->last_at};
    struct ticket_whole whole;
    struct ticket_core core;
    enum err e;

    if ((e = ticket_load(l->tx, l->a, made->id, &whole, w)))
        return e;
    core = whole.core;
    if ((e = set_core(l, i, &core, w)) || (e = record_change(l->tx, &whole, &core, &SYSTEM, w)) ||
        (e = ticket_tags_set(l->tx, l->a, made->id, &t->tags, w)) ||
        (e = q_demo_ticket_finish(l->tx, end, NULL, w)) || (e = set_marks(l, i, w)))
        return e;
    if (!core.snoozed_until)
        return OK;
    return jobs_add(l->tx,
                    &(struct job_new){.kind = "snooze",
                                      .run_at = core.snoozed_until,
                                      .subject_id = made->id,
                                      .may_move = true},
                    w);
}

static CHECKED enum err load_brokens(struct demo_load *l, struct why *w)
{
    enum err e;

    for (size_t i = 0; i < l->desk.n_brokens; i++) {
        const struct demo_broken *d = &l->desk.brokens[i];
        struct spool_insert_row *row;
        struct spool_insert_in in = {.id = tx_id(l->tx),
                                     .inbox_id = l->inboxes[demo_inbox_at(&l->desk, d->inbox)],
                                     .external_id = arena_printf(l->a, "demo-broken-%zu", i),
                                     .hash = l->brokens[i].p,
                                     .bytes = (int64_t)strlen(d->raw),
                                     .state = 3, /* quarantine: migration 0003 */
                                     .error = d->error,
                                     .now = l->now};
        struct demo_spool_age_in age = {.id = in.id,
                                        .created_at = l->now - d->age_min * DEMO_MINUTE};

        if ((e = q_spool_insert(l->tx, in, l->a, &row, w)) ||
            (e = q_demo_spool_age(l->tx, age, NULL, w)))
            return e;
    }
    return OK;
}

enum err demo_is_there(struct tx *tx, bool *ret, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256);
    const char *value = NULL;
    enum err e;

    if ((e = setting_read(tx, a, "demo", &value, w)))
        return e;
    *ret = value && *value;
    return OK;
}

static enum err load_all(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256 * 1024);
    struct demo_load *l = arg;
    bool is_there;
    enum err e;

    l->tx = tx;
    l->a = a;
    l->now = tx_now(tx);
    l->agents = arena_array(a, l->desk.n_agents, sizeof *l->agents);
    l->inboxes = arena_array(a, l->desk.n_inboxes, sizeof *l->inboxes);
    l->made = arena_array(a, l->desk.n_tickets, sizeof *l->made);
    if ((e = demo_is_there(tx, &is_there, w)))
        return e;
    if (is_there)
        return fail(w, E_CONFLICT, "the demo desk is there already");
    if ((e = load_agents(l, w)) || (e = load_inboxes(l, w)) || (e = demo_talk(l, w)))
        return e;
    for (size_t i = 0; i < l->desk.n_tickets; i++)
        if ((e = finish_ticket(l, i, w)))
            return e;
    if ((e = load_brokens(l, w)))
        return e;
    return setting_write(tx, "demo", "1", w);
}

/* Blobs stand before the rows that name them. */
static CHECKED enum err put_blobs(struct demo_load *l, struct store *s, struct arena *a,
                                  struct why *w)
{
    enum err e;

    l->files = arena_array(a, l->desk.n_files, sizeof *l->files);
    for (size_t i = 0; i < l->desk.n_files; i++) {
        const struct demo_file *f = &l->desk.files[i];
        struct str bytes = f->text ? str_of(f->text) : demo_picture(f->name, a);
        char *hash = arena_alloc(a, BLOB_HASH_BYTES);

        if ((e = blob_put(s, bytes.p, bytes.n, hash, w)))
            return e;
        l->files[i] = (struct attachment){
            .name = f->name, .type = f->type, .hash = hash, .n_bytes = (int64_t)bytes.n};
    }
    l->brokens = arena_array(a, l->desk.n_brokens, sizeof *l->brokens);
    for (size_t i = 0; i < l->desk.n_brokens; i++) {
        const char *raw = l->desk.brokens[i].raw;
        char *hash = arena_alloc(a, BLOB_HASH_BYTES);

        if ((e = blob_put(s, raw, strlen(raw), hash, w)))
            return e;
        l->brokens[i] = (struct str){hash, BLOB_HASH_BYTES - 1};
    }
    return OK;
}

enum err demo_load(struct store *s, struct reader *r, const char *password_hash, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256 * 1024);
    struct demo_load l = {.reader = r, .password_hash = password_hash};
    enum err e;

    if ((e = demo_desk_read(demo_desk_text(), a, &l.desk, w)) || (e = put_blobs(&l, s, a, w)))
        return e;
    return store_write(s, load_all, &l, w);
}
