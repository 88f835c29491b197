#include "http/head.h"

#include <llhttp.h>
#include <string.h>

#include "base/limits.h"

/* RFC 9110 5.6.2: what names are made of. */
static bool is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token(s.p[i]))
            return false;
    return s.n > 0;
}

static bool bad(struct reader *r, int status, const char *text)
{
    r->state = READ_BAD;
    r->status = status;
    r->text = text;
    return false;
}

static const struct {
    struct str name;
    enum method method;
    bool is_head;
} METHODS[] = {
    {{"GET", 3}, METHOD_GET, false},         {{"POST", 4}, METHOD_POST, false},
    {{"PATCH", 5}, METHOD_PATCH, false},     {{"PUT", 3}, METHOD_PUT, false},
    {{"DELETE", 6}, METHOD_DELETE, false},   {{"HEAD", 4}, METHOD_GET, true},
    {{"OPTIONS", 7}, METHOD_OPTIONS, false},
};

static bool take_method(struct reader *r, struct str name)
{
    if (!is_token_text(name))
        return bad(r, 400, "the request line cannot be read");
    for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++) {
        if (str_eq(METHODS[i].name, name)) {
            r->method = METHODS[i].method;
            r->is_head = METHODS[i].is_head;
            return true;
        }
    }
    return bad(r, 501, "this method is not known here");
}

static bool take_version(struct reader *r, struct str v)
{
    if (str_eq(v, STR("HTTP/1.1")))
        return true;
    r->is_1_0 = str_eq(v, STR("HTTP/1.0"));
    if (r->is_1_0)
        return true;
    if (str_starts(v, STR("HTTP/")))
        return bad(r, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    return bad(r, 400, "the request line cannot be read");
}

static bool take_request_line(struct reader *r, struct str line)
{
    struct str method = str_cut(&line, ' '), target = str_cut(&line, ' ');

    if (!take_method(r, method) || !take_version(r, line))
        return false;
    if (target.n > LIMIT_TARGET_BYTES)
        return bad(r, 414, "the address is too long");
    for (size_t i = 0; i < target.n; i++)
        if (target.p[i] <= ' ' || target.p[i] > '~')
            return bad(r, 400, "the address holds characters that must be escaped");
    if (target.n == 0)
        return bad(r, 400, "the request line cannot be read");
    r->target = target;
    return true;
}

/* A field line as RFC 9110 5.5 lets it be; the scan saw to CR, LF and NUL. */
static bool check_field(struct reader *r, struct str line)
{
    struct str name;

    if (line.p[0] == ' ' || line.p[0] == '\t')
        return bad(r, 400, "a header is folded");
    if (!memchr(line.p, ':', line.n))
        return bad(r, 400, "a header without a colon");
    name = str_cut(&line, ':');
    if (!is_token_text(name))
        return bad(r, 400, "a header's name cannot be read");
    for (size_t i = 0; i < line.n; i++)
        if (((unsigned char)line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 127)
            return bad(r, 400, "a control character in a header");
    return true;
}

/* Every line by itself; returns how many header fields there are, or -1. */
static int check_lines(struct reader *r, const char *text, size_t n)
{
    struct str rest = {text, n};
    int fields = -1;

    for (;;) {
        struct str line = str_cut(&rest, '\n');

        line.n--; /* its CR: the scan made sure */
        if (line.n == 0) {
            if (fields < 0)
                bad(r, 400, "empty lines and no request");
            return fields;
        }
        if (fields < 0 ? !take_request_line(r, line) : !check_field(r, line))
            return -1;
        if (++fields > LIMIT_HEADERS) {
            bad(r, 431, "too many headers");
            return -1;
        }
    }
}

/* What llhttp tells while it splits the head. */
struct split {
    llhttp_t parser;
    struct reader *r;
    size_t room;
};

static int on_name(llhttp_t *parser, const char *p, size_t n)
{
    struct split *s = (struct split *)(void *)parser;

    if (s->r->n_headers == s->room)
        return -1;
    s->r->headers[s->r->n_headers].name = (struct str){p, n};
    return 0;
}

static int on_value(llhttp_t *parser, const char *p, size_t n)
{
    struct split *s = (struct split *)(void *)parser;

    s->r->headers[s->r->n_headers].value = str_trim((struct str){p, n});
    return 0;
}

static int on_value_end(llhttp_t *parser)
{
    struct split *s = (struct split *)(void *)parser;

    s->r->n_headers++;
    return 0;
}

static int on_end(llhttp_t *parser)
{
    struct split *s = (struct split *)(void *)parser;

    s->r->keep_alive = llhttp_should_keep_alive(parser); /* its flags are gone later */
    parser->upgrade = 0; /* none is offered: what follows is a body or the next request */
    return 1;            /* no body for llhttp: the reader takes it */
}

/* False: llhttp sees something else than we do. */
static bool split_fields(struct reader *r, const char *text, size_t n, size_t n_fields)
{
    static const llhttp_settings_t settings = {.on_header_field = on_name,
                                               .on_header_value = on_value,
                                               .on_header_value_complete = on_value_end,
                                               .on_headers_complete = on_end};
    struct split s = {.r = r, .room = n_fields};

    r->headers = arena_array(r->a, n_fields + 1, sizeof *r->headers);
    llhttp_init(&s.parser, HTTP_REQUEST, &settings);
    if (llhttp_execute(&s.parser, text, n) != HPE_OK)
        return bad(r, 400, "the header cannot be read");
    if (r->n_headers != n_fields)
        return bad(r, 400, "the header cannot be read");
    return true;
}

/* uri-host [":" port]: enough to refuse what is none. */
static bool is_host(struct str v)
{
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c && strchr("-._~:[]%", c))))
            return false;
    }
    return v.n > 0 && v.n <= 300;
}

static bool take_length(struct reader *r, struct str v)
{
    if (r->content_length >= 0)
        return bad(r, 400, "Content-Length stands there twice");
    if (v.n == 0 || v.p[0] < '0' || v.p[0] > '9' ||
        !str_i64(v, 0, (int64_t)1 << 53, &r->content_length))
        return bad(r, 400, "Content-Length is not a number");
    return true;
}

static bool take_encoding(struct reader *r, struct str v)
{
    if (r->is_chunked)
        return bad(r, 400, "Transfer-Encoding stands there twice");
    if (!str_eq_nocase(v, STR("chunked")))
        return bad(r, 501, "this Transfer-Encoding is not known here");
    r->is_chunked = true;
    return true;
}

static bool take_expect(struct reader *r, struct str v)
{
    if (!str_eq_nocase(v, STR("100-continue")))
        return bad(r, 417, "this Expect is not known here");
    r->wants_100 = !r->is_1_0;
    return true;
}

/* The fields that decide where the message ends and for whom it is. */
static bool check_framing(struct reader *r)
{
    int hosts = 0;

    for (size_t i = 0; i < r->n_headers; i++) {
        struct str name = r->headers[i].name, v = r->headers[i].value;

        if (str_eq_nocase(name, STR("host"))) {
            hosts++;
            if (!is_host(v))
                return bad(r, 400, "Host cannot be read");
        } else if (str_eq_nocase(name, STR("content-length"))) {
            if (!take_length(r, v))
                return false;
        } else if (str_eq_nocase(name, STR("transfer-encoding"))) {
            if (!take_encoding(r, v))
                return false;
        } else if (str_eq_nocase(name, STR("expect"))) {
            if (!take_expect(r, v))
                return false;
        }
    }
    if (hosts > 1 || (hosts == 0 && !r->is_1_0))
        return bad(r, 400, hosts ? "Host stands there twice" : "Host is missing");
    if (r->is_chunked && (r->content_length >= 0 || r->is_1_0))
        return bad(r, 400, "Transfer-Encoding cannot stand here");
    return true;
}

void head_take(struct reader *r, char *text, size_t n)
{
    int fields = check_lines(r, text, n);

    if (fields < 0 || !split_fields(r, text, n, (size_t)fields) || !check_framing(r))
        return;
    r->state = READ_AHEAD;
}
