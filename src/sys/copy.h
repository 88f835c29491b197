/* copy.h: files copied and hashed, for backups. Many files are synced at once, by disk_sync:
 * one by one a disk takes some hundred a second. Used by: cli. */
#pragma once

#include <stdint.h>

#include "base/err.h"

#define COPY_HASH_BYTES 65 /* SHA-256 in hex and NUL */

/* The hash of a whole file; ret_bytes may be NULL. E_NOT_FOUND: there is none. */
CHECKED enum err file_hash(const char *path, char ret[COPY_HASH_BYTES], int64_t *ret_bytes,
                           struct why *w);
/* Copy `from` to `to`, which must not be there, readable by us alone, and hash it on the way.
 * E_CONFLICT: `to` is there; E_FULL: the disk is. On failure nothing is left of `to`. */
CHECKED enum err file_copy(const char *from, const char *to, char ret[COPY_HASH_BYTES],
                           struct why *w);
/* Everything written so far to the file system that holds `path` is on its disk after this. */
CHECKED enum err disk_sync(const char *path, struct why *w);
