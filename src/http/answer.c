/* How does an answer look on the wire, and what does a handler do to give one? */
#include "http/inner.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"

/* What every answer carries; a handler's own header of the same name wins.
 * Pages of ours run our own scripts only; anything else is data and runs nothing. Pictures of
 * mails come from anywhere once a person asks for them. */
#define CSP_DATA "default-src 'none'; frame-ancestors 'none'; sandbox"
#define CSP_PAGE                                                                                   \
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "                    \
    "img-src 'self' data: blob: https:; object-src 'none'; base-uri 'none'; "                      \
    "form-action 'self'; frame-ancestors 'self'"

static const struct {
    const char *name, *data, *page;
} DEFAULTS[] = {
    {"Content-Security-Policy", CSP_DATA, CSP_PAGE},
    {"X-Content-Type-Options", "nosniff", "nosniff"},
    {"Referrer-Policy", "no-referrer", "same-origin"},
    {"X-Frame-Options", "DENY", "SAMEORIGIN"},
    {"Cache-Control", "no-store", "no-cache"},
};

/* ------- what handlers call */

void res_reset(struct res *s)
{
    if (s->file_fd >= 0)
        close(s->file_fd);
    s->file_fd = -1;
    s->file_bytes = 0;
    s->status = 0;
    s->content_type = NULL;
    s->n_extra = 0;
    s->fixed = (struct str){0};
    if (s->stream)
        stream_discard(exchange_of(s->req));
    s->stream = NULL;
    buf_reset(&s->body);
}

static bool is_clean(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < ' ' || *p == 127)
            return false;
    return true;
}

void res_header(struct res *s, const char *name, const char *value)
{
    struct arena *a = s->req->arena;

    if (s->n_extra == sizeof s->extra / sizeof *s->extra || !is_clean(name) || !is_clean(value)) {
        log_line(LOG_ERROR, "a header was left out", "\"name\":%s,\"request_id\":%s",
                 log_quote(name), log_quote(s->req->request_id));
        return;
    }
    s->extra[s->n_extra++] =
        (struct http_header){str_of(arena_str(a, name)), str_of(arena_str(a, value))};
}

enum err reply(struct res *s, int status, const struct shape *shape, const void *v)
{
    s->status = status;
    buf_str(&s->body, "{\"data\":");
    shape_write(&s->body, shape, v);
    buf_char(&s->body, '}');
    return OK;
}

enum err reply_list(struct res *s, const struct shape *shape, const void *v, size_t n,
                    bool has_more, const char *after_cursor)
{
    s->status = 200;
    buf_str(&s->body, "{\"data\":");
    shape_write_list(&s->body, shape, v, n);
    buf_printf(&s->body,
               ",\"meta\":{\"has_more\":%s,\"after_cursor\":", has_more ? "true" : "false");
    if (after_cursor)
        buf_json(&s->body, after_cursor, strlen(after_cursor));
    else
        buf_str(&s->body, "null");
    buf_str(&s->body, "}}");
    return OK;
}

enum err reply_empty(struct res *s)
{
    s->status = 204;
    return OK;
}

void answer_problem(struct res *s, int status, const char *name, const char *title,
                    const char *detail, const char *field)
{
    struct buf *b = &s->body;

    res_reset(s);
    s->status = status;
    s->content_type = "application/problem+json";
    buf_printf(b, "{\"type\":\"about:blank#%s\",\"title\":\"%s\",\"status\":%d,\"detail\":", name,
               title, status);
    buf_json(b, detail, strlen(detail));
    if (field[0]) {
        buf_str(b, ",\"field\":");
        buf_json(b, field, strlen(field));
    }
    buf_printf(b, ",\"request_id\":\"%s\"}", s->req->request_id);
}

void reply_problem(struct res *s, enum err e, const struct why *w)
{
    /* What went wrong inside is for the log, not for the world. */
    const char *detail = e == E_INTERNAL || !w->text[0] ? err_words(e) : w->text;
    int wait_s = w->retry_after_s ? w->retry_after_s : 2;
    char name[32];
    size_t i;

    for (i = 0; err_name(e)[i] && i < sizeof name - 1; i++)
        name[i] = (char)tolower((unsigned char)err_name(e)[i]);
    name[i] = 0;
    answer_problem(s, err_status(e), name, err_words(e), detail, w->field);
    if (e == E_LIMIT || e == E_BUSY || e == E_FULL)
        res_header(s, "Retry-After", arena_printf(s->req->arena, "%d", wait_s));
    if (e == E_UNKNOWN_WHO)
        res_header(s, "WWW-Authenticate", "Bearer");
}

/* ------- what the server does with it */

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *words;
    } rows[] = {{200, "OK"},
                {201, "Created"},
                {202, "Accepted"},
                {204, "No Content"},
                {302, "Found"},
                {303, "See Other"},
                {304, "Not Modified"},
                {400, "Bad Request"},
                {401, "Unauthorized"},
                {403, "Forbidden"},
                {404, "Not Found"},
                {405, "Method Not Allowed"},
                {408, "Request Timeout"},
                {409, "Conflict"},
                {412, "Precondition Failed"},
                {413, "Content Too Large"},
                {414, "URI Too Long"},
                {415, "Unsupported Media Type"},
                {417, "Expectation Failed"},
                {422, "Unprocessable Content"},
                {429, "Too Many Requests"},
                {431, "Request Header Fields Too Large"},
                {500, "Internal Server Error"},
                {501, "Not Implemented"},
                {502, "Bad Gateway"},
                {503, "Service Unavailable"},
                {505, "HTTP Version Not Supported"},
                {507, "Insufficient Storage"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].status == status)
            return rows[i].words;
    return "Other";
}

static void add_allow(struct exchange *x)
{
    static const char *const names[] = {"GET, HEAD", "POST", "PUT", "PATCH", "DELETE"};
    char text[64] = "OPTIONS";
    size_t n = strlen(text);

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (x->methods >> i & 1)
            n += (size_t)snprintf(text + n, sizeof text - n, ", %s", names[i]);
    res_header(&x->res, "Allow", text);
}

static bool has_header(const struct res *s, const char *name)
{
    for (size_t i = 0; i < s->n_extra; i++)
        if (str_eq_nocase(s->extra[i].name, str_of(name)))
            return true;
    return false;
}

/* Not printf: a dozen of these stand in every answer. */
static void add_header(struct buf *b, const char *name, const char *value)
{
    buf_str(b, name);
    buf_add(b, ": ", 2);
    buf_str(b, value);
    buf_add(b, "\r\n", 2);
}

static void write_defaults(struct buf *b, const struct res *s, const char *type)
{
    /* A worker runs under the policy that came with its script. */
    bool is_page = str_starts(str_of(type), STR("text/html")) ||
                   str_starts(str_of(type), STR("text/javascript"));

    for (size_t i = 0; i < sizeof DEFAULTS / sizeof *DEFAULTS; i++)
        if (s->n_extra == 0 || !has_header(s, DEFAULTS[i].name))
            add_header(b, DEFAULTS[i].name, is_page ? DEFAULTS[i].page : DEFAULTS[i].data);
}

static void write_head(struct buf *b, const struct exchange *x, int64_t length)
{
    const struct res *s = &x->res;
    const char *type = s->content_type ? s->content_type : "application/json";

    buf_printf(b, "HTTP/1.1 %d %s\r\n", s->status, reason(s->status));
    add_header(b, "Date", loop_date(x->loop));
    add_header(b, "X-Request-Id", x->req.request_id);
    if (length != 0 || s->content_type)
        add_header(b, "Content-Type", type);
    if (length >= 0 && s->status != 204 && s->status != 304)
        buf_printf(b, "Content-Length: %" PRId64 "\r\n", length);
    write_defaults(b, s, type);
    for (size_t i = 0; i < s->n_extra; i++)
        add_header(b, s->extra[i].name.p, s->extra[i].value.p);
    if (x->conn->closes)
        buf_str(b, "Connection: close\r\n");
    else if (x->reader.is_1_0)
        buf_str(b, "Connection: keep-alive\r\n");
    buf_str(b, "\r\n");
}

static void log_failure(const struct exchange *x, int status)
{
    if (status < 500 || x->refused)
        return;
    log_line(LOG_ERROR, "request failed", "\"request_id\":%s,\"status\":%d,\"why\":%s",
             log_quote(x->req.request_id), status, log_quote(x->why.text));
}

/* Turn whatever came of it into a res that can be sent. */
static void settle(struct exchange *x)
{
    struct res *s = &x->res;

    if (!x->refused && !x->err && !x->is_options && s->body.is_over)
        x->err = fail(&x->why, E_INTERNAL, "the answer is over %d bytes", LIMIT_ANSWER_BYTES);
    if (x->refused)
        answer_problem(s, x->refused, "malformed", "the request cannot be read", x->why.text, "");
    else if (x->err)
        reply_problem(s, x->err, &x->why);
    else if (x->is_options)
        s->status = 204;
    if ((x->err || x->refused) && x->server->conf.problem)
        x->server->conf.problem(&x->req, s);
    if (x->err == E_METHOD || x->is_options)
        add_allow(x);
    if (s->status == 0)
        s->status = 200;
    log_failure(x, s->status);
    log_line(LOG_DEBUG, "request",
             "\"request_id\":\"%s\",\"route\":\"%s\",\"status\":%d,\"us\":%" PRId64,
             x->req.request_id, x->req.route ? x->req.route->path : "", s->status,
             clock_mono_us() - x->started_us);
    atomic_fetch_add(&x->server->by_status[s->status / 100], 1);
    if (s->status >= 400 && s->status < 500)
        atomic_fetch_add(&x->server->refused, 1);
}

static void free_body(void *p)
{
    free(p);
}

static void send_answer(struct exchange *x)
{
    struct conn *c = x->conn;
    struct res *s = &x->res;
    bool is_bare = x->reader.is_head || s->status == 204 || s->status == 304;
    int64_t length = s->file_fd >= 0 ? s->file_bytes
                     : s->fixed.p    ? (int64_t)s->fixed.n
                                     : (int64_t)s->body.n;
    struct body body = {0};
    struct buf head;

    buf_init(&head, LIMIT_HEADER_BYTES);
    write_head(&head, x, length);
    if (!is_bare && s->fixed.p) {
        body = (struct body){s->fixed.p, s->fixed.n, NULL, NULL};
    } else if (!is_bare && s->file_fd < 0 && s->body.n) {
        body = (struct body){s->body.p, s->body.n, free_body, s->body.p};
        buf_init(&s->body, LIMIT_ANSWER_BYTES); /* the connection has it now */
    }
    conn_send(c, head.p, head.n, body);
    buf_done(&head);
    if (!is_bare && s->file_fd >= 0) {
        conn_send_file(c, s->file_fd, s->file_bytes);
        s->file_fd = -1;
    }
}

void exchange_answer(struct exchange *x)
{
    struct conn *c = x->conn;

    if (x->since >= 0 && (x->err || !x->res.stream || c->is_dead || c->loop->is_stopping))
        hub_opened(x);
    c->closes |= c->loop->is_stopping;
    if (x->res.stream && c->loop->is_stopping)
        x->err = fail(&x->why, E_BUSY, "the server is stopping");
    settle(x);
    c->pins++;
    if (x->res.stream && !c->is_dead) {
        stream_start(x, c);
        c->pins--;
        if (c->is_dead)
            conn_close(c);
        return;
    }
    if (!c->is_dead)
        send_answer(x);
    if (c->x == x)
        c->x = NULL;
    exchange_free(x);
    c->pins--;
    conn_answered(c);
}
