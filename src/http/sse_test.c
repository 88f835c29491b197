/* Do streams get all they follow, once, in order, in few writes, and does a slow one harm only
 * itself? */
#include "http/fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/clock.h"

static struct fixture F;

static int start(void **state)
{
    fixture_init(&F);
    F.conf.quiet_ms = 300;
    fixture_start(&F);
    atomic_store(&fixture_snapshot, 0);
    atomic_store(&fixture_who_freed, 0);
    return 0;
}

static int stop(void **state)
{
    fixture_stop(&F);
    return 0;
}

static int open_stream(const char *topic, int who)
{
    char text[200];
    int fd = dial(&F);

    snprintf(text, sizeof text, "GET /stream/%s?who=%d HTTP/1.1\r\nHost: a\r\n\r\n", topic, who);
    say(fd, text);
    return fd;
}

/* Reads on until `end` was said (or 10 s passed); returns all of it. */
static const char *hear_until(int fd, const char *end)
{
    static char text[1 << 20];
    size_t n = 0;

    text[0] = 0;
    while (n < sizeof text - 1 && !strstr(text, end)) {
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);

        if (got <= 0)
            break;
        n += (size_t)got;
        text[n] = 0;
    }
    return text;
}

/* The i-th stream is live once the server says so. */
static void wait_for_streams(int64_t n)
{
    struct http_stats stats;

    for (int i = 0; i < 2000; i++) {
        http_stats(F.server, &stats);
        if (stats.streams == n)
            return;
        usleep(5000);
    }
    fail_msg("%d streams, not %d", (int)stats.streams, (int)n);
}

static void frames_of_a_tick_are_coalesced(void **state)
{
    int fd = open_stream("a", 0);
    const char *text;

    wait_for_streams(1);
    http_publish(F.server, "a", "one", "data: 1\n\n", NULL, 0);
    http_publish(F.server, "a", "two", "data: 2\n\n", NULL, 0);
    http_publish(F.server, "b", "one", "data: other topic\n\n", NULL, 0);
    http_publish(F.server, "all", "one", "data: 3\n\n", NULL, 0);
    http_publish(F.server, "a", NULL, "data: no key\n\n", NULL, 0);
    http_publish(F.server, "a", NULL, "data: no key\n\n", NULL, 0);
    http_publish(F.server, "a", "one", "data: 4\n\n", NULL, 0);
    http_publish(F.server, "a", "end", "data: end\n\n", NULL, 0);
    text = hear_until(fd, "end\n\n");
    assert_int_equal(status_of(text), 200);
    assert_non_null(strstr(text, "\r\nContent-Type: text/event-stream\r\n"));
    assert_non_null(strstr(text, "\r\n\r\nid: c0\ndata: snapshot 0\n\ndata: 2\n\ndata: 3\n\n"
                                 "data: no key\n\ndata: no key\n\ndata: 4\n\ndata: end\n\n"));
    assert_int_equal(http_followers(F.server, "a"), 1);
    close(fd);
    wait_for_streams(0);
    assert_int_equal(http_followers(F.server, "a"), 0);
    assert_int_equal(atomic_load(&fixture_who_freed), 1);
}

static void an_event_comes_once(void **state)
{
    int fd;
    const char *text;

    atomic_store(&fixture_snapshot, 7);
    fd = open_stream("a", 0);
    wait_for_streams(1);
    /* its handler has seen 7 already; 8 is new, on both topics that it follows */
    http_publish(F.server, "a", NULL, "id: c7\ndata: old\n\n", NULL, 0);
    http_publish(F.server, "all", "8", "id: c8\ndata: new\n\n", NULL, 0);
    http_publish(F.server, "a", "8", "id: c8\ndata: new\n\n", NULL, 0);
    http_publish(F.server, "a", NULL, "id: c9\ndata: end\n\n", NULL, 0);
    text = hear_until(fd, "end\n\n");
    assert_non_null(strstr(text, "data: snapshot 7\n\nid: c8\ndata: new\n\nid: c9\n"));
    close(fd);
}

static bool is_even(const void *who, int64_t tag)
{
    int64_t v;

    memcpy(&v, who, sizeof v);
    return v % 2 == tag;
}

static void only_who_may_hears_it(void **state)
{
    int fds[6];

    for (int i = 0; i < 6; i++)
        fds[i] = open_stream("a", i);
    wait_for_streams(6);
    http_publish(F.server, "a", "x", "data: even\n\n", is_even, 0);
    http_publish(F.server, "a", "y", "data: odd\n\n", is_even, 1);
    http_publish(F.server, "a", "z", "data: end\n\n", NULL, 0);
    for (int i = 0; i < 6; i++) {
        const char *text = hear_until(fds[i], "end\n\n");

        assert_non_null(strstr(text, i % 2 ? "data: odd\n\ndata: end" : "data: even\n\ndata: end"));
        assert_null(strstr(text, i % 2 ? "data: even" : "data: odd"));
        close(fds[i]);
    }
}

/* What is committed while a stream opens is either in its snapshot or comes as a frame. */
static _Atomic bool publishing;

static void *publish_numbers(void *arg)
{
    for (int64_t i = 1; atomic_load(&publishing); i++) {
        char frame[40];

        atomic_store(&fixture_snapshot, i); /* committed */
        if (i % 5 == 0)
            usleep(300);
        snprintf(frame, sizeof frame, "data: number %d\n\n", (int)i);
        http_publish(F.server, "a", NULL, frame, NULL, 0);
    }
    return NULL;
}

static void nothing_is_missed_while_opening(void **state)
{
    pthread_t thread;

    atomic_store(&publishing, true);
    assert_int_equal(pthread_create(&thread, NULL, publish_numbers, NULL), 0);
    for (int i = 0; i < 200; i++) {
        int fd = open_stream("a", 0);
        const char *text = hear_until(fd, "number "), *at = strstr(text, "number ");
        int64_t seen = 0, first;

        assert_non_null(at);
        first = strtoll(strstr(text, "snapshot ") + 9, NULL, 10);
        /* the first number heard is at most one after the snapshot, and none is left out */
        for (; at && strchr(at, '\n'); at = strstr(at + 1, "number ")) {
            int64_t v = strtoll(at + 7, NULL, 10);

            if (seen)
                assert_int_equal(v, seen + 1);
            else
                assert_true(v <= first + 1);
            seen = v;
        }
        close(fd);
    }
    atomic_store(&publishing, false);
    pthread_join(thread, NULL);
}

static void a_quiet_stream_gets_comments(void **state)
{
    int fd = open_stream("a", 0);

    assert_non_null(strstr(hear_until(fd, "\n\n:\n\n:\n\n"), "\n\n:\n\n:\n\n"));
    close(fd);
}

static void a_slow_stream_is_dropped_alone(void **state)
{
    int slow = open_stream("a", 0), good = open_stream("b", 0);
    struct http_stats stats;
    char *frame = calloc(1, 200001);
    int64_t until = clock_mono_us() + 30 * 1000000;

    memset(frame, 'x', 200000);
    wait_for_streams(2);
    do { /* the kernel takes a few MB before it is full */
        http_publish(F.server, "a", NULL, frame, NULL, 0);
        usleep(20000);
        http_stats(F.server, &stats);
    } while (stats.streams == 2 && clock_mono_us() < until);
    assert_int_equal(stats.streams, 1);
    http_publish(F.server, "b", NULL, "data: still here\n\n", NULL, 0);
    assert_non_null(strstr(hear_until(good, "here\n\n"), "still here"));
    free(frame);
    close(slow), close(good);
}

static void many_streams(void **state)
{
    enum { MANY = 2000 };
    struct rlimit r;
    int *fds = heap_new(MANY * sizeof *fds), n = MANY;

    getrlimit(RLIMIT_NOFILE, &r);
    if (r.rlim_cur < 2 * MANY + 100) {
        n = (int)(r.rlim_cur - 100) / 2;
        print_message("only %d streams: the limit of descriptors is %d\n", n, (int)r.rlim_cur);
    }
    for (int i = 0; i < n; i++)
        fds[i] = open_stream(i % 2 ? "odd" : "even", 0);
    wait_for_streams(n);
    assert_int_equal(http_followers(F.server, "all"), n);
    http_publish(F.server, "all", "x", "data: to all\n\n", NULL, 0);
    for (int i = 0; i < n; i++) {
        assert_non_null(strstr(hear_until(fds[i], "to all\n\n"), "to all"));
        close(fds[i]);
    }
    wait_for_streams(0);
    assert_int_equal(atomic_load(&fixture_who_freed), n);
    free(fds);
}

static void streams_end_when_the_server_stops(void **state)
{
    int fd = open_stream("a", 0);

    wait_for_streams(1);
    fixture_stop(&F);
    assert_true(is_closed(fd));
    close(fd);
    start(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(frames_of_a_tick_are_coalesced, start, stop),
        cmocka_unit_test_setup_teardown(an_event_comes_once, start, stop),
        cmocka_unit_test_setup_teardown(only_who_may_hears_it, start, stop),
        cmocka_unit_test_setup_teardown(nothing_is_missed_while_opening, start, stop),
        cmocka_unit_test_setup_teardown(a_quiet_stream_gets_comments, start, stop),
        cmocka_unit_test_setup_teardown(a_slow_stream_is_dropped_alone, start, stop),
        cmocka_unit_test_setup_teardown(many_streams, start, stop),
        cmocka_unit_test_setup_teardown(streams_end_when_the_server_stops, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
