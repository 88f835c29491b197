/* client.h: ask another server something, once, and wait for it. On libcurl.
 *
 * Whoever can make us fetch an address could reach what only we can reach. So every address
 * that a name resolves to is looked at when the socket is made, redirects too, and only the
 * open Internet is allowed unless the caller says otherwise. No proxy of the environment, no
 * cookies, http and https only.
 * Used by: channels, webhooks; on threads that may block. */
#pragma once

#include <netinet/in.h>

#include "http/http.h"

/* May we connect there? */
typedef bool client_guard(const struct in6_addr *address, int port);

struct client_ask {
    const char *method; /* "GET" if NULL */
    const char *url;
    const struct http_header *headers; /* NUL-terminated strings without CR and LF */
    size_t n_headers;
    struct str body;
    int timeout_ms;      /* all together; 0: 15 s */
    size_t max_bytes;    /* of the answer's body; 0: 1 MB */
    int redirects;       /* how many are followed; 0: none */
    client_guard *guard; /* NULL: the open Internet only */
    const char *ca_file; /* PEM; NULL: the system's */
};

struct client_answer {
    int status;
    struct str body;          /* in the arena, NUL-terminated */
    const char *content_type; /* or "" */
    int64_t retry_after_s;    /* 0: not said */
};

/* OK whatever the status is. E_INVALID: no http(s) URL. E_DENIED: the address is not allowed.
 * E_BUSY: surely not sent, may be tried again. E_UNKNOWN: sent, but no answer came.
 * E_UPSTREAM: no trust (certificate), or no HTTP. E_TOO_LARGE. */
CHECKED enum err client_call(const struct client_ask *ask, struct arena *a,
                             struct client_answer *ret, struct why *w);
