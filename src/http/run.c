/* On which thread does the handler run, and inside which transaction? (http.h, enum run_on) */
#include "http/inner.h"

#include "base/limits.h"
#include "http/pool.h"

#define KEY_CHARS 255 /* of an Idempotency-Key */

static void completed(struct loop *l, struct note *n)
{
    struct exchange *x = (struct exchange *)(void *)((char *)n - offsetof(struct exchange, note));

    x->run_state = RUN_AT_LOOP;
    exchange_answer(x);
}

/* From another thread: back to the loop. */
static void complete(struct exchange *x, enum err e)
{
    x->err = e;
    x->req.tx = NULL;
    loop_post(x->loop, &x->note);
}

static enum err authenticate(struct exchange *x, struct why *w)
{
    const struct http_conf *conf = &x->server->conf;

    return conf->authenticate ? conf->authenticate(&x->req, w) : OK;
}

/* Inside a read transaction, perhaps not for the first time. */
static enum err read_fn(struct tx *tx, void *arg, struct why *w)
{
    struct exchange *x = arg;
    enum err e;

    res_reset(&x->res);
    x->req.tx = tx;
    if ((e = authenticate(x, w)))
        return e;
    return x->req.route->run(&x->req, &x->res, w);
}

static enum err authenticate_fn(struct tx *tx, void *arg, struct why *w)
{
    struct exchange *x = arg;
    enum err e;

    x->req.tx = tx;
    e = authenticate(x, w);
    x->req.tx = NULL;
    return e;
}

static void read_work(struct exchange *x)
{
    complete(x, store_read(x->server->conf.store, read_fn, x, &x->why));
}

static bool has_key(const struct exchange *x)
{
    return x->req.route->method == METHOD_POST && req_header(&x->req, "idempotency-key").p;
}

/* ------- slow ones: their handler runs outside of a transaction, so its answer is kept in one of
 * its own behind it. Who dies between them does the work again: it is of the kind that may. */

struct slow {
    struct exchange *x;
    bool is_done; /* the answer stands in x->res */
};

static enum err slow_look(struct tx *tx, void *arg, struct why *w)
{
    struct slow *v = arg;
    const struct http_conf *conf = &v->x->server->conf;
    enum err e;

    if ((e = authenticate_fn(tx, v->x, w)) || !has_key(v->x) || !conf->idem_before)
        return e;
    res_reset(&v->x->res);
    v->x->req.tx = tx;
    e = conf->idem_before(&v->x->req, &v->x->res, &v->is_done, w);
    v->x->req.tx = NULL;
    return e;
}

/* Keep the answer; if another with the same key was faster, give what that one gave. */
static enum err slow_keep(struct tx *tx, void *arg, struct why *w)
{
    struct slow *v = arg;
    struct exchange *x = v->x;
    const struct http_conf *conf = &x->server->conf;
    struct res first = {.req = &x->req, .file_fd = -1};
    enum err e;

    v->is_done = false;
    x->req.tx = tx;
    buf_init(&first.body, LIMIT_ANSWER_BYTES);
    e = conf->idem_before(&x->req, &first, &v->is_done, w);
    if (!e && v->is_done) {
        res_reset(&x->res);
        buf_done(&x->res.body);
        x->res = first;
    } else {
        buf_done(&first.body);
        e = e ? e : conf->idem_after(&x->req, &x->res, w);
    }
    x->req.tx = NULL;
    return e;
}

static void slow_work(struct exchange *x)
{
    const struct http_conf *conf = &x->server->conf;
    struct slow v = {.x = x};
    enum err e = conf->store ? store_read(conf->store, slow_look, &v, &x->why)
                             : authenticate_fn(NULL, x, &x->why);

    if (!e && !v.is_done) {
        e = x->req.route->run(&x->req, &x->res, &x->why);
        if (!e && has_key(x) && conf->store && conf->idem_after)
            e = store_write(conf->store, slow_keep, &v, &x->why);
    }
    complete(x, e);
}

/* ------- writes */

/* Inside the writer's batch, perhaps not for the first time. */
static enum err write_fn(struct tx *tx, void *arg, struct why *w)
{
    struct exchange *x = arg;
    const struct http_conf *conf = &x->server->conf;
    bool is_kept = has_key(x), is_done = false;
    enum err e;

    res_reset(&x->res);
    x->req.tx = tx;
    if ((e = authenticate(x, w)))
        return e;
    if (is_kept && conf->idem_before && (e = conf->idem_before(&x->req, &x->res, &is_done, w)))
        return e;
    if (is_done)
        return OK;
    if ((e = x->req.route->run(&x->req, &x->res, w)))
        return e;
    return is_kept && conf->idem_after ? conf->idem_after(&x->req, &x->res, w) : OK;
}

static void write_done(struct store_write *op)
{
    struct exchange *x = op->arg;

    x->why = op->why;
    complete(x, op->err);
}

static void post_write(struct exchange *x)
{
    const struct http_conf *conf = &x->server->conf;

    if (conf->prepare)
        conf->prepare(&x->req);
    x->write = (struct store_write){.run = write_fn,
                                    .done = write_done,
                                    .arg = x,
                                    .part = conf->part ? conf->part(&x->req) : 0};
    store_post(conf->store, &x->write);
}

/* A stranger must not cost the writer anything: who asks is found out here first. */
static void check_work(struct exchange *x)
{
    enum err e = store_read(x->server->conf.store, authenticate_fn, x, &x->why);

    if (e)
        complete(x, e);
    else
        post_write(x);
}

/* ------- */

static enum err check_key(struct exchange *x)
{
    struct str key = req_header(&x->req, "idempotency-key");

    if (!has_key(x))
        return OK;
    if (key.n == 0 || key.n > KEY_CHARS || !utf8_is_valid(key.p, key.n))
        return fail(&x->why, E_INVALID, "Idempotency-Key must have 1 to %d characters", KEY_CHARS);
    return OK;
}

static enum err parse_body(struct exchange *x)
{
    const struct shape *in = x->req.route->in;
    void *v;
    enum err e;

    if (!in)
        return OK;
    v = arena_alloc(x->req.arena, in->size);
    if ((e = shape_parse(in, x->req.body.p, x->req.body.n, x->req.arena, v, &x->why)))
        return e;
    x->req.in = v;
    return OK;
}

static void send_away(struct exchange *x, struct pool *pool, void (*work)(struct exchange *))
{
    x->run_state = RUN_AWAY;
    x->note.fn = completed;
    if (pool) {
        x->work = work;
        pool_push(pool, x);
    } else {
        work(x);
    }
}

void exchange_start(struct exchange *x)
{
    struct http_server *s = x->server;

    if ((x->err = parse_body(x)) || (x->err = check_key(x))) {
        exchange_answer(x);
        return;
    }
    switch (x->req.route->on) {
    case ON_LOOP:
        x->err = authenticate_fn(NULL, x, &x->why);
        if (!x->err)
            x->err = x->req.route->run(&x->req, &x->res, &x->why);
        exchange_answer(x);
        return;
    case ON_STREAM:
        hub_opening(x);
        if (s->conf.opening)
            x->req.opened = s->conf.opening(s->conf.app);
        send_away(x, s->read_pool, read_work);
        return;
    case ON_READ:
        send_away(x, s->read_pool, read_work);
        return;
    case ON_SLOW:
        send_away(x, s->slow_pool, slow_work);
        return;
    case ON_WRITE:
        if (s->conf.is_fast && s->conf.is_fast(&x->req))
            send_away(x, NULL, post_write);
        else
            send_away(x, s->read_pool, check_work);
        return;
    }
}
