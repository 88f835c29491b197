/* db.h: how does a named query meet an engine?
 *
 * The low door: tables made by tools/sqlgen.py say where each parameter and column lies in
 * its struct, and three functions run them. No SQL is written by hand outside .sql files.
 * Used by: generated query code and store/ only. */
#pragma once

#include "store/query.h"

#include <stddef.h>

enum db_type { DB_I64, DB_BOOL, DB_TEXT, DB_BLOB, DB_REAL, DB_I64_LIST, DB_TEXT_LIST };
enum query_kind { QUERY_ONE, QUERY_MANY, QUERY_EXEC };

/* A parameter or a column. is_nullable: text and blob have a NULL pointer, i64 has 0 and
 * real has NAN for SQL's NULL, both ways. */
struct db_field {
    const char *name;
    enum db_type type;
    bool is_nullable;
    size_t offset; /* in the query's in or row struct [bytes] */
};

/* Text is the pieces whose mask is 0 or is among the flags asked for; ends with NULL text. */
struct db_piece {
    unsigned mask;
    const char *text;
};

struct query {
    const char *name;
    enum query_kind kind;
    const struct db_piece *sqlite, *pg; /* NULL: not for this engine */
    const struct db_field *params, *columns;
    unsigned n_params, n_columns, n_fragments;
    size_t in_bytes, row_bytes;
    bool has_with; /* `in` has an unsigned of flags at with_offset */
    size_t with_offset;
};

/* Every named query of the program, a NULL at the end of each list and of all. */
extern const struct query *const *const ALL_QUERIES[];

/* `in` points at the query's in struct, or is NULL without parameters. Errors: E_CONFLICT a
 * unique or other constraint; E_FULL; E_BUSY the engine failed, may work later;
 * E_INTERNAL a bug: a column does not have its type, a NULL where none may be. */
CHECKED enum err db_one(struct tx *tx, const struct query *q, const void *in, struct arena *a,
                        void **ret_row, struct why *w);
CHECKED enum err db_many(struct tx *tx, const struct query *q, const void *in, struct arena *a,
                         void **ret_rows, size_t *ret_n, struct why *w);
CHECKED enum err db_exec(struct tx *tx, const struct query *q, const void *in, int64_t *ret_changed,
                         struct why *w);

static inline unsigned query_flags(const struct query *q, const void *in)
{
    return q->has_with ? *(const unsigned *)(const void *)((const char *)in + q->with_offset) : 0;
}
