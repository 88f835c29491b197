/* pg_conn.c: see pg_conn.h. */
#include "store/pg_conn.h"

#include <stdio.h>
#include <stdlib.h>

/* Waits between tries to connect again. */
#define BACKOFF_FIRST_US 100000
#define BACKOFF_MAX_US   2000000

/* Errors */

static const char *one_line(const char *s, char room[160])
{
    size_t n = strcspn(s, "\n");

    snprintf(room, 160, "%.*s", (int)(n < 159 ? n : 159), s);
    return room;
}

enum err pg_gone(struct pg_conn *c, struct why *w)
{
    char text[160];

    c->conn.is_lost = true;
    return fail(w, E_BUSY, "the database server does not answer: %s",
                one_line(PQerrorMessage(c->pg), text));
}

static const struct {
    const char *prefix; /* of the SQLSTATE, PostgreSQL manual appendix A */
    enum err err;
    bool is_lost, may_rerun;
} STATES[] = {
    {"23505", E_CONFLICT, false, true}, /* perhaps another node was faster: then look again */
    {"23", E_CONFLICT, false, false},
    {"P0001", E_CONFLICT, false, false}, /* RAISE in a trigger of ours */
    {"22021", E_INVALID, false, false},  /* not UTF-8 */
    {"22P05", E_INVALID, false, false},
    {"54", E_TOO_LARGE, false, false},
    {"22", E_INTERNAL, false, false},
    {"42", E_INTERNAL, false, false},
    {"25P02", E_INTERNAL, false, false}, /* a statement behind one that failed */
    {"53100", E_FULL, true, false},
    {"XX", E_INTERNAL, true, false},
    {"", E_BUSY, true, true},
};

enum err pg_fail(struct pg_conn *c, const PGresult *r, const char *doing, struct why *w)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    size_t i = 0;

    if (!state || PQstatus(c->pg) != CONNECTION_OK)
        return pg_gone(c, w);
    while (strncmp(state, STATES[i].prefix, strlen(STATES[i].prefix)) != 0)
        i++;
    if (STATES[i].is_lost)
        c->conn.is_lost = true;
    if (STATES[i].may_rerun)
        c->conn.may_rerun = true;
    return fail(w, STATES[i].err, "%s: %s (%s)", doing, words ? words : "failed", state);
}

/* The pipeline */

static void forget_prepared(struct pg_conn *c, const struct sent *sent)
{
    if (sent->query)
        statements_put(&c->statements, sent->query, sent->flags, NULL);
}

/* The answers to all that was sent, to the sync. Of the last, *ret_last is kept if all went
 * well; the first error is the one told. */
static enum err read_answers(struct pg_conn *c, PGresult **ret_last, struct why *w)
{
    enum err e = OK;
    PGresult *r, *end;

    for (size_t i = 0; i < c->n_sent; i++) {
        ExecStatusType status;

        if (!(r = PQgetResult(c->pg)))
            return pg_gone(c, w);
        status = PQresultStatus(r);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            forget_prepared(c, &c->sent[i]);
            if (!e)
                e = pg_fail(c, r, c->sent[i].what, w);
        }
        if (!e && ret_last && i + 1 == c->n_sent)
            *ret_last = r;
        else
            PQclear(r);
        while ((end = PQgetResult(c->pg))) /* NULL ends the answers of one statement */
            PQclear(end);
        if (PQstatus(c->pg) != CONNECTION_OK)
            return e ? e : pg_gone(c, w);
    }
    c->n_sent = 0;
    if (!(r = PQgetResult(c->pg)) || PQresultStatus(r) != PGRES_PIPELINE_SYNC)
        e = e ? e : pg_gone(c, w);
    PQclear(r);
    return e;
}

enum err pg_sync(struct pg_conn *c, PGresult **ret_last, struct why *w)
{
    enum err e;

    if (PQpipelineSync(c->pg) != 1) {
        c->n_sent = 0;
        return pg_gone(c, w);
    }
    e = read_answers(c, ret_last, w);
    c->n_sent = 0;
    return e;
}

enum err pg_drain(struct pg_conn *c, struct why *w)
{
    enum err e = OK;

    if (c->owes_answers)
        e = read_answers(c, NULL, w);
    c->owes_answers = false;
    c->n_sent = 0;
    return e;
}

enum err pg_note_sent(struct pg_conn *c, int went, const char *what, const struct query *q,
                      unsigned flags, struct why *w)
{
    if (went != 1)
        return pg_gone(c, w);
    c->sent[c->n_sent++] = (struct sent){what, q, flags};
    return OK;
}

enum err pg_control(struct pg_conn *c, const char *name, struct why *w)
{
    return pg_note_sent(c, PQsendQueryPrepared(c->pg, name, 0, NULL, NULL, NULL, 1), name, NULL, 0,
                        w);
}

/* Connecting */

static const char *const CONTROLS[][2] = {
    {"begin write", "BEGIN ISOLATION LEVEL READ COMMITTED"},
    {"begin read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    {"commit", "COMMIT"},
    {"rollback", "ROLLBACK"},
    {"mark", "SAVEPOINT op"},
    {"keep", "RELEASE SAVEPOINT op"},
    {"undo", "ROLLBACK TO SAVEPOINT op"},
    {"notify", "NOTIFY antiphon"},
};

/* A server that hangs, or a lock nobody gives back, must not hold a batch for ever. */
static const char SESSION[] = "SET client_min_messages = warning;"
                              "SET statement_timeout = '30s';"
                              "SET lock_timeout = '10s';"
                              "SET idle_in_transaction_session_timeout = '60s';"
                              "SET plan_cache_mode = force_generic_plan;"
                              "SET jit = off";

static enum err prepare_session(struct pg_conn *c, struct why *w)
{
    PGresult *r = PQexec(c->pg, SESSION);
    enum err e = PQresultStatus(r) == PGRES_COMMAND_OK ? OK : pg_fail(c, r, "SET", w);

    PQclear(r);
    for (size_t i = 0; !e && i < sizeof CONTROLS / sizeof CONTROLS[0]; i++) {
        r = PQprepare(c->pg, CONTROLS[i][0], CONTROLS[i][1], 0, NULL);
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            e = pg_fail(c, r, CONTROLS[i][0], w);
        PQclear(r);
    }
    if (!e && PQenterPipelineMode(c->pg) != 1)
        e = fail(w, E_INTERNAL, "no pipeline mode");
    return e;
}

static void keep_quiet(void *arg, const char *message)
{
    (void)arg;
    (void)message; /* notices; only http/, jobs/ and main log */
}

enum err pg_connect(struct pg_conn *c, struct why *w)
{
    /* What the URL says stands after ours and wins. */
    static const char *const names[] = {
        "connect_timeout",  "keepalives_idle",  "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "application_name",
        "dbname",           "client_encoding",  NULL};
    const char *values[] = {"5",    "10", "5", "3", "20000", "antiphon", c->conn.store->url,
                            "UTF8", NULL};
    char text[160];

    PQfinish(c->pg);
    statements_done(&c->statements, NULL);
    c->n_sent = 0;
    c->owes_answers = c->is_listening = false;
    c->pg = PQconnectdbParams(names, values, 1);
    if (!c->pg)
        abort(); /* out of memory */
    if (PQstatus(c->pg) != CONNECTION_OK)
        return fail(w, E_BUSY, "cannot reach the database: %s",
                    one_line(PQerrorMessage(c->pg), text));
    PQsetNoticeProcessor(c->pg, keep_quiet, NULL);
    return prepare_session(c, w);
}

/* A server that ended has closed its side: its last words are read first, then the end. */
static bool is_connected(struct pg_conn *c)
{
    for (int i = 0; i < 2; i++)
        if (!c->pg || PQstatus(c->pg) != CONNECTION_OK || PQconsumeInput(c->pg) != 1)
            return false;
    return PQstatus(c->pg) == CONNECTION_OK;
}

enum err pg_ensure_connected(struct pg_conn *c, struct why *w)
{
    int64_t now = clock_mono_us();
    enum err e;

    if (is_connected(c))
        return OK;
    if (now < c->try_at_us)
        return fail(w, E_BUSY, "the database server cannot be reached; trying again shortly");
    if ((e = pg_connect(c, w))) {
        c->backoff_us = c->backoff_us ? c->backoff_us * 2 : BACKOFF_FIRST_US;
        if (c->backoff_us > BACKOFF_MAX_US)
            c->backoff_us = BACKOFF_MAX_US;
        c->try_at_us = clock_mono_us() + c->backoff_us;
        PQfinish(c->pg);
        c->pg = NULL;
        return e;
    }
    c->backoff_us = 0;
    return OK;
}
