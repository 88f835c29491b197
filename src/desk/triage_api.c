#include "desk/triage_api.h"

#include <inttypes.h>
#include <string.h>

#include "desk/desk.h"
#include "desk/judge.h"
#include "desk/reader.h"
#include "people/audit.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/ticket_act.h"
#include "tickets/ticket_api.h"
#include "tickets/ticket_store.h"
#include "triage/reading_store.h"
#include "triage/triage.sql.h"

struct original {
    const char *text;
};
SHAPE(MESSAGE_ORIGINAL, "MessageOriginal", struct original,
      "The words as they came, personal data and all; that they were read is in the audit log",
      {{"text", SHAPE_TEXT, 0, offsetof(struct original, text)}});

/* The ticket holds what is true now: what a person said last, or what it was routed to. */
static void lay_ticket_over(struct ticket_triage *v, const struct ticket *t,
                            const struct taxonomy *taxonomy)
{
    const struct taxonomy_category *c =
        t->category ? taxonomy_category(taxonomy, t->category) : NULL;

    if (t->urgency)
        v->urgency = t->urgency;
    if (t->language)
        v->language = t->language;
    if (!t->category || (v->category && strcmp(v->category, t->category) == 0))
        return;
    v->category = t->category;
    v->category_name = c ? c->name : NULL;
    v->queue = c ? c->queue : NULL;
    v->p = 0;
    v->because.n = 0;
}

static enum err reply_triage(struct req *q, struct res *s, struct why *w)
{
    struct app *app = q->app;
    const struct taxonomy *taxonomy = reader_taxonomy(app->reader, q->arena);
    struct message_context_row *context;
    struct ticket_triage v;
    struct ticket t;
    enum err e;

    if ((e = ticket_view_for(q->tx, q->arena, q->ids[0], q->who, &t, w)))
        return e;
    e = q_message_context(q->tx, (struct message_context_in){.ticket_id = q->ids[0]}, q->arena,
                          &context, w);
    if (e || (e = reading_view(q->tx, q->arena, q->ids[0], context ? context->context : NULL,
                               taxonomy, &v, w)))
        return e;
    lay_ticket_over(&v, &t, taxonomy);
    return reply(s, 200, &TICKET_TRIAGE, &v);
}

enum err ticket_triage_get(struct req *q, struct res *s, struct why *w)
{
    return reply_triage(q, s, w);
}

/* The category is a word that triage learns from, however it was said. */
enum err ticket_change_patch(struct req *q, struct res *s, struct why *w)
{
    const uint64_t category = (uint64_t)1 << shape_field_index(&TICKET_PATCH, "category");
    const uint64_t said = (uint64_t)1 << shape_field_index(&JUDGE_IN, "category");
    struct ticket_patch rest = *(const struct ticket_patch *)q->in;
    struct judge_in in = {.present = said};
    struct app *app = q->app;
    int64_t rev;
    enum err e;

    if (!(rest.present & category))
        return ticket_patch(q, s, w);
    in.category = rest.category && *rest.category ? rest.category : NULL;
    rest.present &= ~category;
    if ((e = req_if_match(q, &rev, w)) ||
        (e = ticket_act_patch(q->tx, q->arena, q->ids[0], rev, &rest, q->who, w)) ||
        (e = judge(q->tx, q->arena, q->ids[0], &in, reader_taxonomy(app->reader, q->arena), q->who,
                   w)))
        return e;
    return ticket_get(q, s, w);
}

enum err ticket_triage_post(struct req *q, struct res *s, struct why *w)
{
    struct app *app = q->app;
    enum err e;

    if ((e = judge(q->tx, q->arena, q->ids[0], q->in, reader_taxonomy(app->reader, q->arena),
                   q->who, w)))
        return e;
    return reply_triage(q, s, w);
}

enum err message_reveal_post(struct req *q, struct res *s, struct why *w)
{
    struct original_get_row *row;
    struct original out;
    struct message m;
    enum err e;

    if ((e = message_load(q->tx, q->arena, q->ids[0], &m, w)))
        return e;
    if (!policy_sees_inbox(q->who, m.inbox_id))
        return fail(w, E_NOT_FOUND, "there is no message %" PRId64, q->ids[0]);
    e = q_original_get(q->tx, (struct original_get_in){.message_id = m.id}, q->arena, &row, w);
    if (e || (e = audit_write(q->tx, q->who, "message.revealed", "message", m.id, NULL, w)))
        return e;
    out.text = row ? row->text : m.text;
    return reply(s, 200, &MESSAGE_ORIGINAL, &out);
}
