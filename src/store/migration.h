/* migration.h: which steps made the schema what it is?
 *
 * The steps come from sql/migrations, embedded by tools/sqlgen.py. They only go forward; each
 * is recorded with the checksum of its words, so that one changed afterwards is noticed.
 * Used by: store/ only. */
#pragma once

#include <stddef.h>

struct migration {
    const char *name; /* "0002_people" */
    const char *sqlite_sum, *sqlite;
    const char *pg_sum, *pg;
};

extern const struct migration MIGRATIONS[];
extern const size_t N_MIGRATIONS;
