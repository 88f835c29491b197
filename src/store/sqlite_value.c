/* sqlite_value.c: see sqlite_value.h. Lists are JSON that the query opens with json_each. */
#include "store/sqlite_value.h"

#include <math.h>

#include "base/buf.h"

/* Parameters */

static int bind_i64_list(struct arena *lists, sqlite3_stmt *stmt, int n,
                         const struct i64_list *list)
{
    struct buf b;
    char *json;

    buf_init(&b, list->n * 21 + 2);
    buf_char(&b, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_char(&b, ',');
        buf_i64(&b, list->v[i]);
    }
    buf_char(&b, ']');
    json = arena_dup(lists, b.p, b.n);
    buf_done(&b);
    return sqlite3_bind_text(stmt, n, json, -1, SQLITE_STATIC);
}

static int bind_text_list(struct arena *lists, sqlite3_stmt *stmt, int n,
                          const struct text_list *list)
{
    size_t max = 2;
    struct buf b;
    char *json;

    for (size_t i = 0; i < list->n; i++)
        max += strlen(list->v[i]) * 6 + 3;
    buf_init(&b, max);
    buf_char(&b, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_char(&b, ',');
        buf_json(&b, list->v[i], strlen(list->v[i]));
    }
    buf_char(&b, ']');
    json = arena_dup(lists, b.p, b.n);
    buf_done(&b);
    return sqlite3_bind_text(stmt, n, json, -1, SQLITE_STATIC);
}

/* A NULL pointer: bound as NULL where declared nullable, else it is a bug of ours. */
static int bind_absent(sqlite3_stmt *stmt, int n, const struct db_field *f)
{
    return f->is_nullable ? sqlite3_bind_null(stmt, n) : SQLITE_MISMATCH;
}

int sqlite_bind(sqlite3_stmt *stmt, int n, const struct db_field *f, const void *in,
                struct arena *lists)
{
    const void *p = (const char *)in + f->offset;

    switch (f->type) {
    case DB_I64: {
        int64_t v = *(const int64_t *)p;

        return v == 0 && f->is_nullable ? sqlite3_bind_null(stmt, n)
                                        : sqlite3_bind_int64(stmt, n, v);
    }
    case DB_BOOL:
        return sqlite3_bind_int(stmt, n, *(const bool *)p);
    case DB_REAL: {
        double v = *(const double *)p;

        return isnan(v) ? bind_absent(stmt, n, f) : sqlite3_bind_double(stmt, n, v);
    }
    case DB_TEXT: {
        const char *v = *(const char *const *)p;

        return v ? sqlite3_bind_text(stmt, n, v, -1, SQLITE_STATIC) : bind_absent(stmt, n, f);
    }
    case DB_BLOB: {
        const struct str *v = p;

        if (!v->p && (f->is_nullable || v->n))
            return bind_absent(stmt, n, f);
        return sqlite3_bind_blob64(stmt, n, v->p ? v->p : "", v->n, SQLITE_STATIC);
    }
    case DB_I64_LIST:
        return bind_i64_list(lists, stmt, n, p);
    case DB_TEXT_LIST:
        return bind_text_list(lists, stmt, n, p);
    }
    return SQLITE_MISUSE;
}

/* Columns */

void sqlite_value(sqlite3_stmt *stmt, int i, const struct db_field *f, void *row, struct arena *a)
{
    void *p = (char *)row + f->offset;

    switch (f->type) {
    case DB_I64:
        *(int64_t *)p = sqlite3_column_int64(stmt, i);
        break;
    case DB_BOOL:
        *(bool *)p = sqlite3_column_int64(stmt, i) != 0;
        break;
    case DB_REAL:
        *(double *)p = sqlite3_column_double(stmt, i);
        break;
    case DB_TEXT: {
        const unsigned char *v = sqlite3_column_text(stmt, i);

        *(const char **)p = arena_dup(a, v, (size_t)sqlite3_column_bytes(stmt, i));
        break;
    }
    case DB_BLOB: {
        const void *v = sqlite3_column_blob(stmt, i);
        size_t n = (size_t)sqlite3_column_bytes(stmt, i);

        *(struct str *)p = (struct str){arena_dup(a, v, n), n};
        break;
    }
    case DB_I64_LIST:
    case DB_TEXT_LIST:
        break; /* sqlgen lets no column have them */
    }
}
