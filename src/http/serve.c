#include "http/inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "http/address.h"
#include "http/proxies.h"
#include "http/rate.h"
#include "http/router.h"
#include "http/target.h"

/* The body of a request that is refused anyway is read and dropped up to this, so that the
 * connection can go on; a longer one is answered at once and the connection closed. */
#define DROP_BYTES ((size_t)64 * 1024)

struct exchange *exchange_new(struct conn *c)
{
    struct loop *l = c->loop;
    struct arena *a = loop_arena(l);
    struct exchange *x = arena_new_of(a, struct exchange);
    char *id = arena_alloc(a, 23);

    loop_request_id(l, id);
    x->server = l->server;
    x->conn = c;
    x->loop = l;
    x->since = -1;
    x->started_us = clock_mono_us();
    x->req = (struct req){.arena = a, .app = l->server->conf.app, .request_id = id, .path = ""};
    x->res = (struct res){.req = &x->req, .file_fd = -1};
    buf_init(&x->res.body, LIMIT_ANSWER_BYTES);
    reader_init(&x->reader, a);
    l->n_exchanges++;
    atomic_fetch_add(&l->server->requests, 1);
    return x;
}

void exchange_free(struct exchange *x)
{
    struct loop *l = x->loop;
    struct arena *a = x->req.arena;

    atomic_fetch_sub(&x->server->body_bytes, (int64_t)x->counted_body);
    reader_done(&x->reader);
    res_reset(&x->res);
    buf_done(&x->res.body);
    l->n_exchanges--;
    loop_arena_back(l, a);
}

void exchange_refuse(struct exchange *x, int status, const char *text)
{
    x->refused = status;
    fail(&x->why, E_MALFORMED, "%s", text);
    conn_phase(x->conn, PHASE_BUSY);
    exchange_answer(x);
}

/* FNV-1a, mixed at the end so that its low bits may choose a bucket. */
static uint64_t hash(uint64_t h, const void *p, size_t n)
{
    const unsigned char *u = p;

    for (size_t i = 0; i < n; i++)
        h = (h ^ u[i]) * 0x100000001b3;
    return h ^ h >> 29;
}

/* Whose bucket: an address (the first 64 bits of IPv6: one customer's line has them all), or
 * the credentials that are shown, good or not. */
static uint64_t rate_key(const struct exchange *x, const struct in6_addr *client)
{
    enum rate rate = x->req.route->rate;
    struct str key = req_header(&x->req, "authorization");
    uint64_t h = 0xcbf29ce484222325 + (uint64_t)rate;

    if (rate == PER_WHO && !key.n)
        key = req_header(&x->req, "cookie");
    if (rate == PER_WHO && key.n)
        return hash(h, key.p, key.n);
    return hash(h, client->s6_addr, IN6_IS_ADDR_V4MAPPED(client) ? 16 : 8);
}

static enum err check_rate(struct exchange *x, const struct in6_addr *client)
{
    const struct http_rate *r = &x->server->conf.rates[x->req.route->rate];
    int wait_s;

    if (r->per_s <= 0)
        return OK;
    wait_s = rates_take(x->server->rates, rate_key(x, client), r->per_s, r->burst, x->started_us);
    if (!wait_s)
        return OK;
    fail(&x->why, E_LIMIT, "too many requests; try again in %d s", wait_s);
    x->why.retry_after_s = wait_s;
    return E_LIMIT;
}

static bool is_listed(const char *list, struct str name)
{
    struct str rest = str_of(list);

    while (rest.n)
        if (str_eq(str_trim(str_cut(&rest, ',')), name))
            return true;
    return false;
}

static enum err check_query(struct exchange *x)
{
    struct str rest = x->req.query, name, value;

    if (x->req.route->query && strcmp(x->req.route->query, "*") == 0)
        return OK; /* a page: its own script reads it */
    while (query_next(&rest, &name, &value)) {
        char field[WHY_FIELD_BYTES];
        struct str ahead = rest, other, ignored;
        size_t n = utf8_cut(name.p, name.n, sizeof field - 1);

        memcpy(field, name.p, n);
        field[n] = 0;
        if (!x->req.route->query || !is_listed(x->req.route->query, name))
            return fail_field(&x->why, E_INVALID, field, "is not a parameter here");
        if (!form_decode(value, x->req.arena))
            return fail_field(&x->why, E_INVALID, field, "is not plain UTF-8 text");
        while (query_next(&ahead, &other, &ignored))
            if (str_eq(other, name))
                return fail_field(&x->why, E_INVALID, field, "stands there twice");
    }
    return OK;
}

static enum err check_media(struct exchange *x)
{
    struct str type = req_header(&x->req, "content-type");

    if (!x->req.route->in)
        return OK;
    if (!str_eq_nocase(str_trim(str_cut(&type, ';')), STR("application/json")))
        return fail(&x->why, E_MEDIA, "the body must be application/json");
    return OK;
}

/* Our proxy's own line comes last, whatever the client sent before. */
static struct str last_header(const struct req *q, struct str name)
{
    for (size_t i = q->n_headers; i > 0; i--)
        if (str_eq_nocase(q->headers[i - 1].name, name))
            return q->headers[i - 1].value;
    return (struct str){0};
}

static struct in6_addr find_client(struct exchange *x)
{
    const struct proxies *p = x->server->proxies;
    struct in6_addr client = x->conn->peer;

    x->req.is_tls = x->server->tls != NULL;
    if (proxies_trust(p, &client)) {
        x->req.is_tls |= str_eq_nocase(req_header(&x->req, "x-forwarded-proto"), STR("https"));
        client = proxies_client(p, &client, last_header(&x->req, STR("x-forwarded-for")));
    }
    x->req.ip = address_text(&client, x->req.arena);
    return client;
}

static enum err find_route(struct exchange *x)
{
    struct match m;

    router_find(x->server->router, x->reader.method, x->req.path, &m);
    x->methods = m.methods;
    if (x->reader.method == METHOD_OPTIONS && !m.route &&
        (m.is_known || strcmp(x->req.path, "*") == 0)) {
        x->is_options = true;
        return OK;
    }
    if (!m.is_known)
        return fail(&x->why, E_NOT_FOUND, "there is nothing at this address");
    if (!m.route || (x->reader.is_head && m.route->on == ON_STREAM))
        return fail(&x->why, E_METHOD, "this address does not take that method");
    x->req.route = m.route;
    memcpy(x->req.ids, m.ids, sizeof m.ids);
    for (size_t i = 0; i < 3; i++)
        x->req.texts[i] = m.texts[i].p ? arena_dup(x->req.arena, m.texts[i].p, m.texts[i].n) : NULL;
    x->req.rest = m.rest;
    return OK;
}

/* Everything that can be refused before the body is read. */
static enum err look_at_head(struct exchange *x)
{
    struct in6_addr client;
    enum err e;

    x->req.headers = x->reader.headers;
    x->req.n_headers = x->reader.n_headers;
    client = find_client(x);
    if ((e = target_split(x->reader.target, x->req.arena, &x->req.path, &x->req.query, &x->why)) ||
        (e = find_route(x)) || x->is_options)
        return e;
    if ((e = check_rate(x, &client)) || (e = check_query(x)))
        return e;
    return check_media(x);
}

/* A share of what all bodies together may take. */
static bool claim_body(struct exchange *x)
{
    struct reader *r = &x->reader;
    size_t n = r->is_chunked ? r->max_body : (size_t)r->content_length;

    if (atomic_fetch_add(&x->server->body_bytes, (int64_t)n) + (int64_t)n > LIMIT_BODIES_BYTES) {
        atomic_fetch_sub(&x->server->body_bytes, (int64_t)n);
        return false;
    }
    x->counted_body = n;
    return true;
}

void exchange_ahead(struct exchange *x)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct reader *r = &x->reader;
    struct conn *c = x->conn;
    bool has_body = r->is_chunked || r->content_length > 0;

    c->closes = !r->keep_alive;
    x->err = look_at_head(x);
    r->drops_body = x->err || x->is_options;
    r->max_body = r->drops_body ? DROP_BYTES : x->req.route->max_body;
    if (has_body && !r->drops_body && (int64_t)r->max_body >= r->content_length &&
        !claim_body(x)) { /* one over the route's limit gets its 413 below */
        x->err = fail(&x->why, E_BUSY, "too much is being uploaded; try again shortly");
        r->drops_body = true;
    }
    if (has_body && r->drops_body &&
        (r->is_chunked || r->wants_100 || (size_t)r->content_length > DROP_BYTES)) {
        c->closes = c->lingers = true;
        r->state = READ_DONE;
        return;
    }
    reader_go_on(r);
    if (r->state == READ_BODY && r->wants_100) {
        c->pins++;
        conn_send(c, go_on, sizeof go_on - 1, (struct body){0});
        c->pins--;
    }
}

void exchange_run(struct exchange *x)
{
    x->req.body = (struct str){x->reader.body.p ? x->reader.body.p : "", x->reader.body.n};
    if (x->err || x->is_options)
        exchange_answer(x);
    else
        exchange_start(x);
}
