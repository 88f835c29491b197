#include "http/fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "store/store.h"

/* ------- a store that runs what it is given on one thread, and can be held */

struct store {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct store_write *first, **last;
    bool is_held, is_ending;
};

static struct store the_store = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                 .changed = PTHREAD_COND_INITIALIZER};
static _Atomic int writes;

void store_post(struct store *s, struct store_write *op)
{
    op->next = NULL;
    pthread_mutex_lock(&s->lock);
    *s->last = op;
    s->last = &op->next;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

enum err store_read(struct store *s, store_fn *run, void *arg, struct why *w)
{
    return run(NULL, arg, w);
}

/* For an ON_SLOW answer that is kept; the fixture keeps none. */
enum err store_write(struct store *s, store_fn *run, void *arg, struct why *w)
{
    (void)s;
    return run(NULL, arg, w);
}

static void *write_all(void *arg)
{
    struct store *s = arg;

    pthread_mutex_lock(&s->lock);
    for (;;) {
        struct store_write *op;

        while ((!s->first || s->is_held) && !s->is_ending)
            pthread_cond_wait(&s->changed, &s->lock);
        op = s->first;
        if (!op)
            break;
        if (!(s->first = op->next))
            s->last = &s->first;
        pthread_mutex_unlock(&s->lock);
        op->why = (struct why){0};
        op->err = op->run(NULL, op->arg, &op->why); /* once more: it must not show */
        op->err = op->run(NULL, op->arg, &op->why);
        op->done(op);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

void store_hold(bool held)
{
    pthread_mutex_lock(&the_store.lock);
    the_store.is_held = held;
    pthread_cond_broadcast(&the_store.changed);
    pthread_mutex_unlock(&the_store.lock);
}

/* ------- routes */

struct echo {
    const char *text;
    int64_t number;
};

static SHAPE(ECHO, "Echo", struct echo, "what was said",
             {{"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct echo, text), 1, 100000},
              {"number", SHAPE_I64, 0, offsetof(struct echo, number), 0, 100}});

static enum err hello(struct req *q, struct res *s, struct why *w)
{
    s->content_type = "text/plain; charset=utf-8";
    buf_printf(&s->body, "path %s id %d text %s rest %s ip %s tls %d q %s", q->path, (int)q->ids[0],
               q->texts[0] ? q->texts[0] : "-", q->rest ? q->rest : "-", q->ip, q->is_tls,
               req_query(q, "q") ? req_query(q, "q") : "-");
    return OK;
}

static enum err echo_post(struct req *q, struct res *s, struct why *w)
{
    atomic_fetch_add(&writes, 1);
    return reply(s, 201, &ECHO, q->in);
}

static enum err raw_post(struct req *q, struct res *s, struct why *w)
{
    s->content_type = "application/octet-stream";
    buf_add(&s->body, q->body.p, q->body.n);
    return OK;
}

static enum err big_get(struct req *q, struct res *s, struct why *w)
{
    for (int i = 0; i < 8 * 1024 * 1024 / 64; i++)
        buf_printf(&s->body, "%063d\n", i);
    s->content_type = "text/plain";
    return OK;
}

static enum err file_get(struct req *q, struct res *s, struct why *w)
{
    char path[] = "/tmp/antiphon-file-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    unlink(path);
    for (int i = 0; i < 10000; i++)
        dprintf(fd, "%063d\n", i);
    s->content_type = "text/plain";
    s->file_fd = fd;
    s->file_bytes = 640000;
    return OK;
}

static enum err broken(struct req *q, struct res *s, struct why *w)
{
    buf_str(&s->body, "half an answer");
    return fail(w, E_INTERNAL, "the secret inside");
}

static enum err redirect(struct req *q, struct res *s, struct why *w)
{
    s->status = 302;
    res_header(s, "Location", req_query(q, "to"));
    return OK;
}

static enum err injecting(struct req *q, struct res *s, struct why *w)
{
    res_header(s, "X-Good", "fine");
    res_header(s, "X-Bad", "a\r\nSet-Cookie: evil=1");
    return reply_empty(s);
}

_Atomic int64_t fixture_snapshot;
_Atomic int fixture_who_freed;

static void who_free(void *who)
{
    free(who);
    atomic_fetch_add(&fixture_who_freed, 1);
}

/* Follows the topic of the path and "all"; who is the number in ?who=. */
static enum err stream_get(struct req *q, struct res *s, struct why *w)
{
    struct stream_conf conf = {.n_topics = 2, .who_free = who_free};
    int64_t *who = calloc(1, sizeof *who);
    enum err e = req_query_i64(q, "who", 0, 1000, 0, who, w);

    if (e) {
        free(who);
        return e;
    }
    conf.topics[0] = q->texts[0];
    conf.topics[1] = "all";
    conf.who = who;
    conf.first =
        arena_printf(q->arena, "id: c%d\ndata: snapshot %d\n\n",
                     (int)atomic_load(&fixture_snapshot), (int)atomic_load(&fixture_snapshot));
    return stream_open(q, s, &conf, w);
}

const struct route FIXTURE_ROUTES[] = {
    {METHOD_GET, "/", 1, PER_NONE, ON_LOOP, 0, hello},
    {METHOD_GET, "/hello", 1, PER_NONE, ON_LOOP, 0, hello, .query = "q, limit"},
    {METHOD_GET, "/read", 1, PER_NONE, ON_READ, 0, hello, .query = "q"},
    {METHOD_GET, "/things/:id", 1, PER_NONE, ON_LOOP, 0, hello},
    {METHOD_GET, "/things/:id/parts/:text", 1, PER_NONE, ON_LOOP, 0, hello},
    {METHOD_DELETE, "/things/:id", 1, PER_NONE, ON_WRITE, 0, hello},
    {METHOD_GET, "/things/check", 1, PER_NONE, ON_LOOP, 0, hello},
    {METHOD_GET, "/files/*", 1, PER_NONE, ON_LOOP, 0, hello},
    {METHOD_POST, "/echo", 1, PER_NONE, ON_WRITE, 300000, echo_post, .in = &ECHO, .out = &ECHO},
    {METHOD_POST, "/raw", 1, PER_NONE, ON_SLOW, 1000, raw_post},
    {METHOD_POST, "/upload", 1, PER_NONE, ON_SLOW, 20000000, raw_post},
    {METHOD_GET, "/big", 1, PER_NONE, ON_READ, 0, big_get},
    {METHOD_GET, "/file", 1, PER_NONE, ON_READ, 0, file_get},
    {METHOD_GET, "/broken", 1, PER_NONE, ON_READ, 0, broken},
    {METHOD_GET, "/redirect", 1, PER_NONE, ON_LOOP, 0, redirect, .query = "to"},
    {METHOD_GET, "/injecting", 1, PER_NONE, ON_READ, 0, injecting},
    {METHOD_GET, "/limited", 1, PER_IP, ON_LOOP, 0, hello},
    {METHOD_GET, "/stream/:text", 1, PER_NONE, ON_STREAM, 0, stream_get, .query = "who"},
};
const size_t N_FIXTURE_ROUTES = sizeof FIXTURE_ROUTES / sizeof *FIXTURE_ROUTES;

/* ------- start and stop */

void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.conf = {.listen = "127.0.0.1:0",
                                   .loops = 2,
                                   .routes = FIXTURE_ROUTES,
                                   .n_routes = N_FIXTURE_ROUTES,
                                   .store = &the_store}};
}

void fixture_start(struct fixture *f)
{
    struct why w = {0};

    atomic_store(&writes, 0);
    the_store.first = NULL;
    the_store.last = &the_store.first;
    the_store.is_ending = the_store.is_held = false;
    assert_int_equal(pthread_create(&the_store.thread, NULL, write_all, &the_store), 0);
    if (http_start(&f->conf, &f->server, &w))
        fail_msg("%s", w.text);
}

void fixture_stop(struct fixture *f)
{
    http_stop(f->server, 2000);
    pthread_mutex_lock(&the_store.lock);
    the_store.is_ending = true;
    pthread_cond_broadcast(&the_store.changed);
    pthread_mutex_unlock(&the_store.lock);
    pthread_join(the_store.thread, NULL);
}

int fixture_writes(void)
{
    return atomic_load(&writes);
}

/* ------- the client */

int dial(const struct fixture *f)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(f->server))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){10, 0}, sizeof(struct timeval));
    return fd;
}

void say_bytes(int fd, const void *p, size_t n)
{
    while (n) {
        ssize_t took = send(fd, p, n, MSG_NOSIGNAL);

        if (took <= 0)
            return; /* the server had enough: the answer says why */
        p = (const char *)p + took;
        n -= (size_t)took;
    }
}

void say(int fd, const char *text)
{
    say_bytes(fd, text, strlen(text));
}

#define HEARD_BYTES ((size_t)12 * 1024 * 1024)
static _Thread_local char *heard; /* kept for the life of the test: thread-local, not on a stack */

static pthread_key_t heard_key;

static void make_key(void)
{
    pthread_key_create(&heard_key, free);
}

static char *test_buffer(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char *p = calloc(1, HEARD_BYTES);

    assert_non_null(p);
    pthread_once(&once, make_key);
    pthread_setspecific(heard_key, p);
    return p;
}

/* Byte by byte up to the end of the head, so that nothing of the next answer is taken. */
static size_t hear_until_body(int fd)
{
    size_t n = 0;

    if (!heard)
        heard = test_buffer();
    while (n < HEARD_BYTES - 1 && (n < 4 || memcmp(heard + n - 4, "\r\n\r\n", 4) != 0)) {
        if (recv(fd, heard + n, 1, 0) != 1)
            return 0;
        n++;
    }
    heard[n] = 0;
    return n;
}

const char *hear_head(int fd)
{
    heard[hear_until_body(fd)] = 0;
    return heard;
}

const char *hear(int fd)
{
    size_t n = hear_until_body(fd), want = 0;
    const char *length = n ? strcasestr(heard, "\r\ncontent-length:") : NULL;

    if (length)
        want = strtoul(length + 17, NULL, 10);
    if (n + want >= HEARD_BYTES)
        return "";
    while (n && want) {
        ssize_t got = recv(fd, heard + n, want, 0);

        if (got <= 0)
            return "";
        n += (size_t)got;
        want -= (size_t)got;
    }
    heard[n] = 0;
    return heard;
}

int status_of(const char *answer)
{
    int64_t status = 0;

    if (strncmp(answer, "HTTP/1.1 ", 9) == 0 && strlen(answer) > 12)
        str_i64((struct str){answer + 9, 3}, 100, 999, &status);
    return (int)status;
}

bool is_closed(int fd)
{
    char drop[4096];
    ssize_t n;

    while ((n = recv(fd, drop, sizeof drop, 0)) > 0)
        ;
    return n == 0 || errno == ECONNRESET;
}

int ask_bytes(const struct fixture *f, const void *p, size_t n)
{
    int fd = dial(f), status;

    say_bytes(fd, p, n);
    status = status_of(hear(fd));
    close(fd);
    return status;
}

int ask(const struct fixture *f, const char *text)
{
    return ask_bytes(f, text, strlen(text));
}
