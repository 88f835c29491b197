/* Do browsers get pages the way they ask for them? With a table of its own instead of the
 * pages that are built in. */
#include "http/static.h"

#include <stdio.h>
#include <unistd.h>

#include "http/fixture.h"

/* gzip of "hello, hello, hello\n" */
static const unsigned char GZ[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                   0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0xc8, 0x40, 0xa2,
                                   0xb8, 0x00, 0xe7, 0x42, 0x6e, 0x52, 0x14, 0x00, 0x00, 0x00};
const struct asset ASSETS[] = {
    {"/assets/app-1.js", "text/javascript; charset=utf-8", "\"js1\"", GZ, sizeof GZ},
    {"/broken.svg", "image/svg+xml", "\"br\"", GZ, 12},
    {"/index.html", "text/html; charset=utf-8", "\"abc\"", GZ, sizeof GZ},
};
const size_t N_ASSETS = 3;

static const struct route ROUTES[] = {{METHOD_GET, "/*", 1, PER_NONE, ON_LOOP, 0, static_get}};
static struct fixture F;

static int start(void **state)
{
    fixture_init(&F);
    F.conf.routes = ROUTES;
    F.conf.n_routes = 1;
    fixture_start(&F);
    return 0;
}

static int stop(void **state)
{
    fixture_stop(&F);
    return 0;
}

static void what_browsers_get(void **state)
{
    static const struct {
        const char *says, *path, *header;
        int status;
        const char *has, *has_not;
    } rows[] = {
        {"the first page", "/", "Accept-Encoding: gzip, br", 200, "Content-Encoding: gzip",
         "hello, hello"},
        {"without gzip", "/", "Accept: */*", 200, "\r\n\r\nhello, hello, hello\n",
         "Content-Encoding"},
        {"gzip refused", "/index.html", "Accept-Encoding: gzip;q=0, identity", 200,
         "hello, hello, hello", "Content-Encoding"},
        {"anything goes", "/index.html", "Accept-Encoding: *", 200, "Content-Encoding: gzip", "@"},
        {"a place of the console's router", "/tickets/12", "Accept: */*", 200, "text/html",
         "immutable"},
        {"a file that is not there", "/logo.png", "Accept: */*", 404, "problem+json", "hello"},
        {"nothing of the API", "/api/v1/nothing", "Accept: */*", 404, "problem+json", "hello"},
        {"a page has the page's policy", "/", "Accept: */*", 200, "script-src 'self'", "sandbox"},
        {"a worker has it too", "/assets/app-1.js", "Accept: */*", 200, "script-src 'self'",
         "sandbox"},
        {"named by its content: for ever", "/assets/app-1.js", "Accept: */*", 200,
         "max-age=31536000, immutable", "no-cache"},
        {"the same as before", "/", "If-None-Match: \"abc\"", 304, "ETag: \"abc\"",
         "Content-Length"},
        {"among others, weakly", "/", "If-None-Match: \"x\", W/\"abc\"", 304, "ETag", "hello"},
        {"any", "/", "If-None-Match: *", 304, "ETag", "hello"},
        {"another than before", "/", "If-None-Match: \"ab\"", 200, "hello", "304"},
        {"broken inside", "/broken.svg", "Accept: */*", 500, "problem+json", "hello"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300];
        int fd = dial(&F);
        const char *answer;

        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", rows[i].path,
                 rows[i].header);
        say(fd, text);
        answer = hear(fd);
        if (status_of(answer) != rows[i].status || !strstr(answer, rows[i].has) ||
            strstr(answer, rows[i].has_not))
            fail_msg("%s: %s", rows[i].says, answer);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_browsers_get, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
