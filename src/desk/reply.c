#include "desk/reply.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "desk/desk.h"
#include "desk/seal.h"
#include "desk/send.h"
#include "desk/unread.h"
#include "inboxes/inbox.sql.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_act.h"
#include "tickets/ticket_store.h"

/* Tries to store what became of a send, and the time between them. */
#define PATIENCE    10
#define PATIENCE_NS 200000000L

struct writing {
    struct tx *tx;
    struct arena *a;
    const struct reply_in *in;
    const struct principal *who;
    struct ticket_whole ticket;
    struct inbox_get_row *inbox;
    const struct channel *channel;
    struct attachment *files;
    struct sealed words; /* as they are kept: a note's sealed, a reply's as typed */
    int64_t message_id, answers_id;
    bool is_note;
};

static CHECKED enum err find_ticket(struct writing *v, struct why *w)
{
    enum err e;

    if ((e = ticket_load(v->tx, v->a, v->in->ticket_id, &v->ticket, w)))
        return e;
    if (!policy_sees_inbox(v->who, v->ticket.inbox_id))
        return fail(w, E_NOT_FOUND, "there is no ticket %" PRId64, v->in->ticket_id);
    if ((e = q_inbox_get(v->tx, (struct inbox_get_in){.id = v->ticket.inbox_id}, v->a, &v->inbox,
                         w)))
        return e;
    v->channel = v->inbox ? channel_named(v->inbox->channel) : NULL;
    if (!v->channel)
        return fail(w, E_INVALID, "the ticket's inbox has a channel that is not built in");
    v->is_note = strcmp(v->in->kind, "note") == 0;
    return OK;
}

/* Who gets it comes from the message answered and nothing else. */
static CHECKED enum err find_answered(struct writing *v, struct why *w)
{
    struct message_last_incoming_row *last;
    struct message asked;
    enum err e;

    if (v->is_note)
        return OK;
    e = q_message_last_incoming(
        v->tx, (struct message_last_incoming_in){.ticket_id = v->in->ticket_id}, v->a, &last, w);
    if (e)
        return e;
    if (!last)
        return fail(w, E_INVALID, "nobody has written on this ticket: there is nobody to answer");
    if (v->in->seen_message_id && last->id > v->in->seen_message_id)
        return fail_field(w, E_CONFLICT, "seen_message_id",
                          "the customer has written since you looked");
    v->answers_id = last->id;
    if (!v->in->reply_to_id)
        return OK;
    if ((e = message_load(v->tx, v->a, v->in->reply_to_id, &asked, w)))
        return e;
    if (asked.ticket_id != v->in->ticket_id || asked.kind_code != MESSAGE_INCOMING)
        return fail_field(w, E_INVALID, "reply_to_id", "a reply answers a customer's message");
    v->answers_id = asked.id;
    return OK;
}

static CHECKED enum err check_text(const struct writing *v, struct why *w)
{
    size_t n = utf8_count(v->in->text, strlen(v->in->text));

    if (n == 0 && v->in->attachments.n == 0)
        return fail_field(w, E_INVALID, "text", "there is nothing to send");
    if (!v->is_note && v->channel->max_text && n > (size_t)v->channel->max_text)
        return fail_field(w, E_INVALID, "text", "%s carries at most %d characters, this has %zu",
                          v->channel->label, v->channel->max_text, n);
    if (!v->is_note && v->in->attachments.n && !v->channel->media)
        return fail_field(w, E_INVALID, "attachments", "%s carries no files", v->channel->label);
    return OK;
}

static CHECKED enum err take_files(struct writing *v, struct why *w)
{
    const char *owner = principal_owner(v->a, v->who);
    enum err e;

    v->files = arena_array(v->a, v->in->attachments.n + 1, sizeof *v->files);
    for (size_t i = 0; i < v->in->attachments.n; i++) {
        struct upload_take_in in = {.token = v->in->attachments.v[i], .owner = owner};
        struct upload_take_row *up;

        if ((e = q_upload_take(v->tx, in, v->a, &up, w)))
            return e;
        if (!up)
            return fail_field(w, E_INVALID, "attachments", "there is no upload \"%s\"", in.token);
        v->files[i] = (struct attachment){
            .name = up->name, .type = up->type, .hash = up->hash, .n_bytes = up->bytes};
    }
    return OK;
}

/* Channels that carry a message by themselves (chat, api) have it the moment it is stored; a
 * demo inbox sends nothing out. */
static bool needs_job(const struct writing *v)
{
    return !v->is_note && v->channel->sends && !v->inbox->is_demo;
}

static CHECKED enum err keep_reply(struct writing *v, struct why *w)
{
    struct inbox inbox = send_inbox(v->inbox);
    struct message_new row = {.id = v->message_id,
                              .ticket_id = v->in->ticket_id,
                              .inbox_id = v->ticket.inbox_id,
                              .kind = v->is_note ? MESSAGE_NOTE : MESSAGE_REPLY,
                              .author_kind = author_kind_of(v->who),
                              .author_id = v->who->id,
                              .author_name = v->who->name,
                              .text = v->words.text,
                              .state = v->is_note     ? STATE_STORED
                                       : needs_job(v) ? STATE_QUEUED
                                                      : STATE_SENT,
                              .reply_to_id = v->answers_id,
                              .created_at = tx_now(v->tx),
                              .attachments = v->files,
                              .n_attachments = v->in->attachments.n};
    enum err e;

    if (!v->is_note)
        row.external_id = send_key(v->a, v->channel, &inbox, v->in->ticket_id, v->message_id);
    if (row.state == STATE_SENT)
        row.sent_at = row.created_at;
    if ((e = message_save(v->tx, v->a, &row, w)) ||
        (e = seal_keep(v->tx, row.id, v->words.original, v->words.places, w)))
        return e;
    return q_ticket_heard(v->tx,
                          (struct ticket_heard_in){.id = row.ticket_id,
                                                   .message_id = row.id,
                                                   .at = row.created_at,
                                                   .kind = row.kind,
                                                   .author = row.author_name ? row.author_name : "",
                                                   .preview = message_preview(v->a, row.text)},
                          NULL, w);
}

/* Nobody waits any more; the status follows if the agent said so. */
static CHECKED enum err move_ticket(struct writing *v, struct why *w)
{
    struct ticket_patch patch = {.status = v->in->status};
    struct ticket_core next = v->ticket.core;
    enum err e;

    if (!v->is_note) {
        ticket_answer(&next, tx_now(v->tx));
        if ((e = record_change(v->tx, &v->ticket, &next, v->who, w)))
            return e;
    }
    if (!v->in->status)
        return OK;
    patch.present = (uint64_t)1 << shape_field_index(&TICKET_PATCH, "status");
    return ticket_act_patch(v->tx, v->a, v->in->ticket_id, 0, &patch, v->who, w);
}

static CHECKED enum err forget_draft(struct writing *v, struct why *w)
{
    struct draft_delete_in of = {.ticket_id = v->in->ticket_id,
                                 .agent_id = v->who->id,
                                 .kind = v->is_note ? MESSAGE_NOTE : MESSAGE_REPLY};
    enum err e;

    if (v->who->kind != WHO_AGENT)
        return OK;
    if ((e = q_draft_delete(v->tx, of, NULL, w)))
        return e;
    return q_seen_set(v->tx,
                      (struct seen_set_in){.agent_id = v->who->id,
                                           .ticket_id = v->in->ticket_id,
                                           .message_id = v->message_id},
                      NULL, w);
}

/* One send an inbox is under way at a time: after a crash at most one is unknown, and a slow
 * server holds up nobody else's answers. */
static struct job_new send_job(struct tx *tx, struct arena *a, int64_t message_id, int64_t inbox_id)
{
    return (struct job_new){.kind = "send",
                            .run_at = tx_now(tx),
                            .subject_id = message_id,
                            .payload = arena_printf(a, "%" PRId64, inbox_id)};
}

enum err reply_write(struct tx *tx, struct arena *a, const struct reply_in *in,
                     const struct principal *who, int64_t *ret_id, struct why *w)
{
    struct writing v = {.tx = tx, .a = a, .in = in, .who = who};
    struct job_new job;
    enum err e;

    if ((e = find_ticket(&v, w)))
        return e;
    if ((e = find_answered(&v, w)))
        return e;
    if ((e = check_text(&v, w)))
        return e;
    if ((e = take_files(&v, w)))
        return e;
    v.message_id = tx_id(tx);
    v.words = v.is_note ? seal(a, in->text) : (struct sealed){.text = in->text};
    if ((e = keep_reply(&v, w)))
        return e;
    job = send_job(tx, a, v.message_id, v.ticket.inbox_id);
    if (needs_job(&v) && (e = jobs_add(tx, &job, w)))
        return e;
    if (!v.is_note && (e = unread_watch(tx, v.inbox, v.message_id, w)))
        return e;
    if ((e = move_ticket(&v, w)))
        return e;
    if ((e = forget_draft(&v, w)))
        return e;
    if ((e = record_message(tx, EVENT_MESSAGE_CREATED, &v.ticket, v.message_id,
                            who->kind == WHO_AGENT ? who->id : 0,
                            v.is_note ? EVENT_DATA_NOTE : EVENT_DATA_REPLY, w)))
        return e;
    *ret_id = v.message_id;
    return OK;
}

/* ------- delivering */

struct sending {
    struct app *app;
    struct job *job;
    struct send_load load;
    enum message_state was, state; /* the step being stored */
    const char *state_text, *external_id;
    bool is_last; /* the job goes with this step */
};

static enum err store_step(struct tx *tx, void *arg, struct why *w)
{
    struct sending *s = arg;
    struct message_state_in to = {.id = s->job->subject_id,
                                  .was = s->was,
                                  .state = s->state,
                                  .state_text = s->state_text,
                                  .sent_at = s->state == STATE_SENT ? tx_now(tx) : 0};
    int64_t changed = 0;
    enum err e;

    if ((e = q_message_state(tx, to, &changed, w)))
        return e;
    if (changed == 0)
        return fail(w, E_CONFLICT, "the message is no longer %s", message_state_name(s->was));
    if (s->is_last && (e = jobs_finish(tx, s->job, w)))
        return e;
    return record_message(
        tx, EVENT_MESSAGE_CHANGED, &s->load.ticket, to.id, 0,
        arena_printf(s->job->arena, "{\"state\":\"%s\"}", message_state_name(s->state)), w);
}

static CHECKED enum err step(struct sending *s, enum message_state to, const char *text,
                             bool is_last, struct why *w)
{
    enum err e;

    s->state = to;
    s->state_text = text;
    s->is_last = is_last;
    if ((e = store_write(s->app->store, store_step, s, w)))
        return e;
    s->was = to;
    s->job->is_finished = is_last;
    return OK;
}

/* What the channel answered is known only here: it is worth some patience with the store. If
 * it stays away, the message is found in `sending` later and becomes unknown. */
static CHECKED enum err step_surely(struct sending *s, enum message_state to, const char *text,
                                    struct why *w)
{
    enum err e = step(s, to, text, true, w);

    for (int i = 0; i < PATIENCE && err_may_retry(e); i++) {
        nanosleep(&(struct timespec){.tv_nsec = PATIENCE_NS}, NULL);
        e = step(s, to, text, true, w);
    }
    return e;
}

/* The channel is about to hand over the last byte. */
static enum err at_point_of_no_return(void *arg, struct why *w)
{
    struct sending *s = arg;

    return s->was == STATE_SENDING ? OK : step(s, STATE_SENDING, NULL, false, w);
}

/* What the channel's answer means for the message and for the job. */
static enum err settle(struct sending *s, enum err sent, struct why *w)
{
    const char *text = arena_str(s->job->arena, w->text);
    struct why w2;
    enum err e;

    if (sent == OK)
        return step_surely(s, STATE_SENT, NULL, w);
    if (sent == E_UNKNOWN && !s->load.channel->dedupes)
        return step_surely(s, STATE_UNKNOWN, text, w);
    if (err_may_retry(sent) || sent == E_UNKNOWN) {
        e = s->was == STATE_QUEUED ? OK : step(s, STATE_QUEUED, text, false, &w2);
        return e ? e : fail(w, E_BUSY, "%s", text);
    }
    return step_surely(s, STATE_FAILED, text, w);
}

enum err reply_send_job(void *app, struct job *j, struct why *w)
{
    struct sending s = {.app = app, .job = j};
    const char *external_id = NULL;
    enum err e;

    e = send_load(s.app, j->arena, j->subject_id, &s.load, w);
    if (e == E_NOT_FOUND)
        return OK; /* erased since: nothing to send */
    s.was = s.load.message.state_code;
    if (e && (err_may_retry(e) || s.was != STATE_QUEUED))
        return e;
    if (e) /* nobody to send it to, a file that is gone: the agent must see it */
        return step(&s, STATE_FAILED, arena_str(j->arena, w->text), true, w);
    if (s.was == STATE_SENDING && !s.load.channel->dedupes)
        return step(&s, STATE_UNKNOWN, "the server stopped while this was going out", true, w);
    if (s.was != STATE_QUEUED && s.was != STATE_SENDING)
        return OK; /* somebody has seen to it */
    e = s.load.channel->send(&s.load.inbox, &s.load.out, at_point_of_no_return, &s, j->arena,
                             &external_id, w);
    return settle(&s, e, w);
}

enum err reply_send_give_up(void *app, struct job *j, struct why *w)
{
    struct sending s = {.app = app, .job = j};
    enum err e;

    if ((e = send_load(s.app, j->arena, j->subject_id, &s.load, w)))
        return e == E_NOT_FOUND ? OK : e;
    s.was = s.load.message.state_code;
    return step(
        &s, STATE_FAILED,
        arena_printf(j->arena, "given up after %" PRId64 " tries: %s", j->tries + 1, w->text), true,
        w);
}

enum err reply_send_again(struct tx *tx, struct arena *a, int64_t message_id,
                          const struct principal *who, struct why *w)
{
    struct message m;
    struct ticket_whole t;
    struct job_new job;
    enum err e;

    if ((e = message_load(tx, a, message_id, &m, w)) ||
        (e = ticket_load(tx, a, m.ticket_id, &t, w)))
        return e;
    if (!policy_sees_inbox(who, t.inbox_id))
        return fail(w, E_NOT_FOUND, "there is no message %" PRId64, message_id);
    if (m.state_code != STATE_UNKNOWN && m.state_code != STATE_FAILED)
        return fail(w, E_CONFLICT, "this message is %s: there is nothing to send again", m.state);
    e = q_message_state(
        tx, (struct message_state_in){.id = message_id, .was = m.state_code, .state = STATE_QUEUED},
        NULL, w);
    if (e)
        return e;
    job = send_job(tx, a, message_id, t.inbox_id);
    job.may_move = true;
    if ((e = jobs_add(tx, &job, w)))
        return e;
    if ((e = record_activity(tx, a, &t, who, "sent_again", m.state, NULL, w)))
        return e;
    return record_message(tx, EVENT_MESSAGE_CHANGED, &t, message_id, who->id,
                          "{\"state\":\"queued\"}", w);
}
