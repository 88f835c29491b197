/* Do we reach only what we may, and know what became of what we sent? */
#include "http/client.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/scope.h"
#include "http/address.h"
#include "http/fixture.h"

static void which_addresses_are_public(void **state)
{
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        {"1.1.1.1", true},
        {"8.8.8.8", true},
        {"9.255.255.255", true},
        {"11.0.0.0", true},
        {"93.184.216.34", true},
        {"100.63.255.255", true},
        {"100.128.0.0", true},
        {"126.255.255.255", true},
        {"128.0.0.1", true},
        {"169.253.255.255", true},
        {"169.255.0.0", true},
        {"172.15.255.255", true},
        {"172.32.0.0", true},
        {"192.0.1.0", true},
        {"192.167.255.255", true},
        {"192.169.0.0", true},
        {"198.17.255.255", true},
        {"198.20.0.0", true},
        {"223.255.255.255", true},
        {"2001:200::1", true},
        {"2606:4700:4700::1111", true},
        {"2a00:1450:4001:831::200e", true},
        {"2003::1", true},
        {"3ffe::1", true},
        {"0.0.0.0", false},
        {"0.1.2.3", false},
        {"10.0.0.1", false},
        {"10.255.255.255", false},
        {"100.64.0.1", false},
        {"100.100.100.200", false}, /* a cloud's metadata */
        {"100.127.255.255", false},
        {"127.0.0.1", false},
        {"127.255.255.254", false},
        {"169.254.0.1", false},
        {"169.254.169.254", false}, /* metadata again */
        {"172.16.0.1", false},
        {"172.31.255.255", false},
        {"192.0.0.1", false},
        {"192.0.0.192", false}, /* and again */
        {"192.0.2.1", false},
        {"192.88.99.1", false},
        {"192.168.0.1", false},
        {"192.168.255.255", false},
        {"198.18.0.1", false},
        {"198.19.255.255", false},
        {"198.51.100.7", false},
        {"203.0.113.9", false},
        {"224.0.0.1", false},
        {"239.255.255.255", false},
        {"240.0.0.1", false},
        {"255.255.255.255", false},
        {"::", false},
        {"::1", false},
        {"::7f00:1", false}, /* v4-compatible */
        {"::ffff:127.0.0.1", false},
        {"::ffff:10.1.2.3", false},
        {"::ffff:169.254.169.254", false},
        {"::ffff:8.8.8.8", true},
        {"64:ff9b::7f00:1", false}, /* NAT64 */
        {"64:ff9b::808:808", false},
        {"64:ff9b:1::1", false},
        {"100::1", false},
        {"2001::1", false}, /* Teredo */
        {"2001:0:7f00:1::1", false},
        {"2001:1ff::1", false},
        {"2001:db8::1", false},
        {"2002:7f00:1::1", false}, /* 6to4 of 127.0.0.1 */
        {"2002:a00:1::1", false},
        {"3fff::1", false},
        {"5f00::1", false},
        {"fc00::1", false},
        {"fd00:ec2::254", false}, /* metadata */
        {"fdff::1", false},
        {"fe80::1", false},
        {"febf::1", false},
        {"fec0::1", false},
        {"ff02::1", false},
    };

    assert_true(sizeof rows / sizeof *rows >= 60);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct in6_addr a;

        assert_true(address_parse(str_of(rows[i].text), &a));
        if (address_is_public(&a) != rows[i].want)
            fail_msg("%s is %s", rows[i].text, rows[i].want ? "public" : "not public");
    }
}

/* ------- calls; the tests' own server is on loopback, so a guard must let us */

static struct fixture F;
static int allowed_port;

static bool anywhere(const struct in6_addr *a, int port)
{
    return true;
}

static bool one_port(const struct in6_addr *a, int port)
{
    return port == allowed_port;
}

static int start(void **state)
{
    fixture_init(&F);
    fixture_start(&F);
    return 0;
}

static int stop(void **state)
{
    fixture_stop(&F);
    return 0;
}

static const char *url(struct arena *a, const char *path)
{
    return arena_printf(a, "http://127.0.0.1:%d%s", http_port(F.server), path);
}

static void free_arena(struct arena **a)
{
    arena_free(*a);
}

static void asks_and_hears(void **state)
{
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct http_header json = {STR("Content-Type"), STR("application/json")};
    struct client_ask ask = {.url = url(a, "/hello?q=x"), .guard = anywhere};
    struct client_answer got;
    struct why w = {0};

    assert_int_equal(client_call(&ask, a, &got, &w), OK);
    assert_int_equal(got.status, 200);
    assert_non_null(strstr(got.body.p, "q x"));
    assert_string_equal(got.content_type, "text/plain; charset=utf-8");
    ask = (struct client_ask){.method = "POST",
                              .url = url(a, "/echo"),
                              .headers = &json,
                              .n_headers = 1,
                              .body = STR("{\"text\":\"a\"}"),
                              .guard = anywhere};
    assert_int_equal(client_call(&ask, a, &got, &w), OK);
    assert_int_equal(got.status, 201);
    ask = (struct client_ask){.url = url(a, "/nothing"), .guard = anywhere};
    assert_int_equal(client_call(&ask, a, &got, &w), OK);
    assert_int_equal(got.status, 404);
}

static void what_is_refused(void **state)
{
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct http_header evil = {STR("X-A"), STR("a\r\nHost: b")};
    const struct {
        const char *says;
        struct client_ask ask;
        enum err want;
    } rows[] = {
        {"loopback", {.url = url(a, "/hello")}, E_DENIED},
        {"loopback by name",
         {.url = arena_printf(a, "http://localhost:%d/hello", http_port(F.server))},
         E_DENIED},
        {"loopback in decimal", {.url = "http://2130706433/"}, E_DENIED},
        {"loopback in hex", {.url = "http://0x7f.1/"}, E_DENIED},
        {"loopback, IPv6", {.url = "http://[::1]/"}, E_DENIED},
        {"loopback, v4-mapped", {.url = "http://[::ffff:127.0.0.1]/"}, E_DENIED},
        {"metadata", {.url = "http://169.254.169.254/latest/meta-data/"}, E_DENIED},
        {"a file", {.url = "file:///etc/passwd", .guard = anywhere}, E_INVALID},
        {"gopher", {.url = "gopher://127.0.0.1/", .guard = anywhere}, E_INVALID},
        {"no URL", {.url = "http://", .guard = anywhere}, E_INVALID},
        {"nobody listens", {.url = "http://127.0.0.1:1/", .guard = anywhere}, E_BUSY},
        {"too large", {.url = url(a, "/big"), .guard = anywhere, .max_bytes = 1000}, E_TOO_LARGE},
        {"a header with a line end",
         {.url = url(a, "/hello"), .guard = anywhere, .headers = &evil, .n_headers = 1},
         E_INVALID},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_answer got;
        struct why w = {0};
        enum err e = client_call(&rows[i].ask, a, &got, &w);

        if (e != rows[i].want)
            fail_msg("%s: %s: %s", rows[i].says, err_name(e), w.text);
    }
}

/* A server that was asked and never answers: nobody knows what it did. */
static void no_answer_is_unknown(void **state)
{
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct client_ask ask = {.guard = anywhere, .timeout_ms = 300};
    struct client_answer got;
    struct why w = {0};

    assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fd, 1), 0);
    getsockname(fd, (struct sockaddr *)&at, &n);
    ask.url = arena_printf(a, "http://127.0.0.1:%d/", ntohs(at.sin_port));
    assert_int_equal(client_call(&ask, a, &got, &w), E_UNKNOWN);
    close(fd);
}

static void redirects_are_looked_at_too(void **state)
{
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct client_ask ask = {.url = url(a, "/redirect?to=%2Fhello"), .guard = one_port};
    struct client_answer got;
    struct why w = {0};

    allowed_port = http_port(F.server);
    assert_int_equal(client_call(&ask, a, &got, &w), OK);
    assert_int_equal(got.status, 302); /* not followed unless asked */
    ask.redirects = 2;
    assert_int_equal(client_call(&ask, a, &got, &w), OK);
    assert_int_equal(got.status, 200);
    ask.url = url(a, "/redirect?to=http%3A%2F%2F127.0.0.1%3A1%2F");
    assert_int_equal(client_call(&ask, a, &got, &w), E_DENIED);
    ask.url = url(a, "/redirect?to=file%3A%2F%2F%2Fetc%2Fpasswd");
    assert_int_equal(client_call(&ask, a, &got, &w), E_INVALID);
    ask.url = url(a, "/redirect?to=%2Fredirect%3Fto%3D%2Fredirect%3Fto%3D%2Fredirect");
    assert_int_not_equal(client_call(&ask, a, &got, &w), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_addresses_are_public),
        cmocka_unit_test_setup_teardown(asks_and_hears, start, stop),
        cmocka_unit_test_setup_teardown(what_is_refused, start, stop),
        cmocka_unit_test(no_answer_is_unknown),
        cmocka_unit_test_setup_teardown(redirects_are_looked_at_too, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
