#include "desk/chat_api.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "contacts/contact.h"
#include "contacts/contact.sql.h"
#include "desk/chat.h"
#include "desk/chat.sql.h"
#include "desk/desk.h"
#include "desk/reader.h"
#include "desk/desk_api.h"
#include "desk/file.h"
#include "http/static.h"
#include "inboxes/inbox.sql.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/record.h"
#include "tickets/ticket_store.h"

/* A browser asks again this seldom whether it may ask [s]. */
#define PREFLIGHT_S "7200"

struct config {
    const char *name, *greeting, *away_text, *color, *locale;
    bool is_open, needs_email_when_away, require_identity, origins_ok;
};
SHAPE(CHAT_CONFIG, "ChatConfig", struct config, "How the chat looks and whether anybody is in",
      {{"name", SHAPE_TEXT, 0, offsetof(struct config, name)},
       {"greeting", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct config, greeting)},
       {"away_text", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct config, away_text)},
       {"color", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct config, color)},
       {"locale", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct config, locale)},
       {"is_open", SHAPE_BOOL, 0, offsetof(struct config, is_open)},
       {"needs_email_when_away", SHAPE_BOOL, 0, offsetof(struct config, needs_email_when_away)},
       {"require_identity", SHAPE_BOOL, 0, offsetof(struct config, require_identity)},
       {"origins_ok", SHAPE_BOOL, 0, offsetof(struct config, origins_ok)}});

struct identity_in {
    const char *external_id, *name, *email, *signature;
};
SHAPE(IDENTITY_IN, "ChatIdentity", struct identity_in, "Who the page says this is, signed",
      {{"external_id", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct identity_in, external_id),
        .min = 1, .max = WEBCHAT_IDENTITY_CHARS},
       {"name", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct identity_in, name),
        .max = LIMIT_NAME_CHARS},
       {"email", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct identity_in, email),
        .max = LIMIT_ADDRESS_CHARS},
       {"signature", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct identity_in, signature),
        .max = 128, .doc = "HMAC-SHA256 of external_id with the identity secret, in hex"}});

struct session_in {
    struct identity_in *identity;
    const char *locale;
    struct shape_map context;
};
SHAPE(CHAT_SESSION_IN, "ChatSessionNew", struct session_in, "Begin to talk",
      {{"identity", SHAPE_OBJECT, SHAPE_NULLABLE, offsetof(struct session_in, identity),
        .of = &IDENTITY_IN},
       {"locale", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct session_in, locale), .max = 35},
       {"context", SHAPE_MAP, SHAPE_NULLABLE, offsetof(struct session_in, context),
        .max = WEBCHAT_CONTEXT_ENTRIES, .doc = "goes along with messages; nothing is kept of it"}});

struct session_out {
    const char *token, *contact_name;
    bool is_known;
};
SHAPE(CHAT_SESSION, "ChatSession", struct session_out, "The token for everything else",
      {{"token", SHAPE_TEXT, 0, offsetof(struct session_out, token)},
       {"contact_name", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct session_out, contact_name)},
       {"is_known", SHAPE_BOOL, 0, offsetof(struct session_out, is_known)}});

SHAPE(CHAT_SAY, "ChatSay", struct chat_say, "What the visitor says",
      {{"client_id", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct chat_say, client_id), .min = 8,
        .max = 64, .doc = "made once by the browser: the same again changes nothing"},
       {"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct chat_say, text),
        .max = WEBCHAT_TEXT_CHARS},
       {"attachments", SHAPE_TEXTS, 0, offsetof(struct chat_say, attachments),
        .max = WEBCHAT_ATTACHMENTS, .doc = "tokens of uploads"},
       {"email", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct chat_say, email),
        .max = LIMIT_ADDRESS_CHARS},
       {"name", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct chat_say, name),
        .max = LIMIT_NAME_CHARS},
       {"locale", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct chat_say, locale), .max = 35},
       {"context", SHAPE_MAP, SHAPE_NULLABLE, offsetof(struct chat_say, context),
        .max = WEBCHAT_CONTEXT_ENTRIES}});

struct said {
    int64_t id;
};
SHAPE(CHAT_SAID, "ChatSaid", struct said, "It is on disk",
      {{"id", SHAPE_I64, 0, offsetof(struct said, id)}});

struct typing_in {
    bool is_on;
};
SHAPE(CHAT_TYPING, "ChatTyping", struct typing_in, "Is the visitor writing?",
      {{"on", SHAPE_BOOL, SHAPE_REQUIRED, offsetof(struct typing_in, is_on)}});

struct read_in {
    int64_t message_id;
};
SHAPE(CHAT_READ, "ChatRead", struct read_in, "Read up to here",
      {{"message_id", SHAPE_I64, SHAPE_REQUIRED, offsetof(struct read_in, message_id), .min = 1,
        .max = INT64_MAX}});

/* ------- */

/* Any page may ask whether it may ask; the request itself is checked against the inbox. */
enum err chat_preflight(struct req *q, struct res *s, struct why *w)
{
    res_header(s, "Access-Control-Allow-Origin", "*");
    res_header(s, "Access-Control-Allow-Methods", "GET, POST");
    res_header(s, "Access-Control-Allow-Headers", "authorization, content-type, last-event-id");
    res_header(s, "Access-Control-Max-Age", PREFLIGHT_S);
    return reply_empty(s);
}

void chat_problem(const struct req *q, struct res *s)
{
    if (!q->path || strncmp(q->path, "/chat/v1/", 9) != 0)
        return;
    res_header(s, "Access-Control-Allow-Origin", "*");
    res_header(s, "Access-Control-Expose-Headers", "Retry-After");
}

enum err chat_phone_get(struct req *q, struct res *s, struct why *w)
{
    const struct asset *page = asset_find("/demo/phone.html");

    return page ? asset_reply(q, s, page, w)
                : fail(w, E_NOT_FOUND, "this program was built without its pages");
}

enum err chat_config_get(struct req *q, struct res *s, struct why *w)
{
    struct config out;
    struct chat c;
    enum err e;

    if ((e = chat_find(q, s, q->tx, &c, w)))
        return e;
    out = (struct config){.name = c.settings.title ? c.settings.title : c.inbox->name,
                          .greeting = c.settings.greeting,
                          .away_text = c.settings.away_text,
                          .color = c.settings.color,
                          .locale = c.settings.locale,
                          .is_open = c.is_open,
                          .needs_email_when_away = c.settings.needs_email_when_away,
                          .require_identity = c.settings.require_identity,
                          .origins_ok = true};
    return reply(s, 200, &CHAT_CONFIG, &out);
}

/* ------- sessions */

/* The page has signed for this customer: their contact is verified, and if it is new in this
 * inbox it is the one that the visitor was until now. */
static CHECKED enum err make_known(struct chat *c, const struct session_in *in, struct why *w)
{
    const char *user = webchat_user(in->identity->external_id, c->a);
    struct incoming_contact from = {.external_id = user,
                                    .name = in->identity->name,
                                    .email = in->identity->email,
                                    .locale = in->locale,
                                    .state = IDENTITY_VERIFIED};
    int64_t visitor_id = c->who.external_id && !c->who.is_known ? c->contact_id : 0;
    struct contact_ref ref;
    enum err e;

    if ((e = chat_contact(c, user, w)))
        return e;
    if (visitor_id && !c->contact_id) {
        struct identity_insert_in row = {.inbox_id = c->inbox->id,
                                         .external_id = user,
                                         .contact_id = visitor_id,
                                         .state = IDENTITY_VERIFIED,
                                         .now = tx_now(c->tx)};

        if ((e = q_identity_insert(c->tx, row, NULL, w)))
            return e;
    }
    if (!c->has_contact_name && !(from.name && *from.name))
        from.name = in->identity->external_id;
    if ((e = contact_for(c->tx, c->a, c->inbox->id, &from, &ref, w)))
        return e;
    c->who = (struct webchat_session){.external_id = user, .is_known = true};
    c->contact_id = ref.id;
    return OK;
}

enum err chat_session_post(struct req *q, struct res *s, struct why *w)
{
    const struct session_in *in = q->in;
    struct session_out out = {0};
    struct chat c;
    enum err e;

    if ((e = chat_find(q, s, q->tx, &c, w)))
        return e;
    if (in->identity && !webchat_identity_is(in->identity->external_id, in->identity->signature,
                                             c.inbox->id, c.inbox->secret))
        return fail_field(w, E_DENIED, "identity.signature", "the signature is not ours");
    if (!in->identity && c.settings.require_identity)
        return fail(w, E_DENIED, "this chat is for signed-in customers");
    /* A visitor from before is taken along; a session that is over is no reason to refuse whom
     * the page signs for. */
    if (req_header(q, "authorization").n && (e = chat_resume(q, &c, w)) &&
        !(e == E_UNKNOWN_WHO && in->identity))
        return e;
    if (in->identity && (e = make_known(&c, in, w)))
        return e;
    if (!c.who.external_id)
        c.who.external_id = webchat_visitor_new(c.a);
    if (in->identity) /* a known customer's time is only ever prolonged by a signature */
        c.who.expires_at = tx_now(q->tx) + WEBCHAT_USER_MS;
    else if (!c.who.is_known)
        c.who.expires_at = tx_now(q->tx) + WEBCHAT_VISITOR_MS;
    out.token = webchat_session_write(c.inbox->id, c.inbox->secret, &c.who, c.a);
    out.is_known = c.who.is_known;
    out.contact_name = in->identity ? in->identity->name : NULL;
    return reply(s, 201, &CHAT_SESSION, &out);
}

/* ------- messages */

enum err chat_messages_get(struct req *q, struct res *s, struct why *w)
{
    int64_t after = 0, before = 0, limit = 0;
    struct chat_message *list = NULL;
    struct chat c;
    size_t n;
    enum err e;

    if ((e = chat_enter(q, s, q->tx, &c, w)) ||
        (e = req_query_i64(q, "after", 0, INT64_MAX, -1, &after, w)) ||
        (e = req_query_i64(q, "before", 1, INT64_MAX, 0, &before, w)) ||
        (e = req_query_i64(q, "limit", 1, CHAT_PAGE, 50, &limit, w)) ||
        (e = chat_read(&c, after, before, limit, &list, &n, w)))
        return e;
    return reply_list(s, &CHAT_MESSAGE, list, n, n == (size_t)limit, NULL);
}

void chat_prepare(struct req *q)
{
    const struct chat_say *in = q->in;
    struct incoming m;

    if (q->route->in != &CHAT_SAY || !in)
        return;
    m = (struct incoming){.text = in->text, .contact = {.locale = in->locale}};
    q->prepared = (void *)(uintptr_t)reader_read(((struct app *)q->app)->reader, q->arena, &m);
}

enum err chat_message_post(struct req *q, struct res *s, struct why *w)
{
    struct said out = {0};
    struct chat c;
    enum err e;

    if ((e = chat_enter(q, s, q->tx, &c, w)) || (e = chat_say(&c, q->in, q->prepared, &out.id, w)))
        return e;
    return reply(s, 201, &CHAT_SAID, &out);
}

/* The sign goes by the event log, so that an agent on another node sees it too. */
enum err chat_typing_post(struct req *q, struct res *s, struct why *w)
{
    const struct typing_in *in = q->in;
    struct chat_ticket_row *row = NULL;
    struct ticket_whole t;
    struct chat c;
    enum err e;

    if ((e = chat_enter(q, s, q->tx, &c, w)))
        return e;
    if (c.contact_id &&
        (e = q_chat_ticket(
             q->tx, (struct chat_ticket_in){.inbox_id = c.inbox->id, .contact_id = c.contact_id},
             q->arena, &row, w)))
        return e;
    if (row && ((e = ticket_load(q->tx, q->arena, row->id, &t, w)) ||
                (e = record_message(q->tx, EVENT_TYPING_CHANGED, &t, 0, 0,
                                    in->is_on ? "{\"on\":true}" : "{\"on\":false}", w))))
        return e;
    return reply_empty(s);
}

/* Read is delivered. */
static CHECKED enum err mark_delivered(struct req *q, const struct chat_unread_answers_row *m,
                                       struct why *w)
{
    struct message_state_in to = {.id = m->id, .was = STATE_SENT, .state = STATE_DELIVERED};
    struct ticket_whole t;
    enum err e;

    if ((e = q_message_state(q->tx, to, NULL, w)) ||
        (e = ticket_load(q->tx, q->arena, m->ticket_id, &t, w)))
        return e;
    return record_message(q->tx, EVENT_MESSAGE_CHANGED, &t, m->id, 0, "{\"state\":\"delivered\"}",
                          w);
}

enum err chat_read_post(struct req *q, struct res *s, struct why *w)
{
    struct chat_unread_answers_rows rows = {0};
    const struct read_in *in = q->in;
    struct chat c;
    enum err e;

    if ((e = chat_enter(q, s, q->tx, &c, w)))
        return e;
    if (c.contact_id &&
        (e = q_chat_unread_answers(q->tx,
                                   (struct chat_unread_answers_in){.inbox_id = c.inbox->id,
                                                                   .contact_id = c.contact_id,
                                                                   .upto = in->message_id},
                                   q->arena, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n; i++)
        if ((e = mark_delivered(q, &rows.v[i], w)))
            return e;
    return reply_empty(s);
}

/* ------- files */

struct uploading {
    struct req *q;
    struct res *s;
    const char *owner;
};

static enum err upload_check(struct tx *tx, void *arg, struct why *w)
{
    struct uploading *u = arg;
    struct chat_uploads_row *waiting;
    struct chat c;
    enum err e;

    u->s->n_extra = 0; /* a read may run again */
    if ((e = chat_enter(u->q, u->s, tx, &c, w)))
        return e;
    u->owner = chat_owner(&c);
    if ((e = q_chat_uploads(tx, (struct chat_uploads_in){.owner = u->owner}, u->q->arena, &waiting,
                            w)))
        return e;
    if (waiting && waiting->n >= CHAT_UPLOADS_PENDING)
        return fail(w, E_LIMIT, "at most %d files may wait to be sent", CHAT_UPLOADS_PENDING);
    return OK;
}

enum err chat_upload_post(struct req *q, struct res *s, struct why *w)
{
    struct app *app = q->app;
    struct uploading u = {.q = q, .s = s};
    struct upload up;
    enum err e;

    if ((e = store_read(app->store, upload_check, &u, w)) ||
        (e = file_take(app, q, u.owner, WEBCHAT_UPLOAD_BYTES, &up, w)))
        return e;
    return reply(s, 201, &UPLOAD, &up);
}

/* ------- the open line */

enum err chat_stream_get(struct req *q, struct res *s, struct why *w)
{
    struct stream_conf conf = {.n_topics = 1};
    struct chat_seen_row *seen = NULL;
    struct chat c;
    enum err e;

    if ((e = chat_enter(q, s, q->tx, &c, w)))
        return e;
    if (!c.contact_id)
        return fail(w, E_NOT_FOUND, "nothing has been said yet: there is nothing to follow");
    e = q_chat_seen(q->tx,
                    (struct chat_seen_in){.inbox_id = c.inbox->id, .contact_id = c.contact_id},
                    q->arena, &seen, w);
    if (e)
        return e;
    conf.topics[0] = chat_topic(&c);
    conf.first = arena_printf(q->arena,
                              "event: presence\ndata: {\"is_open\":%s}\n\n"
                              "event: read\ndata: {\"message_id\":%" PRId64 "}\n\n",
                              c.is_open ? "true" : "false", seen ? seen->message_id : 0);
    return stream_open(q, s, &conf, w);
}
