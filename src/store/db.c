#include "store/db.h"

#include <stdlib.h>

#include "base/buf.h"
#include "store/engine.h"

#define QUERY_TEXT_MAX_BYTES ((size_t)64 * 1024)

char *query_text(const struct db_piece *pieces, unsigned flags)
{
    struct buf b;

    buf_init(&b, QUERY_TEXT_MAX_BYTES);
    for (const struct db_piece *p = pieces; p->text; p++)
        if (p->mask == 0 || (p->mask & flags))
            buf_str(&b, p->text);
    if (b.is_over || !b.p)
        abort(); /* sqlgen has prepared it, so it has a text, and not of such a size */
    return b.p;  /* the heap block itself; the caller frees it */
}

void *db_rows_add(struct db_rows *rows, const struct query *q)
{
    if (rows->n == rows->room) {
        size_t room = rows->room ? rows->room * 2 : (q->kind == QUERY_ONE ? 1 : 16);
        char *v = arena_array(rows->a, room, q->row_bytes);

        if (rows->n)
            memcpy(v, rows->v, rows->n * q->row_bytes);
        rows->v = v;
        rows->room = room;
    }
    return rows->v + rows->n++ * q->row_bytes;
}

/* A test asks that the n-th statement of the writers fails: is it this one? */
static bool is_to_fail(struct store *s)
{
    atomic_fetch_add(&s->since_fail_nth, 1);
    return atomic_load(&s->fail_in) > 0 && atomic_fetch_sub(&s->fail_in, 1) == 1;
}

static enum err run(struct tx *tx, const struct query *q, const void *in, struct db_rows *rows,
                    int64_t *ret_changed, struct why *w)
{
    struct conn *c = tx->conn;

    atomic_fetch_add_explicit(&c->store->statements, 1, memory_order_relaxed);
    if (c->is_lost)
        return fail(w, E_BUSY, "the transaction was lost before");
    if (c->is_writer && !c->is_side && is_to_fail(c->store))
        return c->engine->break_down(c, w);
    if (tx->writer)
        statement_log_add(c->store->log, q, in);
    return c->engine->run(c, q, in, rows, ret_changed, w);
}

enum err db_one(struct tx *tx, const struct query *q, const void *in, struct arena *a,
                void **ret_row, struct why *w)
{
    struct db_rows rows = {.a = a};
    enum err e = run(tx, q, in, &rows, NULL, w);

    if (!e)
        *ret_row = rows.n ? rows.v : NULL;
    return e;
}

enum err db_many(struct tx *tx, const struct query *q, const void *in, struct arena *a,
                 void **ret_rows, size_t *ret_n, struct why *w)
{
    struct db_rows rows = {.a = a};
    enum err e = run(tx, q, in, &rows, NULL, w);

    if (!e) {
        *ret_rows = rows.v;
        *ret_n = rows.n;
    }
    return e;
}

enum err db_exec(struct tx *tx, const struct query *q, const void *in, int64_t *ret_changed,
                 struct why *w)
{
    return run(tx, q, in, NULL, ret_changed, w);
}

enum err db_commit(struct conn *c, struct why *w)
{
    if (is_to_fail(c->store))
        return c->engine->break_down(c, w);
    return c->engine->commit(c, w);
}
