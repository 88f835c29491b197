#include "desk/message_api.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "channels/channel.h"
#include "desk/desk.h"
#include "desk/intake.h"
#include "desk/reader.h"
#include "desk/reply.h"
#include "people/audit.h"
#include "people/policy.h"
#include "store/blob.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/ticket_store.h"

struct context_in {
    const char *device, *os, *os_version, *app_version, *region, *language, *plan, *log_ref;
};
#define CONTEXT_FIELD(name)                                                                        \
    {                                                                                              \
#name, SHAPE_TEXT, SHAPE_OMIT, offsetof(struct context_in, name), .max = 200               \
    }
SHAPE(CONTEXT_IN, "Context", struct context_in, "What the customer's side says of itself",
      {CONTEXT_FIELD(device), CONTEXT_FIELD(os), CONTEXT_FIELD(os_version),
       CONTEXT_FIELD(app_version), CONTEXT_FIELD(region), CONTEXT_FIELD(language),
       CONTEXT_FIELD(plan), CONTEXT_FIELD(log_ref)});

struct contact_in {
    const char *external_id, *name, *email, *phone, *locale;
    struct shape_map attributes;
};
SHAPE(CONTACT_IN, "ContactIn", struct contact_in, "Who wrote",
      {{"external_id", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct contact_in, external_id),
        .min = 1, .max = LIMIT_EXTERNAL_ID_CHARS},
       {"name", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct contact_in, name),
        .max = LIMIT_NAME_CHARS},
       {"email", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct contact_in, email),
        .max = LIMIT_ADDRESS_CHARS},
       {"phone", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct contact_in, phone), .max = 60},
       {"locale", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct contact_in, locale), .max = 35},
       {"attributes", SHAPE_MAP, SHAPE_NULLABLE, offsetof(struct contact_in, attributes),
        .max = LIMIT_ATTRIBUTES}});

struct message_in {
    const char *external_id, *text, *subject, *thread_external_id;
    struct contact_in *contact;
    struct context_in *context;
    msec sent_at;
};
SHAPE(MESSAGE_IN, "MessageNew", struct message_in, "What a customer said",
      {{"external_id", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct message_in, external_id),
        .min = 1, .max = LIMIT_EXTERNAL_ID_CHARS},
       {"contact", SHAPE_OBJECT, SHAPE_REQUIRED, offsetof(struct message_in, contact),
        .of = &CONTACT_IN},
       {"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct message_in, text), .min = 1,
        .max = LIMIT_TEXT_CHARS},
       {"subject", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct message_in, subject),
        .max = LIMIT_SUBJECT_CHARS},
       {"thread_external_id", SHAPE_TEXT, SHAPE_NULLABLE,
        offsetof(struct message_in, thread_external_id), .min = 1, .max = LIMIT_EXTERNAL_ID_CHARS},
       {"sent_at", SHAPE_TIME, SHAPE_NULLABLE, offsetof(struct message_in, sent_at)},
       {"context", SHAPE_OBJECT, SHAPE_NULLABLE, offsetof(struct message_in, context),
        .of = &CONTEXT_IN}});

struct taken {
    int64_t message_id, ticket_id;
    bool is_duplicate;
};
SHAPE(MESSAGE_TAKEN, "MessageTaken", struct taken, "It is on disk",
      {{"message_id", SHAPE_I64, 0, offsetof(struct taken, message_id)},
       {"ticket_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct taken, ticket_id)},
       {"duplicate", SHAPE_BOOL, 0, offsetof(struct taken, is_duplicate)}});

static const char *const REPLY_KINDS[] = {"reply", "note", NULL};
SHAPE(REPLY_IN, "ReplyNew", struct reply_in, "An answer to the customer, or a note to the team",
      {{"kind", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct reply_in, kind), .names = REPLY_KINDS},
       {"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct reply_in, text),
        .max = LIMIT_TEXT_CHARS},
       {"attachments", SHAPE_TEXTS, 0, offsetof(struct reply_in, attachments),
        .max = LIMIT_ATTACHMENTS, .doc = "tokens of uploads"},
       {"status", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct reply_in, status), .min = 1,
        .max = 60, .doc = "set after it"},
       {"seen_message_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct reply_in, seen_message_id),
        .doc = "409 if the customer wrote since"},
       {"reply_to_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct reply_in, reply_to_id)}});

struct html_out {
    const char *html;
};
SHAPE(MESSAGE_HTML, "MessageHtml", struct html_out, "A mail's HTML, sanitised",
      {{"html", SHAPE_TEXT, 0, offsetof(struct html_out, html)}});

/* ------- in */

static const char *context_text(struct arena *a, const struct context_in *c)
{
    struct buf b;
    const char *text;

    if (!c)
        return NULL;
    buf_init(&b, LIMIT_JSON_BYTES);
    shape_write(&b, &CONTEXT_IN, c);
    text = b.n > 2 ? arena_dup(a, b.p, b.n) : NULL;
    buf_done(&b);
    return text;
}

/* A caller with a key speaks for the company: whom it names is verified. */
static struct incoming incoming_of(struct arena *a, const struct message_in *in)
{
    return (struct incoming){.external_id = in->external_id,
                             .contact = {.external_id = in->contact->external_id,
                                         .name = in->contact->name,
                                         .email = in->contact->email,
                                         .phone = in->contact->phone,
                                         .locale = in->contact->locale,
                                         .attributes = in->contact->attributes,
                                         .state = IDENTITY_VERIFIED},
                             .text = in->text,
                             .subject = in->subject,
                             .thread_external_id = in->thread_external_id,
                             .sent_at = in->sent_at,
                             .context = context_text(a, in->context)};
}

enum err message_in_read(const char *json, size_t n, struct arena *a, struct incoming *ret,
                         struct why *w)
{
    struct message_in in = {0};
    enum err e;

    if ((e = shape_parse(&MESSAGE_IN, json, n, a, &in, w)))
        return e;
    *ret = incoming_of(a, &in);
    return OK;
}

uint64_t message_part(const struct req *q)
{
    uint64_t h = 14695981039346656037U; /* FNV-1a, 64 bit */

    if (q->route->in != &MESSAGE_IN || !q->in)
        return (uint64_t)q->ids[0];
    for (const char *p = ((const struct message_in *)q->in)->contact->external_id; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211U;
    return h ^ (uint64_t)q->ids[0];
}

void message_prepare(struct req *q)
{
    struct incoming m;

    if (q->route->in != &MESSAGE_IN || !q->in)
        return;
    m = incoming_of(q->arena, q->in);
    q->prepared = (void *)(uintptr_t)reader_read(((struct app *)q->app)->reader, q->arena, &m);
}

enum err message_take_post(struct req *q, struct res *s, struct why *w)
{
    struct incoming m = incoming_of(q->arena, q->in);
    struct intake_result r;
    struct taken out;
    enum err e;

    m.inbox_id = q->ids[0];
    if (!policy_sees_inbox(q->who, m.inbox_id))
        return fail(w, E_NOT_FOUND, "there is no inbox %" PRId64, m.inbox_id);
    if ((e = intake(q->tx, q->arena, &m, q->prepared, &r, w)))
        return e;
    out = (struct taken){r.message_id, r.ticket_id, r.is_duplicate};
    return reply(s, 202, &MESSAGE_TAKEN, &out);
}

/* ------- out */

enum err ticket_reply_post(struct req *q, struct res *s, struct why *w)
{
    struct reply_in in = *(const struct reply_in *)q->in;
    struct message m;
    int64_t id;
    enum err e;

    in.ticket_id = q->ids[0];
    if ((e = reply_write(q->tx, q->arena, &in, q->who, &id, w)) ||
        (e = message_load(q->tx, q->arena, id, &m, w)))
        return e;
    return reply(s, 201, &MESSAGE, &m);
}

/* A message, if the caller may see its inbox; absent and forbidden alike otherwise. */
static CHECKED enum err load_for(struct tx *tx, const struct req *q, struct message *ret,
                                 struct why *w)
{
    enum err e;

    if ((e = message_load(tx, q->arena, q->ids[0], ret, w)))
        return e;
    if (!policy_sees_inbox(q->who, ret->inbox_id))
        return fail(w, E_NOT_FOUND, "there is no message %" PRId64, q->ids[0]);
    return OK;
}

enum err message_one_get(struct req *q, struct res *s, struct why *w)
{
    struct message m;
    enum err e;

    if ((e = load_for(q->tx, q, &m, w)))
        return e;
    return reply(s, 200, &MESSAGE, &m);
}

enum err message_html_get(struct req *q, struct res *s, struct why *w)
{
    struct message_html_get_row *row;
    struct html_out out;
    struct message m;
    enum err e;

    if ((e = load_for(q->tx, q, &m, w)) ||
        (e = q_message_html_get(q->tx, (struct message_html_get_in){.message_id = m.id}, q->arena,
                                &row, w)))
        return e;
    if (!row)
        return fail(w, E_NOT_FOUND, "this message has no HTML");
    out.html = row->html;
    return reply(s, 200, &MESSAGE_HTML, &out);
}

struct raw {
    const struct req *q;
    struct message message;
};

static enum err raw_load(struct tx *tx, void *arg, struct why *w)
{
    struct raw *r = arg;

    return load_for(tx, r->q, &r->message, w);
}

static enum err raw_note(struct tx *tx, void *arg, struct why *w)
{
    const struct raw *r = arg;

    return audit_write(tx, r->q->who, "message.revealed", "message", r->message.id,
                       "{\"raw\":true}", w);
}

/* The original holds what is masked in the text: the same right, the same line in the audit log.
 * ON_SLOW: that line is on disk before a byte leaves. */
enum err message_raw_get(struct req *q, struct res *s, struct why *w)
{
    struct store *store = ((struct app *)q->app)->store;
    struct raw r = {.q = q};
    const struct message *m = &r.message;
    enum err e;

    if ((e = store_read(store, raw_load, &r, w)))
        return e;
    if (!m->raw_hash)
        return fail(w, E_NOT_FOUND, "this message came without an original");
    if (m->sealed_text && !policy_may(q->who, P_PII_SEE))
        return fail(w, E_DENIED, "the original shows personal data that is masked for you");
    if ((m->sealed_text && (e = store_write(store, raw_note, &r, w))) ||
        (e = blob_open(store, m->raw_hash, &s->file_fd, &s->file_bytes, w)))
        return e;
    s->content_type = "application/octet-stream";
    res_header(s, "Content-Disposition",
               arena_printf(q->arena, "attachment; filename=\"message-%" PRId64 ".eml\"", m->id));
    res_header(s, "Content-Security-Policy", "sandbox; default-src 'none'");
    return OK;
}

enum err message_again_post(struct req *q, struct res *s, struct why *w)
{
    struct message m;
    enum err e;

    if ((e = reply_send_again(q->tx, q->arena, q->ids[0], q->who, w)) ||
        (e = message_load(q->tx, q->arena, q->ids[0], &m, w)))
        return e;
    return reply(s, 200, &MESSAGE, &m);
}
