/* Does the server refuse what a strict one must, keep its deadlines and limits, and answer
 * everyone else all the while? Real sockets, small deadlines. */
#include "http/fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define HOST "Host: localhost\r\n"
#define GET  "GET /hello HTTP/1.1\r\n" HOST
#define POST "POST /raw HTTP/1.1\r\n" HOST

static struct fixture F;

static int start(void **state)
{
    fixture_init(&F);
    F.conf.header_ms = 200;
    F.conf.idle_ms = 400;
    F.conf.body_ms = 300;
    F.conf.rates[PER_IP] = (struct http_rate){0.001, 3};
    F.conf.trusted_proxies = "127.0.0.1";
    fixture_start(&F);
    return 0;
}

static int stop(void **state)
{
    fixture_stop(&F);
    return 0;
}

static void probes(void **state)
{
    static const struct {
        const char *says, *text;
        size_t n; /* 0: up to its NUL */
        int want;
    } rows[] = {
        {"a plain request", GET "\r\n", 0, 200},
        {"an empty line before", "\r\n" GET "\r\n", 0, 200},
        {"two Content-Lengths", POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 0, 400},
        {"the same length twice", POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 0, 400},
        {"a list of lengths", POST "Content-Length: 1, 1\r\n\r\na", 0, 400},
        {"length and encoding",
         POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, 400},
        {"encoding and length",
         POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", 0, 400},
        {"+5", POST "Content-Length: +5\r\n\r\nabcde", 0, 400},
        {"-5", POST "Content-Length: -5\r\n\r\nabcde", 0, 400},
        {"0x5", POST "Content-Length: 0x5\r\n\r\nabcde", 0, 400},
        {"5 and a space inside", POST "Content-Length: 5 5\r\n\r\nabcde", 0, 400},
        {"no length", POST "Content-Length:\r\n\r\nabcde", 0, 400},
        {"a length of 2^64", POST "Content-Length: 18446744073709551616\r\n\r\n", 0, 400},
        {"space before the colon", POST "Content-Length : 1\r\n\r\na", 0, 400},
        {"tab before the colon", GET "X-A\t: 1\r\n\r\n", 0, 400},
        {"no name", GET ": 1\r\n\r\n", 0, 400},
        {"no colon", GET "X-A\r\n\r\n", 0, 400},
        {"bare LF", "GET /hello HTTP/1.1\nHost: localhost\n\n", 0, 400},
        {"bare LF in the middle", "GET /hello HTTP/1.1\r\nHost: localhost\nX-A: b\r\n\r\n", 0, 400},
        {"bare CR", "GET /hello HTTP/1.1\r\nHost: localhost\rX-A: b\r\n\r\n", 0, 400},
        {"bare CR at the end", GET "X-A: b\r\r\n\r\n", 0, 400},
        {"NUL in a value", GET "X-A: a\0b\r\n\r\n", sizeof(GET "X-A: a\0b\r\n\r\n") - 1, 400},
        {"NUL in the address", "GET /he\0llo HTTP/1.1\r\n" HOST "\r\n",
         sizeof("GET /he\0llo HTTP/1.1\r\n" HOST "\r\n") - 1, 400},
        {"another control character in a value", GET "X-A: a\x01\r\n\r\n", 0, 400},
        {"a folded header", GET "X-A: a\r\n b\r\n\r\n", 0, 400},
        {"a folded first header", "GET /hello HTTP/1.1\r\n Host: localhost\r\n\r\n", 0, 400},
        {"no Host", "GET /hello HTTP/1.1\r\n\r\n", 0, 400},
        {"two Hosts", GET "Host: other\r\n\r\n", 0, 400},
        {"a Host that is none", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 0, 400},
        {"an empty Host", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n", 0, 400},
        {"no Host, HTTP/1.0", "GET /hello HTTP/1.0\r\n\r\n", 0, 200},
        {"unknown Transfer-Encoding", POST "Transfer-Encoding: xchunked\r\n\r\n", 0, 501},
        {"gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0, 501},
        {"chunked twice",
         POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, 400},
        {"chunked in HTTP/1.0", "POST /raw HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         0, 400},
        {"bytes for a method", "G\xffT /hello HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"a method of letters", "BREW /hello HTTP/1.1\r\n" HOST "\r\n", 0, 501},
        {"a method in small letters", "get /hello HTTP/1.1\r\n" HOST "\r\n", 0, 501},
        {"CONNECT", "CONNECT host:80 HTTP/1.1\r\n" HOST "\r\n", 0, 501},
        {"a method that this address does not take", "DELETE /hello HTTP/1.1\r\n" HOST "\r\n", 0,
         405},
        {"HTTP/2", "GET /hello HTTP/2.0\r\n" HOST "\r\n", 0, 505},
        {"HTTP/1.2", "GET /hello HTTP/1.2\r\n" HOST "\r\n", 0, 505},
        {"no version", "GET /hello\r\n" HOST "\r\n", 0, 400},
        {"two spaces", "GET  /hello HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"a word too many", "GET /hello there HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"an address without a slash", "GET hello HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"an absolute address", "GET http://localhost/hello HTTP/1.1\r\n" HOST "\r\n", 0, 200},
        {"an asterisk", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0, 204},
        {"an asterisk to read", "GET * HTTP/1.1\r\n" HOST "\r\n", 0, 404},
        {"escaped NUL", "GET /hello%00 HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"escaped slash", "GET /files/a%2fb HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"dots", "GET /files/../hello HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"escaped dots", "GET /files/%2e%2E/hello HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"a backslash", "GET /files/a\\b HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"a broken escape", "GET /files/%4 HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"no UTF-8", "GET /files/%ff HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"a raw byte", "GET /files/\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", 0, 400},
        {"an unknown parameter", "GET /hello?z=1 HTTP/1.1\r\n" HOST "\r\n", 0, 422},
        {"a parameter twice", "GET /hello?q=1&q=2 HTTP/1.1\r\n" HOST "\r\n", 0, 422},
        {"NUL in a parameter", "GET /hello?q=%00 HTTP/1.1\r\n" HOST "\r\n", 0, 422},
        {"nothing there", "GET /nothing HTTP/1.1\r\n" HOST "\r\n", 0, 404},
        {"an id that is none", "GET /things/0x1 HTTP/1.1\r\n" HOST "\r\n", 0, 404},
        {"an id of 54 bits", "GET /things/9007199254740992 HTTP/1.1\r\n" HOST "\r\n", 0, 404},
        {"an unknown Expect", POST "Expect: 200-ok\r\nContent-Length: 1\r\n\r\na", 0, 417},
        {"JSON without its type", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}", 0,
         415},
        {"a form for JSON",
         "POST /echo HTTP/1.1\r\n" HOST
         "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n{}",
         0, 415},
        {"no body where JSON is wanted",
         "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n\r\n", 0, 400},
        {"a chunk without a size", POST "Transfer-Encoding: chunked\r\n\r\n\r\n", 0, 400},
        {"a chunk of +1", POST "Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n", 0, 400},
        {"a chunk longer than it says",
         POST "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 0, 400},
        {"a chunk's line with bare LF", POST "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
         0, 400},
        {"a trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n\r\n", 0, 400},
        {"a chunk with an extension",
         POST "Transfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n0\r\n\r\n", 0, 200},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status = ask_bytes(&F, rows[i].text, rows[i].n ? rows[i].n : strlen(rows[i].text));

        if (status != rows[i].want)
            fail_msg("%s: %d, not %d", rows[i].says, status, rows[i].want);
    }
}

static void sizes(void **state)
{
    size_t n = sizeof GET - 1;
    char *text = calloc(1, 100000);
    int fd;

    memcpy(text, GET, n);
    memcpy(text + n, "X-A: ", 5);
    memset(text + n + 5, 'a', 65536);
    memcpy(text + n + 5 + 65536, "\r\n\r\n", 5);
    assert_int_equal(ask(&F, text), 431);
    n = sizeof GET - 1;
    for (int i = 0; i < 120; i++)
        n += (size_t)sprintf(text + n, "X-%d: a\r\n", i);
    memcpy(text + n, "\r\n", 3);
    assert_int_equal(ask(&F, text), 431);
    n = (size_t)sprintf(text, "GET /hello?q=");
    memset(text + n, 'a', 9000);
    sprintf(text + n + 9000, " HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(ask(&F, text), 414);
    /* 413 comes before the body does, and the connection ends */
    fd = dial(&F);
    say(fd, POST "Content-Length: 100000000\r\n\r\n");
    assert_int_equal(status_of(hear(fd)), 413);
    assert_true(is_closed(fd));
    close(fd);
    fd = dial(&F);
    say(fd, POST "Transfer-Encoding: chunked\r\n\r\nfff\r\n");
    memset(text, 'a', 4095);
    say_bytes(fd, text, 4095);
    assert_int_equal(status_of(hear(fd)), 413);
    assert_true(is_closed(fd));
    close(fd);
    free(text);
}

static void what_a_handler_sees(void **state)
{
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"GET / HTTP/1.1", "path / id 0 text - rest - ip 127.0.0.1 tls 0 q -"},
        {"GET /hello?q=a+b%20c%C3%A4&limit=5 HTTP/1.1",
         "path /hello id 0 text - rest - ip 127.0.0.1 tls 0 q a b c\xc3\xa4"},
        {"GET /read?q= HTTP/1.1", "path /read id 0 text - rest - ip 127.0.0.1 tls 0 q "},
        {"GET /things/17 HTTP/1.1", "path /things/17 id 17 text - rest - ip 127.0.0.1 tls 0 q -"},
        {"GET /things/check HTTP/1.1",
         "path /things/check id 0 text - rest - ip 127.0.0.1 tls 0 q -"},
        {"GET /things/5/parts/a%20b HTTP/1.1",
         "path /things/5/parts/a b id 5 text a b rest - ip 127.0.0.1 tls 0 q -"},
        {"GET /files/a/b.txt HTTP/1.1",
         "path /files/a/b.txt id 0 text - rest a/b.txt ip 127.0.0.1 tls 0 q -"},
        {"GET /hello HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.8",
         "path /hello id 0 text - rest - ip 192.0.2.8 tls 0 q -"},
        {"GET /hello HTTP/1.1\r\nX-Forwarded-For: nonsense",
         "path /hello id 0 text - rest - ip 127.0.0.1 tls 0 q -"},
        {"GET /hello HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7, 127.0.0.1\r\n"
         "X-Forwarded-Proto: https",
         "path /hello id 0 text - rest - ip 192.0.2.7 tls 1 q -"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300];
        int fd = dial(&F);
        const char *answer;

        snprintf(text, sizeof text, "%s\r\n" HOST "\r\n", rows[i].line);
        say(fd, text);
        answer = hear(fd);
        if (!strstr(answer, rows[i].want))
            fail_msg("%s: %s", rows[i].line, answer);
        close(fd);
    }
}

static void answers_are_hardened(void **state)
{
    static const char *const wants[] = {"\r\nContent-Type: text/plain; charset=utf-8\r\n",
                                        "\r\nX-Content-Type-Options: nosniff\r\n",
                                        "\r\nX-Frame-Options: DENY\r\n",
                                        "\r\nReferrer-Policy: no-referrer\r\n",
                                        "\r\nContent-Security-Policy: default-src 'none'",
                                        "\r\nX-Request-Id: ",
                                        "\r\nDate: "};
    int fd = dial(&F);
    const char *answer;

    say(fd, GET "\r\n");
    answer = hear(fd);
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        if (!strstr(answer, wants[i]))
            fail_msg("%s is not in %s", wants[i], answer);
    say(fd, "GET /injecting HTTP/1.1\r\n" HOST "\r\n");
    answer = hear(fd);
    assert_int_equal(status_of(answer), 204);
    assert_non_null(strstr(answer, "X-Good: fine\r\n"));
    assert_null(strstr(answer, "evil"));
    say(fd, "GET /broken HTTP/1.1\r\n" HOST "\r\n");
    answer = hear(fd);
    assert_int_equal(status_of(answer), 500);
    assert_null(strstr(answer, "secret"));
    assert_null(strstr(answer, "half"));
    assert_non_null(strstr(answer, "application/problem+json"));
    assert_non_null(strstr(answer, "\"type\":\"about:blank#internal\""));
    close(fd);
}

static void say_json(int fd, const char *json)
{
    char text[1000];

    snprintf(text, sizeof text,
             "POST /echo HTTP/1.1\r\n" HOST
             "Content-Type: application/json; charset=utf-8\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(json), json);
    say(fd, text);
}

static void json_in_and_out(void **state)
{
    int fd = dial(&F);
    const char *answer;

    say_json(fd, "{\"text\":\"a\\u00e4\",\"number\":5}");
    answer = hear(fd);
    assert_int_equal(status_of(answer), 201);
    assert_non_null(strstr(answer, "\r\n\r\n{\"data\":{\"text\":\"a\xc3\xa4\",\"number\":5}}"));
    say_json(fd, "{\"text\":\"a\",\"number\":500}");
    answer = hear(fd);
    assert_int_equal(status_of(answer), 422);
    assert_non_null(strstr(answer, "\"field\":\"number\""));
    assert_int_equal(fixture_writes(), 2); /* the fixture's store runs each twice */
    close(fd);
}

static void head_options_and_old_http(void **state)
{
    int fd = dial(&F);
    const char *answer;

    say(fd, "HEAD /hello HTTP/1.1\r\n" HOST "\r\n" GET "\r\n");
    answer = hear_head(fd);
    assert_int_equal(status_of(answer), 200);
    assert_non_null(strstr(answer, "Content-Length: "));
    assert_int_equal(status_of(hear(fd)), 200); /* so HEAD sent no body */
    say(fd, "OPTIONS /things/1 HTTP/1.1\r\n" HOST "\r\n");
    answer = hear(fd);
    assert_int_equal(status_of(answer), 204);
    assert_non_null(strstr(answer, "Allow: OPTIONS, GET, HEAD, DELETE\r\n"));
    say(fd, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    answer = hear(fd);
    assert_non_null(strstr(answer, "Connection: keep-alive"));
    say(fd, "GET /hello HTTP/1.0\r\n\r\n");
    answer = hear(fd);
    assert_non_null(strstr(answer, "Connection: close"));
    assert_true(is_closed(fd));
    close(fd);
}

static void expect_continue(void **state)
{
    int fd = dial(&F);

    say(fd, POST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_string_equal(hear_head(fd), "HTTP/1.1 100 Continue\r\n\r\n");
    say(fd, "abc");
    assert_non_null(strstr(hear(fd), "\r\n\r\nabc"));
    say(fd, POST "Expect: 100-continue\r\nContent-Length: 3000\r\n\r\n");
    assert_int_equal(status_of(hear(fd)), 413);
    close(fd);
}

static void pipelined_answers_keep_their_order(void **state)
{
    static const char *const kinds[] = {"hello", "read"}; /* on the loop, on the pool */
    int fd = dial(&F);
    char text[200];

    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "GET /%s?q=n%d HTTP/1.1\r\n" HOST "\r\n", kinds[i % 2], i);
        say(fd, text);
    }
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "q n%d", i);
        assert_true(strstr(hear(fd), text));
    }
    close(fd);
}

static void one_byte_at_a_time(void **state)
{
    static const char text[] =
        POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    int fd = dial(&F);

    for (size_t i = 0; i < sizeof text - 1; i++)
        say_bytes(fd, text + i, 1);
    assert_non_null(strstr(hear(fd), "\r\n\r\nabcde"));
    close(fd);
}

/* The body comes after its head, and the client said that it will not send more. */
static void closing_clients_may_still_send_their_body(void **state)
{
    int fd = dial(&F);

    say(fd, POST "Connection: close\r\nContent-Length: 5\r\n\r\n");
    usleep(50000);
    say(fd, "ab");
    usleep(50000);
    say(fd, "cde");
    assert_non_null(strstr(hear(fd), "\r\n\r\nabcde"));
    assert_true(is_closed(fd));
    close(fd);
}

static void half_closed_clients_get_their_answer(void **state)
{
    int fd = dial(&F);

    say(fd, "GET /read?q=x HTTP/1.1\r\n" HOST "\r\nGET /read?q=y HTTP/1.1\r\n" HOST "\r\n");
    shutdown(fd, SHUT_WR);
    assert_non_null(strstr(hear(fd), "q x"));
    assert_non_null(strstr(hear(fd), "q y"));
    assert_true(is_closed(fd));
    close(fd);
}

static void files_and_large_answers(void **state)
{
    int fd = dial(&F);
    const char *answer;

    say(fd, "GET /file HTTP/1.1\r\n" HOST "\r\nGET /big HTTP/1.1\r\n" HOST "\r\n" GET "\r\n");
    answer = hear(fd);
    assert_int_equal(strlen(strstr(answer, "\r\n\r\n")), 640004);
    answer = hear(fd);
    assert_int_equal(strlen(strstr(answer, "\r\n\r\n")), 8 * 1024 * 1024 + 4);
    assert_int_equal(status_of(hear(fd)), 200);
    close(fd);
}

/* The deadlines of the issue (5, 15, 30 s), a hundredth of their length here. */
static void deadlines(void **state)
{
    int silent = dial(&F), trickle = dial(&F), stalled = dial(&F), reader = dial(&F);
    int64_t until = clock_mono_us() + 20 * 1000000;
    bool is_open = true;

    say(stalled, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 1000000\r\n\r\nabc");
    say(trickle, GET "X-A: ");
    say(reader, "GET /big HTTP/1.1\r\n" HOST "\r\n");
    while (is_open && clock_mono_us() < until) {
        char c;

        say(trickle, "a");
        usleep(20000);
        is_open = recv(trickle, &c, 1, MSG_DONTWAIT) < 0;
        assert_int_equal(ask(&F, GET "\r\n"), 200); /* others are unharmed */
    }
    assert_false(is_open);
    assert_true(is_closed(trickle));
    assert_true(is_closed(silent));
    assert_int_equal(status_of(hear(stalled)), 408);
    assert_true(is_closed(stalled));
    usleep(700000); /* longer than body_ms: nobody read the big answer */
    assert_true(status_of(hear(reader)) == 0);
    close(silent), close(trickle), close(stalled), close(reader);
}

static void rate_limit(void **state)
{
    static const char text[] =
        "GET /limited HTTP/1.1\r\nX-Forwarded-For: 192.0.2.99\r\n" HOST "\r\n";
    int fd = dial(&F);
    const char *answer;

    for (int i = 0; i < 3; i++) {
        say(fd, text);
        assert_int_equal(status_of(hear(fd)), 200);
    }
    say(fd, text);
    answer = hear(fd);
    assert_int_equal(status_of(answer), 429);
    assert_non_null(strstr(answer, "\r\nRetry-After: "));
    say(fd, "GET /limited HTTP/1.1\r\nX-Forwarded-For: 192.0.2.98\r\n" HOST "\r\n");
    assert_int_equal(status_of(hear(fd)), 200);
    close(fd);
}

static void *many_requests(void *arg)
{
    _Atomic int *good = arg;

    for (int i = 0; i < 20; i++) {
        int fd = dial(&F);

        for (int k = 0; k < 10; k++) {
            char text[40];

            snprintf(text, sizeof text, "{\"text\":\"%04d\"}", i * 10 + k);
            say_json(fd, text);
            snprintf(text, sizeof text, "{\"data\":{\"text\":\"%04d\"", i * 10 + k);
            *good += strstr(hear(fd), text) != NULL;
        }
        close(fd);
    }
    return NULL;
}

static void parallel_clients(void **state)
{
    pthread_t threads[8];
    _Atomic int good = 0;

    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many_requests, &good), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(good, 1600);
}

static void *let_go(void *arg)
{
    usleep(200000);
    store_hold(false);
    return NULL;
}

/* A write that runs is answered; then the server is gone. */
static void stop_while_busy(void **state)
{
    struct fixture mine;
    pthread_t thread;
    int busy, idle;

    fixture_init(&mine);
    fixture_start(&mine);
    busy = dial(&mine);
    idle = dial(&mine);
    say(idle, GET "\r\n");
    assert_int_equal(status_of(hear(idle)), 200);
    store_hold(true);
    say_json(busy, "{\"text\":\"a\"}");
    usleep(50000);
    assert_int_equal(pthread_create(&thread, NULL, let_go, NULL), 0);
    fixture_stop(&mine);
    pthread_join(thread, NULL);
    assert_int_equal(status_of(hear(busy)), 201);
    assert_true(is_closed(busy));
    assert_true(is_closed(idle));
    close(busy), close(idle);
}

static void a_taken_port_is_said(void **state)
{
    struct http_conf conf = F.conf;
    struct http_server *other;
    struct why w;
    char listen[40];

    snprintf(listen, sizeof listen, "127.0.0.1:%d", http_port(F.server));
    conf.listen = listen;
    assert_int_equal(http_start(&conf, &other, &w), E_BUSY);
    assert_non_null(strstr(w.text, listen));
    conf.listen = "nowhere";
    assert_int_equal(http_start(&conf, &other, &w), E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(probes, start, stop),
        cmocka_unit_test_setup_teardown(sizes, start, stop),
        cmocka_unit_test_setup_teardown(what_a_handler_sees, start, stop),
        cmocka_unit_test_setup_teardown(answers_are_hardened, start, stop),
        cmocka_unit_test_setup_teardown(json_in_and_out, start, stop),
        cmocka_unit_test_setup_teardown(head_options_and_old_http, start, stop),
        cmocka_unit_test_setup_teardown(expect_continue, start, stop),
        cmocka_unit_test_setup_teardown(pipelined_answers_keep_their_order, start, stop),
        cmocka_unit_test_setup_teardown(one_byte_at_a_time, start, stop),
        cmocka_unit_test_setup_teardown(closing_clients_may_still_send_their_body, start, stop),
        cmocka_unit_test_setup_teardown(half_closed_clients_get_their_answer, start, stop),
        cmocka_unit_test_setup_teardown(files_and_large_answers, start, stop),
        cmocka_unit_test_setup_teardown(deadlines, start, stop),
        cmocka_unit_test_setup_teardown(rate_limit, start, stop),
        cmocka_unit_test_setup_teardown(parallel_clients, start, stop),
        cmocka_unit_test(stop_while_busy),
        cmocka_unit_test_setup_teardown(a_taken_port_is_said, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
