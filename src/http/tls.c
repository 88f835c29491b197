#include "http/tls.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

struct tls {
    SSL_CTX *ctx;
};

struct tls_conn {
    SSL *ssl;
    bool is_broken;
};

static enum err load(SSL_CTX *ctx, const char *cert_file, const char *key_file, struct why *w)
{
    if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1)
        return fail(w, E_INVALID, "the certificate file '%s' cannot be used", cert_file);
    if (SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1)
        return fail(w, E_INVALID, "the key file '%s' cannot be used", key_file);
    if (SSL_CTX_check_private_key(ctx) != 1)
        return fail(w, E_INVALID, "the key '%s' is not that of the certificate", key_file);
    return OK;
}

enum err tls_new(const char *cert_file, const char *key_file, struct tls **ret, struct why *w)
{
    struct tls *t = calloc(1, sizeof *t);
    enum err e;

    if (t)
        t->ctx = SSL_CTX_new(TLS_server_method());
    if (!t || !t->ctx) {
        tls_free(t);
        return fail(w, E_INTERNAL, "TLS could not be started");
    }
    SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    /* Idle connections give their buffers back: 34 KB each, with thousands of streams. */
    SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
    e = load(t->ctx, cert_file, key_file, w);
    ERR_clear_error();
    if (e) {
        tls_free(t);
        return e;
    }
    *ret = t;
    return OK;
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->ctx);
    free(t);
}

struct tls_conn *tls_conn_new(struct tls *t, int fd)
{
    struct tls_conn *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->ssl = SSL_new(t->ctx);
    if (!c->ssl || SSL_set_fd(c->ssl, fd) != 1) {
        tls_conn_free(c);
        return NULL;
    }
    SSL_set_accept_state(c->ssl);
    return c;
}

void tls_conn_free(struct tls_conn *c)
{
    if (!c)
        return;
    if (c->ssl && !c->is_broken && SSL_is_init_finished(c->ssl))
        SSL_shutdown(c->ssl); /* one try; the socket may be full */
    SSL_free(c->ssl);
    ERR_clear_error();
    free(c);
}

/* What SSL_read and SSL_write return, in the words of read(2). */
static ssize_t result(struct tls_conn *c, int n, bool *ret_wants_write)
{
    int reason;

    if (n > 0)
        return n;
    reason = SSL_get_error(c->ssl, n);
    ERR_clear_error();
    *ret_wants_write = reason == SSL_ERROR_WANT_WRITE;
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
        errno = EAGAIN;
        return -1;
    }
    if (reason == SSL_ERROR_ZERO_RETURN)
        return 0;
    c->is_broken = true;
    errno = EPROTO;
    return -1;
}

ssize_t tls_read(struct tls_conn *c, void *p, size_t n, bool *ret_wants_write)
{
    return result(c, SSL_read(c->ssl, p, n > INT_MAX ? INT_MAX : (int)n), ret_wants_write);
}

ssize_t tls_write(struct tls_conn *c, const void *p, size_t n)
{
    bool wants_write;

    return result(c, SSL_write(c->ssl, p, n > INT_MAX ? INT_MAX : (int)n), &wants_write);
}
