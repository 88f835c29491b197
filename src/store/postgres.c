/* postgres.c: the engine outside the process: rows, statements, transactions.
 *
 * How it is reached is pg_conn.h; what its own tools do, pg_tool.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/heap.h"
#include "base/scope.h"
#include "store/pg.sql.h"
#include "store/pg_conn.h"
#include "store/pg_tool.h"
#include "store/pg_value.h"

SCOPED_FREE(struct arena, arena_free)

static struct pg_conn *of(struct conn *c)
{
    return (struct pg_conn *)(void *)c;
}

static void result_clear_p(PGresult **r)
{
    PQclear(*r);
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
        return pg_note_sent(c, went, q->name, q, flags, w);
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
    if (c->n_sent + 2 > SENT_MAX && (e = pg_sync(c, NULL, w)))
        return e;
    if ((e = statement_for(c, q, query_flags(q, in), name, w)))
        return e;
    for (unsigned i = 0; i < q->n_params && !e; i++)
        e = pg_param(q, i, in, c->scratch, &p, w);
    if (!e)
        e = pg_note_sent(
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
    if ((e = pg_sync(c, &r, w)))
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
        return pg_gone(c, w);
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
    if ((e = pg_ensure_connected(c, w)))
        return e;
    if (pg_drain(c, w) != OK) { /* it died while nobody looked: once more, afresh */
        conn->is_lost = false;
        if ((e = pg_ensure_connected(c, w)))
            return e;
    }
    return pg_control(c, conn->is_writer ? "begin write" : "begin read", w);
}

static enum err pg_commit(struct conn *conn, struct why *w)
{
    SCOPED(result_clear_p) PGresult *r = NULL;
    struct pg_conn *c = of(conn);
    enum err e = pg_control(c, "commit", w);

    if (e || (e = pg_sync(c, &r, w))) {
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
    if (pg_control(c, "rollback", &ignored) != OK)
        return; /* the connection is gone, and the transaction with it */
    if (conn->is_writer) {
        conn->is_lost = pg_sync(c, NULL, &ignored) != OK && PQstatus(c->pg) != CONNECTION_OK;
    } else if (PQpipelineSync(c->pg) == 1 && PQflush(c->pg) >= 0) {
        c->owes_answers = true; /* read before the next use: nobody waits for it now */
    }
}

static enum err pg_mark(struct conn *conn, struct why *w)
{
    return pg_control(of(conn), "mark", w);
}

static enum err pg_keep(struct conn *conn, struct why *w)
{
    return pg_control(of(conn), "keep", w);
}

static enum err pg_undo(struct conn *conn, struct why *w)
{
    struct pg_conn *c = of(conn);
    struct why ignored;
    enum err e;

    /* Answers still owed may hold an error, behind which the server ignores all to the sync. */
    if (c->n_sent && pg_sync(c, NULL, &ignored) != OK && conn->is_lost)
        return fail(w, E_BUSY, "the transaction was lost");
    e = pg_control(c, "undo", w);
    return e ? e : pg_control(c, "keep", w);
}

static enum err pg_settle(struct conn *conn, struct why *w)
{
    struct pg_conn *c = of(conn);

    return c->n_sent ? pg_sync(c, NULL, w) : OK;
}

static enum err pg_script(struct conn *conn, const char *sql, struct why *w)
{
    struct pg_conn *c = of(conn);
    PGresult *r;
    enum err e = OK;

    /* Several statements at once are only for the simple protocol. */
    if ((c->n_sent && (e = pg_sync(c, NULL, w))))
        return e;
    if (PQexitPipelineMode(c->pg) != 1)
        return pg_gone(c, w);
    r = PQexec(c->pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        e = pg_fail(c, r, "script", w);
    PQclear(r);
    if (PQenterPipelineMode(c->pg) != 1)
        return e ? e : pg_gone(c, w);
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
    if (pg_drain(c, &ignored) != OK)
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

    if (c->pg && PQstatus(c->pg) == CONNECTION_OK && pg_drain(c, &ignored) == OK &&
        pg_control(c, "notify", &ignored) == OK && pg_sync(c, NULL, &ignored) != OK)
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
    SCOPED(conn_close_p) struct pg_conn *c = heap_new(sizeof *c);
    enum err e;

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

static enum err pg_backup(struct conn *conn, const char *path, struct why *w)
{
    return pg_tool_dump(of(conn)->pg, path, w);
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
