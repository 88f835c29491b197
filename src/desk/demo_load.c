#include "desk/demo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "contacts/contact.h"
#include "contacts/contact.sql.h"
#include "demo/demo.sql.h"
#include "demo/demo_desk.h"
#include "desk/intake.h"
#include "inboxes/inbox.sql.h"
#include "inboxes/inbox_store.h"
#include "jobs/jobs.h"
#include "people/people.h"
#include "people/people.sql.h"
#include "store/blob.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_act.h"

#define MINUTE ((msec)60 * 1000)

SCOPED_FREE(struct arena, arena_free)

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};

/* What became of a ticket of the file. */
struct made {
    int64_t id, contact_id;
    int64_t last_message_id, before_last_id, last_incoming_id;
    msec waiting_since, first_reply_at, solved_at, last_at;
};

struct load {
    struct demo_desk desk;
    const char *password_hash;
    struct attachment *files; /* as stored, by position */
    struct str *brokens;      /* their blobs' hashes */
    /* Made anew by every run: */
    struct tx *tx;
    struct arena *a;
    msec now;
    int64_t *agents, *inboxes;
    struct made *made;
};

struct turn {
    size_t ticket, message;
    int64_t age_min;
};

static int by_age(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;

    if (x->age_min != y->age_min)
        return x->age_min > y->age_min ? -1 : 1;
    if (x->ticket != y->ticket)
        return x->ticket < y->ticket ? -1 : 1;
    return x->message < y->message ? -1 : 1;
}

/* Everything said, the oldest first: ids then rise with the time. */
static struct turn *turns(const struct load *l, size_t *ret_n)
{
    size_t n = 0;
    struct turn *v;

    for (size_t i = 0; i < l->desk.n_tickets; i++)
        n += l->desk.tickets[i].n_messages;
    v = arena_array(l->a, n, sizeof *v);
    *ret_n = n;
    n = 0;
    for (size_t i = 0; i < l->desk.n_tickets; i++)
        for (size_t j = 0; j < l->desk.tickets[i].n_messages; j++)
            v[n++] = (struct turn){i, j, l->desk.tickets[i].messages[j].age_min};
    qsort(v, n, sizeof *v, by_age);
    return v;
}

/* ------- who works here */

static CHECKED enum err load_team(struct load *l, const char *name, int64_t *ret, struct why *w)
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

static CHECKED enum err load_agents(struct load *l, struct why *w)
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

static CHECKED enum err load_inboxes(struct load *l, struct why *w)
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

/* ------- who writes */

static const char *address_of(const struct load *l, const struct demo_contact *c, size_t inbox)
{
    const char *channel = l->desk.inboxes[inbox].channel;

    if (strcmp(channel, "email") == 0)
        return c->email;
    return arena_printf(l->a, strcmp(channel, "api") == 0 ? "tw-%s" : "visitor-%s", c->key);
}

/* The company's own server vouches for who is in the app; a mail only says who it is from. */
static enum identity_state state_of(const struct load *l, size_t inbox)
{
    return strcmp(l->desk.inboxes[inbox].channel, "email") == 0 ? IDENTITY_CLAIMED
                                                                : IDENTITY_VERIFIED;
}

static struct incoming_contact contact_of(const struct load *l, const struct demo_contact *c,
                                          size_t inbox)
{
    struct shape_pair *pairs = arena_array(l->a, 2, sizeof *pairs);
    size_t n = 0;

    if (c->plan)
        pairs[n++] = (struct shape_pair){"plan", c->plan};
    if (c->region)
        pairs[n++] = (struct shape_pair){"region", c->region};
    return (struct incoming_contact){.external_id = address_of(l, c, inbox),
                                     .name = c->name,
                                     .email = c->email,
                                     .locale = c->locale,
                                     .attributes = {pairs, n},
                                     .state = state_of(l, inbox)};
}

/* One person on all channels: the other addresses they use lead to the same contact. */
static CHECKED enum err join_identities(struct load *l, const struct demo_ticket *t,
                                        int64_t contact_id, struct why *w)
{
    const struct demo_contact *c = &l->desk.contacts[demo_contact_at(&l->desk, t->contact)];
    enum err e;

    for (size_t i = 0; i < l->desk.n_tickets; i++) {
        const struct demo_ticket *other = &l->desk.tickets[i];
        size_t inbox = demo_inbox_at(&l->desk, other->inbox);
        struct identity_insert_in row = {.inbox_id = l->inboxes[inbox],
                                         .external_id = address_of(l, c, inbox),
                                         .contact_id = contact_id,
                                         .state = state_of(l, inbox),
                                         .now = l->now};

        if (strcmp(other->contact, t->contact) != 0 || strcmp(other->inbox, t->inbox) == 0)
            continue;
        if ((e = q_identity_insert(l->tx, row, NULL, w)))
            return e;
    }
    return OK;
}

static void member(struct buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    if (b->n > 1)
        buf_char(b, ',');
    buf_json(b, name, strlen(name));
    buf_char(b, ':');
    buf_json(b, value, strlen(value));
}

/* What an app or a page tells of itself; a mail tells nothing. */
static const char *context_of(const struct load *l, const struct demo_contact *c, size_t inbox)
{
    struct buf b;
    const char *ret;

    if (strcmp(l->desk.inboxes[inbox].channel, "email") == 0)
        return NULL;
    buf_init(&b, 4096);
    buf_char(&b, '{');
    member(&b, "device", c->device);
    member(&b, "os", c->os);
    member(&b, "os_version", c->os_version);
    member(&b, "app_version", c->app_version);
    member(&b, "region", c->region);
    member(&b, "language", c->locale);
    member(&b, "plan", c->plan);
    buf_char(&b, '}');
    ret = arena_dup(l->a, b.p, b.n);
    buf_done(&b);
    return ret;
}

/* ------- what was said */

static struct attachment *files_of(const struct load *l, const struct demo_message *m)
{
    struct attachment *v = arena_array(l->a, m->files.n, sizeof *v);

    for (size_t i = 0; i < m->files.n; i++)
        v[i] = l->files[demo_file_at(&l->desk, m->files.v[i])];
    return v;
}

static void heard(struct made *t, const struct demo_message *m, int64_t message_id, msec at)
{
    bool is_incoming = strcmp(m->kind, "incoming") == 0, is_reply = strcmp(m->kind, "reply") == 0;

    t->before_last_id = t->last_message_id;
    t->last_message_id = message_id;
    t->last_at = at;
    if (is_incoming) {
        t->last_incoming_id = message_id;
        if (!t->waiting_since && !m->is_automatic)
            t->waiting_since = at;
    } else if (is_reply) {
        t->waiting_since = 0;
        t->solved_at = at;
        if (!t->first_reply_at)
            t->first_reply_at = at;
    }
}

static CHECKED enum err say_incoming(struct load *l, const struct turn *turn, msec at,
                                     struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[turn->ticket];
    const struct demo_message *m = &t->messages[turn->message];
    const struct demo_contact *c = &l->desk.contacts[demo_contact_at(&l->desk, t->contact)];
    size_t inbox = demo_inbox_at(&l->desk, t->inbox);
    struct made *made = &l->made[turn->ticket];
    struct intake_result done;
    struct incoming in = {
        .inbox_id = l->inboxes[inbox],
        .external_id = arena_printf(l->a, "demo-%zu-%zu", turn->ticket, turn->message),
        .contact = contact_of(l, c, inbox),
        .text = m->text,
        .html = m->html,
        .subject = t->subject,
        .thread_external_id = arena_printf(l->a, "demo-%zu", turn->ticket),
        .sent_at = at,
        .context = context_of(l, c, inbox),
        .attachments = files_of(l, m),
        .n_attachments = m->files.n,
        .is_automatic = m->is_automatic,
        .is_imported = true, /* nobody is told of a past */
        .import_status = CATEGORY_NEW,
    };
    enum err e;

    if ((e = intake(l->tx, l->a, &in, &done, w)))
        return e;
    heard(made, m, done.message_id, at);
    if (turn->message)
        return OK;
    made->id = done.ticket_id;
    made->contact_id = done.contact_id;
    return join_identities(l, t, done.contact_id, w);
}

static CHECKED enum err say_answer(struct load *l, const struct turn *turn, msec at, struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[turn->ticket];
    const struct demo_message *m = &t->messages[turn->message];
    struct made *made = &l->made[turn->ticket];
    bool is_reply = strcmp(m->kind, "reply") == 0;
    size_t by = demo_agent_at(&l->desk, m->by);
    struct message_new row = {
        .id = tx_id(l->tx),
        .ticket_id = made->id,
        .inbox_id = l->inboxes[demo_inbox_at(&l->desk, t->inbox)],
        .kind = is_reply ? MESSAGE_REPLY : MESSAGE_NOTE,
        .author_kind = AUTHOR_AGENT,
        .author_id = l->agents[by],
        .author_name = l->desk.agents[by].name,
        .text = m->text,
        .state = is_reply ? STATE_SENT : STATE_STORED,
        .reply_to_id = is_reply ? made->last_incoming_id : 0,
        .created_at = at,
        .sent_at = is_reply && !m->state ? at : 0,
        .attachments = files_of(l, m),
        .n_attachments = m->files.n,
    };
    struct ticket_heard_in seen = {.id = made->id,
                                   .message_id = row.id,
                                   .at = at,
                                   .kind = row.kind,
                                   .author = row.author_name,
                                   .preview = message_preview(l->a, m->text)};
    struct message_state_in state = {.id = row.id,
                                     .was = row.state,
                                     .state = m->state && *m->state == 'f' ? STATE_FAILED
                                                                           : STATE_UNKNOWN,
                                     .state_text = m->state_text};
    enum err e;

    if (is_reply)
        row.external_id = arena_printf(l->a, "demo-%zu-%zu", turn->ticket, turn->message);
    if ((e = message_save(l->tx, l->a, &row, w)) || (e = q_ticket_heard(l->tx, seen, NULL, w)) ||
        (m->state && (e = q_message_state(l->tx, state, NULL, w))))
        return e;
    heard(made, m, row.id, at);
    return OK;
}

/* One line of what an agent did, at its own time. */
static CHECKED enum err say_activity(struct load *l, size_t ticket, const char *what,
                                     const char *from, const char *to, msec at, struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[ticket];
    size_t by = demo_agent_at(&l->desk, t->assignee);
    struct message_new row = {
        .id = tx_id(l->tx),
        .ticket_id = l->made[ticket].id,
        .inbox_id = l->inboxes[demo_inbox_at(&l->desk, t->inbox)],
        .kind = MESSAGE_ACTIVITY,
        .author_kind = AUTHOR_AGENT,
        .author_id = l->agents[by],
        .author_name = l->desk.agents[by].name,
        .text = arena_printf(l->a, "%s: %s → %s", what, from ? from : "–", to),
        .state = STATE_STORED,
        .created_at = at,
        .meta = arena_printf(l->a, "{\"what\":\"%s\",\"from\":%s%s%s,\"to\":\"%s\"}", what,
                             from ? "\"" : "", from ? from : "null", from ? "\"" : "", to),
    };
    struct ticket_counted_in counted = {.id = row.ticket_id, .message_id = row.id, .at = at};
    enum err e;

    if ((e = message_save(l->tx, l->a, &row, w)) || (e = q_ticket_counted(l->tx, counted, NULL, w)))
        return e;
    l->made[ticket].last_message_id = row.id;
    return OK;
}

/* Taken by somebody after its first message; put to rest after the last answer. */
static CHECKED enum err say_done(struct load *l, const struct turn *turn, msec at, struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[turn->ticket];
    size_t last_answer = SIZE_MAX;

    if (!t->assignee)
        return OK;
    if (turn->message == 0)
        return say_activity(l, turn->ticket, "assignee", NULL,
                            l->desk.agents[demo_agent_at(&l->desk, t->assignee)].name,
                            at + MINUTE / 2, w);
    for (size_t i = 0; i < t->n_messages; i++)
        if (strcmp(t->messages[i].kind, "reply") == 0)
            last_answer = i;
    if (turn->message != last_answer ||
        (strcmp(t->status, "solved") != 0 && strcmp(t->status, "pending") != 0))
        return OK;
    return say_activity(l, turn->ticket, "status", "open", t->status, at + MINUTE / 4, w);
}

static CHECKED enum err load_messages(struct load *l, struct why *w)
{
    size_t n;
    const struct turn *v = turns(l, &n);
    enum err e;

    for (size_t i = 0; i < n; i++) {
        const struct demo_message *m = &l->desk.tickets[v[i].ticket].messages[v[i].message];
        msec at = l->now - m->age_min * MINUTE;

        e = strcmp(m->kind, "incoming") == 0 ? say_incoming(l, &v[i], at, w)
                                             : say_answer(l, &v[i], at, w);
        if (e || (e = say_done(l, &v[i], at, w)))
            return e;
    }
    return OK;
}

/* ------- how it stands */

/* The closed ticket of the same contact that stands above it in the file. */
static int64_t linked_of(const struct load *l, size_t ticket)
{
    int64_t id = 0;

    for (size_t i = 0; i < ticket && l->desk.tickets[ticket].is_follow_up; i++)
        if (strcmp(l->desk.tickets[i].contact, l->desk.tickets[ticket].contact) == 0 &&
            strcmp(l->desk.tickets[i].status, "closed") == 0)
            id = l->made[i].id;
    return id;
}

static CHECKED enum err set_core(struct load *l, size_t i, struct ticket_core *c, struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[i];
    const struct made *made = &l->made[i];
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
    c->snoozed_until = t->snooze_min ? l->now + t->snooze_min * MINUTE : 0;
    c->bucket = BUCKET_NEW;
    c->bucket = ticket_bucket(c);
    if (t->is_spam)
        ticket_set_spam(c, true);
    return OK;
}

static CHECKED enum err set_marks(struct load *l, size_t i, struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[i];
    const struct made *made = &l->made[i];
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

static CHECKED enum err finish_ticket(struct load *l, size_t i, struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[i];
    const struct made *made = &l->made[i];
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
    return jobs_put(l->tx, "snooze", arena_printf(l->a, "%" PRId64, made->id), core.snoozed_until,
                    made->id, NULL, w);
}

static CHECKED enum err load_brokens(struct load *l, struct why *w)
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
        struct demo_spool_age_in age = {.id = in.id, .created_at = l->now - d->age_min * MINUTE};

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
    struct load *l = arg;
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
    if ((e = load_agents(l, w)) || (e = load_inboxes(l, w)) || (e = load_messages(l, w)))
        return e;
    for (size_t i = 0; i < l->desk.n_tickets; i++)
        if ((e = finish_ticket(l, i, w)))
            return e;
    if ((e = load_brokens(l, w)))
        return e;
    return setting_write(tx, "demo", "1", w);
}

/* Blobs stand before the rows that name them. */
static CHECKED enum err put_blobs(struct load *l, struct store *s, struct arena *a, struct why *w)
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

enum err demo_load(struct store *s, const char *password_hash, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256 * 1024);
    struct load l = {.password_hash = password_hash};
    enum err e;

    if ((e = demo_desk_read(demo_desk_text(), a, &l.desk, w)) || (e = put_blobs(&l, s, a, w)))
        return e;
    return store_write(s, load_all, &l, w);
}
