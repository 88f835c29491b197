/* How does a desk that outgrew SQLite get into PostgreSQL? Row by row, table by table, in pages:
 * both have the same tables and columns (the same migrations made them), so the tables are read
 * from the database itself and none can be forgotten. */
#include "store/move.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/scope.h"
#include "store/blob.h"
#include "store/db.h"
#include "store/engine.h"

SCOPED_FREE(struct arena, arena_free)

/* Rows of one transaction. */
#define PAGE         500
#define COLUMNS_MOST 60
/* What an attachment may have: the limit of taking it in, and room. */
#define BLOB_MOST_BYTES ((size_t)64 * 1024 * 1024)

/* What each database keeps for itself, and the search index, which is made anew. */
static const char *const OWN[] = {"store_migration", "store_mark",     "node",
                                  "event",           "lease",          "ticket_count",
                                  "category_count",  "sqlite_sequence"};

/* Rows that the migrations of the target have made already. */
static const char CLEAN[] = "DELETE FROM status";

/* Counts, marks and words, out of what has come over. */
static const char FINISH[] =
    "DELETE FROM ticket_count_delta; DELETE FROM ticket_count;"
    "INSERT INTO ticket_count (bucket, team_id, assignee_id, inbox_id, n)"
    " SELECT bucket, team_id, assignee_id, inbox_id, COUNT(*) FROM ticket GROUP BY 1, 2, 3, 4;"
    "DELETE FROM category_count_delta; DELETE FROM category_count;"
    "INSERT INTO category_count (bucket, category, inbox_id, n)"
    " SELECT bucket, category, inbox_id, COUNT(*) FROM ticket WHERE category IS NOT NULL GROUP BY "
    "1, 2, 3;"
    "UPDATE store_mark SET value = GREATEST(value, (SELECT COALESCE(MAX(number), 0) FROM ticket))"
    " WHERE name = 'number';"
    "UPDATE message m SET search = to_tsvector('simple', m.text || ' ' || CASE WHEN m.id ="
    " (SELECT MIN(f.id) FROM message f WHERE f.ticket_id = m.ticket_id)"
    " THEN (SELECT t.subject FROM ticket t WHERE t.id = m.ticket_id) ELSE '' END)"
    " WHERE m.kind <> 4;"
    "UPDATE contact c SET search = to_tsvector('simple', concat_ws(' ', c.name, c.email, c.phone,"
    " (SELECT string_agg(i.external_id, ' ') FROM identity i WHERE i.contact_id = c.id)))";

struct table {
    const char *name;
    struct query read, write;
    struct db_field columns[COLUMNS_MOST + 1]; /* the row id first */
    size_t n;
};

struct move {
    struct store *from, *to;
    struct arena *a; /* of the caller: connections know the queries in it by their address */
    const struct move_told *told;
    /* The page at hand: */
    struct arena *page;
    struct table *table;
    char *rows;
    size_t n_rows;
    int64_t after;
};

/* ------- which tables and columns */

struct name_row {
    const char *name;
};
static const struct db_field NAME_COLUMNS[] = {
    {"name", DB_TEXT, false, offsetof(struct name_row, name)}};
static const struct db_piece NAMES_TEXT[] = {
    {0, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%~_fts%' ESCAPE "
        "'~' ORDER BY rowid"},
    {0, NULL}};
static const struct query NAMES = {.name = "move_names",
                                   .kind = QUERY_MANY,
                                   .sqlite = NAMES_TEXT,
                                   .columns = NAME_COLUMNS,
                                   .n_columns = 1,
                                   .row_bytes = sizeof(struct name_row)};

struct column_row {
    const char *name, *type;
    bool is_needed;
};
static const struct db_field COLUMN_PARAMS[] = {
    {"table", DB_TEXT, false, offsetof(struct name_row, name)}};
static const struct db_field COLUMN_COLUMNS[] = {
    {"name", DB_TEXT, false, offsetof(struct column_row, name)},
    {"type", DB_TEXT, false, offsetof(struct column_row, type)},
    {"is_needed", DB_BOOL, false, offsetof(struct column_row, is_needed)}};
static const struct db_piece COLUMNS_TEXT[] = {
    {0, "SELECT name, type, \"notnull\" <> 0 OR pk <> 0 AS is_needed FROM pragma_table_info(?1) "
        "ORDER BY cid"},
    {0, NULL}};
static const struct query COLUMNS = {.name = "move_columns",
                                     .kind = QUERY_MANY,
                                     .sqlite = COLUMNS_TEXT,
                                     .params = COLUMN_PARAMS,
                                     .n_params = 1,
                                     .in_bytes = sizeof(struct name_row),
                                     .columns = COLUMN_COLUMNS,
                                     .n_columns = 3,
                                     .row_bytes = sizeof(struct column_row)};

static bool is_own(const char *name)
{
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        if (strcmp(name, OWN[i]) == 0)
            return true;
    return false;
}

static enum db_type type_of(const char *sqlite)
{
    if (strcmp(sqlite, "TEXT") == 0)
        return DB_TEXT;
    return strcmp(sqlite, "BLOB") == 0 ? DB_BLOB : DB_I64;
}

static struct db_piece *text_of(struct arena *a, const struct buf *b)
{
    struct db_piece *v = arena_array(a, 2, sizeof *v);

    v[0].text = arena_dup(a, b->p, b->n);
    return v;
}

struct page_in {
    int64_t after, limit;
};
static const struct db_field PAGE_PARAMS[] = {
    {"after", DB_I64, false, offsetof(struct page_in, after)},
    {"limit", DB_I64, false, offsetof(struct page_in, limit)}};

/* SELECT rowid, a, b FROM t WHERE rowid > ?1 ORDER BY rowid LIMIT ?2 */
static void make_read(struct arena *a, struct table *t, size_t row_bytes)
{
    struct buf b;

    buf_init(&b, 16384);
    buf_str(&b, "SELECT rowid AS move_row");
    for (size_t i = 1; i <= t->n; i++)
        buf_printf(&b, ", \"%s\"", t->columns[i].name);
    buf_printf(&b, " FROM \"%s\" WHERE rowid > ?1 ORDER BY rowid LIMIT ?2", t->name);
    t->read = (struct query){.name = arena_printf(a, "move_read_%s", t->name),
                             .kind = QUERY_MANY,
                             .sqlite = text_of(a, &b),
                             .params = PAGE_PARAMS,
                             .n_params = 2,
                             .in_bytes = sizeof(struct page_in),
                             .columns = t->columns,
                             .n_columns = (unsigned)t->n + 1,
                             .row_bytes = row_bytes};
    buf_done(&b);
}

/* INSERT INTO t (a, b) VALUES ($1::bigint, $2::text), out of the row as it was read */
static void make_write(struct arena *a, struct table *t, size_t row_bytes)
{
    static const char *const casts[] = {
        [DB_I64] = "bigint", [DB_BOOL] = "bigint", [DB_TEXT] = "text", [DB_BLOB] = "bytea"};
    struct buf b;

    buf_init(&b, 16384);
    buf_printf(&b, "INSERT INTO \"%s\" (", t->name);
    for (size_t i = 1; i <= t->n; i++)
        buf_printf(&b, "%s\"%s\"", i > 1 ? ", " : "", t->columns[i].name);
    buf_str(&b, ") VALUES (");
    for (size_t i = 1; i <= t->n; i++)
        buf_printf(&b, "%s$%zu::%s", i > 1 ? ", " : "", i, casts[t->columns[i].type]);
    buf_char(&b, ')');
    t->write = (struct query){.name = arena_printf(a, "move_write_%s", t->name),
                              .kind = QUERY_EXEC,
                              .pg = text_of(a, &b),
                              .params = t->columns + 1,
                              .n_params = (unsigned)t->n,
                              .in_bytes = row_bytes};
    buf_done(&b);
}

static CHECKED enum err learn_table(struct tx *tx, struct move *m, const char *name, struct why *w)
{
    struct table *t = arena_new_of(m->a, struct table);
    struct name_row in = {name};
    struct column_row *v;
    size_t n, at = sizeof(int64_t);
    void *rows;
    enum err e;

    if ((e = db_many(tx, &COLUMNS, &in, m->a, &rows, &n, w)))
        return e;
    if (n > COLUMNS_MOST)
        return fail(w, E_INTERNAL, "table %s has %zu columns", name, n);
    v = rows;
    t->name = arena_str(m->a, name);
    t->columns[0] = (struct db_field){"move_row", DB_I64, false, 0};
    for (size_t i = 0; i < n; i++) {
        enum db_type type = type_of(v[i].type);

        t->columns[i + 1] = (struct db_field){v[i].name, type, !v[i].is_needed, at};
        at += type == DB_BLOB ? sizeof(struct str) : sizeof(int64_t);
    }
    t->n = n;
    make_read(m->a, t, at);
    make_write(m->a, t, at);
    m->table = t;
    return OK;
}

/* ------- pages */

static enum err read_page(struct tx *tx, void *arg, struct why *w)
{
    struct move *m = arg;
    struct page_in in = {m->after, PAGE};
    void *rows;
    enum err e;

    arena_reset(m->page);
    if ((e = db_many(tx, &m->table->read, &in, m->page, &rows, &m->n_rows, w)))
        return e;
    m->rows = rows;
    return OK;
}

static enum err write_page(struct tx *tx, void *arg, struct why *w)
{
    struct move *m = arg;
    const struct query *q = &m->table->write;

    for (size_t i = 0; i < m->n_rows; i++) {
        enum err e = db_exec(tx, q, m->rows + i * q->in_bytes, NULL, w);

        if (e)
            return e;
    }
    return OK;
}

static CHECKED enum err move_table(struct move *m, struct why *w)
{
    int64_t n = 0;
    enum err e;

    m->after = INT64_MIN;
    do {
        if ((e = store_read(m->from, read_page, m, w)))
            return e;
        if (m->n_rows == 0)
            break;
        if ((e = store_write(m->to, write_page, m, w)))
            return e;
        memcpy(&m->after, m->rows + (m->n_rows - 1) * m->table->read.row_bytes, sizeof m->after);
        n += (int64_t)m->n_rows;
    } while (m->n_rows == PAGE);
    m->told->table(m->told->arg, m->table->name, n);
    return OK;
}

/* ------- the whole */

struct learn {
    struct move *m;
    const char *name;
};

static enum err learn(struct tx *tx, void *arg, struct why *w)
{
    struct learn *l = arg;

    return learn_table(tx, l->m, l->name, w);
}

struct names {
    struct arena *a;
    struct name_row *v;
    size_t n;
};

static enum err read_names(struct tx *tx, void *arg, struct why *w)
{
    struct names *n = arg;
    void *rows;
    enum err e = db_many(tx, &NAMES, NULL, n->a, &rows, &n->n, w);

    if (!e)
        n->v = rows;
    return e;
}

static enum err run_script(struct tx *tx, void *arg, struct why *w)
{
    return tx->conn->engine->script(tx->conn, arg, w);
}

/* Script text is never written to; store_fn's arg is not const. */
static CHECKED enum err script(struct store *s, const char *text, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);

    return store_write(s, run_script, arena_str(a, text), w);
}

static void dir_close_p(DIR **d)
{
    if (*d)
        closedir(*d);
}

static CHECKED enum err move_shelf(struct move *m, const char *shelf, int64_t *n, struct why *w)
{
    SCOPED(dir_close_p)
    DIR *dir = opendir(arena_printf(m->page, "%s/blobs/%s", m->from->data_dir, shelf));
    struct dirent *d;
    char hash[BLOB_HASH_BYTES];

    while (dir && (d = readdir(dir))) {
        struct str bytes;
        enum err e;

        if (strlen(d->d_name) != 62)
            continue;
        arena_reset(m->page);
        e = blob_read(m->from, arena_printf(m->page, "%.2s%s", shelf, d->d_name), BLOB_MOST_BYTES,
                      m->page, &bytes, w);
        if (e || (e = blob_put(m->to, bytes.p, bytes.n, hash, w)))
            return e;
        ++*n;
    }
    return OK;
}

static CHECKED enum err move_blobs(struct move *m, struct why *w)
{
    SCOPED(dir_close_p) DIR *dir = opendir(arena_printf(m->a, "%s/blobs", m->from->data_dir));
    struct dirent *d;
    int64_t n = 0;

    while (dir && (d = readdir(dir))) {
        enum err e;

        if (strlen(d->d_name) == 2 && strcmp(d->d_name, "..") != 0 &&
            (e = move_shelf(m, arena_str(m->a, d->d_name), &n, w)))
            return e;
    }
    m->told->table(m->told->arg, "blobs", n);
    return OK;
}

enum err store_move(struct store *from, struct store *to, struct arena *a,
                    const struct move_told *told, struct why *w)
{
    SCOPED(arena_free_p) struct arena *page = arena_new(1024 * 1024);
    struct move m = {.from = from, .to = to, .a = a, .page = page, .told = told};
    struct names names = {.a = a};
    enum err e;

    if (from->engine->kind != STORE_SQLITE || to->engine->kind != STORE_POSTGRESQL)
        return fail(w, E_INVALID, "only SQLite moves, and only to PostgreSQL");
    if ((e = script(to, CLEAN, w)) || (e = store_read(from, read_names, &names, w)) ||
        (e = move_blobs(&m, w))) /* before the rows that name them */
        return e;
    for (size_t i = 0; i < names.n; i++) {
        struct learn l = {&m, names.v[i].name};

        if (is_own(l.name))
            continue;
        if ((e = store_read(from, learn, &l, w)) || (e = move_table(&m, w)))
            return e;
    }
    return script(to, FINISH, w);
}
