#include "http/client.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/scope.h"
#include "http/address.h"

#define TIMEOUT_MS 15000
#define CONNECT_MS 5000
#define MAX_BYTES  (1024 * 1024)

struct call {
    const struct client_ask *ask;
    CURL *curl;
    struct curl_slist *headers;
    struct buf body;
    bool was_denied;
};

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void call_done(struct call *c)
{
    curl_easy_cleanup(c->curl);
    curl_slist_free_all(c->headers);
    buf_done(&c->body);
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct call *c = arg;

    buf_add(&c->body, p, size * n);
    return c->body.is_over ? 0 : size * n;
}

/* Here, and not at the URL, it shows where the bytes will go: names change their minds. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct call *c = arg;
    client_guard *guard = c->ask->guard;
    struct in6_addr a = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    int port;

    if (to->family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, &to->addr, sizeof v4);
        memcpy(a.s6_addr + 12, &v4.sin_addr, 4);
        port = ntohs(v4.sin_port);
    } else if (to->family == AF_INET6) {
        struct sockaddr_in6 v6;

        memcpy(&v6, &to->addr, sizeof v6);
        a = v6.sin6_addr;
        port = ntohs(v6.sin6_port);
    } else {
        return CURL_SOCKET_BAD;
    }
    if (guard ? !guard(&a, port) : !address_is_public(&a)) {
        c->was_denied = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool has_line_end(struct str s)
{
    return memchr(s.p, '\r', s.n) || memchr(s.p, '\n', s.n);
}

static enum err add_headers(struct call *c, struct arena *a, struct why *w)
{
    for (size_t i = 0; i < c->ask->n_headers; i++) {
        const struct http_header *h = &c->ask->headers[i];
        struct curl_slist *more;

        if (has_line_end(h->name) || has_line_end(h->value))
            return fail(w, E_INVALID, "a header to be sent holds a line end");
        more = curl_slist_append(c->headers, arena_printf(a, "%s: %s", h->name.p, h->value.p));
        if (!more)
            abort();
        c->headers = more;
    }
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, c->headers);
    return OK;
}

static void set_up(struct call *c)
{
    const struct client_ask *ask = c->ask;
    long timeout_ms = ask->timeout_ms ? ask->timeout_ms : TIMEOUT_MS;
    CURL *curl = c->curl;

    curl_easy_setopt(curl, CURLOPT_URL, ask->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, ask->redirects > 0 ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)ask->redirects);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     timeout_ms < CONNECT_MS ? timeout_ms : (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ask->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, ask->ca_file);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, c);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, c);
    if (ask->body.n) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body.p);
    }
    if (ask->method)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
}

/* Whether the request left us decides if it may be tried again. */
static enum err failure(const struct call *c, CURLcode code, struct why *w)
{
    const char *words = curl_easy_strerror(code);
    long sent = 0;

    curl_easy_getinfo(c->curl, CURLINFO_REQUEST_SIZE, &sent);
    if (c->was_denied)
        return fail(w, E_DENIED, "the address is not on the open Internet");
    if (c->body.is_over)
        return fail(w, E_TOO_LARGE, "the answer is over %zu bytes", c->body.max_bytes);
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return fail(w, E_INVALID, "the URL cannot be used: %s", words);
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
        code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_WEIRD_SERVER_REPLY)
        return fail(w, E_UPSTREAM, "the server cannot be used: %s", words);
    if (sent > 0)
        return fail(w, E_UNKNOWN, "no answer came: %s", words);
    return fail(w, E_BUSY, "the server could not be reached: %s", words);
}

enum err client_call(const struct client_ask *ask, struct arena *a, struct client_answer *ret,
                     struct why *w)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    SCOPED(call_done) struct call c = {.ask = ask};
    const char *type = NULL;
    curl_off_t retry_after = 0;
    long status = 0;
    CURLcode code;
    enum err e;

    pthread_once(&once, init_curl);
    buf_init(&c.body, ask->max_bytes ? ask->max_bytes : MAX_BYTES);
    c.curl = curl_easy_init();
    if (!c.curl)
        return fail(w, E_INTERNAL, "the HTTP client could not be made");
    set_up(&c);
    if ((e = add_headers(&c, a, w)))
        return e;
    code = curl_easy_perform(c.curl);
    if (code != CURLE_OK)
        return failure(&c, code, w);
    curl_easy_getinfo(c.curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c.curl, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(c.curl, CURLINFO_RETRY_AFTER, &retry_after);
    *ret = (struct client_answer){
        .status = (int)status,
        .body = {arena_dup(a, c.body.p ? c.body.p : "", c.body.n), c.body.n},
        .content_type = arena_str(a, type ? type : ""),
        .retry_after_s = retry_after > 0 ? retry_after : 0,
    };
    return OK;
}
