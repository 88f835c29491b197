#include "http/inner.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "base/limits.h"
#include "base/scope.h"
#include "http/tls.h"

/* Read ahead of a running request at most this much, then leave it to the kernel. */
#define AHEAD_BYTES  (64 * 1024)
#define READS_A_TURN 8 /* then the loop's other connections have theirs */
#define TLS_PIECE    (16 * 1024)

static void on_read(evutil_socket_t fd, short what, void *arg);
static void written(struct conn *c);

void conn_new(struct loop *l, int fd, const struct in6_addr *peer)
{
    struct conn *c = calloc(1, sizeof *c);

    if (!c || (l->server->tls && !(c->tls = tls_conn_new(l->server->tls, fd)))) {
        free(c);
        close(fd);
        return;
    }
    c->loop = l;
    c->fd = fd;
    c->file_fd = -1;
    c->peer = *peer;
    c->phase = PHASE_BUSY;
    TAILQ_INSERT_TAIL(&l->phases[PHASE_BUSY], c, link);
    l->n_conns++;
    atomic_fetch_add(&l->server->connections, 1);
    event_assign(&c->read_event, l->base, fd, EV_READ | EV_PERSIST, on_read, c);
    event_add(&c->read_event, NULL);
    c->is_reading = true;
    conn_phase(c, PHASE_IDLE);
}

void conn_phase(struct conn *c, enum phase phase)
{
    struct loop *l = c->loop;

    TAILQ_REMOVE(&l->phases[c->phase], c, link);
    TAILQ_INSERT_TAIL(&l->phases[phase], c, link);
    c->phase = phase;
    c->progress = 0;
    if (phase != PHASE_BUSY) {
        c->deadline_us = clock_mono_us() + l->server->phase_us[phase];
        loop_arm_tick(l);
    }
}

static void drop_buffers(struct conn *c)
{
    if (c->in)
        evbuffer_free(c->in);
    if (c->out)
        evbuffer_free(c->out);
    c->in = c->out = NULL;
    if (c->write_event)
        event_free(c->write_event);
    c->write_event = NULL;
    if (c->file_fd >= 0)
        close(c->file_fd);
    c->file_fd = -1;
    c->file_left = 0;
}

/* What is left once the socket is closed; not while anyone else still knows of it. */
static void free_if_unused(struct conn *c)
{
    if (c->is_feeding || c->pins || (c->x && c->x->run_state == RUN_AWAY))
        return;
    if (c->x) {
        struct exchange *x = c->x;

        c->x = NULL;
        exchange_free(x);
    }
    TAILQ_REMOVE(&c->loop->phases[c->phase], c, link);
    c->loop->n_conns--;
    atomic_fetch_sub(&c->loop->server->connections, 1);
    free(c);
}

void conn_close(struct conn *c)
{
    if (!c->is_dead) {
        c->is_dead = true;
        if (c->stream)
            stream_gone(c);
        drop_buffers(c);
        if (c->is_reading)
            event_del(&c->read_event);
        tls_conn_free(c->tls);
        c->tls = NULL;
        close(c->fd);
        conn_phase(c, PHASE_BUSY);
    }
    free_if_unused(c);
}

void conn_expired(struct conn *c)
{
    switch (c->phase) {
    case PHASE_HEAD:
    case PHASE_BODY:
        c->closes = c->lingers = true;
        exchange_refuse(c->x, 408, "the request did not come in time");
        return;
    case PHASE_STREAM:
        conn_phase(c, PHASE_STREAM);
        stream_quiet(c);
        return;
    case PHASE_IDLE:
    case PHASE_WRITE:
    case PHASE_LINGER:
    case PHASE_BUSY:
    case PHASES:
        break;
    }
    conn_close(c);
}

/* ------- writing */

static void on_write(evutil_socket_t fd, short what, void *arg);

static void want_write(struct conn *c)
{
    if (!c->write_event)
        c->write_event = event_new(c->loop->base, c->fd, EV_WRITE, on_write, c);
    if (c->write_event)
        event_add(c->write_event, NULL);
}

/* A client that takes its time may, as long as it moves. */
static void moved(struct conn *c, size_t n)
{
    c->progress += n;
    if (c->progress >= LIMIT_PROGRESS_BYTES && (c->phase == PHASE_WRITE || c->phase == PHASE_BODY))
        conn_phase(c, c->phase);
}

/* One write of what waits in `out`; like write(2). */
static ssize_t write_out(struct conn *c)
{
    struct evbuffer_iovec v;
    ssize_t n;

    if (!c->tls)
        return evbuffer_write(c->out, c->fd);
    if (evbuffer_peek(c->out, TLS_PIECE, NULL, &v, 1) < 1)
        return 0;
    n = tls_write(c->tls, v.iov_base, v.iov_len);
    if (n > 0)
        evbuffer_drain(c->out, (size_t)n);
    return n;
}

static ssize_t write_file(struct conn *c)
{
    size_t most = c->file_left > SCRATCH_BYTES ? SCRATCH_BYTES : (size_t)c->file_left;
    off_t at = c->file_at;
    ssize_t n;

    if (c->tls) {
        n = pread(c->file_fd, c->loop->scratch, most < TLS_PIECE ? most : TLS_PIECE, at);
        if (n > 0)
            n = tls_write(c->tls, c->loop->scratch, (size_t)n);
    } else {
        n = sendfile(c->fd, c->file_fd, &at, most);
    }
    if (n == 0) { /* the file is shorter than it was said: the answer cannot be whole */
        errno = EPROTO;
        return -1;
    }
    if (n > 0) {
        c->file_at += n;
        c->file_left -= n;
    }
    return n;
}

/* Write what waits until it is gone or the socket is full. False: the connection broke. */
static bool flush(struct conn *c)
{
    while (conn_unsent(c)) {
        ssize_t n = c->out && evbuffer_get_length(c->out) ? write_out(c) : write_file(c);

        if (n > 0) {
            moved(c, (size_t)n);
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            want_write(c);
            return true;
        }
        return false;
    }
    if (c->out)
        evbuffer_free(c->out);
    c->out = NULL;
    if (c->file_fd >= 0)
        close(c->file_fd);
    c->file_fd = -1;
    if (c->write_event)
        event_free(c->write_event);
    c->write_event = NULL;
    return true;
}

static void on_write(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;

    if (c->tls && !conn_unsent(c)) { /* TLS wanted to write while it read */
        on_read(fd, EV_READ, c);
        return;
    }
    if (!flush(c))
        conn_close(c);
    else if (c->phase == PHASE_WRITE && !conn_unsent(c))
        written(c);
}

size_t conn_unsent(const struct conn *c)
{
    return (c->out ? evbuffer_get_length(c->out) : 0) + (size_t)c->file_left;
}

/* A body that waits for a slow reader. */
struct kept {
    struct body body;
    struct http_server *server;
    size_t left;
};

static void release(const void *p, size_t n, void *arg)
{
    struct kept *kept = arg;

    atomic_fetch_sub(&kept->server->unsent_bytes, (int64_t)kept->left);
    kept->body.release(kept->body.arg);
    free(kept);
}

/* Keep the last `left` bytes of the body for later, without a copy. False: too many clients
 * leave too much unread; this one is the last straw. */
static bool keep_body(struct conn *c, struct body body, size_t left)
{
    const char *from = (const char *)body.p + (body.n - left);
    struct http_server *s = c->loop->server;
    struct kept *kept;

    if (left == 0 || !body.release) {
        evbuffer_add(c->out, from, left);
        if (body.release)
            body.release(body.arg);
        return true;
    }
    kept = malloc(sizeof *kept);
    if (!kept)
        abort();
    *kept = (struct kept){body, s, left};
    if (evbuffer_add_reference(c->out, from, left, release, kept) != 0)
        abort(); /* out of memory, as everywhere */
    return atomic_fetch_add(&s->unsent_bytes, (int64_t)left) + (int64_t)left <= LIMIT_UNSENT_BYTES;
}

void conn_send(struct conn *c, const void *head, size_t n, struct body body)
{
    ssize_t took = 0;
    bool is_kept;

    if (!c->is_dead && !c->tls && !conn_unsent(c)) {
        struct iovec v[2] = {{(void *)(uintptr_t)head, n}, {(void *)(uintptr_t)body.p, body.n}};

        took = writev(c->fd, v, 2);
        if (took < 0 && errno != EAGAIN && errno != EINTR) {
            conn_close(c); /* callers hold a pin: it is still there */
            took = (ssize_t)(n + body.n);
        }
        took = took < 0 ? 0 : took;
    }
    if (c->is_dead || (size_t)took == n + body.n) {
        if (body.release)
            body.release(body.arg);
        return;
    }
    if (!c->out && !(c->out = evbuffer_new()))
        abort();
    if ((size_t)took < n) {
        evbuffer_add(c->out, (const char *)head + took, n - (size_t)took);
        took = (ssize_t)n;
    }
    is_kept = keep_body(c, body, body.n - ((size_t)took - n));
    if (is_kept && !c->tls)
        want_write(c);
    else if (!is_kept || !flush(c))
        conn_close(c);
}

void conn_send_file(struct conn *c, int fd, int64_t bytes)
{
    if (c->is_dead || bytes == 0) {
        close(fd);
        return;
    }
    c->file_fd = fd;
    c->file_left = bytes;
    c->file_at = 0;
    if (!flush(c))
        conn_close(c);
}

/* ------- reading */

static ssize_t receive(struct conn *c, char *p, size_t n)
{
    bool wants_write = false;
    ssize_t took;

    if (!c->tls)
        return read(c->fd, p, n);
    took = tls_read(c->tls, p, n, &wants_write);
    if (took < 0 && wants_write)
        want_write(c);
    return took;
}

static bool is_open_for_bytes(const struct conn *c)
{
    return !c->is_dead &&
           (c->phase == PHASE_IDLE || c->phase == PHASE_HEAD || c->phase == PHASE_BODY);
}

/* One step: some bytes into the request at hand. */
static size_t feed_some(struct conn *c, const char *p, size_t n)
{
    struct reader *r;
    size_t used;

    if (!c->x) {
        c->x = exchange_new(c);
        conn_phase(c, PHASE_HEAD);
    }
    r = &c->x->reader;
    used = reader_feed(r, p, n);
    if (r->state == READ_AHEAD) {
        exchange_ahead(c->x);
        if (c->is_dead || !c->x)
            return used;
        if (r->state == READ_BODY)
            conn_phase(c, PHASE_BODY);
    } else if (r->state == READ_BODY) {
        moved(c, used);
    }
    if (r->state == READ_DONE) {
        conn_phase(c, PHASE_BUSY);
        exchange_run(c->x);
    } else if (r->state == READ_BAD) {
        c->closes = c->lingers = true;
        exchange_refuse(c->x, r->status, r->text);
    }
    return used;
}

/* Returns how many bytes were taken; the rest waits for the answer at hand. */
static size_t feed(struct conn *c, const char *p, size_t n)
{
    size_t used = 0;

    c->is_feeding = true;
    while (used < n && is_open_for_bytes(c))
        used += feed_some(c, p + used, n - used);
    c->is_feeding = false;
    return used;
}

static void pause_reading(struct conn *c, bool paused)
{
    if (c->is_reading == !paused || c->is_ended)
        return;
    if (paused)
        event_del(&c->read_event);
    else
        event_add(&c->read_event, NULL);
    c->is_reading = !paused;
    if (!paused && c->tls) /* what OpenSSL holds makes no socket readable */
        event_active(&c->read_event, EV_READ, 1);
}

/* Bytes arrived: for the request, for later, or for nobody. False: the connection is gone. */
static bool took(struct conn *c, const char *p, size_t n)
{
    size_t used;

    if (c->phase == PHASE_LINGER) {
        c->progress += n;
        if (c->progress > LIMIT_LINGER_BYTES)
            return conn_close(c), false;
        return true;
    }
    if (c->stream || (c->closes && !is_open_for_bytes(c)))
        return true; /* nothing that it could say matters any more */
    used = feed(c, p, n);
    if (c->is_dead)
        return conn_close(c), false;
    if (used < n && !c->closes) {
        if (!c->in && !(c->in = evbuffer_new()))
            abort();
        evbuffer_add(c->in, p + used, n - used);
        if (evbuffer_get_length(c->in) > AHEAD_BYTES)
            pause_reading(c, true);
    }
    return true;
}

static void ended(struct conn *c)
{
    c->is_ended = true;
    if (c->is_reading)
        event_del(&c->read_event);
    c->is_reading = false;
    if (c->phase == PHASE_BUSY || c->phase == PHASE_WRITE)
        c->lingers = false; /* it may have shut down one side only: it gets its answer */
    else
        conn_close(c);
}

static void on_read(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;
    char *scratch = c->loop->scratch;

    for (int i = 0; i < READS_A_TURN; i++) {
        ssize_t n = receive(c, scratch, SCRATCH_BYTES);

        if (n < 0) {
            if (errno != EAGAIN && errno != EINTR)
                conn_close(c);
            return;
        }
        if (n == 0) {
            ended(c);
            return;
        }
        if (!took(c, scratch, (size_t)n) || !c->is_reading)
            return;
        if (!c->tls && n < SCRATCH_BYTES)
            return; /* a short read has emptied it: save the call that says so */
    }
    if (c->tls) /* what OpenSSL holds makes no socket readable */
        event_active(&c->read_event, EV_READ, 1);
}

/* ------- from one request to the next */

/* Requests that were read ahead. */
static void feed_waiting(struct conn *c)
{
    while (c->in && is_open_for_bytes(c)) {
        struct evbuffer *in = TAKE(c->in); /* an answer that closes must not free it below us */
        size_t n = evbuffer_get_length(in);
        size_t used = feed(c, (const char *)evbuffer_pullup(in, -1), n);

        evbuffer_drain(in, used);
        if (used < n && !c->is_dead && !c->closes)
            c->in = in;
        else
            evbuffer_free(in);
        if (c->is_dead) {
            conn_close(c);
            return;
        }
    }
    if (is_open_for_bytes(c) && c->is_ended)
        conn_close(c);
    else if (!c->in)
        pause_reading(c, false);
}

/* All of the answer is with the kernel. */
static void written(struct conn *c)
{
    if (c->closes && c->lingers) {
        if (!c->tls) /* in TLS its own goodbye comes with the close */
            shutdown(c->fd, SHUT_WR);
        if (c->in)
            evbuffer_free(c->in);
        c->in = NULL;
        conn_phase(c, PHASE_LINGER);
        pause_reading(c, false);
    } else if (c->closes || (c->is_ended && !c->in && !c->is_feeding)) {
        conn_close(c);
    } else {
        conn_phase(c, PHASE_IDLE);
        if (!c->is_feeding)
            feed_waiting(c);
    }
}

void conn_answered(struct conn *c)
{
    if (c->is_dead)
        free_if_unused(c);
    else if (conn_unsent(c))
        conn_phase(c, PHASE_WRITE);
    else
        written(c);
}
