/* What a person types into the search field: whatever it is, FTS5 takes our query for it. */
#include <sqlite3.h>

#include "fuzz.h"
#include "search/query.h"

static sqlite3_stmt *search_statement(void)
{
    static sqlite3_stmt *statement;
    sqlite3 *db;

    if (statement)
        return statement;
    CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db,
                       "CREATE VIRTUAL TABLE t USING fts5 (text, content='',"
                       " tokenize='unicode61 remove_diacritics 2');"
                       "INSERT INTO t (rowid, text) VALUES (1, 'my playlist is gone')",
                       NULL, NULL, NULL) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(db, "SELECT rowid FROM t WHERE t MATCH ?", -1, &statement, NULL) ==
          SQLITE_OK);
    return statement;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new(4096);
    const char *typed, *fts5, *tsquery;

    if (n > 4000 || !utf8_is_valid((const char *)data, n) || memchr(data, 0, n)) {
        arena_free(a);
        return 0;
    }
    typed = arena_dup(a, data, n);
    fts5 = query_fts5(a, typed);
    tsquery = query_tsquery(a, typed);
    CHECK(!fts5 == !tsquery);
    if (fts5) {
        sqlite3_stmt *s = search_statement();
        int r;

        sqlite3_bind_text(s, 1, fts5, -1, SQLITE_STATIC);
        while ((r = sqlite3_step(s)) == SQLITE_ROW)
            ;
        CHECK(r == SQLITE_DONE);
        sqlite3_reset(s);
    }
    arena_free(a);
    return 0;
}
