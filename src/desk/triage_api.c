#include "desk/triage_api.h"

#include <inttypes.h>

#include "desk/desk.h"
#include "desk/judge.h"
#include "desk/reader.h"
#include "people/audit.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/ticket_store.h"
#include "triage/reading_store.h"
#include "triage/triage.sql.h"

struct original {
    const char *text;
};
SHAPE(MESSAGE_ORIGINAL, "MessageOriginal", struct original,
      "The words as they came, personal data and all; that they were read is in the audit log",
      {{"text", SHAPE_TEXT, 0, offsetof(struct original, text)}});

static enum err reply_triage(struct req *q, struct res *s, struct why *w)
{
    struct app *app = q->app;
    struct message_context_row *context;
    struct ticket_triage v;
    enum err e;

    e = q_message_context(q->tx, (struct message_context_in){.ticket_id = q->ids[0]}, q->arena,
                          &context, w);
    if (e || (e = reading_view(q->tx, q->arena, q->ids[0], context ? context->context : NULL,
                               reader_taxonomy(app->reader, q->arena), &v, w)))
        return e;
    return reply(s, 200, &TICKET_TRIAGE, &v);
}

enum err ticket_triage_get(struct req *q, struct res *s, struct why *w)
{
    struct ticket t;
    enum err e;

    if ((e = ticket_view_for(q->tx, q->arena, q->ids[0], q->who, &t, w)))
        return e;
    return reply_triage(q, s, w);
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
