/* sqlite.c: the engine inside the process.
 *
 * One writing connection; readers on a snapshot of their own (WAL). Only the writer's thread
 * checkpoints, between batches: SQLite 3.40 has the WAL-reset bug that two checkpointing
 * connections can meet. */
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/log.h"
#include "base/scope.h"
#include "store/engine.h"
#include "store/sqlite_value.h"
#include "store/statements.h"

/* 4 MB. With 2,000 and 4,000 pages as many messages a second were stored, but the slowest
 * hundredth waited twice as long behind a checkpoint (tests/bench, two cores). */
#define CHECKPOINT_PAGES 1000
/* Readers that never pause keep the WAL from starting over; then we wait for them. */
#define CHECKPOINT_WAIT_PAGES (16 * CHECKPOINT_PAGES)
#define CHECKPOINT_WAIT_MS    200
#define BUSY_MS               5000

/* What the process says when it ends because nobody can know what is on disk. */
#define EXIT_UNSURE 70

struct sqlite_conn {
    struct conn conn;
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *rollback, *mark, *keep, *undo;
    struct statements statements;
    struct arena *lists; /* JSON of list parameters, of one statement */
    int wal_pages;
};

static struct sqlite_conn *of(struct conn *c)
{
    return (struct sqlite_conn *)(void *)c;
}

static _Noreturn void end_unsure(sqlite3 *db, int rc, const char *doing)
{
    log_line(LOG_ERROR, "could not write to the disk; ending, so that nothing false is said",
             "\"doing\":%s,\"code\":%d,\"errno\":%d,\"error\":%s", log_quote(doing), rc,
             sqlite3_system_errno(db), log_quote(sqlite3_errmsg(db)));
    _exit(EXIT_UNSURE);
}

static bool is_disk_full(sqlite3 *db, int rc)
{
    int no = sqlite3_system_errno(db);

    return (rc & 0xff) == SQLITE_FULL ||
           ((rc & 0xff) == SQLITE_IOERR && (no == ENOSPC || no == EDQUOT));
}

/* Turn an engine's code into ours. Anything but a broken constraint or a bad statement loses
 * the transaction: SQLite rolls the whole of it back after some of them. */
static enum err sqlite_fail(struct sqlite_conn *c, int rc, const char *doing, struct why *w)
{
    const char *text = sqlite3_errmsg(c->db);

    if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC)
        end_unsure(c->db, rc, doing);
    if (sqlite3_get_autocommit(c->db))
        c->conn.is_lost = true;
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
        return fail(w, E_CONFLICT, "%s: %s", doing, text);
    case SQLITE_TOOBIG:
        return fail(w, E_TOO_LARGE, "%s: %s", doing, text);
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_MISUSE:
    case SQLITE_READONLY:
        return fail(w, E_INTERNAL, "%s: %s", doing, text);
    default:
        c->conn.is_lost = true;
    }
    if (is_disk_full(c->db, rc))
        return fail(w, E_FULL, "the disk is full");
    if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB)
        return fail(w, E_INTERNAL, "%s: the database is damaged: %s", doing, text);
    return fail(w, E_BUSY, "%s: %s", doing, text);
}

static void statement_free(void *stmt)
{
    sqlite3_finalize(stmt);
}

static enum err prepare(struct sqlite_conn *c, const char *sql, sqlite3_stmt **ret, struct why *w)
{
    int rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);

    return rc == SQLITE_OK ? OK : sqlite_fail(c, rc, sql, w);
}

static enum err statement_for(struct sqlite_conn *c, const struct query *q, unsigned flags,
                              sqlite3_stmt **ret, struct why *w)
{
    sqlite3_stmt *stmt = statements_get(&c->statements, q, flags);
    char *text;
    enum err e;

    if (stmt) {
        *ret = stmt;
        return OK;
    }
    if (!q->sqlite)
        return fail(w, E_INTERNAL, "query %s is not for SQLite", q->name);
    text = query_text(q->sqlite, flags);
    e = prepare(c, text, &stmt, w);
    free(text);
    if (e)
        return e;
    statements_put(&c->statements, q, flags, stmt);
    *ret = stmt;
    return OK;
}

/* Running */

static enum err bind_all(struct sqlite_conn *c, sqlite3_stmt *stmt, const struct query *q,
                         const void *in, struct why *w)
{
    /* Parameters that only unused fragments name are not in the text, or not up to the end. */
    int n_params = sqlite3_bind_parameter_count(stmt);

    for (int i = 0; i < n_params; i++) {
        int rc = sqlite_bind(stmt, i + 1, &q->params[i], in, c->lists);

        /* With fragments it may belong to one that is not used: then the text has it nowhere. */
        if (rc == SQLITE_MISMATCH && q->has_with)
            rc = sqlite3_bind_null(stmt, i + 1);
        if (rc == SQLITE_MISMATCH)
            return fail(w, E_INTERNAL, "query %s: parameter %s is NULL", q->name,
                        q->params[i].name);
        if (rc != SQLITE_OK)
            return sqlite_fail(c, rc, q->name, w);
    }
    return OK;
}

static enum err read_row(sqlite3_stmt *stmt, const struct query *q, struct db_rows *rows,
                         struct why *w)
{
    char *row = db_rows_add(rows, q);

    for (unsigned i = 0; i < q->n_columns; i++) {
        const struct db_field *f = &q->columns[i];

        if (sqlite3_column_type(stmt, (int)i) != SQLITE_NULL) {
            sqlite_value(stmt, (int)i, f, row, rows->a);
        } else if (!f->is_nullable) {
            return fail(w, E_INTERNAL, "query %s: column %s is NULL", q->name, f->name);
        } else if (f->type == DB_REAL) {
            *(double *)(void *)(row + f->offset) = NAN;
        }
    }
    return OK;
}

static void warn_full_scan(sqlite3_stmt *stmt, const struct query *q)
{
#ifdef ANTIPHON_DEBUG
    int steps = sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);

    if (steps > 1000)
        log_line(LOG_WARN, "a query walked a table", "\"query\":%s,\"rows\":%d", log_quote(q->name),
                 steps);
#else
    (void)stmt;
    (void)q;
#endif
}

static enum err sqlite_run(struct conn *conn, const struct query *q, const void *in,
                           struct db_rows *rows, int64_t *ret_changed, struct why *w)
{
    struct sqlite_conn *c = of(conn);
    sqlite3_stmt *stmt;
    enum err e = statement_for(c, q, query_flags(q, in), &stmt, w);
    int rc;

    if (e)
        return e;
    if (!(e = bind_all(c, stmt, q, in, w))) {
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            if (rows && (e = read_row(stmt, q, rows, w)))
                break;
            if (q->kind == QUERY_ONE) /* RETURNING: all rows were changed by now */
                break;
        }
        if (rc != SQLITE_ROW && rc != SQLITE_DONE)
            e = sqlite_fail(c, rc, q->name, w);
        else if (!e && ret_changed)
            *ret_changed = sqlite3_changes64(c->db);
        warn_full_scan(stmt, q);
    }
    sqlite3_reset(stmt); /* its result only repeats the error that step gave */
    arena_reset(c->lists);
    return e;
}

/* Transactions */

static enum err control(struct sqlite_conn *c, sqlite3_stmt *stmt, struct why *w)
{
    int rc = sqlite3_step(stmt);

    sqlite3_reset(stmt);
    return rc == SQLITE_DONE ? OK : sqlite_fail(c, rc, sqlite3_sql(stmt), w);
}

static enum err sqlite_begin(struct conn *conn, struct why *w)
{
    conn->is_lost = false;
    return control(of(conn), of(conn)->begin, w);
}

static void sqlite_rollback(struct conn *conn)
{
    struct sqlite_conn *c = of(conn);

    if (!sqlite3_get_autocommit(c->db)) {
        int rc = sqlite3_step(c->rollback);

        sqlite3_reset(c->rollback);
        if (rc != SQLITE_DONE && conn->is_writer)
            end_unsure(c->db, rc, "ROLLBACK");
    }
    conn->is_lost = false;
}

static enum err sqlite_commit(struct conn *conn, struct why *w)
{
    struct sqlite_conn *c = of(conn);
    int rc = sqlite3_step(c->commit);

    sqlite3_reset(c->commit);
    if (rc == SQLITE_DONE)
        return OK;
    if (conn->is_writer && rc != SQLITE_BUSY && !is_disk_full(c->db, rc))
        end_unsure(c->db, rc, "COMMIT");
    return sqlite_fail(c, rc, "COMMIT", w);
}

static enum err sqlite_mark(struct conn *conn, struct why *w)
{
    return control(of(conn), of(conn)->mark, w);
}

static enum err sqlite_keep(struct conn *conn, struct why *w)
{
    return control(of(conn), of(conn)->keep, w);
}

static enum err sqlite_undo(struct conn *conn, struct why *w)
{
    enum err e = control(of(conn), of(conn)->undo, w);

    return e ? e : control(of(conn), of(conn)->keep, w);
}

static enum err sqlite_script(struct conn *conn, const char *sql, struct why *w)
{
    int rc = sqlite3_exec(of(conn)->db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? OK : sqlite_fail(of(conn), rc, "script", w);
}

static enum err sqlite_break_down(struct conn *conn, struct why *w)
{
    sqlite_rollback(conn); /* as SQLITE_IOERR and SQLITE_FULL do */
    conn->is_lost = true;
    return fail(w, E_BUSY, "a fault was put here by a test");
}

static void sqlite_rest(struct conn *conn)
{
    struct sqlite_conn *c = of(conn);
    int mode = SQLITE_CHECKPOINT_PASSIVE, rc;

    if (c->wal_pages < CHECKPOINT_PAGES)
        return;
    if (c->wal_pages >= CHECKPOINT_WAIT_PAGES) {
        mode = SQLITE_CHECKPOINT_RESTART;
        sqlite3_busy_timeout(c->db, CHECKPOINT_WAIT_MS);
    }
    rc = sqlite3_wal_checkpoint_v2(c->db, NULL, mode, NULL, NULL);
    c->wal_pages = 0; /* until the next commit counts them again */
    if (mode == SQLITE_CHECKPOINT_RESTART)
        sqlite3_busy_timeout(c->db, BUSY_MS);
    if (rc == SQLITE_IOERR_FSYNC)
        end_unsure(c->db, rc, "checkpoint");
    /* All else leaves the WAL as it was: the next checkpoint tries again. */
}

static int on_wal(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_conn *c = arg;

    (void)db;
    (void)name;
    c->wal_pages = pages;
    return SQLITE_OK;
}

/* Opening */

static void sqlite_close(struct conn *conn)
{
    struct sqlite_conn *c = of(conn);

    if (!conn)
        return;
    statements_done(&c->statements, statement_free);
    sqlite3_finalize(c->begin);
    sqlite3_finalize(c->commit);
    sqlite3_finalize(c->rollback);
    sqlite3_finalize(c->mark);
    sqlite3_finalize(c->keep);
    sqlite3_finalize(c->undo);
    sqlite3_close(c->db);
    arena_free(c->lists);
    free(c);
}

static void conn_close_p(struct sqlite_conn **c)
{
    if (*c)
        sqlite_close(&(*c)->conn);
}

static enum err setup(struct sqlite_conn *c, struct why *w)
{
    static const char WRITER[] = "PRAGMA page_size = 4096;"
                                 "PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = FULL;"
                                 "PRAGMA cache_size = -12288;"
                                 "PRAGMA journal_size_limit = 33554432;";
    static const char READER[] = "PRAGMA query_only = ON;"
                                 "PRAGMA cache_size = -2048;";
    static const char BOTH[] = "PRAGMA wal_autocheckpoint = 0;"
                               "PRAGMA mmap_size = 0;"
                               "PRAGMA temp_store = MEMORY;";
    enum err e;

    if ((e = sqlite_script(&c->conn, c->conn.is_writer ? WRITER : READER, w)) ||
        (e = sqlite_script(&c->conn, BOTH, w)) ||
        (e = prepare(c, c->conn.is_writer ? "BEGIN IMMEDIATE" : "BEGIN", &c->begin, w)) ||
        (e = prepare(c, "COMMIT", &c->commit, w)) ||
        (e = prepare(c, "ROLLBACK", &c->rollback, w)) ||
        (e = prepare(c, "SAVEPOINT op", &c->mark, w)) ||
        (e = prepare(c, "RELEASE op", &c->keep, w)))
        return e;
    return prepare(c, "ROLLBACK TO op", &c->undo, w);
}

static void configure(void)
{
    /* Statistics of the allocator cost a lock that every thread takes. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
}

static enum err make_folder(const char *dir, struct why *w)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return fail(w, errno == ENOSPC ? E_FULL : E_INVALID, "cannot make folder %s: %s", dir,
                    strerror(errno));
    if (chmod(dir, 0700) != 0)
        return fail(w, E_INVALID, "cannot close folder %s to others: %s", dir, strerror(errno));
    return OK;
}

static enum err sqlite_open(struct store *s, bool is_writer, struct conn **ret, struct why *w)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    SCOPED(conn_close_p) struct sqlite_conn *c = heap_new(sizeof *c);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    char path[4096];
    enum err e;
    int rc;

    pthread_once(&once, configure);
    c->conn = (struct conn){.store = s, .engine = &ENGINE_SQLITE, .is_writer = is_writer};
    c->lists = arena_new(1024);
    if (is_writer && (e = make_folder(s->data_dir, w)))
        return e;
    if (snprintf(path, sizeof path, "%s/antiphon.db", s->data_dir) >= (int)sizeof path)
        return fail(w, E_INVALID, "the name of the data folder is too long");
    rc = sqlite3_open_v2(path, &c->db, flags | (is_writer ? SQLITE_OPEN_CREATE : 0), NULL);
    if (rc != SQLITE_OK)
        return fail(w, is_disk_full(c->db, rc) ? E_FULL : E_INVALID, "cannot open %s: %s", path,
                    sqlite3_errmsg(c->db));
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, BUSY_MS);
    if (!is_writer)
        sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if ((e = setup(c, w)))
        return e;
    if (is_writer)
        sqlite3_wal_hook(c->db, on_wal, c);
    *ret = &TAKE(c)->conn;
    return OK;
}

/* Care */

static enum err pragma_is(struct sqlite_conn *c, const char *sql, const char *want, struct why *w)
{
    sqlite3_stmt *stmt;
    enum err e = prepare(c, sql, &stmt, w);
    int rc;

    if (e)
        return e;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        const char *got = (const char *)sqlite3_column_text(stmt, 0);

        if (!want || !got || strcmp(got, want) != 0)
            e = fail(w, E_INTERNAL, "%s: %s", sql, got ? got : "a bad row");
    } else if (rc != SQLITE_DONE) {
        e = sqlite_fail(c, rc, sql, w);
    }
    sqlite3_finalize(stmt);
    return e;
}

static enum err sqlite_check(struct conn *conn, struct why *w)
{
    enum err e = pragma_is(of(conn), "PRAGMA integrity_check(10)", "ok", w);

    return e ? e : pragma_is(of(conn), "PRAGMA foreign_key_check", NULL, w);
}

static enum err sqlite_backup(struct conn *conn, const char *path, struct why *w)
{
    struct sqlite_conn *c = of(conn);
    sqlite3_backup *b;
    sqlite3 *to = NULL;
    enum err e = OK;
    int rc;

    rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (rc == SQLITE_OK && (b = sqlite3_backup_init(to, "main", c->db, "main"))) {
        rc = sqlite3_backup_step(b, -1); /* in one go: one snapshot; no writer waits for it */
        rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
        sqlite3_backup_finish(b);
    }
    /* The copy stands alone: no WAL beside it. */
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (rc != SQLITE_OK || sqlite3_errcode(to) != SQLITE_OK)
        e = fail(w, (rc & 0xff) == SQLITE_FULL ? E_FULL : E_BUSY, "could not copy to %s: %s", path,
                 sqlite3_errmsg(to));
    sqlite3_close(to);
    return e;
}

const struct engine ENGINE_SQLITE = {
    .kind = STORE_SQLITE,
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .mark = sqlite_mark,
    .keep = sqlite_keep,
    .undo = sqlite_undo,
    .run = sqlite_run,
    .script = sqlite_script,
    .break_down = sqlite_break_down,
    .rest = sqlite_rest,
    .check = sqlite_check,
    .backup = sqlite_backup,
};
