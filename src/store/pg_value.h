/* pg_value.h: how do our values look on PostgreSQL's wire?
 *
 * Whole numbers and bytes go in binary, text as it is, lists as array literals; all columns
 * come in binary. Knows no connection.
 * Used by: store/postgres.c only. */
#pragma once

#include "store/db.h"

#define PG_PARAMS_MAX 64

struct pg_params {
    const char *values[PG_PARAMS_MAX]; /* NULL: SQL's NULL */
    int lengths[PG_PARAMS_MAX], formats[PG_PARAMS_MAX];
    uint64_t numbers[PG_PARAMS_MAX];
};

/* Set the i-th parameter out of the query's in struct. E_INTERNAL: a NULL where none may be. */
CHECKED enum err pg_param(const struct query *q, unsigned i, const void *in, struct arena *scratch,
                          struct pg_params *ret, struct why *w);
/* The type (pg_type.oid) as which a parameter goes. */
unsigned pg_type_of(enum db_type type);
/* May a column of `type` be read as f? */
CHECKED bool pg_type_fits(unsigned type, const struct db_field *f);
/* Put a column's bytes of `type` into the row struct. False: not the type declared. */
CHECKED bool pg_value(struct str v, unsigned type, const struct db_field *f, void *row,
                      struct arena *a);
