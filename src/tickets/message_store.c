#include "tickets/message.h"

#include <string.h>

#include "base/limits.h"
#include "people/policy.h"
#include "search/query.h"
#include "store/store.h"
#include "sys/secret.h"
#include "tickets/message.sql.h"

#define PREVIEW_CHARS    160
#define PREVIEW_BYTES    (4 * PREVIEW_CHARS)
#define FILE_TOKEN_BYTES 16 /* 128 bits: not to be guessed */

const char *const MESSAGE_KIND_NAMES[] = {"incoming", "reply", "note", "activity", NULL};
static const char *const STATE_NAMES[] = {"received",  "stored", "queued",  "sending", "sent",
                                          "delivered", "failed", "unknown", NULL};
static const char *const AUTHOR_NAMES[] = {"contact", "agent", "key", "system", NULL};

SHAPE(AUTHOR, "Author", struct author, "Who said it",
      {{"kind", SHAPE_ENUM, 0, offsetof(struct author, kind), .names = AUTHOR_NAMES},
       {"id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct author, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct author, name)}});

SHAPE(MESSAGE_FILE, "Attachment", struct message_file, "A file that came or goes with a message",
      {{"n", SHAPE_I64, 0, offsetof(struct message_file, n)},
       {"name", SHAPE_TEXT, 0, offsetof(struct message_file, name)},
       {"type", SHAPE_TEXT, 0, offsetof(struct message_file, type)},
       {"bytes", SHAPE_I64, 0, offsetof(struct message_file, bytes)},
       {"url", SHAPE_TEXT, 0, offsetof(struct message_file, url)},
       {"is_inline", SHAPE_BOOL, 0, offsetof(struct message_file, is_inline)},
       {"content_id", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct message_file, content_id)}});

SHAPE(MESSAGE_SEALED, "SealedPlace", struct message_sealed,
      "Where personal data is masked in a message's text",
      {{"at", SHAPE_I64, 0, offsetof(struct message_sealed, at), .doc = "bytes"},
       {"n", SHAPE_I64, 0, offsetof(struct message_sealed, n)},
       {"kind", SHAPE_TEXT, 0, offsetof(struct message_sealed, kind),
        .doc = "card, iban, token, password, national_id"}});

/* A row has the list alone. */
static SHAPE(SEALED_ROW, "SealedRow", struct shape_list, NULL,
             {{"v", SHAPE_LIST, SHAPE_REQUIRED, 0, .of = &MESSAGE_SEALED}});

SHAPE(MESSAGE, "Message", struct message, "One thing said, or done, on a ticket",
      {{"id", SHAPE_I64, 0, offsetof(struct message, id)},
       {"ticket_id", SHAPE_I64, 0, offsetof(struct message, ticket_id)},
       {"kind", SHAPE_ENUM, 0, offsetof(struct message, kind), .names = MESSAGE_KIND_NAMES},
       {"text", SHAPE_TEXT, 0, offsetof(struct message, text)},
       {"has_html", SHAPE_BOOL, 0, offsetof(struct message, has_html)},
       {"author", SHAPE_OBJECT, 0, offsetof(struct message, author), .of = &AUTHOR},
       {"state", SHAPE_ENUM, 0, offsetof(struct message, state), .names = STATE_NAMES},
       {"state_text", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct message, state_text)},
       {"reply_to_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct message, reply_to_id)},
       {"created_at", SHAPE_TIME, 0, offsetof(struct message, created_at)},
       {"sent_at", SHAPE_TIME, SHAPE_NULLABLE, offsetof(struct message, sent_at)},
       {"context", SHAPE_RAW, SHAPE_NULLABLE | SHAPE_AN_OBJECT, offsetof(struct message, context)},
       {"meta", SHAPE_RAW, SHAPE_NULLABLE | SHAPE_AN_OBJECT, offsetof(struct message, meta)},
       {"attachments", SHAPE_LIST, 0, offsetof(struct message, attachments), .of = &MESSAGE_FILE},
       {"sealed", SHAPE_LIST, 0, offsetof(struct message, sealed), .of = &MESSAGE_SEALED,
        .doc = "masked in the text; POST /messages/{id}/reveal shows what is there"}});

const char *message_kind_name(enum message_kind k)
{
    return MESSAGE_KIND_NAMES[k - 1];
}

const char *message_state_name(enum message_state s)
{
    return STATE_NAMES[s - 1];
}

static struct author *author_of(struct arena *a, int64_t kind, int64_t id, const char *name)
{
    struct author *by = arena_new_of(a, struct author);

    *by = (struct author){AUTHOR_NAMES[kind - 1], id, name};
    return by;
}

/* Three queries return these columns, each with a row type of its own. */
#define MESSAGE_OF(a, r)                                                                           \
    ((struct message){.id = (r)->id,                                                               \
                      .ticket_id = (r)->ticket_id,                                                 \
                      .inbox_id = (r)->inbox_id,                                                   \
                      .kind_code = (enum message_kind)(r)->kind,                                   \
                      .state_code = (enum message_state)(r)->state,                                \
                      .kind = message_kind_name((enum message_kind)(r)->kind),                     \
                      .text = (r)->text,                                                           \
                      .has_html = (r)->has_html,                                                   \
                      .author =                                                                    \
                          author_of((a), (r)->author_kind, (r)->author_id, (r)->author_name),      \
                      .state = message_state_name((enum message_state)(r)->state),                 \
                      .state_text = (r)->state_text,                                               \
                      .reply_to_id = (r)->reply_to_id,                                             \
                      .created_at = (r)->created_at,                                               \
                      .sent_at = (r)->sent_at,                                                     \
                      .context = (r)->context,                                                     \
                      .meta = (r)->meta,                                                           \
                      .external_id = (r)->external_id,                                             \
                      .raw_hash = (r)->raw_hash,                                                   \
                      .sealed_text = (r)->sealed,                                                  \
                      .n_files = (r)->attachments})

/* The path under which a file is served: its token, then its name for the browser's "save as". */
static const char *file_url(struct arena *a, const char *token, const char *name)
{
    struct buf b;
    const char *url;

    buf_init(&b, 4096);
    buf_str(&b, "/files/");
    buf_str(&b, token);
    buf_char(&b, '/');
    buf_url(&b, *name ? name : "file");
    url = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return url;
}

static CHECKED enum err files_fill(struct tx *tx, struct arena *a, struct message *list, size_t n,
                                   struct why *w)
{
    int64_t *ids = arena_array(a, n + 1, sizeof *ids);
    struct attachment_list_rows rows;
    size_t n_ids = 0;
    enum err e;

    for (size_t i = 0; i < n; i++)
        if (list[i].n_files)
            ids[n_ids++] = list[i].id;
    if (n_ids == 0)
        return OK;
    e = q_attachment_list(tx, (struct attachment_list_in){.message_ids = {ids, n_ids}}, a, &rows,
                          w);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        struct shape_list *of = &list[i].attachments;

        for (size_t k = 0; k < rows.n; k++) {
            const struct attachment_list_row *r = &rows.v[k];

            if (r->message_id != list[i].id)
                continue;
            if (!of->v)
                of->v = arena_array(a, rows.n, sizeof(struct message_file));
            ((struct message_file *)of->v)[of->n++] = (struct message_file){
                r->n,          r->name,  r->type,     file_url(a, r->token, r->name),
                r->content_id, r->bytes, r->is_inline};
        }
    }
    return OK;
}

static CHECKED enum err sealed_fill(struct arena *a, struct message *list, size_t n, struct why *w)
{
    for (size_t i = 0; i < n; i++) {
        const char *text = list[i].sealed_text;
        enum err e;

        if (!text)
            continue;
        text = arena_printf(a, "{\"v\":%s}", text);
        if ((e = shape_parse(&SEALED_ROW, text, strlen(text), a, &list[i].sealed, w)))
            return e;
    }
    return OK;
}

/* What stands in rows of their own. */
static CHECKED enum err rest_fill(struct tx *tx, struct arena *a, struct message *list, size_t n,
                                  struct why *w)
{
    enum err e = sealed_fill(a, list, n, w);

    return e ? e : files_fill(tx, a, list, n, w);
}

enum err message_load(struct tx *tx, struct arena *a, int64_t id, struct message *ret,
                      struct why *w)
{
    struct message_get_row *r;
    struct message m;
    enum err e;

    if ((e = q_message_get(tx, (struct message_get_in){.id = id}, a, &r, w)))
        return e;
    if (!r)
        return fail(w, E_NOT_FOUND, "there is no message %lld", (long long)id);
    m = MESSAGE_OF(a, r);
    if ((e = rest_fill(tx, a, &m, 1, w)))
        return e;
    *ret = m;
    return OK;
}

enum err message_list(struct tx *tx, struct arena *a, int64_t ticket_id, int64_t after,
                      size_t limit, struct message **ret, size_t *ret_n, struct why *w)
{
    struct message_page_rows rows;
    struct message *list;
    enum err e;

    e = q_message_page(
        tx,
        (struct message_page_in){.ticket_id = ticket_id, .after = after, .limit = (int64_t)limit},
        a, &rows, w);
    if (e)
        return e;
    list = arena_array(a, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++)
        list[i] = MESSAGE_OF(a, &rows.v[i]);
    *ret = list;
    *ret_n = rows.n;
    return rest_fill(tx, a, list, rows.n, w);
}

enum err message_list_back(struct tx *tx, struct arena *a, int64_t ticket_id, int64_t before,
                           size_t limit, struct message **ret, size_t *ret_n, struct why *w)
{
    struct message_page_back_rows rows;
    struct message *list;
    enum err e;

    e = q_message_page_back(tx,
                            (struct message_page_back_in){
                                .ticket_id = ticket_id, .before = before, .limit = (int64_t)limit},
                            a, &rows, w);
    if (e)
        return e;
    list = arena_array(a, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++)
        list[rows.n - 1 - i] = MESSAGE_OF(a, &rows.v[i]);
    *ret = list;
    *ret_n = rows.n;
    return rest_fill(tx, a, list, rows.n, w);
}

static CHECKED enum err index_message(struct tx *tx, const struct message_new *m, struct why *w)
{
    if (m->kind == MESSAGE_ACTIVITY)
        return OK;
    return tx_engine(tx) == STORE_SQLITE
               ? q_message_index(
                     tx,
                     (struct message_index_in){.id = m->id, .text = m->text, .subject = m->subject},
                     NULL, w)
               : q_message_index_pg(tx,
                                    (struct message_index_pg_in){
                                        .id = m->id, .text = m->text, .subject = m->subject},
                                    NULL, w);
}

static CHECKED enum err save_files(struct tx *tx, struct arena *a, const struct message_new *m,
                                   struct why *w)
{
    enum err e;

    for (size_t i = 0; i < m->n_attachments; i++) {
        const struct attachment *f = &m->attachments[i];

        e = q_attachment_insert(
            tx,
            (struct attachment_insert_in){.message_id = m->id,
                                          .n = (int64_t)i + 1,
                                          .token = secret_token(a, FILE_TOKEN_BYTES),
                                          .hash = f->hash,
                                          .name = f->name ? f->name : "",
                                          .type = f->type ? f->type : "application/octet-stream",
                                          .bytes = f->n_bytes,
                                          .content_id = f->content_id,
                                          .is_inline = f->is_inline},
            NULL, w);
        if (e)
            return e;
    }
    return OK;
}

enum err message_save(struct tx *tx, struct arena *a, const struct message_new *m, struct why *w)
{
    struct message_insert_in row = {.id = m->id,
                                    .ticket_id = m->ticket_id,
                                    .inbox_id = m->inbox_id,
                                    .kind = m->kind,
                                    .external_id = m->external_id,
                                    .author_kind = m->author_kind,
                                    .author_id = m->author_id,
                                    .author_name = m->author_name ? m->author_name : "",
                                    .text = m->text,
                                    .state = m->state,
                                    .reply_to_id = m->reply_to_id,
                                    .created_at = m->created_at,
                                    .sent_at = m->sent_at,
                                    .context = m->context,
                                    .meta = m->meta,
                                    .has_html = m->html != NULL,
                                    .attachments = (int64_t)m->n_attachments,
                                    .raw_hash = m->raw_hash};
    enum err e;

    if ((e = q_message_insert(tx, row, NULL, w)))
        return e;
    if (m->html &&
        (e = q_message_html_insert(
             tx, (struct message_html_insert_in){.message_id = m->id, .html = m->html}, NULL, w)))
        return e;
    if ((e = save_files(tx, a, m, w)))
        return e;
    return index_message(tx, m, w);
}

static CHECKED enum err find_in_index(struct tx *tx, struct arena *a,
                                      const struct message_wanted *in, int64_t *ids, size_t *ret_n,
                                      struct why *w)
{
    struct i64_list inboxes = {in->who->inbox_ids, in->who->n_inboxes};
    bool sees_all = policy_sees_all(in->who);
    size_t n = 0;
    enum err e;

    if (tx_engine(tx) == STORE_SQLITE) {
        struct message_search_in q = {.match = in->match,
                                      .before = in->before,
                                      .limit = (int64_t)in->limit,
                                      .inbox_ids = inboxes,
                                      .with = sees_all ? 0 : WITH_MESSAGE_SEARCH_IN_INBOXES};
        struct message_search_rows rows;

        if ((e = q_message_search(tx, q, a, &rows, w)))
            return e;
        for (; n < rows.n; n++)
            ids[n] = rows.v[n].id;
    } else {
        struct message_search_pg_in q = {.match = in->match,
                                         .before = in->before,
                                         .limit = (int64_t)in->limit,
                                         .inbox_ids = inboxes,
                                         .with = sees_all ? 0 : WITH_MESSAGE_SEARCH_PG_IN_INBOXES};
        struct message_search_pg_rows rows;

        if ((e = q_message_search_pg(tx, q, a, &rows, w)))
            return e;
        for (; n < rows.n; n++)
            ids[n] = rows.v[n].id;
    }
    *ret_n = n;
    return OK;
}

/* Whole words first: they are found in an instant. The last word as a beginning, which reads
 * every message of every word that begins so, only where no message holds it whole. */
enum err message_find(struct tx *tx, struct arena *a, const struct message_wanted *in, int64_t *ids,
                      size_t *ret_n, struct why *w)
{
    struct message_wanted whole = *in, any = {.before = INT64_MAX, .limit = 1, .who = in->who};
    size_t n = 0, n_any = 0;
    int64_t newest;
    enum err e;

    whole.match = any.match = query_whole(a, in->match);
    if (whole.match) {
        if ((e = find_in_index(tx, a, &whole, ids, &n, w)))
            return e;
        n_any = n;
        if (n == 0 && (e = find_in_index(tx, a, &any, &newest, &n_any, w)))
            return e;
    }
    if (n_any == 0 && (e = find_in_index(tx, a, in, ids, &n, w)))
        return e;
    *ret_n = n;
    return OK;
}

const char *message_preview(struct arena *a, const char *text)
{
    char *line = arena_alloc(a, PREVIEW_BYTES + 1);
    size_t n = 0, chars = 0;
    bool is_gap = false;

    for (const char *p = text; *p && chars < PREVIEW_CHARS && n + 4 < PREVIEW_BYTES;) {
        unsigned char c = (unsigned char)*p;
        size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

        if (c <= ' ') {
            is_gap = n > 0;
            p++;
            continue;
        }
        if (is_gap) {
            line[n++] = ' ';
            chars++;
            is_gap = false;
        }
        memcpy(line + n, p, len);
        n += len;
        p += len;
        chars++;
    }
    return line;
}
