#include "desk/intake.h"

#include <inttypes.h>
#include <string.h>

#include "contacts/contact.h"
#include "desk/judge.h"
#include "desk/reader.h"
#include "desk/weigh.h"
#include "inboxes/inbox.sql.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_store.h"

/* A mail names at most this many earlier ones that we look for. */
#define REFS_MOST 20

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};

struct arrival {
    struct tx *tx;
    struct arena *a;
    const struct incoming *m;
    const struct read *r; /* NULL: nothing was read of it */
    struct weighed weighed;
    struct inbox_get_row *inbox;
    struct contact_ref from;
    struct ticket_whole ticket;
    msec at; /* when it was said: now, or of imported history its own time */
    int64_t message_id;
    int64_t linked_id;          /* the closed ticket that a new one follows; 0 */
    const char *text, *subject; /* as they are kept: sealed personal data masked */
    bool is_found, is_stranger;
};

/* Two different mails can carry one id; a copy of the same says the same. A copy of a reply of
 * ours that comes back may have been changed on its way: it stays a repeat. */
static CHECKED enum err other_words(struct arrival *v, int64_t id, bool *ret, struct why *w)
{
    struct message_get_row *old;
    enum err e;

    if (!v->m->second_id)
        return OK;
    if ((e = q_message_get(v->tx, (struct message_get_in){.id = id}, v->a, &old, w)))
        return e;
    *ret = old && old->kind == MESSAGE_INCOMING && strcmp(old->text, v->text) != 0;
    return OK;
}

/* Was it here before? */
static CHECKED enum err seen_before(struct arrival *v, struct intake_result *ret, struct why *w)
{
    struct message_by_key_in key = {.inbox_id = v->m->inbox_id, .external_id = v->m->external_id};
    struct message_by_key_row *old;
    bool is_other = false;
    enum err e;

    if ((e = q_message_by_key(v->tx, key, v->a, &old, w)))
        return e;
    if (old && (e = other_words(v, old->id, &is_other, w)))
        return e;
    if (is_other) {
        struct incoming *m = arena_alloc(v->a, sizeof *m);

        *m = *v->m;
        m->external_id = m->second_id;
        m->second_id = NULL;
        v->m = m;
        return seen_before(v, ret, w);
    }
    if (old)
        *ret = (struct intake_result){
            .message_id = old->id, .ticket_id = old->ticket_id, .is_duplicate = true};
    return OK;
}

static CHECKED enum err into_inbox(struct arrival *v, struct why *w)
{
    enum err e;

    e = q_inbox_get(v->tx, (struct inbox_get_in){.id = v->m->inbox_id}, v->a, &v->inbox, w);
    if (e)
        return e;
    if (!v->inbox)
        return fail(w, E_NOT_FOUND, "there is no inbox %" PRId64, v->m->inbox_id);
    v->at = tx_now(v->tx);
    if (v->m->is_imported && v->m->sent_at > 0 && v->m->sent_at < v->at)
        v->at = v->m->sent_at;
    return OK;
}

/* A ticket that the message names by itself: our signed token, a mail it answers, the
 * channel's thread. 0: none. */
static CHECKED enum err named_ticket(struct arrival *v, int64_t *ret, struct why *w)
{
    const struct incoming *m = v->m;
    enum err e;

    *ret = m->token_ticket_id;
    for (size_t i = 0; i < m->n_refs && i < REFS_MOST && !*ret; i++) {
        struct message_by_key_in key = {.inbox_id = m->inbox_id, .external_id = m->refs[i]};
        struct message_by_key_row *of;

        if ((e = q_message_by_key(v->tx, key, v->a, &of, w)))
            return e;
        *ret = of ? of->ticket_id : 0;
    }
    if (!*ret && m->thread_external_id) {
        struct ticket_of_thread_in key = {.inbox_id = m->inbox_id,
                                          .thread_id = m->thread_external_id};
        struct ticket_of_thread_row *of;

        if ((e = q_ticket_of_thread(v->tx, key, v->a, &of, w)))
            return e;
        *ret = of ? of->id : 0;
    }
    return OK;
}

/* A last word on a closed ticket is kept there: nobody has to close a new one for it. */
static bool only_thanks(const struct arrival *v)
{
    return !v->is_stranger && v->ticket.core.bucket == BUCKET_CLOSED &&
           says_only_thanks(v->m->text);
}

/* Which ticket: the one it names, else (unless the channel opens anew, as mail does) the
 * contact's newest that is not closed, else a new one; never by subject. */
static CHECKED enum err which_ticket(struct arrival *v, struct why *w)
{
    const struct channel *channel = channel_named(v->inbox->channel);
    bool opens_anew = channel && channel->opens_anew;
    struct ticket_of_contact_row *newest = NULL;
    int64_t id;
    enum err e;

    if ((e = named_ticket(v, &id, w)))
        return e;
    if (!id && !opens_anew && !v->m->thread_external_id) {
        struct ticket_of_contact_in of = {.contact_id = v->from.id, .inbox_id = v->m->inbox_id};

        if ((e = q_ticket_of_contact(v->tx, of, v->a, &newest, w)))
            return e;
        id = newest ? newest->id : 0;
    }
    if (!id)
        return OK;
    e = ticket_load(v->tx, v->a, id, &v->ticket, w);
    if (e == E_NOT_FOUND)
        return OK; /* a token of a ticket that was erased since */
    if (e)
        return e;
    if (v->ticket.inbox_id != v->m->inbox_id)
        return OK; /* a token is good in its own inbox alone */
    v->is_stranger = v->ticket.contact_id != v->from.id;
    v->is_found = v->m->is_imported || !ticket_is_over(&v->ticket.core) || only_thanks(v);
    if (!v->is_found && !v->is_stranger)
        v->linked_id = id;
    return OK;
}

static CHECKED enum err open_ticket(struct arrival *v, struct why *w)
{
    const struct incoming *m = v->m;
    int64_t category = CATEGORY_NEW;
    struct ticket_whole t = {.contact_id = v->from.id,
                             .inbox_id = m->inbox_id,
                             .thread_id = m->thread_external_id,
                             .rev = 1,
                             .is_imported = m->is_imported};
    enum err e;

    if (m->is_imported)
        category = m->import_status ? m->import_status : CATEGORY_CLOSED;
    t.core = (struct ticket_core){.id = tx_id(v->tx),
                                  .status_id = STATUS_OF(category),
                                  .category = (enum category)category,
                                  .priority = PRIORITY_NORMAL,
                                  .team_id = v->inbox->team_id,
                                  .subject = v->subject ? v->subject : "",
                                  .waiting_since = m->is_imported || m->is_automatic ? 0 : v->at};
    t.core.bucket = ticket_bucket(&t.core);
    weigh_ticket(&t.core, &v->weighed);
    if (m->is_imported && m->category)
        t.core.topic = m->category;
    if ((e = tx_number(v->tx, &t.number, w)))
        return e;
    e = q_ticket_insert(v->tx,
                        (struct ticket_insert_in){.id = t.core.id,
                                                  .number = t.number,
                                                  .contact_id = t.contact_id,
                                                  .inbox_id = t.inbox_id,
                                                  .thread_id = t.thread_id,
                                                  .subject = t.core.subject,
                                                  .status_id = t.core.status_id,
                                                  .bucket = t.core.bucket,
                                                  .priority = t.core.priority,
                                                  .urgency = t.core.urgency,
                                                  .category = t.core.topic,
                                                  .language = v->weighed.language,
                                                  .mood = v->weighed.mood,
                                                  .team_id = t.core.team_id,
                                                  .waiting_since = t.core.waiting_since,
                                                  .wait_key = ticket_wait_key(&t.core),
                                                  .is_automatic = m->is_automatic,
                                                  .linked_id = v->linked_id,
                                                  .is_imported = m->is_imported,
                                                  .created_at = v->at},
                        NULL, w);
    if (e)
        return e;
    v->ticket = t;
    return record_created(v->tx, &t, w);
}

/* A new person on somebody else's thread: shown as one, and told nothing of it. */
static CHECKED enum err note_stranger(struct arrival *v, struct why *w)
{
    struct participant_add_in row = {
        .ticket_id = v->ticket.core.id, .address = v->m->contact.external_id, .now = tx_now(v->tx)};
    int64_t added = 0;
    enum err e;

    if ((e = q_participant_add(v->tx, row, &added, w)))
        return e;
    return added ? record_activity(v->tx, v->a, &v->ticket, &SYSTEM, "participant", NULL,
                                   row.address, w)
                 : OK;
}

/* What is done with what was read: rules in triage/decide.c. */
static CHECKED enum err what_it_says(struct arrival *v, struct why *w)
{
    struct weigh_input in = {.read = v->r,
                             .inbox_id = v->m->inbox_id,
                             .promise = v->inbox->promise,
                             .contact_id = v->from.id,
                             .external_id = v->m->external_id,
                             .ticket = v->is_found ? &v->ticket.core : NULL,
                             .is_imported = v->m->is_imported,
                             .is_automatic = v->m->is_automatic};

    return v->r ? weigh(v->tx, v->a, &in, &v->weighed, w) : OK;
}

/* What the message does to its ticket: rules in ticket.c. */
static CHECKED enum err hear(struct arrival *v, struct why *w)
{
    struct ticket_core next = v->ticket.core;
    enum heard heard;
    enum err e;

    weigh_ticket(&next, &v->weighed);
    if (v->m->is_imported)
        return v->weighed.is_change ? record_change(v->tx, &v->ticket, &next, &SYSTEM, w) : OK;
    heard = ticket_hear(&next, says_only_thanks(v->m->text), v->m->is_automatic, v->at);
    if (heard == HEARD_REOPENED &&
        (e = record_activity(v->tx, v->a, &v->ticket, &SYSTEM, "reopened",
                             v->ticket.core.snoozed_until ? "snoozed"
                                                          : category_name(v->ticket.core.category),
                             "open", w)))
        return e;
    if (next.waiting_since == v->ticket.core.waiting_since && heard != HEARD_REOPENED &&
        !v->weighed.is_change)
        return OK;
    return record_change(v->tx, &v->ticket, &next, &SYSTEM, w);
}

static CHECKED enum err keep_message(struct arrival *v, struct why *w)
{
    const struct incoming *m = v->m;
    struct message_new row = {.id = v->message_id,
                              .ticket_id = v->ticket.core.id,
                              .inbox_id = m->inbox_id,
                              .kind = MESSAGE_INCOMING,
                              .external_id = m->external_id,
                              .author_kind = AUTHOR_CONTACT,
                              .author_id = v->from.id,
                              .author_name = *v->from.name ? v->from.name : m->contact.external_id,
                              .text = v->text,
                              .html = v->r && v->r->original ? NULL : m->html,
                              .subject = v->subject,
                              .state = STATE_RECEIVED,
                              .created_at = v->at,
                              .sent_at = m->sent_at,
                              .context = m->context,
                              .meta = m->meta,
                              .raw_hash = m->raw_hash,
                              .attachments = m->attachments,
                              .n_attachments = m->n_attachments};
    enum err e;

    if ((e = message_save(v->tx, v->a, &row, w)))
        return e;
    return q_ticket_heard(v->tx,
                          (struct ticket_heard_in){.id = row.ticket_id,
                                                   .message_id = row.id,
                                                   .at = v->at,
                                                   .kind = MESSAGE_INCOMING,
                                                   .author = row.author_name,
                                                   .preview = message_preview(v->a, v->text)},
                          NULL, w);
}

enum err intake(struct tx *tx, struct arena *a, const struct incoming *m, const struct read *r,
                struct intake_result *ret, struct why *w)
{
    struct arrival v = {.tx = tx,
                        .a = a,
                        .m = m,
                        .r = r,
                        .text = r ? r->text : m->text,
                        .subject = r ? r->subject : m->subject};
    struct intake_result out = {0};
    enum err e;

    if ((e = seen_before(&v, &out, w))) /* once */
        return e;
    if (out.is_duplicate) {
        *ret = out;
        return OK;
    }
    if ((e = into_inbox(&v, w))) /* where */
        return e;
    if ((e = contact_for(tx, a, m->inbox_id, &m->contact, &v.from, w))) /* who */
        return e;
    if ((e = which_ticket(&v, w))) /* which */
        return e;
    if ((e = what_it_says(&v, w))) /* what */
        return e;
    if (!v.is_found && (e = open_ticket(&v, w)))
        return e;
    if (v.is_found && v.is_stranger && (e = note_stranger(&v, w)))
        return e;
    if (v.is_found && (e = hear(&v, w))) /* what it does to it */
        return e;
    v.message_id = tx_id(tx);
    if ((e = keep_message(&v, w))) /* keep */
        return e;
    if (r && (e = weigh_keep(tx, a, r, &v.weighed, &v.ticket, v.message_id, w)))
        return e;
    if (m->is_imported && m->category && !v.is_found && (e = judge_history(tx, a, &v.ticket, w)))
        return e;
    /* tell */
    if (!m->is_imported && (e = record_message(tx, EVENT_MESSAGE_CREATED, &v.ticket, v.message_id,
                                               0, EVENT_DATA_INCOMING, w)))
        return e;
    *ret = (struct intake_result){.message_id = v.message_id,
                                  .ticket_id = v.ticket.core.id,
                                  .contact_id = v.from.id,
                                  .is_new_ticket = !v.is_found};
    return OK;
}
