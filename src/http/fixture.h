/* fixture.h: a server with a handful of routes on a free port, a store that only counts, and
 * a client that says exactly what it is told. Tests of http/ only. */
#pragma once

#include "base/test.h"
#include "http/http.h"

struct fixture {
    struct http_conf conf; /* change before fixture_start */
    struct http_server *server;
};

extern const struct route FIXTURE_ROUTES[];
extern const size_t N_FIXTURE_ROUTES;

void fixture_init(struct fixture *f);
void fixture_start(struct fixture *f);
void fixture_stop(struct fixture *f);

/* The store waits before it runs the next write until it is let go. */
void store_hold(bool held);
/* How often a handler of a POST has run. */
int fixture_writes(void);

/* What a new stream says it saw: "data: snapshot N". */
extern _Atomic int64_t fixture_snapshot;
/* How many principals of ended streams were given back. */
extern _Atomic int fixture_who_freed;

int dial(const struct fixture *f);
void say(int fd, const char *text);
void say_bytes(int fd, const void *p, size_t n);
/* One whole answer (by its Content-Length), in a buffer of 1 MB that lives until the next
 * call on this thread; "" if the connection ended or 10 s passed. */
const char *hear(int fd);
/* The same for an answer to HEAD: no body. */
const char *hear_head(int fd);
int status_of(const char *answer);
/* True if the other side closes within 10 s; what it says before is dropped. */
bool is_closed(int fd);
/* Sends `text` on a connection of its own, returns the status of the answer (0: none). */
int ask(const struct fixture *f, const char *text);
int ask_bytes(const struct fixture *f, const void *p, size_t n);
