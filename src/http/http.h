/* http.h: what a handler sees of a request, and how it answers.
 *
 * The server (server.c) reads, limits, routes, authorises and answers; a handler is a
 * function of (request, response). Where it runs is said in its route:
 *   ON_LOOP    on the event loop: no store, no waiting; for /healthz and static files
 *   ON_READ    on a pool thread inside a read transaction: q->tx
 *   ON_WRITE   inside the writer's batch: q->tx; the answer leaves after COMMIT
 *   ON_SLOW    on one of two threads that may block and burn CPU (Argon2, uploads): no tx
 *   ON_STREAM  ON_READ first (q->tx); then the connection becomes an event stream
 * Used by: domains' _api files, routes.c, main.c. It knows no domain. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "base/str.h"

struct tx;
struct store;
struct principal; /* who asks; people/principal.h. http/ only carries it */
struct http_server;
struct stream;

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_OPTIONS };
enum run_on { ON_LOOP, ON_READ, ON_WRITE, ON_SLOW, ON_STREAM };
enum rate { PER_NONE, PER_IP, PER_WHO, PER_LOGIN };

struct req;
struct res;
typedef enum err handler(struct req *q, struct res *s, struct why *w);

struct route {
    enum method method;
    const char *path; /* "/api/v1/tickets/:id/messages"; ":id" ints, ":text" text, "*" the rest */
    int permission;   /* enum permission of people/policy.h; 0 is not a permission */
    enum rate rate;
    enum run_on on;
    size_t max_body; /* [bytes]; 0: no body is taken */
    handler *run;
    const struct shape *in;  /* parsed before the handler: q->in; NULL: raw body or none */
    const struct shape *out; /* for OpenAPI: what stands in "data"; ON_STREAM: in an event's */
    bool is_list;            /* "data" is a list with "meta" */
    const char
        *query; /* names of the query parameters, by comma; others are refused 422; "*": any */
    const char *says; /* one line for the API page; NULL: not in the API page */
};

struct http_header {
    struct str name, value;
};

struct req {
    const struct route *route;
    struct arena *arena;
    void *app;              /* struct app of main.c */
    void *prepared;         /* what the prepare hook left; NULL */
    struct tx *tx;          /* ON_READ, ON_WRITE, ON_STREAM */
    struct principal *who;  /* set by the authenticate hook; never NULL in a handler */
    const void *in;         /* struct of route->in, parsed and checked */
    struct str body;        /* raw */
    const char *path;       /* decoded, normalised */
    int64_t ids[3];         /* the ints of the path, in order */
    const char *texts[3];   /* the texts of the path, in order; decoded */
    const char *rest;       /* what "*" took */
    const char *request_id; /* 22 characters, in answers and logs */
    const char *ip;         /* the peer, or what a trusted proxy says */
    bool is_tls;            /* in-process TLS, or X-Forwarded-Proto of a trusted proxy */
    struct http_header *headers;
    size_t n_headers;
    struct str query; /* undecoded */
    int64_t opened;   /* ON_STREAM: what http_conf.opening said before the read began */
};

struct res {
    struct req *req;
    int status;               /* 200 unless set */
    const char *content_type; /* "application/json" unless set */
    struct buf body;
    struct http_header extra[12]; /* arena strings; CR, LF, NUL in a value are refused */
    size_t n_extra;
    struct str fixed; /* a body that outlives the process's requests (assets): no copy */
    int file_fd;      /* -1, or a file sent as the body; the server closes it */
    int64_t file_bytes;
    struct stream *stream; /* ON_STREAM: what the connection becomes */
};

/* A header's value, or {NULL,0}; names are compared without case. */
struct str req_header(const struct req *q, const char *name);
const char *req_cookie(const struct req *q, const char *name); /* arena copy or NULL */
/* One query parameter, decoded and valid UTF-8, or NULL. */
const char *req_query(const struct req *q, const char *name);
/* The same as a number in [min, max]; `otherwise` if absent; E_INVALID if it is not one. */
CHECKED enum err req_query_i64(const struct req *q, const char *name, int64_t min, int64_t max,
                               int64_t otherwise, int64_t *ret, struct why *w);

/* The number in `If-Match: "7"`; 0 without one or for "*". E_STALE: no ETag of ours. */
CHECKED enum err req_if_match(const struct req *q, int64_t *ret, struct why *w);

void res_header(struct res *s, const char *name, const char *value);
/* {"data": …} with the given status */
enum err reply(struct res *s, int status, const struct shape *shape, const void *v);
/* {"data":[…],"meta":{"has_more":…,"after_cursor":…}}; cursor NULL: null */
enum err reply_list(struct res *s, const struct shape *shape, const void *v, size_t n,
                    bool has_more, const char *after_cursor);
enum err reply_empty(struct res *s); /* 204 */
/* RFC 9457 problem+json out of a failure. */
void reply_problem(struct res *s, enum err e, const struct why *w);

/* ------- the server */
struct http_rate {
    double per_s; /* tokens a second; 0: the default of server.c; below 0: no limit */
    double burst;
};

struct http_conf {
    const char *listen;                       /* "127.0.0.1:8080"; port 0: any */
    int loops;                                /* 0: one a core */
    int pool;                                 /* ON_READ threads; 0: 4 */
    const char *tls_cert_file, *tls_key_file; /* PEM; NULL: plain */
    const char *trusted_proxies;              /* addresses by comma; NULL: none */
    int header_ms, idle_ms, body_ms;          /* 0: base/limits.h; tests give small ones */
    int quiet_ms;                             /* 0: LIMIT_STREAM_QUIET_MS */
    struct http_rate rates[4];                /* by enum rate */
    const struct route *routes;
    size_t n_routes;
    struct store *store; /* NULL: no ON_READ and ON_WRITE routes */
    void *app;
    /* Who asks, and may they? Runs in the handler's transaction (ON_READ, ON_WRITE,
     * ON_STREAM) or before the handler (ON_SLOW: q->tx is a short read transaction; ON_LOOP:
     * no tx, only for routes open to all). Sets q->who. E_UNKNOWN_WHO or E_DENIED refuse. */
    enum err (*authenticate)(struct req *q, struct why *w);
    /* Around the handler of a POST with an Idempotency-Key: ON_WRITE in its transaction,
     * ON_SLOW before in a read and after in a write of their own (there `before` is asked once
     * more). before: returns OK and sets *ret_done if it filled `s` with the stored answer;
     * also refuses a key that cannot be obeyed. after: keeps the answer. Both or none. */
    enum err (*idem_before)(struct req *q, struct res *s, bool *ret_done, struct why *w);
    enum err (*idem_after)(struct req *q, const struct res *s, struct why *w);
    /* ON_WRITE: may this request go straight to the writer (its credentials were good a
     * moment ago)? Else authenticate runs once on the pool first. NULL: always pool first. */
    bool (*is_fast)(const struct req *q);
    /* ON_WRITE, the caller is who they say: work on the request that needs no transaction, on
     * this thread rather than the writer's. Leaves what it found in q->prepared. NULL: none. */
    void (*prepare)(struct req *q);
    /* The part of a write (store.h). NULL: 0. */
    uint64_t (*part)(const struct req *q);
    const char *(*permission_name)(int permission); /* for the API page; NULL: numbers */
    /* ON_STREAM: a count of what may end a stream's rights, taken before they are read, on an
     * event loop: short. The handler finds it as q->opened. NULL: 0. */
    int64_t (*opening)(void *app);
    /* An answer that refuses is about to leave, whoever refused: add headers to it (CORS for
     * the widget). q->path is NULL if it could not be read. NULL: none. */
    void (*problem)(const struct req *q, struct res *s);
};

CHECKED enum err http_start(const struct http_conf *conf, struct http_server **ret, struct why *w);
int http_port(const struct http_server *s);
/* Stop listening, finish what runs within `grace`, end streams; then join and free. */
void http_stop(struct http_server *s, msec grace);

struct http_stats {
    int64_t requests, refused, connections, streams;
    int64_t by_status[6];
};
void http_stats(const struct http_server *s, struct http_stats *ret);

/* ------- event streams (sse.c)
 * A stream follows topics. Publishing to a topic is cheap; every stream gets one coalesced
 * write per tick (100 ms). Within a tick a later frame with the same (topic, key) replaces
 * the earlier one, so a storm of changes to one ticket is one line. */
#define STREAM_TOPICS 16
struct stream_conf {
    const char *topics[STREAM_TOPICS];
    size_t n_topics;
    const char *first; /* frames to send at once (replayed events, a greeting); may be NULL */
    void *who;         /* opaque copy of the principal for `may` */
    void (*who_free)(void *);
    /* Asked before each write: have the rights of `who` ended? Then the stream does. NULL: no. */
    bool (*is_over)(const void *who);
};
/* For an ON_STREAM handler: sets s->stream. Headers and keep-alive comments are ours. An event
 * whose id stands in `first` is not sent again when it is published a moment later, nor twice
 * if it comes on two topics of the stream. On failure `who` stays the caller's. */
enum err stream_open(struct req *q, struct res *s, const struct stream_conf *conf, struct why *w);
/* From any thread. `frame` is whole ("id: …\nevent: …\ndata: …\n\n"). `may`, if given, is asked
 * once per stream with its `who` and `tag`. */
void http_publish(struct http_server *s, const char *topic, const char *key, const char *frame,
                  bool (*may)(const void *who, int64_t tag), int64_t tag);
/* How many streams follow the topic now (presence, "anyone in?"). */
int64_t http_followers(const struct http_server *s, const char *topic);
