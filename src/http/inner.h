/* inner.h: the server's own structures: server > loops > connections > exchanges.
 *
 * A connection belongs to its loop's thread and is never touched by another. An exchange (one
 * request and its answer) is handed over whole: loop -> pool or writer -> loop; its arena goes
 * with it. Used by: files of http/ only. */
#pragma once

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "http/http.h"
#include "http/reader.h"
#include "store/store.h"

struct conn;
struct hub;
struct loop;
struct pool;
struct proxies;
struct rates;
struct router;
struct sets;
struct tls;
struct tls_conn;

/* Something handed to a loop from another thread: fn runs there. */
struct note {
    struct note *next;
    void (*fn)(struct loop *l, struct note *n);
};

/* What a connection waits for. Each phase but BUSY has one length for all, so a list per phase
 * in order of arrival is also in order of deadlines. */
enum phase {
    PHASE_IDLE,
    PHASE_HEAD,
    PHASE_BODY,
    PHASE_WRITE,
    PHASE_LINGER,
    PHASE_STREAM,
    PHASE_BUSY,
    PHASES
};

TAILQ_HEAD(conn_list, conn);

struct conn {
    TAILQ_ENTRY(conn) link; /* in loop->phases[phase] */
    struct loop *loop;
    struct event read_event;
    struct event *write_event; /* only while the peer is slow */
    struct evbuffer *in;       /* read ahead while busy; mostly NULL */
    struct evbuffer *out;      /* what the socket did not take yet; mostly NULL */
    struct exchange *x;        /* NULL between requests and in a stream */
    struct stream *stream;
    struct tls_conn *tls;
    int64_t deadline_us; /* of the phase; from clock_mono_us */
    size_t progress;     /* bytes moved in this window; in PHASE_LINGER: dropped so far */
    int64_t file_left, file_at;
    struct in6_addr peer; /* v4-mapped for IPv4 */
    int fd, file_fd;
    enum phase phase;
    bool is_reading; /* read_event is added */
    bool is_ended;   /* the peer sent its end */
    bool is_dead;    /* broken: nothing can be written */
    bool closes;     /* after this answer */
    bool lingers;    /* input may still come: close politely */
    bool is_feeding; /* feed() is on the stack */
    uint8_t pins;    /* others on the stack that need it to stay */
};

enum run_state { RUN_AT_LOOP, RUN_AWAY }; /* RUN_AWAY: another thread has it */

struct exchange {
    struct req req; /* first: req -> exchange */
    struct res res;
    struct http_server *server;
    struct conn *conn;
    struct loop *loop;
    struct reader reader;
    struct note note;
    struct store_write write;
    struct exchange *next;            /* in a pool's queue */
    void (*work)(struct exchange *x); /* on a pool thread */
    struct why why;
    enum err err;
    enum run_state run_state;
    int refused;      /* HTTP status of a refusal that enum err does not know; 0: none */
    unsigned methods; /* of the path, for 405 and OPTIONS */
    bool is_options;  /* answered by the server itself */
    int64_t since;    /* ON_STREAM: the hub's count before the snapshot; -1: none */
    int64_t started_us;
    size_t counted_body; /* what it has in server->body_bytes */
    struct stream_conf stream_conf;
};

struct loop {
    struct http_server *server;
    int index;
    pthread_t thread;
    struct event_base *base;
    int listener, wake_fd;
    struct event *listen_event, *wake_event, *tick_event, *tick_frames;
    struct conn_list phases[PHASES];
    struct sets *sets; /* of streams; sse.c */
    _Atomic(struct note *) notes;
    struct arena *spare[32];
    size_t n_spare;
    size_t n_conns, n_exchanges;
    char *scratch; /* SCRATCH_BYTES */
    unsigned char random[256];
    size_t random_left;
    char date[32]; /* "Sun, 22 Nov 2026 05:32:00 GMT" */
    int64_t date_s;
    bool is_stopping, is_forced, is_resting;
    int64_t stop_by_us;
};
#define SCRATCH_BYTES (64 * 1024)

struct http_server {
    struct http_conf conf;
    struct router *router;
    struct rates *rates;
    struct proxies *proxies;
    struct tls *tls;
    struct hub *hub;
    struct pool *read_pool, *slow_pool;
    struct loop *loops;
    size_t n_loops;
    int port;
    int64_t phase_us[PHASES];
    _Atomic int64_t requests, refused, connections, streams, body_bytes, unsent_bytes;
    _Atomic int64_t by_status[6];
};

static inline struct exchange *exchange_of(const struct req *q)
{
    return (struct exchange *)(void *)(uintptr_t)q;
}

/* loop.c */
void loop_post(struct loop *l, struct note *n); /* any thread */
struct arena *loop_arena(struct loop *l);
void loop_arena_back(struct loop *l, struct arena *a);
void loop_request_id(struct loop *l, char ret[23]);
const char *loop_date(struct loop *l);
CHECKED enum err loop_init(struct loop *l, struct http_server *s, int index, int listener,
                           struct why *w);
void *loop_main(void *loop);
void loop_done(struct loop *l);
void loop_stop(struct loop *l, struct note *n); /* as a note's fn */
void loop_arm_tick(struct loop *l);

/* conn.c */
void conn_new(struct loop *l, int fd, const struct in6_addr *peer);
void conn_phase(struct conn *c, enum phase phase);
void conn_close(struct conn *c); /* now; the conn is gone unless an exchange is away */
void conn_expired(struct conn *c);
/* Send head and body, keep what the socket does not take. The head is copied then, the body
 * is referred to: `release(arg)` runs as soon as its bytes are no longer needed. */
struct body {
    const void *p;
    size_t n;
    void (*release)(void *arg);
    void *arg;
};
void conn_send(struct conn *c, const void *head, size_t n, struct body body);
void conn_send_file(struct conn *c, int fd, int64_t bytes); /* behind what was sent */
size_t conn_unsent(const struct conn *c);
/* The answer is handed over: when it is written, go on or close. */
void conn_answered(struct conn *c);

/* serve.c */
struct exchange *exchange_new(struct conn *c);
void exchange_free(struct exchange *x);
void exchange_ahead(struct exchange *x); /* the head is there */
void exchange_run(struct exchange *x);   /* the request is there, or refused */
void exchange_refuse(struct exchange *x, int status, const char *text);

/* run.c */
void exchange_start(struct exchange *x);

/* answer.c */
void exchange_answer(struct exchange *x); /* writes it to the connection; x is gone then */
void res_reset(struct res *s);            /* as if no handler had run */
/* A problem whose status is not in the table of errors. */
void answer_problem(struct res *s, int status, const char *name, const char *title,
                    const char *detail, const char *field);

/* sse.c */
struct hub *hub_new(struct http_server *s);
void hub_free(struct hub *h);
void hub_opening(struct exchange *x); /* before the snapshot is taken */
void hub_opened(struct exchange *x);  /* the stream is live or did not come to be */
void stream_start(struct exchange *x, struct conn *c);
void stream_quiet(struct conn *c); /* nothing was written for a while */
void stream_gone(struct conn *c);
void stream_discard(struct exchange *x); /* opened, but not to be */
void streams_done(struct loop *l);
