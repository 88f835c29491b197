#include "channels/email/fake_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/heap.h"

#define HEARD_BYTES (1024 * 1024)
#define DAY_S       (24L * 3600)

struct fake {
    const struct fake_step *steps;
    pthread_t thread;
    pthread_mutex_t lock;
    int listen_fd, stop[2], port, connections;
    char ca_file[64];
    SSL_CTX *ctx;
    char heard[HEARD_BYTES];
    size_t n_heard;
};

struct peer {
    struct fake *f;
    int fd;
    SSL *ssl;
    char tag[32];
};

/* --- certificates ------------------------------------------------------------------------ */

static void extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *ext;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    X509_add_ext(cert, ext, -1);
    X509_EXTENSION_free(ext);
}

static X509 *make_cert(const char *name, const char *host, EVP_PKEY *key, X509 *issuer,
                       EVP_PKEY *issuer_key, bool is_expired)
{
    X509 *cert = X509_new();
    char alt[100];

    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), issuer ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), is_expired ? -10 * DAY_S : -DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(cert), is_expired ? -DAY_S : DAY_S);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(issuer ? issuer : cert));
    if (host) {
        snprintf(alt, sizeof alt, "DNS:%s", host);
        extension(cert, issuer ? issuer : cert, NID_subject_alt_name, alt);
        extension(cert, issuer ? issuer : cert, NID_basic_constraints, "CA:FALSE");
    } else {
        extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE");
        extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign");
    }
    X509_sign(cert, issuer_key, EVP_sha256());
    return cert;
}

static void make_certs(struct fake *f, enum fake_cert kind)
{
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    X509 *ca = make_cert("Test authority", NULL, ca_key, NULL, ca_key, false);
    const char *host = kind == CERT_WRONG_HOST ? "elsewhere.example" : "localhost";
    X509 *cert = kind == CERT_SELF_SIGNED
                     ? make_cert("Stranger", host, key, NULL, key, false)
                     : make_cert("Server", host, key, ca, ca_key, kind == CERT_EXPIRED);
    int fd;
    FILE *out;

    snprintf(f->ca_file, sizeof f->ca_file, "/tmp/fake-ca-XXXXXX");
    fd = mkstemp(f->ca_file);
    out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!out)
        abort();
    PEM_write_X509(out, ca);
    fclose(out);
    f->ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(f->ctx, cert);
    SSL_CTX_use_PrivateKey(f->ctx, key);
    X509_free(ca);
    X509_free(cert);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
}

/* --- talking ----------------------------------------------------------------------------- */

static bool is_stopped(const struct fake *f, int wait_ms)
{
    struct pollfd p = {f->stop[0], POLLIN, 0};

    return poll(&p, 1, wait_ms) > 0;
}

/* One byte, or -1: gone or stopped. */
static int hear_byte(struct peer *p)
{
    for (;;) {
        struct pollfd fds[2] = {{p->fd, POLLIN, 0}, {p->f->stop[0], POLLIN, 0}};
        unsigned char c;
        ssize_t n;

        if (!(p->ssl && SSL_pending(p->ssl))) {
            poll(fds, 2, -1);
            if (fds[1].revents)
                return -1;
        }
        n = p->ssl ? SSL_read(p->ssl, &c, 1) : recv(p->fd, &c, 1, 0);
        if (n <= 0)
            return -1;
        pthread_mutex_lock(&p->f->lock);
        if (p->f->n_heard < HEARD_BYTES - 1)
            p->f->heard[p->f->n_heard++] = (char)c;
        pthread_mutex_unlock(&p->f->lock);
        return c;
    }
}

static bool say(struct peer *p, const char *text, size_t n)
{
    while (n) {
        ssize_t put = p->ssl ? SSL_write(p->ssl, text, (int)n) : send(p->fd, text, n, MSG_NOSIGNAL);

        if (put <= 0)
            return false;
        text += put;
        n -= (size_t)put;
    }
    return true;
}

static bool say_line(struct peer *p, const char *text)
{
    for (const char *tag; (tag = strstr(text, "$T")); text = tag + 2)
        if (!say(p, text, (size_t)(tag - text)) || !say(p, p->tag, strlen(p->tag)))
            return false;
    return say(p, text, strlen(text));
}

static bool hear_until(struct peer *p, const char *want)
{
    char line[8192];
    size_t n = 0;

    for (int c; (c = hear_byte(p)) >= 0;) {
        if (n < sizeof line - 1)
            line[n++] = (char)c;
        if (c != '\n')
            continue;
        line[n] = 0;
        n = 0;
        snprintf(p->tag, sizeof p->tag, "%.*s", (int)strcspn(line, " \r\n"), line);
        if (strstr(line, want))
            return true;
    }
    return false;
}

static bool hear_data(struct peer *p)
{
    static const char end[] = "\r\n.\r\n";
    size_t at = 0;

    for (int c; at < sizeof end - 1 && (c = hear_byte(p)) >= 0;)
        at = c == end[at] ? at + 1 : c == '\r';
    return at == sizeof end - 1;
}

static bool encrypt(struct peer *p)
{
    p->ssl = SSL_new(p->f->ctx);
    SSL_set_fd(p->ssl, p->fd);
    return SSL_accept(p->ssl) == 1;
}

static bool trickle(struct peer *p, const char *text)
{
    for (; *text; text++)
        if (!say(p, text, 1) || is_stopped(p->f, 50))
            return false;
    return true;
}

static bool step(struct peer *p, const struct fake_step *s)
{
    struct linger now = {1, 0};

    switch (s->what) {
    case FAKE_SAY:
        return say_line(p, s->text);
    case FAKE_HEAR:
        return hear_until(p, s->text);
    case FAKE_DATA:
        return hear_data(p);
    case FAKE_TLS:
        return encrypt(p);
    case FAKE_TRICKLE:
        return trickle(p, s->text);
    case FAKE_FLOOD:
        while (say_line(p, s->text) && !is_stopped(p->f, 0))
            ;
        return false;
    case FAKE_STALL:
        while (hear_byte(p) >= 0)
            ;
        return false;
    case FAKE_RESET:
        setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        return false;
    case FAKE_CLOSE:
        return false;
    }
    return false;
}

static void serve(struct fake *f, int fd)
{
    struct peer p = {.f = f, .fd = fd};
    const struct fake_step *s = f->steps;

    while (step(&p, s))
        s++;
    if (p.ssl)
        SSL_free(p.ssl);
    close(fd);
}

static void *run(void *arg)
{
    struct fake *f = arg;

    for (;;) {
        struct pollfd p[2] = {{f->listen_fd, POLLIN, 0}, {f->stop[0], POLLIN, 0}};
        int fd;

        poll(p, 2, -1);
        if (p[1].revents)
            return NULL;
        fd = accept(f->listen_fd, NULL, NULL);
        if (fd < 0)
            continue;
        pthread_mutex_lock(&f->lock);
        f->connections++;
        pthread_mutex_unlock(&f->lock);
        serve(f, fd);
    }
}

struct fake *fake_start(const struct fake_step *steps, enum fake_cert cert)
{
    struct fake *f = heap_new(sizeof *f);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;

    signal(SIGPIPE, SIG_IGN);
    f->steps = steps;
    pthread_mutex_init(&f->lock, NULL);
    make_certs(f, cert);
    f->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (pipe(f->stop) || bind(f->listen_fd, (struct sockaddr *)&at, sizeof at) ||
        listen(f->listen_fd, 16) || getsockname(f->listen_fd, (struct sockaddr *)&at, &n))
        abort();
    f->port = ntohs(at.sin_port);
    pthread_create(&f->thread, NULL, run, f);
    return f;
}

void fake_stop(struct fake *f)
{
    if (write(f->stop[1], "x", 1) < 0)
        abort();
    pthread_join(f->thread, NULL);
    close(f->stop[0]);
    close(f->stop[1]);
    close(f->listen_fd);
    SSL_CTX_free(f->ctx);
    unlink(f->ca_file);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

int fake_port(const struct fake *f)
{
    return f->port;
}

const char *fake_ca_file(const struct fake *f)
{
    return f->ca_file;
}

bool fake_heard(struct fake *f, const char *text)
{
    bool is_there;

    pthread_mutex_lock(&f->lock);
    is_there = memmem(f->heard, f->n_heard, text, strlen(text)) != NULL;
    pthread_mutex_unlock(&f->lock);
    return is_there;
}

int fake_connections(struct fake *f)
{
    int n;

    pthread_mutex_lock(&f->lock);
    n = f->connections;
    pthread_mutex_unlock(&f->lock);
    return n;
}
