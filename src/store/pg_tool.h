/* pg_tool.h: how do PostgreSQL's own programs copy our database, and bring the copy back?
 *
 * pg_dump here; pg_restore is store.h's store_restore_dump.
 * Used by: store/postgres.c only. */
#pragma once

#include <libpq-fe.h>

#include "base/err.h"

/* The database of this connection into the file `path`, in one snapshot. E_INVALID: the program
 * cannot be run; E_BUSY: it failed, and has said why on standard error. */
CHECKED enum err pg_tool_dump(PGconn *pg, const char *path, struct why *w);
