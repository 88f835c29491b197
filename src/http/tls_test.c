/* Is the same server there behind TLS, with the same deadlines, and only for those who trust
 * its certificate? */
#include "http/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/heap.h"
#include "base/scope.h"
#include "http/client.h"
#include "http/fixture.h"

static struct fixture F;
static char cert_file[] = "/tmp/antiphon-cert-XXXXXX", key_file[] = "/tmp/antiphon-key-XXXXXX";

static void free_arena(struct arena **a)
{
    arena_free(*a);
}

/* A certificate for 127.0.0.1 that vouches for itself, for an hour. */
static void make_certificate(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    FILE *f = fdopen(mkstemp(cert_file), "w");

    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_set_version(cert, 2);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"localhost", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_add_ext(cert, names, -1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_X509(f, cert), 1);
    fclose(f);
    f = fdopen(mkstemp(key_file), "w");
    assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(f);
    X509_EXTENSION_free(names);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static int start_all(void **state)
{
    make_certificate();
    fixture_init(&F);
    F.conf.tls_cert_file = cert_file;
    F.conf.tls_key_file = key_file;
    F.conf.idle_ms = 3000; /* a client reads all of the system's authorities after it connected */
    F.conf.quiet_ms = 200;
    fixture_start(&F);
    return 0;
}

static int stop_all(void **state)
{
    fixture_stop(&F);
    unlink(cert_file);
    unlink(key_file);
    return 0;
}

static bool anywhere(const struct in6_addr *a, int port)
{
    return true;
}

static enum err get(struct arena *a, const char *path, const char *ca, struct client_answer *ret)
{
    struct client_ask ask = {
        .url = arena_printf(a, "https://127.0.0.1:%d%s", http_port(F.server), path),
        .guard = anywhere,
        .max_bytes = 20000000,
        .ca_file = ca};
    struct why w = {0};

    return client_call(&ask, a, ret, &w);
}

static void answers_of_all_sizes(void **state)
{
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct client_answer got;

    assert_int_equal(get(a, "/hello", cert_file, &got), OK);
    assert_non_null(strstr(got.body.p, "tls 1"));
    assert_int_equal(get(a, "/big", cert_file, &got), OK);
    assert_int_equal(got.body.n, 8 * 1024 * 1024);
    assert_int_equal(get(a, "/file", cert_file, &got), OK);
    assert_int_equal(got.body.n, 640000);
}

static void large_uploads(void **state)
{
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct client_answer got;
    struct why w = {0};
    size_t n = 5000000;
    char *body = heap_new(n);
    struct client_ask ask = {
        .method = "POST",
        .url = arena_printf(a, "https://127.0.0.1:%d/upload", http_port(F.server)),
        .body = {body, n},
        .guard = anywhere,
        .max_bytes = n,
        .ca_file = cert_file};

    for (size_t i = 0; i < n; i++)
        body[i] = (char)(i * 7 % 251);
    assert_int_equal(client_call(&ask, a, &got, &w), OK);
    assert_int_equal(got.body.n, n);
    assert_memory_equal(got.body.p, body, n);
    free(body);
}

static void strangers_do_not_trust_it(void **state)
{
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct client_answer got;

    assert_int_equal(get(a, "/hello", NULL, &got), E_UPSTREAM);
}

/* A browser of old, plain HTTP, and one that says nothing. */
static void what_is_not_tls_enough(void **state)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl;
    int fd = dial(&F), silent = dial(&F);

    SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
    SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
    SSL_CTX_set_security_level(ctx, 0);
    ssl = SSL_new(ctx);
    SSL_set_fd(ssl, fd);
    assert_true(SSL_connect(ssl) <= 0);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(fd);
    assert_int_equal(ask(&F, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
    assert_true(is_closed(silent));
    close(silent);
}

/* Pipelined requests in one record, then a stream on the same kind of connection. */
static void pipelines_and_streams(void **state)
{
    static const char two[] = "GET /read?q=1 HTTP/1.1\r\nHost: a\r\n\r\n"
                              "GET /stream/a?who=1 HTTP/1.1\r\nHost: a\r\n\r\n";
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(ctx);
    char text[8192] = "";
    int fd = dial(&F), n = 0, got;

    SSL_set_fd(ssl, fd);
    assert_int_equal(SSL_connect(ssl), 1);
    assert_int_equal(SSL_write(ssl, two, sizeof two - 1), (int)sizeof two - 1);
    while (!strstr(text, "snapshot") && (got = SSL_read(ssl, text + n, 8000 - n)) > 0)
        text[n += got] = 0;
    assert_non_null(strstr(text, "q 1"));
    http_publish(F.server, "a", "k", "data: live\n\n", NULL, 0);
    while (!strstr(text, ":\n\n:\n\n") && (got = SSL_read(ssl, text + n, 8000 - n)) > 0)
        text[n += got] = 0;
    assert_non_null(strstr(text, "data: live\n\n"));
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(fd);
}

static void wrong_files_are_named(void **state)
{
    struct tls *t;
    struct why w;

    assert_int_equal(tls_new("/nowhere/cert.pem", key_file, &t, &w), E_INVALID);
    assert_non_null(strstr(w.text, "/nowhere/cert.pem"));
    assert_int_equal(tls_new(cert_file, cert_file, &t, &w), E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_of_all_sizes),      cmocka_unit_test(large_uploads),
        cmocka_unit_test(strangers_do_not_trust_it), cmocka_unit_test(what_is_not_tls_enough),
        cmocka_unit_test(pipelines_and_streams),     cmocka_unit_test(wrong_files_are_named),
    };

    return cmocka_run_group_tests(tests, start_all, stop_all);
}
