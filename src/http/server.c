#include "http/inner.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "http/pool.h"
#include "http/address.h"
#include "http/proxies.h"
#include "http/rate.h"
#include "http/router.h"
#include "http/tls.h"

#define BACKLOG      4096
#define POOL_DEFAULT 4
#define SLOW_THREADS 2 /* Argon2 takes 64 MiB each */
#define MAX_LOOPS    64
/* A peer that acknowledges nothing for this long is gone: pulled cables end streams [ms]. */
#define SILENT_PEER_MS 60000

/* Rates. PER_IP: pages open to anyone, a whole office behind one address. PER_WHO: an
 * integration may hand in its backlog as fast as the disk takes it; this only stops a loop
 * gone wild. PER_LOGIN: guessing passwords; people/ slows down by account as well. */
static const struct http_rate RATES[4] = {
    [PER_IP] = {100, 400}, [PER_WHO] = {10000, 20000}, [PER_LOGIN] = {0.5, 20}};

/* Connections are descriptors: as many as the system lets us have, up to our own limit. */
static void raise_descriptors(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return;
    r.rlim_cur = r.rlim_max < 65536 ? r.rlim_max : 65536;
    setrlimit(RLIMIT_NOFILE, &r); /* less is still a server: on_accept copes */
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* "127.0.0.1:8080", "[::1]:8080" */
static enum err parse_listen(const char *listen, union address *ret, socklen_t *ret_n,
                             struct why *w)
{
    const char *colon = strrchr(listen, ':');
    struct str host = {listen, colon ? (size_t)(colon - listen) : 0};
    struct in6_addr a;
    int64_t port;

    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = (struct str){host.p + 1, host.n - 2};
    if (str_eq(host, STR("localhost")))
        host = STR("127.0.0.1");
    if (!colon || !str_i64(str_of(colon + 1), 0, 65535, &port) || !address_parse(host, &a))
        return fail(w, E_INVALID, "cannot listen on '%s': it must be ADDRESS:PORT", listen);
    *ret = (union address){0};
    if (IN6_IS_ADDR_V4MAPPED(&a)) {
        ret->v4.sin_family = AF_INET;
        ret->v4.sin_port = htons((uint16_t)port);
        memcpy(&ret->v4.sin_addr, a.s6_addr + 12, 4);
        *ret_n = sizeof ret->v4;
    } else {
        ret->v6.sin6_family = AF_INET6;
        ret->v6.sin6_port = htons((uint16_t)port);
        ret->v6.sin6_addr = a;
        *ret_n = sizeof ret->v6;
    }
    return OK;
}

/* One listener a loop: the kernel spreads connections (SO_REUSEPORT). Accepted sockets
 * inherit the options. */
static int listen_on(const union address *a, socklen_t n)
{
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1, silent_ms = SILENT_PEER_MS;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent_ms, sizeof silent_ms);
    if (bind(fd, &a->any, n) != 0 || listen(fd, BACKLOG) != 0) {
        int e = errno;

        close(fd);
        errno = e;
        return -1;
    }
    return fd;
}

/* Is someone else there already? With SO_REUSEPORT bind would not tell. */
static enum err check_free(const union address *a, socklen_t n, const char *listen_text,
                           struct why *w)
{
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, e;

    if (fd < 0)
        return fail(w, E_BUSY, "a socket could not be made: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    e = bind(fd, &a->any, n) != 0 ? errno : 0;
    close(fd);
    return e ? fail(w, E_BUSY, "could not listen on %s: %s", listen_text, strerror(e)) : OK;
}

static enum err open_loops(struct http_server *s, struct why *w)
{
    union address a = {0};
    socklen_t n = 0;
    enum err e;

    if ((e = parse_listen(s->conf.listen, &a, &n, w)) || (e = check_free(&a, n, s->conf.listen, w)))
        return e;
    for (int i = 0; i < s->conf.loops; i++) {
        socklen_t len = sizeof a;
        int fd = listen_on(&a, n);

        if (fd < 0)
            return fail(w, E_BUSY, "could not listen on %s: %s", s->conf.listen, strerror(errno));
        getsockname(fd, &a.any, &len); /* port 0: the others take the first one's */
        s->port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
        s->n_loops++;
        if ((e = loop_init(&s->loops[i], s, i, fd, w)))
            return e;
    }
    return OK;
}

static int or_else(int v, int otherwise)
{
    return v > 0 ? v : otherwise;
}

static void settle_conf(struct http_server *s)
{
    struct http_conf *c = &s->conf;
    int64_t header = or_else(c->header_ms, LIMIT_HEADER_MS);
    int64_t idle = or_else(c->idle_ms, LIMIT_IDLE_MS), body = or_else(c->body_ms, LIMIT_BODY_MS);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    c->loops = or_else(c->loops, cores > 0 && cores <= MAX_LOOPS ? (int)cores : 2);
    c->pool = or_else(c->pool, POOL_DEFAULT);
    for (int i = 0; i < 4; i++)
        if (c->rates[i].per_s == 0)
            c->rates[i] = RATES[i];
    s->phase_us[PHASE_IDLE] = idle * 1000;
    s->phase_us[PHASE_HEAD] = header * 1000;
    s->phase_us[PHASE_BODY] = s->phase_us[PHASE_WRITE] = body * 1000;
    s->phase_us[PHASE_LINGER] = LIMIT_LINGER_MS * 1000;
    s->phase_us[PHASE_STREAM] = (int64_t)or_else(c->quiet_ms, LIMIT_STREAM_QUIET_MS) * 1000;
}

static void free_all(struct http_server *s)
{
    for (size_t i = 0; i < s->n_loops; i++)
        loop_done(&s->loops[i]);
    pool_free(s->read_pool);
    pool_free(s->slow_pool);
    hub_free(s->hub);
    tls_free(s->tls);
    proxies_free(s->proxies);
    rates_free(s->rates);
    router_free(s->router);
    free(s->loops);
    free(s);
}

static enum err prepare(struct http_server *s, struct why *w)
{
    enum err e;

    settle_conf(s);
    raise_descriptors();
    s->router = router_new(s->conf.routes, s->conf.n_routes);
    s->rates = rates_new();
    s->loops = calloc((size_t)s->conf.loops, sizeof *s->loops);
    s->hub = hub_new(s);
    if (!s->loops)
        return fail(w, E_BUSY, "out of memory");
    if ((e = proxies_new(s->conf.trusted_proxies, &s->proxies, w)))
        return e;
    if (s->conf.tls_cert_file &&
        (e = tls_new(s->conf.tls_cert_file, s->conf.tls_key_file, &s->tls, w)))
        return e;
    if ((e = pool_new("http read", s->conf.pool, &s->read_pool, w)) ||
        (e = pool_new("http slow", SLOW_THREADS, &s->slow_pool, w)))
        return e;
    return open_loops(s, w);
}

static void stop_loops(struct http_server *s, size_t n, msec grace)
{
    int64_t by = clock_mono_us() + grace * 1000;

    for (size_t i = 0; i < n; i++) {
        struct note *note = calloc(1, sizeof *note);

        if (!note)
            abort();
        note->fn = loop_stop;
        s->loops[i].stop_by_us = by; /* read after the note is */
        loop_post(&s->loops[i], note);
    }
    for (size_t i = 0; i < n; i++)
        pthread_join(s->loops[i].thread, NULL);
}

enum err http_start(const struct http_conf *conf, struct http_server **ret, struct why *w)
{
    struct http_server *s = calloc(1, sizeof *s);
    enum err e;

    if (!s)
        return fail(w, E_BUSY, "out of memory");
    signal(SIGPIPE, SIG_IGN); /* a browser that went away is an error of write(2) */
    s->conf = *conf;
    if ((e = prepare(s, w))) {
        free_all(s);
        return e;
    }
    for (size_t i = 0; i < s->n_loops; i++) {
        int failed = pthread_create(&s->loops[i].thread, NULL, loop_main, &s->loops[i]);

        if (failed) {
            stop_loops(s, i, 0);
            free_all(s);
            return fail(w, E_BUSY, "a thread could not be started: %s", strerror(failed));
        }
        pthread_setname_np(s->loops[i].thread, "http loop");
    }
    *ret = s;
    return OK;
}

int http_port(const struct http_server *s)
{
    return s->port;
}

void http_stop(struct http_server *s, msec grace)
{
    if (!s)
        return;
    stop_loops(s, s->n_loops, grace);
    free_all(s);
}

void http_stats(const struct http_server *s, struct http_stats *ret)
{
    ret->requests = atomic_load(&s->requests);
    ret->refused = atomic_load(&s->refused);
    ret->connections = atomic_load(&s->connections);
    ret->streams = atomic_load(&s->streams);
    for (int i = 0; i < 6; i++)
        ret->by_status[i] = atomic_load(&s->by_status[i]);
}
