/* pg_conn.h: how do we reach the server, what does it still owe us, and what do its errors mean?
 *
 * Statements go out in libpq's pipeline mode: BEGIN, SAVEPOINT, RELEASE and inserts whose
 * outcome nobody asks for wait in the buffer for the next statement that is asked, so a round
 * trip is paid only for an answer. An error of what waited shows at that answer, or when the
 * writer settles the operation. Knows neither queries' values nor transactions.
 * Used by: store/postgres.c only. */
#pragma once

#include <libpq-fe.h>

#include "store/engine.h"
#include "store/statements.h"

/* Sent and not yet answered; both sides' socket buffers hold so many small answers. */
#define SENT_MAX 64

struct sent {
    const char *what;          /* for error texts */
    const struct query *query; /* a statement being prepared, else NULL */
    unsigned flags;
};

struct pg_conn {
    struct conn conn;
    PGconn *pg;
    struct statements statements; /* handle: the number in the statement's name */
    uintptr_t n_prepared;
    struct sent sent[SENT_MAX];
    size_t n_sent;
    bool owes_answers; /* a sync was sent whose answers nobody has read */
    bool is_listening;
    int64_t try_at_us, backoff_us;
    struct arena *scratch; /* lists, of one statement */
};

/* E_BUSY: the server is not there; the transaction is lost. */
CHECKED enum err pg_gone(struct pg_conn *c, struct why *w);
/* The server's error as one of ours, by its SQLSTATE. */
CHECKED enum err pg_fail(struct pg_conn *c, const PGresult *r, const char *doing, struct why *w);

/* Keep in mind that something was sent; `went`: what libpq's PQsend… gave. `q`: what is being
 * prepared, or NULL. At most SENT_MAX until the next pg_sync. */
CHECKED enum err pg_note_sent(struct pg_conn *c, int went, const char *what, const struct query *q,
                              unsigned flags, struct why *w);
/* Send one of the statements that every session has: "begin write", "begin read", "commit",
 * "rollback", "mark", "keep", "undo", "notify". */
CHECKED enum err pg_control(struct pg_conn *c, const char *name, struct why *w);
/* Wait for the answers to all that was sent. *ret_last (may be NULL): the last one, if all went
 * well; PQclear it. Else the first error. */
CHECKED enum err pg_sync(struct pg_conn *c, PGresult **ret_last, struct why *w);
/* Read the answers of a sync that nobody waited for. */
CHECKED enum err pg_drain(struct pg_conn *c, struct why *w);

/* Connect afresh. E_BUSY: cannot now. */
CHECKED enum err pg_connect(struct pg_conn *c, struct why *w);
/* Connect again where the connection is gone; E_BUSY at once where it was tried just now. */
CHECKED enum err pg_ensure_connected(struct pg_conn *c, struct why *w);
