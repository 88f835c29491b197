/* sqlite_value.h: how do our values go into a statement of SQLite, and out of its row?
 *
 * Knows no connection, and not what an engine's error means.
 * Used by: store/sqlite.c only. */
#pragma once

#include <sqlite3.h>

#include "store/db.h"

/* Bind the n-th parameter (from 1) out of the query's in struct. Texts and bytes stay where they
 * are until the statement is reset; the JSON of a list is made in `lists`. Gives SQLite's code;
 * SQLITE_MISMATCH: a NULL where none may be. */
int sqlite_bind(sqlite3_stmt *stmt, int n, const struct db_field *f, const void *in,
                struct arena *lists);
/* Put the i-th column (from 0), which is not NULL, into the row struct. */
void sqlite_value(sqlite3_stmt *stmt, int i, const struct db_field *f, void *row, struct arena *a);
