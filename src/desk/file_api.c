/* Files: uploads that wait for their message, and attachments served apart, as downloads that
 * nothing can run in. */
#include <string.h>

#include "base/limits.h"
#include "desk/desk.h"
#include "desk/desk_api.h"
#include "desk/file.h"
#include "people/principal.h"
#include "store/blob.h"
#include "store/store.h"
#include "sys/secret.h"
#include "tickets/message.sql.h"

#define TOKEN_BYTES     16
#define NAME_MOST_BYTES 200

SHAPE(UPLOAD, "Upload", struct upload, "A file that waits for its message",
      {{"token", SHAPE_TEXT, 0, offsetof(struct upload, token)},
       {"name", SHAPE_TEXT, 0, offsetof(struct upload, name)},
       {"type", SHAPE_TEXT, 0, offsetof(struct upload, type)},
       {"bytes", SHAPE_I64, 0, offsetof(struct upload, bytes)}});

/* A name is only ever shown: no control characters, no path. */
static const char *safe_name(struct arena *a, const char *name)
{
    const char *slash = strrchr(name, '/'), *back;
    char *out;

    name = slash ? slash + 1 : name;
    back = strrchr(name, '\\');
    name = back ? back + 1 : name;
    out = arena_dup(a, name, utf8_cut(name, strlen(name), NAME_MOST_BYTES));
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127 || *p == '"')
            *p = '_';
    return *out ? out : "file";
}

/* "image/png": what a browser is told later, so only what cannot act is taken as it is said. */
static const char *safe_type(struct arena *a, struct str said)
{
    static const char *const taken[] = {"image/png",
                                        "image/jpeg",
                                        "image/gif",
                                        "image/webp",
                                        "image/avif",
                                        "image/heic",
                                        "video/mp4",
                                        "video/webm",
                                        "video/quicktime",
                                        "audio/mpeg",
                                        "audio/ogg",
                                        "audio/wav",
                                        "audio/mp4",
                                        "text/plain",
                                        "application/pdf",
                                        "application/zip",
                                        "text/csv",
                                        "application/json",
                                        NULL};
    struct str type = str_trim(str_cut(&said, ';'));

    for (const char *const *t = taken; *t; t++)
        if (str_eq_nocase(type, str_of(*t)))
            return *t;
    (void)a;
    return "application/octet-stream";
}

struct keeping {
    struct upload_insert_in row;
};

static enum err keep(struct tx *tx, void *arg, struct why *w)
{
    struct keeping *k = arg;

    k->row.now = tx_now(tx);
    return q_upload_insert(tx, k->row, NULL, w);
}

enum err file_take(struct app *app, struct req *q, const char *owner, size_t max_bytes,
                   struct upload *ret, struct why *w)
{
    const char *name = req_query(q, "name");
    char hash[BLOB_HASH_BYTES];
    struct keeping k;
    enum err e;

    if (q->body.n == 0)
        return fail(w, E_INVALID, "the file is empty");
    if (q->body.n > max_bytes)
        return fail(w, E_TOO_LARGE, "the file has %zu bytes; the limit is %zu", q->body.n,
                    max_bytes);
    if ((e = blob_put(app->store, q->body.p, q->body.n, hash, w)))
        return e;
    *ret = (struct upload){.token = secret_token(q->arena, TOKEN_BYTES),
                           .name = safe_name(q->arena, name ? name : "file"),
                           .type = safe_type(q->arena, req_header(q, "content-type")),
                           .bytes = (int64_t)q->body.n};
    k.row = (struct upload_insert_in){.token = ret->token,
                                      .hash = hash,
                                      .name = ret->name,
                                      .type = ret->type,
                                      .bytes = ret->bytes,
                                      .owner = owner};
    return store_write(app->store, keep, &k, w);
}

enum err upload_post(struct req *q, struct res *s, struct why *w)
{
    struct upload up;
    enum err e;

    e = file_take(q->app, q, principal_owner(q->arena, q->who), LIMIT_ATTACHMENT_BYTES, &up, w);
    return e ? e : reply(s, 201, &UPLOAD, &up);
}

/* The token in the path is the right to read: 128 random bits, known to who saw the message. */
enum err file_get(struct req *q, struct res *s, struct why *w)
{
    struct attachment_by_token_in of = {.token = q->texts[0]};
    struct attachment_by_token_row *row;
    struct buf b;
    enum err e;

    if ((e = q_attachment_by_token(q->tx, of, q->arena, &row, w)))
        return e;
    if (!row)
        return fail(w, E_NOT_FOUND, "there is no such file");
    if ((e = blob_open(((struct app *)q->app)->store, row->hash, &s->file_fd, &s->file_bytes, w)))
        return e;
    s->content_type = row->type;
    buf_init(&b, 4096);
    buf_str(&b, "attachment; filename*=UTF-8''");
    buf_url(&b, row->name);
    res_header(s, "Content-Disposition", arena_dup(q->arena, b.p, b.n));
    buf_done(&b);
    res_header(s, "Content-Security-Policy", "sandbox; default-src 'none'");
    res_header(s, "X-Content-Type-Options", "nosniff");
    res_header(s, "Cross-Origin-Resource-Policy", "cross-origin");
    res_header(s, "Cache-Control", "private, max-age=31536000, immutable");
    return OK;
}
