#include "store/statement_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/heap.h"
#include "base/buf.h"

#define BATCH_MAX_BYTES ((size_t)256 * 1024 * 1024)

struct statement_log {
    FILE *file;
    struct buf op, batch;
    uint32_t n_statements;
};

enum err statement_log_open(struct statement_log **ret, struct why *w)
{
    const char *path = getenv("ANTIPHON_STATEMENT_LOG");
    struct statement_log *log;
    FILE *file;

    *ret = NULL;
    if (!path || !*path)
        return OK;
    if (!(file = fopen(path, "we")) || fputs(STATEMENT_LOG_HEAD, file) < 0) {
        enum err e =
            fail(w, E_INVALID, "cannot write the statement log %s: %s", path, strerror(errno));

        if (file)
            fclose(file);
        return e;
    }
    log = heap_new(sizeof *log);
    log->file = file;
    buf_init(&log->op, BATCH_MAX_BYTES);
    buf_init(&log->batch, BATCH_MAX_BYTES);
    *ret = log;
    return OK;
}

void statement_log_close(struct statement_log *log)
{
    if (!log)
        return;
    fclose(log->file);
    buf_done(&log->op);
    buf_done(&log->batch);
    free(log);
}

static void add_bytes(struct buf *b, const void *p, size_t n)
{
    uint32_t length = (uint32_t)n;

    buf_char(b, LOGGED_BYTES);
    buf_add(b, &length, sizeof length);
    buf_add(b, p, n);
}

static void add_i64(struct buf *b, int64_t v)
{
    buf_char(b, LOGGED_I64);
    buf_add(b, &v, sizeof v);
}

static void add_param(struct buf *b, const struct db_field *f, const void *in)
{
    const void *p = (const char *)in + f->offset;
    const char *text;

    switch (f->type) {
    case DB_I64:
        add_i64(b, *(const int64_t *)p);
        return;
    case DB_BOOL:
        add_i64(b, *(const bool *)p);
        return;
    case DB_REAL:
        buf_char(b, LOGGED_REAL);
        buf_add(b, p, sizeof(double));
        return;
    case DB_TEXT:
        if ((text = *(const char *const *)p)) {
            add_bytes(b, text, strlen(text));
            return;
        }
        break;
    case DB_BLOB:
        if (((const struct str *)p)->p) {
            add_bytes(b, ((const struct str *)p)->p, ((const struct str *)p)->n);
            return;
        }
        break;
    case DB_I64_LIST:
    case DB_TEXT_LIST: /* no statement of a message has one; an empty list stands for it */
        break;
    }
    buf_char(b, LOGGED_NULL);
}

void statement_log_add(struct statement_log *log, const struct query *q, const void *in)
{
    uint32_t flags = query_flags(q, in);
    uint16_t length = (uint16_t)strlen(q->name);

    if (!log)
        return;
    buf_add(&log->op, &length, sizeof length);
    buf_add(&log->op, q->name, length);
    buf_add(&log->op, &flags, sizeof flags);
    for (unsigned i = 0; i < q->n_params; i++)
        add_param(&log->op, &q->params[i], in);
    log->n_statements++;
}

void statement_log_end_op(struct statement_log *log, bool is_kept)
{
    if (!log)
        return;
    if (is_kept && log->n_statements) {
        buf_add(&log->batch, &log->n_statements, sizeof log->n_statements);
        buf_add(&log->batch, log->op.p, log->op.n);
    }
    log->n_statements = 0;
    buf_reset(&log->op);
}

void statement_log_end_batch(struct statement_log *log, bool is_committed)
{
    if (!log)
        return;
    if (is_committed && log->batch.n && fwrite(log->batch.p, log->batch.n, 1, log->file) != 1)
        fputs("the statement log is not whole: the disk is full\n", stderr);
    if (is_committed)
        fflush(log->file);
    log->n_statements = 0;
    buf_reset(&log->op);
    buf_reset(&log->batch);
}
