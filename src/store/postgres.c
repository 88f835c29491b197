/* postgres.c: the engine outside the process.
 *
 * Statements go out in libpq's pipeline mode: BEGIN, SAVEPOINT, RELEASE and inserts whose
 * outcome nobody asks for wait in the buffer for the next statement that is asked, so a round
 * trip is paid only for an answer. An error of what waited shows at that answer, or when the
 * writer settles the operation. */
#include <errno.h>
#include <libpq-fe.h>
#include <math.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/scope.h"
#include "store/engine.h"
#include "store/pg.sql.h"
#include "store/pg_value.h"
#include "store/statements.h"

SCOPED_FREE(struct arena, arena_free)

/* Sent and not yet answered; both sides' socket buffers hold so many small answers. */
#define SENT_MAX 64
/* Waits between tries to connect again. */
#define BACKOFF_FIRST_US 100000
#define BACKOFF_MAX_US   2000000

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

static struct pg_conn *of(struct conn *c)
{
    return (struct pg_conn *)(void *)c;
}

static void result_clear_p(PGresult **r)
{
    PQclear(*r);
}

/* Errors */

static const char *one_line(const char *s, char room[160])
{
    size_t n = strcspn(s, "\n");

    snprintf(room, 160, "%.*s", (int)(n < 159 ? n : 159), s);
    return room;
}

static enum err gone(struct pg_conn *c, struct why *w)
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

static enum err pg_fail(struct pg_conn *c, const PGresult *r, const char *doing, struct why *w)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    size_t i = 0;

    if (!state || PQstatus(c->pg) != CONNECTION_OK)
        return gone(c, w);
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
            return gone(c, w);
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
            return e ? e : gone(c, w);
    }
    c->n_sent = 0;
    if (!(r = PQgetResult(c->pg)) || PQresultStatus(r) != PGRES_PIPELINE_SYNC)
        e = e ? e : gone(c, w);
    PQclear(r);
    return e;
}

static enum err sync_now(struct pg_conn *c, PGresult **ret_last, struct why *w)
{
    enum err e;

    if (PQpipelineSync(c->pg) != 1) {
        c->n_sent = 0;
        return gone(c, w);
    }
    e = read_answers(c, ret_last, w);
    c->n_sent = 0;
    return e;
}

static enum err drain(struct pg_conn *c, struct why *w)
{
    enum err e = OK;

    if (c->owes_answers)
        e = read_answers(c, NULL, w);
    c->owes_answers = false;
    c->n_sent = 0;
    return e;
}

static enum err note_sent(struct pg_conn *c, int went, const char *what, const struct query *q,
                          unsigned flags, struct why *w)
{
    if (went != 1)
        return gone(c, w);
    c->sent[c->n_sent++] = (struct sent){what, q, flags};
    return OK;
}

static enum err control(struct pg_conn *c, const char *name, struct why *w)
{
    return note_sent(c, PQsendQueryPrepared(c->pg, name, 0, NULL, NULL, NULL, 1), name, NULL, 0, w);
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

static enum err pg_connect(struct pg_conn *c, struct why *w)
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

static enum err ensure_connected(struct pg_conn *c, struct why *w)
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

/* Rows */

static enum err read_row(const PGresult *r, int row_n, const struct query *q, struct db_rows *rows,
                         struct why *w)
{
    char *row = db_rows_add(rows, q);

    for (unsigned i = 0; i < q->n_columns; i++) {
        const struct db_field *f = &q->columns[i];

        if (!PQgetisnull(r, row_n, (int)i)) {
            struct str v = {PQgetvalue(r, row_n, (int)i), (size_t)PQgetlength(r, row_n, (int)i)};

            if (!pg_value(v, PQftype(r, (int)i), f, row, rows->a))
                return fail(w, E_INTERNAL, "query %s: column %s has PostgreSQL's type %u", q->name,
                            f->name, PQftype(r, (int)i));
        } else if (!f->is_nullable) {
            return fail(w, E_INTERNAL, "query %s: column %s is NULL", q->name, f->name);
        } else if (f->type == DB_REAL) {
            *(double *)(void *)(row + f->offset) = NAN;
        }
    }
    return OK;
}

static enum err read_rows(const PGresult *r, const struct query *q, struct db_rows *rows,
                          struct why *w)
{
    int n = PQntuples(r);
    enum err e = OK;

    if (q->kind == QUERY_ONE && n > 1)
        n = 1;
    if (n && PQnfields(r) != (int)q->n_columns)
        return fail(w, E_INTERNAL, "query %s gives %d columns", q->name, PQnfields(r));
    for (int i = 0; i < n && !e; i++)
        e = read_row(r, i, q, rows, w);
    return e;
}

/* Statements */

static enum err statement_for(struct pg_conn *c, const struct query *q, unsigned flags,
                              char name[24], struct why *w)
{
    uintptr_t n = (uintptr_t)statements_get(&c->statements, q, flags);
    Oid types[PG_PARAMS_MAX];
    char *text;
    int went;

    if (!n) {
        if (!q->pg)
            return fail(w, E_INTERNAL, "query %s is not for PostgreSQL", q->name);
        if (q->n_params > PG_PARAMS_MAX)
            return fail(w, E_INTERNAL, "query %s has too many parameters", q->name);
        for (unsigned i = 0; i < q->n_params; i++)
            types[i] = pg_type_of(q->params[i].type);
        n = ++c->n_prepared;
        snprintf(name, 24, "s%lu", (unsigned long)n);
        text = query_text(q->pg, flags);
        went = PQsendPrepare(c->pg, name, text, (int)q->n_params, types);
        free(text);
        statements_put(&c->statements, q, flags, (void *)n);
        return note_sent(c, went, q->name, q, flags, w);
    }
    snprintf(name, 24, "s%lu", (unsigned long)n);
    return OK;
}

static enum err pg_send(struct pg_conn *c, const struct query *q, const void *in, struct why *w)
{
    struct pg_params p;
    char name[24];
    enum err e = OK;

    /* Room for a statement to be prepared and the statement. */
    if (c->n_sent + 2 > SENT_MAX && (e = sync_now(c, NULL, w)))
        return e;
    if ((e = statement_for(c, q, query_flags(q, in), name, w)))
        return e;
    for (unsigned i = 0; i < q->n_params && !e; i++)
        e = pg_param(q, i, in, c->scratch, &p, w);
    if (!e)
        e = note_sent(
            c,
            PQsendQueryPrepared(c->pg, name, (int)q->n_params, p.values, p.lengths, p.formats, 1),
            q->name, NULL, 0, w);
    arena_reset(c->scratch);
    return e;
}

static enum err pg_run(struct conn *conn, const struct query *q, const void *in,
                       struct db_rows *rows, int64_t *ret_changed, struct why *w)
{
    SCOPED(result_clear_p) PGresult *r = NULL;
    struct pg_conn *c = of(conn);
    enum err e = pg_send(c, q, in, w);

    if (e || (!rows && !ret_changed && conn->is_writer)) /* its answer comes with the next */
        return e;
    if ((e = sync_now(c, &r, w)))
        return e;
    if (ret_changed && !str_i64(str_of(PQcmdTuples(r)), 0, INT64_MAX, ret_changed))
        *ret_changed = 0;
    return rows ? read_rows(r, q, rows, w) : OK;
}

/* One step outside the pipeline, for the test below. */
static enum err describe(struct pg_conn *c, const struct query *q, struct why *w)
{
    SCOPED(result_clear_p) PGresult *r = PQdescribePrepared(c->pg, "");

    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        return pg_fail(c, r, q->name, w);
    if (PQnfields(r) != (int)q->n_columns)
        return fail(w, E_INTERNAL, "%d columns, not %u", PQnfields(r), q->n_columns);
    for (int i = 0; i < PQnfields(r); i++) {
        if (strcmp(PQfname(r, i), q->columns[i].name) != 0)
            return fail(w, E_INTERNAL, "column %s, not %s", PQfname(r, i), q->columns[i].name);
        if (!pg_type_fits(PQftype(r, i), &q->columns[i]))
            return fail(w, E_INTERNAL, "column %s has PostgreSQL's type %u", q->columns[i].name,
                        PQftype(r, i));
    }
    return OK;
}

enum err postgres_prepare(struct conn *conn, const struct query *q, const char *text, struct why *w)
{
    struct pg_conn *c = of(conn);
    Oid types[PG_PARAMS_MAX];
    PGresult *r;
    enum err e = OK;

    if (PQpipelineStatus(c->pg) != PQ_PIPELINE_OFF && PQexitPipelineMode(c->pg) != 1)
        return gone(c, w);
    for (unsigned i = 0; i < q->n_params; i++)
        types[i] = pg_type_of(q->params[i].type);
    r = PQprepare(c->pg, "", text, (int)q->n_params, types);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        e = pg_fail(c, r, q->name, w);
    PQclear(r);
    return e ? e : describe(c, q, w);
}

/* Transactions */

static enum err pg_begin(struct conn *conn, struct why *w)
{
    struct pg_conn *c = of(conn);
    enum err e;

    conn->is_lost = conn->may_rerun = false;
    if (conn->is_writer && !conn->is_side && !lease_is_held(conn->store))
        return fail(w, E_BUSY, "this node's lease on its number has run out");
    if ((e = ensure_connected(c, w)))
        return e;
    if (drain(c, w) != OK) { /* it died while nobody looked: once more, afresh */
        conn->is_lost = false;
        if ((e = ensure_connected(c, w)))
            return e;
    }
    return control(c, conn->is_writer ? "begin write" : "begin read", w);
}

static enum err pg_commit(struct conn *conn, struct why *w)
{
    SCOPED(result_clear_p) PGresult *r = NULL;
    struct pg_conn *c = of(conn);
    enum err e = control(c, "commit", w);

    if (e || (e = sync_now(c, &r, w))) {
        if (PQstatus(c->pg) != CONNECTION_OK) {
            conn->may_rerun = false; /* it may have been committed */
            return fail(w, E_BUSY, "the database server went away before it could confirm");
        }
        return e;
    }
    if (strcmp(PQcmdStatus(r), "COMMIT") != 0) {
        conn->is_lost = true;
        return fail(w, E_BUSY, "the database server rolled back instead of committing");
    }
    return OK;
}

static void pg_rollback(struct conn *conn)
{
    struct pg_conn *c = of(conn);
    struct why ignored;

    conn->is_lost = false;
    if (!c->pg || PQstatus(c->pg) != CONNECTION_OK)
        return;
    if (control(c, "rollback", &ignored) != OK)
        return; /* the connection is gone, and the transaction with it */
    if (conn->is_writer) {
        conn->is_lost = sync_now(c, NULL, &ignored) != OK && PQstatus(c->pg) != CONNECTION_OK;
    } else if (PQpipelineSync(c->pg) == 1 && PQflush(c->pg) >= 0) {
        c->owes_answers = true; /* read before the next use: nobody waits for it now */
    }
}

static enum err pg_mark(struct conn *conn, struct why *w)
{
    return control(of(conn), "mark", w);
}

static enum err pg_keep(struct conn *conn, struct why *w)
{
    return control(of(conn), "keep", w);
}

static enum err pg_undo(struct conn *conn, struct why *w)
{
    struct pg_conn *c = of(conn);
    struct why ignored;
    enum err e;

    /* Answers still owed may hold an error, behind which the server ignores all to the sync. */
    if (c->n_sent && sync_now(c, NULL, &ignored) != OK && conn->is_lost)
        return fail(w, E_BUSY, "the transaction was lost");
    e = control(c, "undo", w);
    return e ? e : control(c, "keep", w);
}

static enum err pg_settle(struct conn *conn, struct why *w)
{
    struct pg_conn *c = of(conn);

    return c->n_sent ? sync_now(c, NULL, w) : OK;
}

static enum err pg_script(struct conn *conn, const char *sql, struct why *w)
{
    struct pg_conn *c = of(conn);
    PGresult *r;
    enum err e = OK;

    /* Several statements at once are only for the simple protocol. */
    if ((c->n_sent && (e = sync_now(c, NULL, w))))
        return e;
    if (PQexitPipelineMode(c->pg) != 1)
        return gone(c, w);
    r = PQexec(c->pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        e = pg_fail(c, r, "script", w);
    PQclear(r);
    if (PQenterPipelineMode(c->pg) != 1)
        return e ? e : gone(c, w);
    return e;
}

static enum err pg_break_down(struct conn *conn, struct why *w)
{
    conn->is_lost = true;
    conn->may_rerun = true;
    return fail(w, E_BUSY, "a fault was put here by a test");
}

static void pg_rest(struct conn *conn)
{
    (void)conn; /* the server cares for itself */
}

/* The word between nodes */

/* The socket to wait on for the word of other nodes; -1: there is none now. */
static int pg_listen(struct conn *conn)
{
    struct pg_conn *c = of(conn);
    struct why ignored;

    if (!c->pg || PQstatus(c->pg) != CONNECTION_OK)
        return -1;
    if (drain(c, &ignored) != OK)
        return -1;
    if (!c->is_listening) {
        if (pg_script(conn, "LISTEN antiphon", &ignored) != OK)
            return -1;
        c->is_listening = true;
    }
    return PQsocket(c->pg);
}

static void pg_hear(struct conn *conn)
{
    struct pg_conn *c = of(conn);
    PGnotify *n;

    if (PQconsumeInput(c->pg) != 1)
        return; /* gone: the next read finds out */
    while ((n = PQnotifies(c->pg)))
        PQfreemem(n);
}

static void pg_notify(struct conn *conn)
{
    struct pg_conn *c = of(conn);
    struct why ignored;

    if (c->pg && PQstatus(c->pg) == CONNECTION_OK && drain(c, &ignored) == OK &&
        control(c, "notify", &ignored) == OK && sync_now(c, NULL, &ignored) != OK)
        conn->is_lost = true; /* nothing is: the others poll */
}

/* Opening */

static void pg_close(struct conn *conn)
{
    struct pg_conn *c = of(conn);

    if (!c)
        return;
    PQfinish(c->pg);
    statements_done(&c->statements, NULL);
    arena_free(c->scratch);
    free(c);
}

static void conn_close_p(struct pg_conn **c)
{
    if (*c)
        pg_close(&(*c)->conn);
}

/* A server that may forget what it confirmed is no place for messages. */
static enum err refuse_unsafe(struct pg_conn *c, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1024);
    struct tx tx = {.store = c->conn.store, .conn = &c->conn};
    struct server_unsafe_rows rows;
    enum err e;

    if (PQserverVersion(c->pg) < 130000)
        return fail(w, E_INVALID, "PostgreSQL 13 is needed; the server is %d",
                    PQserverVersion(c->pg) / 10000);
    if ((e = q_server_unsafe(&tx, a, &rows, w)))
        return e;
    if (rows.n && !c->conn.store->conf.is_unsafe_ok)
        return fail(w, E_INVALID,
                    "the database server has %s = off, so it may forget messages; set it on, or "
                    "say --unsafe-store",
                    rows.v[0].name);
    return OK;
}

static enum err pg_open(struct store *s, bool is_writer, struct conn **ret, struct why *w)
{
    SCOPED(conn_close_p) struct pg_conn *c = calloc(1, sizeof *c);
    enum err e;

    if (!c)
        abort(); /* out of memory */
    c->conn = (struct conn){.store = s, .engine = &ENGINE_POSTGRESQL, .is_writer = is_writer};
    c->scratch = arena_new(1024);
    if ((e = pg_connect(c, w)) || (is_writer && (e = refuse_unsafe(c, w))))
        return e;
    *ret = &TAKE(c)->conn;
    return OK;
}

/* Care */

static enum err pg_check(struct conn *conn, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    struct tx tx;
    struct index_broken_row *row;
    enum err e = tx_begin(&tx, conn->store, conn, w);

    if (!e && !(e = q_index_broken(&tx, a, &row, w)) && row)
        e = fail(w, E_INTERNAL, "index %s is not valid", row->name);
    pg_rollback(conn);
    return e;
}

/* Their tools get the connection's settings by their environment: a command line shows
 * passwords. Frees `options`. */
static enum err tool_environment(PQconninfoOption *options, struct arena *a, char ***ret,
                                 struct why *w)
{
    size_t n = 0, n_inherited = 0;
    char **v;

    if (!options)
        return fail(w, E_BUSY, "could not read the connection's settings");
    while (environ[n_inherited])
        n_inherited++;
    for (PQconninfoOption *o = options; o->keyword; o++)
        n++;
    v = arena_array(a, n + n_inherited + 1, sizeof *v);
    n = 0;
    for (PQconninfoOption *o = options; o->keyword; o++)
        if (o->envvar && o->val && o->val[0])
            v[n++] = arena_printf(a, "%s=%s", o->envvar, o->val);
    for (size_t i = 0; i < n_inherited; i++)
        if (strncmp(environ[i], "PG", 2) != 0)
            v[n++] = environ[i];
    PQconninfoFree(options);
    *ret = v;
    return OK;
}

static enum err tool_run(char **argv, PQconninfoOption *options, struct arena *a, struct why *w)
{
    char **env;
    int status = 0, no;
    pid_t pid;
    enum err e;

    if ((e = tool_environment(options, a, &env, w)))
        return e;
    if ((no = posix_spawnp(&pid, argv[0], NULL, NULL, argv, env)) != 0)
        return fail(w, E_INVALID, "cannot run %s: %s", argv[0], strerror(no));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail(w, E_BUSY, "%s failed; it said why above", argv[0]);
    return OK;
}

static enum err pg_backup(struct conn *conn, const char *path, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    char *file = arena_printf(a, "--file=%s", path), program[] = "pg_dump",
         format[] = "--format=custom", *argv[] = {program, format, file, NULL};

    return tool_run(argv, PQconninfo(of(conn)->pg), a, w);
}

enum err store_restore_dump(const char *url, const char *path, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    const char *name = "postgres";
    char program[] = "pg_restore", one[] = "--single-transaction", stop[] = "--exit-on-error",
         owner[] = "--no-owner", *argv[] = {program, one, stop, owner, NULL, NULL, NULL};

    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (strcmp(o->keyword, "dbname") == 0 && o->val && o->val[0])
            name = o->val;
    argv[4] = arena_printf(a, "--dbname=%s", name);
    argv[5] = arena_str(a, path);
    return tool_run(argv, options, a, w);
}

const struct engine ENGINE_POSTGRESQL = {
    .kind = STORE_POSTGRESQL,
    .open = pg_open,
    .close = pg_close,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .mark = pg_mark,
    .keep = pg_keep,
    .undo = pg_undo,
    .settle = pg_settle,
    .run = pg_run,
    .script = pg_script,
    .break_down = pg_break_down,
    .rest = pg_rest,
    .listen = pg_listen,
    .hear = pg_hear,
    .notify = pg_notify,
    .check = pg_check,
    .backup = pg_backup,
};
