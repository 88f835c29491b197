/* demo_talk.c: who said what in the demo desk, and when, as if it had happened. */
#include "desk/demo_load.h"

#include <stdlib.h>
#include <string.h>

#include "contacts/contact.h"
#include "contacts/contact.sql.h"
#include "desk/intake.h"
#include "desk/reader.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/ticket.h"
#include "tickets/ticket.sql.h"

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
static struct turn *turns(const struct demo_load *l, size_t *ret_n)
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

/* ------- who writes */

static const char *address_of(const struct demo_load *l, const struct demo_contact *c, size_t inbox)
{
    const char *channel = l->desk.inboxes[inbox].channel;

    if (strcmp(channel, "email") == 0)
        return c->email;
    return arena_printf(l->a, strcmp(channel, "api") == 0 ? "tw-%s" : "visitor-%s", c->key);
}

/* The company's own server vouches for who is in the app; a mail only says who it is from. */
static enum identity_state state_of(const struct demo_load *l, size_t inbox)
{
    return strcmp(l->desk.inboxes[inbox].channel, "email") == 0 ? IDENTITY_CLAIMED
                                                                : IDENTITY_VERIFIED;
}

static struct incoming_contact contact_of(const struct demo_load *l, const struct demo_contact *c,
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
static CHECKED enum err join_identities(struct demo_load *l, const struct demo_ticket *t,
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
static const char *context_of(const struct demo_load *l, const struct demo_contact *c, size_t inbox)
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

static struct attachment *files_of(const struct demo_load *l, const struct demo_message *m)
{
    struct attachment *v = arena_array(l->a, m->files.n, sizeof *v);

    for (size_t i = 0; i < m->files.n; i++)
        v[i] = l->files[demo_file_at(&l->desk, m->files.v[i])];
    return v;
}

static void heard(struct demo_made *t, const struct demo_message *m, int64_t message_id, msec at)
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

static CHECKED enum err say_incoming(struct demo_load *l, const struct turn *turn, msec at,
                                     struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[turn->ticket];
    const struct demo_message *m = &t->messages[turn->message];
    const struct demo_contact *c = &l->desk.contacts[demo_contact_at(&l->desk, t->contact)];
    size_t inbox = demo_inbox_at(&l->desk, t->inbox);
    struct demo_made *made = &l->made[turn->ticket];
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

    if ((e = intake(l->tx, l->a, &in, reader_read(l->reader, l->a, &in), &done, w)))
        return e;
    heard(made, m, done.message_id, at);
    if (turn->message)
        return OK;
    made->id = done.ticket_id;
    made->contact_id = done.contact_id;
    return join_identities(l, t, done.contact_id, w);
}

static CHECKED enum err say_answer(struct demo_load *l, const struct turn *turn, msec at,
                                   struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[turn->ticket];
    const struct demo_message *m = &t->messages[turn->message];
    struct demo_made *made = &l->made[turn->ticket];
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
static CHECKED enum err say_activity(struct demo_load *l, size_t ticket, const char *what,
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
static CHECKED enum err say_done(struct demo_load *l, const struct turn *turn, msec at,
                                 struct why *w)
{
    const struct demo_ticket *t = &l->desk.tickets[turn->ticket];
    size_t last_answer = SIZE_MAX;

    if (!t->assignee)
        return OK;
    if (turn->message == 0)
        return say_activity(l, turn->ticket, "assignee", NULL,
                            l->desk.agents[demo_agent_at(&l->desk, t->assignee)].name,
                            at + DEMO_MINUTE / 2, w);
    for (size_t i = 0; i < t->n_messages; i++)
        if (strcmp(t->messages[i].kind, "reply") == 0)
            last_answer = i;
    if (turn->message != last_answer ||
        (strcmp(t->status, "solved") != 0 && strcmp(t->status, "pending") != 0))
        return OK;
    return say_activity(l, turn->ticket, "status", "open", t->status, at + DEMO_MINUTE / 4, w);
}

enum err demo_talk(struct demo_load *l, struct why *w)
{
    size_t n;
    const struct turn *v = turns(l, &n);
    enum err e;

    for (size_t i = 0; i < n; i++) {
        const struct demo_message *m = &l->desk.tickets[v[i].ticket].messages[v[i].message];
        msec at = l->now - m->age_min * DEMO_MINUTE;

        e = strcmp(m->kind, "incoming") == 0 ? say_incoming(l, &v[i], at, w)
                                             : say_answer(l, &v[i], at, w);
        if (e || (e = say_done(l, &v[i], at, w)))
            return e;
    }
    return OK;
}
