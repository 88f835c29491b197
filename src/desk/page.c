#include "desk/page.h"

#include <inttypes.h>

#include "base/log.h"
#include "desk/desk.h"
#include "desk/letter.h"
#include "inboxes/inbox.sql.h"
#include "people/people_app.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/record.h"
#include "triage/page.sql.h"

static CHECKED enum err tell_console(struct tx *tx, struct arena *a, int64_t id, int64_t inbox_id,
                                     int64_t ticket_id, bool is_open, struct why *w)
{
    struct event ev = {.kind = EVENT_PAGE_CHANGED,
                       .at = tx_now(tx),
                       .inbox_id = inbox_id,
                       .ticket_id = ticket_id,
                       .data = arena_printf(a, "{\"id\":%" PRId64 ",\"is_open\":%s}", id,
                                            is_open ? "true" : "false")};

    return tx_event(tx, &ev, w);
}

enum err page_add(struct tx *tx, struct arena *a, const struct ticket_whole *t, int64_t message_id,
                  enum urgency_kind kind, struct why *w)
{
    struct page_insert_in row = {.id = tx_id(tx),
                                 .ticket_id = t->core.id,
                                 .message_id = message_id,
                                 .inbox_id = t->inbox_id,
                                 .kind = kind,
                                 .call_at = tx_now(tx),
                                 .now = tx_now(tx)};
    struct job_new job = {.kind = "page", .subject_id = t->core.id, .may_move = true};
    struct page_ended_last_in before = {.ticket_id = t->core.id};
    struct page_ended_last_row *last;
    int64_t added = 0;
    enum err e;

    if ((e = q_page_ended_last(tx, before, a, &last, w)))
        return e;
    if (last && last->at + PAGE_QUIET_MS > row.call_at)
        row.call_at = last->at + PAGE_QUIET_MS;
    job.run_at = row.call_at;
    if ((e = q_page_insert(tx, row, &added, w)) || added == 0)
        return e;
    if ((e = jobs_add(tx, &job, w)))
        return e;
    return tell_console(tx, a, row.id, row.inbox_id, row.ticket_id, true, w);
}

enum err page_is_open(struct tx *tx, struct arena *a, int64_t ticket_id, bool *ret, struct why *w)
{
    struct page_open_of_row *row;
    enum err e = q_page_open_of(tx, (struct page_open_of_in){.ticket_id = ticket_id}, a, &row, w);

    if (e)
        return e;
    *ret = row != NULL;
    return OK;
}

enum err people_first_admin(struct tx *tx, int64_t agent_id, struct why *w)
{
    return q_on_call_append(tx, (struct on_call_append_in){.agent_id = agent_id}, NULL, w);
}

/* ------- the end of one */

struct ending {
    enum page_ended how; /* PAGE_OPEN: it has not ended */
    int64_t by;          /* an agent; 0: unknown, or a key */
    const char *name;
    msec at;
};

static const char *letter_key(struct arena *a, int64_t id, int64_t n)
{
    return arena_printf(a, "page.%" PRId64 ".%" PRId64, id, n);
}

/* Letters that no server has taken yet would call somebody to what is done. */
static CHECKED enum err stop_letters(struct tx *tx, struct arena *a, int64_t id, int64_t tries,
                                     struct why *w)
{
    enum err e;

    for (int64_t n = 1; n <= tries; n++)
        if ((e = jobs_cancel(tx, "letter", letter_key(a, id, n), w)))
            return e;
    return OK;
}

static CHECKED enum err end_page(struct tx *tx, struct arena *a, int64_t ticket_id,
                                 const struct page_open_of_row *p, const struct ending *end,
                                 struct why *w)
{
    struct page_end_in row = {
        .id = p->id, .ended = end->how, .by = end->by, .name = end->name, .now = end->at};
    int64_t changed = 0;
    enum err e;

    if ((e = q_page_end(tx, row, &changed, w)) || changed == 0)
        return e;
    if ((e = stop_letters(tx, a, p->id, p->tries, w)))
        return e;
    return tell_console(tx, a, p->id, p->inbox_id, ticket_id, false, w);
}

enum err page_ack(struct tx *tx, struct arena *a, int64_t id, const struct principal *who,
                  struct why *w)
{
    struct ending end = {.how = PAGE_ACKED,
                         .by = who->kind == WHO_AGENT ? who->id : 0,
                         .name = who->name,
                         .at = tx_now(tx)};
    struct page_open_of_row *open;
    struct page_get_row *p;
    struct ticket_whole t;
    enum err e;

    if ((e = q_page_get(tx, (struct page_get_in){.id = id}, a, &p, w)))
        return e;
    if (!p || !policy_sees_inbox(who, p->inbox_id))
        return fail(w, E_NOT_FOUND, "there is no page %" PRId64, id);
    if ((e = q_page_open_of(tx, (struct page_open_of_in){.ticket_id = p->ticket_id}, a, &open, w)))
        return e;
    if (!open || open->id != id)
        return OK;
    if ((e = ticket_load(tx, a, p->ticket_id, &t, w)) ||
        (e = end_page(tx, a, p->ticket_id, open, &end, w)) ||
        (e = jobs_cancel(tx, "page", arena_printf(a, "%" PRId64, p->ticket_id), w)))
        return e;
    return record_activity(tx, a, &t, who, "page_acked", NULL, NULL, w);
}

/* ------- the job */

struct calling {
    struct app *app;
    struct job *job;
    struct arena *a;
    struct page_open_of_row *page;
    struct ticket_whole ticket;
    const char *inbox_name;
    msec again_at; /* 0: the job goes */
    bool is_given_up, is_nobody;
};

static CHECKED enum err how_it_ended(struct tx *tx, struct calling *c, struct ending *ret,
                                     struct why *w)
{
    struct page_answer_in of = {.ticket_id = c->job->subject_id, .message_id = c->page->message_id};
    enum bucket bucket = c->ticket.core.bucket;
    struct page_answer_row *answer;
    enum err e;

    *ret = (struct ending){.how = PAGE_OPEN, .at = tx_now(tx)};
    if ((e = q_page_answer(tx, of, c->a, &answer, w)))
        return e;
    if (answer)
        *ret = (struct ending){PAGE_ANSWERED, answer->author_id, answer->author_name,
                               answer->created_at};
    else if (bucket == BUCKET_SOLVED || bucket == BUCKET_CLOSED || bucket == BUCKET_SPAM ||
             bucket == BUCKET_DELETED)
        ret->how = PAGE_OVER;
    else if (c->ticket.core.urgency != P1)
        ret->how = PAGE_LOWERED;
    return OK;
}

static const char *reason(enum urgency_kind k)
{
    switch (k) {
    case URGENCY_SELF_HARM:
        return "somebody may harm themselves";
    case URGENCY_THREAT:
        return "a threat";
    case URGENCY_MINOR:
        return "a child";
    case URGENCY_TAKEOVER:
        return "an account was taken over";
    case URGENCY_CHARGE:
        return "a charge that nobody agreed to";
    case URGENCY_LEGAL:
        return "a legal deadline";
    case URGENCY_PRIVACY:
        return "personal data, with a deadline";
    case URGENCY_OUTAGE:
        return "an outage";
    case URGENCY_NONE:
    case URGENCY_REPEAT:
    case URGENCY_PLAN:
    case URGENCY_MODEL:
    case URGENCY_KIND_COUNT:
        break;
    }
    return "it reads as an emergency";
}

static CHECKED enum err write_to(struct tx *tx, struct calling *c,
                                 const struct page_person_list_row *who, struct why *w)
{
    const struct page_open_of_row *p = c->page;
    struct page_call_insert_in call = {
        .page_id = p->id, .n = ++c->page->tries, .agent_id = who->id, .now = tx_now(tx)};
    struct letter l = {
        .key = letter_key(c->a, p->id, call.n),
        .to = who->email,
        .to_name = who->name,
        .subject =
            arena_printf(c->a, "P1: ticket #%" PRId64 " needs somebody now", c->ticket.number),
        .text = arena_printf(
            c->a,
            "Hello %s,\n\nticket #%" PRId64 " in \"%s\" is P1: %s.\n\nOpen it, and say that you "
            "have it, or answer:\n\n%s/t/%" PRId64 "\n\nUntil somebody does, the next person is "
            "told in %d minutes.\n",
            who->name, c->ticket.number, c->inbox_name, reason((enum urgency_kind)p->kind),
            c->app->base_url, c->ticket.core.id, (int)(PAGE_EVERY_MS / 60000))};
    enum err e;

    if ((e = q_page_call_insert(tx, call, NULL, w)))
        return e;
    return letter_add(tx, c->a, &l, w);
}

/* The next one on call; all others who can be told where nobody is. */
static CHECKED enum err tell_next(struct tx *tx, struct calling *c, struct why *w)
{
    struct page_person_list_in of = {.inbox_id = c->page->inbox_id};
    struct page_person_list_rows all;
    size_t n = 0;
    enum err e;

    if ((e = q_page_person_list(tx, of, c->a, &all, w)))
        return e;
    while (n < all.n && all.v[n].position) /* those on call stand first */
        n++;
    c->is_nobody = all.n == 0;
    if (n)
        return write_to(tx, c, &all.v[(size_t)c->page->tries % n], w);
    for (size_t i = 0; i < all.n && c->page->tries < PAGE_LETTERS; i++)
        if ((e = write_to(tx, c, &all.v[i], w)))
            return e;
    return OK;
}

static CHECKED enum err call(struct tx *tx, struct calling *c, struct why *w)
{
    const struct inbox_get_in of = {.id = c->page->inbox_id};
    struct page_told_in told = {.id = c->page->id, .call_at = tx_now(tx) + PAGE_EVERY_MS};
    struct inbox_get_row *inbox;
    enum err e;

    if ((e = q_inbox_get(tx, of, c->a, &inbox, w)))
        return e;
    c->is_given_up = c->page->tries >= PAGE_LETTERS;
    if (!inbox || inbox->is_demo || c->is_given_up)
        return jobs_finish(tx, c->job, w);
    c->inbox_name = inbox->name;
    c->again_at = c->page->call_at;
    if (c->again_at > tx_now(tx))
        return OK; /* hurried for something that did not end it */
    c->again_at = told.call_at;
    if ((e = tell_next(tx, c, w)))
        return e;
    told.tries = c->page->tries;
    if ((e = q_page_told(tx, told, NULL, w)))
        return e;
    return tell_console(tx, c->a, c->page->id, c->page->inbox_id, c->ticket.core.id, true, w);
}

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct calling *c = arg;
    struct ending end = {.how = PAGE_OVER, .at = tx_now(tx)};
    int64_t ticket_id = c->job->subject_id;
    enum err e;

    c->again_at = 0; /* a write may run again */
    c->is_given_up = c->is_nobody = false;
    e = q_page_open_of(tx, (struct page_open_of_in){.ticket_id = ticket_id}, c->a, &c->page, w);
    if (e)
        return e;
    if (!c->page)
        return jobs_finish(tx, c->job, w);
    e = ticket_load(tx, c->a, ticket_id, &c->ticket, w);
    if (e && e != E_NOT_FOUND)
        return e;
    if (e == OK && (e = how_it_ended(tx, c, &end, w)))
        return e;
    if (end.how == PAGE_OPEN)
        return call(tx, c, w);
    if ((e = end_page(tx, c->a, ticket_id, c->page, &end, w)))
        return e;
    return jobs_finish(tx, c->job, w);
}

enum err page_job(void *app, struct job *j, struct why *w)
{
    struct calling c = {.app = app, .job = j, .a = j->arena};
    enum err e = store_write(c.app->store, look, &c, w);

    if (e)
        return e;
    if (c.is_nobody)
        log_line(LOG_ERROR, "P1, and nobody can be told", "\"ticket\":%lld",
                 (long long)j->subject_id);
    if (c.is_given_up)
        log_line(LOG_ERROR, "P1, and nobody has come", "\"ticket\":%lld,\"told\":%d",
                 (long long)j->subject_id, PAGE_LETTERS);
    j->is_finished = c.again_at == 0;
    j->again_at = c.again_at;
    return OK;
}
