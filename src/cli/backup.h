/* backup.h: what is in a backup's folder.
 *
 *   backup.txt    engine and time, for people
 *   antiphon.db   SQLite: the database; or antiphon.dump: what pg_dump wrote
 *   blobs/        SQLite: mail and attachments, as in the data folder
 *   antiphon.conf the settings, if there were any
 *   SHA256SUMS    of all of them, written last: `sha256sum -c SHA256SUMS` checks it without us
 * A folder without SHA256SUMS is one that was not finished. Used by: cli/backup.c, restore.c. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define BACKUP_SUMS     "SHA256SUMS"
#define BACKUP_SQLITE   "antiphon.db"
#define BACKUP_DUMP     "antiphon.dump"
#define BACKUP_WORDS    "backup.txt"
#define BACKUP_SETTINGS "antiphon.conf"
/* One line a file; a desk with a million attachments has 130 MB of them. */
#define BACKUP_SUMS_BYTES ((size_t)256 * 1024 * 1024)

/* Is this a name that may stand in SHA256SUMS? Nothing else is ever opened on restoring. */
bool backup_is_name(const char *name);
