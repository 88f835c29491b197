#include "sys/conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scope.h"

#define DEFAULT_PATIENCE_MS 60000

struct conn {
    int fd, wake;
    SSL_CTX *ctx;
    SSL *ssl;
    int64_t until_us, patience_us;
    bool is_woken;
    char why[160];
};

static void say(struct conn *s, const char *what)
{
    snprintf(s->why, sizeof s->why, "%s", what);
}

/* Milliseconds that a wait may last now: patience, within the deadline. */
static int64_t wait_ms(const struct conn *s, int64_t now)
{
    int64_t left = s->until_us - now;

    if (s->patience_us < left)
        left = s->patience_us;
    return left > 0 ? left / 1000 + 1 : 0;
}

/* Until fd is ready for `events`. False: too late, or woken (s->why). */
static bool ready(struct conn *s, short events)
{
    int64_t start = clock_mono_us(), ms = wait_ms(s, start);

    for (;;) {
        struct pollfd p[2] = {{s->fd, events, 0}, {s->wake, POLLIN, 0}};
        int64_t left = ms - (clock_mono_us() - start) / 1000;
        int rc = poll(p, s->wake >= 0 ? 2 : 1, left > 0 ? (int)left : 0);

        if (rc < 0 && errno == EINTR)
            continue;
        if (rc > 0 && s->wake >= 0 && p[1].revents) {
            s->is_woken = true;
            say(s, "stopped");
            return false;
        }
        if (rc > 0)
            return true;
        say(s, rc < 0                           ? strerror(errno)
               : clock_mono_us() >= s->until_us ? "the server is too slow"
                                                : "the server is silent");
        return false;
    }
}

static void address_list_free(struct addrinfo **list)
{
    if (*list)
        freeaddrinfo(*list);
}

static int connect_one(struct conn *s, const struct addrinfo *to)
{
    int rc, one = 1;
    socklen_t n = sizeof rc;

    s->fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->fd < 0)
        return errno;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(s->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    if (connect(s->fd, to->ai_addr, to->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    if (!ready(s, POLLOUT))
        return s->is_woken ? ECANCELED : ETIMEDOUT;
    return getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &rc, &n) ? errno : rc;
}

enum err conn_open(const char *host, int port, int open_ms, int wake, struct conn **ret,
                   struct why *w)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    SCOPED(address_list_free) struct addrinfo *list = NULL;
    struct conn *s;
    char service[8];
    int rc;

    snprintf(service, sizeof service, "%d", port & 0xffff);
    if ((rc = getaddrinfo(host, service, &hints, &list)))
        return fail(w, E_BUSY, "could not find the host \"%s\": %s", host, gai_strerror(rc));
    s = calloc(1, sizeof *s);
    if (!s)
        return fail(w, E_BUSY, "out of memory");
    *s = (struct conn){.fd = -1, .wake = wake};
    conn_patience(s, open_ms);
    conn_deadline(s, open_ms);
    rc = ENOENT;
    for (const struct addrinfo *to = list; to && rc && !s->is_woken; to = to->ai_next) {
        if (s->fd >= 0)
            close(s->fd);
        s->fd = -1;
        rc = connect_one(s, to);
    }
    if (rc) {
        conn_free(s);
        return fail(w, E_BUSY, "could not connect to %s port %d: %s", host, port, strerror(rc));
    }
    conn_patience(s, DEFAULT_PATIENCE_MS);
    *ret = s;
    return OK;
}

void conn_free(struct conn *s)
{
    if (!s)
        return;
    if (s->ssl) {
        SSL_set_quiet_shutdown(s->ssl, 1);
        SSL_free(s->ssl);
    }
    SSL_CTX_free(s->ctx);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

/* After SSL said `rc`: wait for what it wants. False: it failed for good. */
static bool ssl_goes_on(struct conn *s, int rc)
{
    unsigned long code;

    switch (SSL_get_error(s->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return ready(s, POLLIN);
    case SSL_ERROR_WANT_WRITE:
        return ready(s, POLLOUT);
    case SSL_ERROR_SYSCALL:
        say(s, errno ? strerror(errno) : "the connection was cut");
        return false;
    default:
        code = ERR_peek_last_error();
        say(s, code ? ERR_reason_error_string(code) : "the connection was cut");
        return false;
    }
}

/* Wherever the chain ends: the name must be the host's. */
static bool expect_host(SSL *ssl, const char *host)
{
    struct in6_addr any;
    bool is_address = inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;

    if (is_address)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    /* What SSL_set_tlsext_host_name does; but the macro casts const away, which clang refuses. */
    return SSL_set1_host(ssl, host) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    (void *)(uintptr_t)host) == 1;
}

static CHECKED enum err handshake(struct conn *s, const char *host, struct why *w)
{
    int rc;

    ERR_clear_error();
    while ((rc = SSL_connect(s->ssl)) != 1) {
        long verdict = SSL_get_verify_result(s->ssl);

        if (verdict != X509_V_OK)
            return fail(w, E_DENIED, "the certificate of %s is not trusted: %s", host,
                        X509_verify_cert_error_string(verdict));
        if (!ssl_goes_on(s, rc))
            return fail(w, E_BUSY, "could not encrypt the connection to %s: %s", host, s->why);
    }
    /* The handshake fails without this; said twice because so much hangs on it. */
    if (SSL_get_verify_result(s->ssl) != X509_V_OK || !SSL_get0_peer_certificate(s->ssl))
        return fail(w, E_DENIED, "the certificate of %s is not trusted", host);
    return OK;
}

enum err conn_encrypt(struct conn *s, const char *host, const char *ca_file, struct why *w)
{
    s->ctx = SSL_CTX_new(TLS_client_method());
    if (!s->ctx || !SSL_CTX_set_min_proto_version(s->ctx, TLS1_2_VERSION))
        return fail(w, E_BUSY, "could not prepare encryption");
    SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER, NULL);
    if (ca_file ? !SSL_CTX_load_verify_locations(s->ctx, ca_file, NULL)
                : !SSL_CTX_set_default_verify_paths(s->ctx))
        return fail(w, E_INVALID, "cannot read the authorities%s%s", ca_file ? " in " : "",
                    ca_file ? ca_file : "");
    s->ssl = SSL_new(s->ctx);
    if (!s->ssl || !expect_host(s->ssl, host) || !SSL_set_fd(s->ssl, s->fd))
        return fail(w, E_BUSY, "could not prepare encryption");
    return handshake(s, host, w);
}

bool conn_is_encrypted(const struct conn *s)
{
    return s->ssl != NULL;
}

void conn_deadline(struct conn *s, int64_t within_ms)
{
    s->until_us = clock_mono_us() + within_ms * 1000;
}

void conn_patience(struct conn *s, int64_t ms)
{
    s->patience_us = ms * 1000;
}

ssize_t conn_read(struct conn *s, void *p, size_t n)
{
    for (;;) {
        ssize_t got;

        if (clock_mono_us() > s->until_us) { /* a trickle of bytes is no reason to wait on */
            say(s, "the server is too slow");
            return -1;
        }
        if (s->ssl) {
            int rc;

            ERR_clear_error();
            rc = SSL_read(s->ssl, p, n > 65536 ? 65536 : (int)n);
            if (rc > 0)
                return rc;
            if (SSL_get_error(s->ssl, rc) == SSL_ERROR_ZERO_RETURN)
                return 0;
            if (!ssl_goes_on(s, rc))
                return -1;
            continue;
        }
        got = recv(s->fd, p, n, 0);
        if (got >= 0)
            return got;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN) {
            say(s, strerror(errno));
            return -1;
        }
        if (!ready(s, POLLIN))
            return -1;
    }
}

ssize_t conn_write(struct conn *s, const void *p, size_t n)
{
    for (;;) {
        ssize_t put;

        if (s->ssl) {
            int rc;

            ERR_clear_error();
            rc = SSL_write(s->ssl, p, n > 65536 ? 65536 : (int)n);
            if (rc > 0)
                return rc;
            if (!ssl_goes_on(s, rc))
                return -1;
            continue;
        }
        put = send(s->fd, p, n, MSG_NOSIGNAL);
        if (put >= 0)
            return put;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN) {
            say(s, strerror(errno));
            return -1;
        }
        if (!ready(s, POLLOUT))
            return -1;
    }
}

const char *conn_why(const struct conn *s)
{
    return *s->why ? s->why : "the server closed the connection";
}

bool conn_wait(struct conn *s, int64_t ms)
{
    if (s->ssl && SSL_pending(s->ssl) > 0)
        return true;
    conn_deadline(s, ms);
    conn_patience(s, ms);
    return ready(s, POLLIN);
}

bool conn_is_woken(const struct conn *s)
{
    return s->is_woken;
}

int conn_fd(const struct conn *s)
{
    return s->fd;
}
