#include "desk/chat.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "channels/webchat/origin.h"
#include "contacts/contact.sql.h"
#include "desk/chat.sql.h"
#include "desk/intake.h"
#include "inboxes/inbox.sql.h"
#include "live/live.h"
#include "store/store.h"
#include "sys/secret.h"
#include "sys/zone.h"
#include "tickets/message.sql.h"

#define CLIENT_ID_MOST   64
#define OWNER_HASH_BYTES 12 /* tells visitors apart in a message's key; 96 bits */
#define MINUTE_MS        ((msec)60 * 1000)

SHAPE(CHAT_FILE, "ChatFile", struct chat_file, "A file in the chat",
      {{"n", SHAPE_I64, 0, offsetof(struct chat_file, n)},
       {"name", SHAPE_TEXT, 0, offsetof(struct chat_file, name)},
       {"type", SHAPE_TEXT, 0, offsetof(struct chat_file, type)},
       {"bytes", SHAPE_I64, 0, offsetof(struct chat_file, bytes)},
       {"url", SHAPE_TEXT, 0, offsetof(struct chat_file, url)}});

SHAPE(CHAT_MESSAGE, "ChatMessage", struct chat_message, "One thing said in the chat",
      {{"id", SHAPE_I64, 0, offsetof(struct chat_message, id)},
       {"from", SHAPE_TEXT, 0, offsetof(struct chat_message, from)},
       {"author_name", SHAPE_TEXT, 0, offsetof(struct chat_message, author_name)},
       {"text", SHAPE_TEXT, 0, offsetof(struct chat_message, text)},
       {"created_at", SHAPE_TIME, 0, offsetof(struct chat_message, created_at)},
       {"client_id", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct chat_message, client_id)},
       {"attachments", SHAPE_LIST, 0, offsetof(struct chat_message, attachments),
        .of = &CHAT_FILE}});

/* ------- whose chat */

static const char *header(const struct req *q, const char *name)
{
    struct str h = req_header(q, name);

    return h.p ? arena_dup(q->arena, h.p, h.n) : NULL;
}

/* A browser names the page's origin on everything but same-origin reads; programs need not. */
static CHECKED enum err check_origin(struct req *q, struct res *s, const struct chat *c,
                                     struct why *w)
{
    const char *origin = header(q, "origin"), *host = header(q, "host");
    const char *own =
        host ? arena_printf(q->arena, "%s://%s", q->is_tls ? "https" : "http", host) : NULL;

    if (!origin)
        return OK;
    if (!webchat_origin_allowed(&c->settings.origins, own, origin))
        return fail(w, E_DENIED, "this page is not among the origins of the chat");
    res_header(s, "Access-Control-Allow-Origin", origin);
    res_header(s, "Access-Control-Expose-Headers", "Retry-After");
    res_header(s, "Vary", "Origin");
    return OK;
}

static CHECKED enum err is_open_now(struct chat *c, struct why *w)
{
    msec local;
    enum err e;

    c->is_open = true;
    if (!c->settings.hours)
        return OK;
    if ((e = zone_local(c->settings.hours->zone, tx_now(c->tx), &local, w)))
        return e;
    c->is_open = webchat_is_open(c->settings.hours, local);
    return OK;
}

enum err chat_find(struct req *q, struct res *s, struct tx *tx, struct chat *ret, struct why *w)
{
    int64_t id = webchat_token_inbox(q->texts[0]);
    struct chat c = {.tx = tx, .a = q->arena};
    enum err e;

    if (id && (e = q_inbox_get(tx, (struct inbox_get_in){.id = id}, c.a, &c.inbox, w)))
        return e;
    if (!c.inbox || !webchat_token_is(q->texts[0], id, c.inbox->secret) || !c.inbox->is_active ||
        strcmp(c.inbox->channel, webchat_channel.name) != 0)
        return fail(w, E_NOT_FOUND, "there is no such chat");
    if (webchat_settings_read(c.inbox->settings, c.a, &c.settings, w))
        return fail(w, E_INTERNAL, "the settings of inbox %" PRId64 " are broken", id);
    if ((e = check_origin(q, s, &c, w)) || (e = is_open_now(&c, w)))
        return e;
    *ret = c;
    return OK;
}

enum err chat_contact(struct chat *c, const char *external_id, struct why *w)
{
    struct contact_by_identity_in of = {.inbox_id = c->inbox->id, .external_id = external_id};
    struct contact_by_identity_row *row;
    enum err e;

    if ((e = q_contact_by_identity(c->tx, of, c->a, &row, w)))
        return e;
    c->contact_id = row ? row->id : 0;
    c->has_contact_name = row && *row->name;
    return OK;
}

enum err chat_resume(struct req *q, struct chat *c, struct why *w)
{
    struct str h = req_header(q, "authorization");
    const char *token = NULL;
    enum err e;

    if (h.n > 7 && str_eq_nocase((struct str){h.p, 7}, STR("Bearer ")))
        token = arena_dup(q->arena, h.p + 7, h.n - 7);
    e = webchat_session_read(c->inbox->id, c->inbox->secret, token, tx_now(c->tx), c->a, &c->who,
                             w);
    return e ? e : chat_contact(c, c->who.external_id, w);
}

enum err chat_enter(struct req *q, struct res *s, struct tx *tx, struct chat *ret, struct why *w)
{
    enum err e;

    if ((e = chat_find(q, s, tx, ret, w)) || (e = chat_resume(q, ret, w)))
        return e;
    if (ret->settings.require_identity && !ret->who.is_known)
        return fail(w, E_DENIED, "this chat is for signed-in customers");
    return OK;
}

const char *chat_owner(const struct chat *c)
{
    return arena_printf(c->a, "chat:%" PRId64 ":%s", c->inbox->id, c->who.external_id);
}

const char *chat_topic(const struct chat *c)
{
    return arena_printf(c->a, LIVE_CHAT_TOPIC, c->inbox->id, c->contact_id);
}

/* ------- reading */

/* Both queries return the same columns. */
static struct chat_message message_of(const struct chat_messages_row *r)
{
    const char *dot = r->external_id ? strrchr(r->external_id, '.') : NULL;
    bool is_customer = r->kind == 1;

    return (struct chat_message){.id = r->id,
                                 .from = is_customer ? "customer" : "agent",
                                 .author_name = is_customer ? "" : r->author_name,
                                 .text = r->text,
                                 .client_id = is_customer && dot ? dot + 1 : NULL,
                                 .created_at = r->created_at};
}

static CHECKED enum err add_files(struct chat *c, struct chat_message *list, size_t n,
                                  struct why *w)
{
    int64_t *ids = arena_array(c->a, n + 1, sizeof *ids);
    struct attachment_list_rows rows;
    size_t at = 0;
    enum err e;

    for (size_t i = 0; i < n; i++)
        ids[i] = list[i].id;
    if ((e = q_attachment_list(c->tx, (struct attachment_list_in){.message_ids = {ids, n}}, c->a,
                               &rows, w)))
        return e;
    for (size_t i = 0; i < n; i++) { /* both in the order of message ids */
        struct chat_file *files = arena_array(c->a, rows.n - at + 1, sizeof *files);
        size_t k = 0;

        for (; at < rows.n && rows.v[at].message_id == list[i].id; at++) {
            struct buf url;

            buf_init(&url, 8 * LIMIT_NAME_CHARS * 3);
            buf_printf(&url, "/files/%s/", rows.v[at].token);
            buf_url(&url, rows.v[at].name);
            files[k++] = (struct chat_file){.n = rows.v[at].n,
                                            .bytes = rows.v[at].bytes,
                                            .name = rows.v[at].name,
                                            .type = rows.v[at].type,
                                            .url = arena_dup(c->a, url.p, url.n)};
            buf_done(&url);
        }
        list[i].attachments = (struct shape_list){files, k};
    }
    return OK;
}

static CHECKED enum err read_back(struct chat *c, int64_t before, int64_t limit,
                                  struct chat_message **ret, size_t *ret_n, struct why *w)
{
    struct chat_messages_back_in of = {
        .inbox_id = c->inbox->id, .contact_id = c->contact_id, .before = before, .limit = limit};
    struct chat_messages_back_rows rows;
    struct chat_message *list;
    enum err e;

    if ((e = q_chat_messages_back(c->tx, of, c->a, &rows, w)))
        return e;
    list = arena_array(c->a, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++) {
        const struct chat_messages_back_row *r = &rows.v[rows.n - 1 - i];

        list[i] = message_of(&(struct chat_messages_row){.id = r->id,
                                                         .kind = r->kind,
                                                         .external_id = r->external_id,
                                                         .author_name = r->author_name,
                                                         .text = r->text,
                                                         .created_at = r->created_at});
    }
    *ret = list;
    *ret_n = rows.n;
    return OK;
}

static CHECKED enum err read_on(struct chat *c, int64_t after, int64_t limit,
                                struct chat_message **ret, size_t *ret_n, struct why *w)
{
    struct chat_messages_in of = {
        .inbox_id = c->inbox->id, .contact_id = c->contact_id, .after = after, .limit = limit};
    struct chat_messages_rows rows;
    struct chat_message *list;
    enum err e;

    if ((e = q_chat_messages(c->tx, of, c->a, &rows, w)))
        return e;
    list = arena_array(c->a, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++)
        list[i] = message_of(&rows.v[i]);
    *ret = list;
    *ret_n = rows.n;
    return OK;
}

enum err chat_read(struct chat *c, int64_t after, int64_t before, int64_t limit,
                   struct chat_message **ret, size_t *ret_n, struct why *w)
{
    enum err e;

    *ret_n = 0;
    if (!c->contact_id)
        return OK;
    e = after >= 0 ? read_on(c, after, limit, ret, ret_n, w)
                   : read_back(c, before > 0 ? before : INT64_MAX, limit, ret, ret_n, w);
    return e || *ret_n == 0 ? e : add_files(c, *ret, *ret_n, w);
}

/* ------- saying */

static CHECKED enum err check_say(const struct chat_say *in, struct why *w)
{
    size_t n = strlen(in->client_id);

    for (size_t i = 0; i < n; i++) {
        char c = in->client_id[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '-' || c == '_'))
            return fail_field(w, E_INVALID, "client_id", "letters, digits, - and _ only");
    }
    if (!*str_trim(str_of(in->text)).p && in->attachments.n == 0)
        return fail_field(w, E_INVALID, "text", "there is nothing in it");
    for (size_t i = 0; i < in->context.n; i++)
        if (strlen(in->context.v[i].key) > 60 ||
            utf8_count(in->context.v[i].value, strlen(in->context.v[i].value)) >
                WEBCHAT_CONTEXT_CHARS)
            return fail_field(w, E_INVALID, "context", "at most %d characters a value",
                              WEBCHAT_CONTEXT_CHARS);
    if (in->email && (!strchr(in->email, '@') || strpbrk(in->email, " \t\r\n<>\",;")))
        return fail_field(w, E_INVALID, "email", "\"%.80s\" is not an address", in->email);
    return OK;
}

static CHECKED enum err check_pace(struct chat *c, struct why *w)
{
    struct chat_pace_in of = {
        .inbox_id = c->inbox->id, .contact_id = c->contact_id, .skip = CHAT_MESSAGES_A_MINUTE - 1};
    struct chat_pace_row *row;
    enum err e;

    if (!c->contact_id)
        return OK;
    if ((e = q_chat_pace(c->tx, of, c->a, &row, w)))
        return e;
    if (!row || row->created_at <= tx_now(c->tx) - MINUTE_MS)
        return OK;
    e = fail(w, E_LIMIT, "at most %d messages a minute", CHAT_MESSAGES_A_MINUTE);
    w->retry_after_s = (int)((row->created_at + MINUTE_MS - tx_now(c->tx)) / 1000 + 1);
    return e;
}

/* Unique in the inbox, and no visitor can name another's: "<hash of who>.<client_id>". */
static const char *key_of(const struct chat *c, const char *client_id)
{
    unsigned char hash[HASH_BYTES];
    const char *key;
    struct buf b;

    secret_hash(c->who.external_id, strlen(c->who.external_id), hash);
    buf_init(&b, 200);
    buf_base64url(&b, hash, OWNER_HASH_BYTES);
    buf_char(&b, '.');
    buf_str(&b, client_id);
    key = arena_dup(c->a, b.p, b.n);
    buf_done(&b);
    return key;
}

static const char *context_text(struct arena *a, const struct shape_map *m)
{
    const char *text;
    struct buf b;

    if (m->n == 0)
        return NULL;
    buf_init(&b, LIMIT_JSON_BYTES);
    for (size_t i = 0; i < m->n; i++) {
        buf_char(&b, i ? ',' : '{');
        buf_json(&b, m->v[i].key, strlen(m->v[i].key));
        buf_char(&b, ':');
        buf_json(&b, m->v[i].value, strlen(m->v[i].value));
    }
    buf_char(&b, '}');
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}

static CHECKED enum err take_files(struct chat *c, const struct chat_say *in, struct incoming *m,
                                   struct why *w)
{
    enum err e;

    m->attachments = arena_array(c->a, in->attachments.n + 1, sizeof *m->attachments);
    for (size_t i = 0; i < in->attachments.n; i++) {
        struct upload_take_in of = {.token = in->attachments.v[i], .owner = chat_owner(c)};
        struct upload_take_row *up;

        if ((e = q_upload_take(c->tx, of, c->a, &up, w)))
            return e;
        if (!up)
            return fail_field(w, E_INVALID, "attachments", "there is no upload \"%.60s\"",
                              of.token);
        m->attachments[i] = (struct attachment){
            .name = up->name, .type = up->type, .hash = up->hash, .n_bytes = up->bytes};
    }
    m->n_attachments = in->attachments.n;
    return OK;
}

static const char *given(const char *s)
{
    return s && *s ? s : NULL;
}

/* A visitor without a name gets one that tells visitors apart on a screen. */
static const char *name_for(const struct chat *c, const struct chat_say *in)
{
    size_t n = strlen(c->who.external_id);

    if (given(in->name))
        return in->name;
    if (c->has_contact_name)
        return NULL;
    return c->who.is_known ? c->who.external_id + strlen("user:")
                           : arena_printf(c->a, "Visitor %s", c->who.external_id + n - 4);
}

enum err chat_say(struct chat *c, const struct chat_say *in, const struct read *read,
                  int64_t *ret_id, struct why *w)
{
    struct incoming m = {.inbox_id = c->inbox->id,
                         .external_id = key_of(c, in->client_id),
                         .contact = {.external_id = c->who.external_id,
                                     .name = name_for(c, in),
                                     .email = given(in->email),
                                     .locale = given(in->locale),
                                     .state = c->who.is_known    ? IDENTITY_VERIFIED
                                              : given(in->email) ? IDENTITY_CLAIMED
                                                                 : IDENTITY_UNKNOWN},
                         .text = in->text,
                         .context = context_text(c->a, &in->context)};
    struct message_by_key_in key = {.inbox_id = m.inbox_id, .external_id = m.external_id};
    struct message_by_key_row *old;
    struct intake_result r;
    enum err e;

    if ((e = check_say(in, w)))
        return e;
    if ((e = q_message_by_key(c->tx, key, c->a, &old, w)))
        return e;
    if (old) { /* said before: its files are taken already */
        *ret_id = old->id;
        return OK;
    }
    if ((e = check_pace(c, w)) || (e = take_files(c, in, &m, w)) ||
        (e = intake(c->tx, c->a, &m, read, &r, w)))
        return e;
    *ret_id = r.message_id;
    return OK;
}
