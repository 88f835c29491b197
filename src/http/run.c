/* On which thread does the handler run, and inside which transaction? (http.h, enum run_on) */
#include "http/inner.h"

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

static void slow_work(struct exchange *x)
{
    struct store *store = x->server->conf.store;
    enum err e =
        store ? store_read(store, authenticate_fn, x, &x->why) : authenticate_fn(NULL, x, &x->why);

    complete(x, e ? e : x->req.route->run(&x->req, &x->res, &x->why));
}

/* ------- writes */

static bool has_key(const struct exchange *x)
{
    return x->req.route->method == METHOD_POST && req_header(&x->req, "idempotency-key").p;
}

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
