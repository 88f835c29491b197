/* blob.h: where do large things live: raw mail, attachments, uploads?
 *
 * Under the SHA-256 of their content, so the same thing twice is kept once. SQLite: files
 * DIR/blobs/ab/cdef…; PostgreSQL: rows of 256 KB. A blob is durable when blob_put returns:
 * put it first, then commit the row that names it. What no row names is swept after a day.
 * All of these wait for the disk: never on an event loop or the writer.
 * Used by: domains' _store and _act files, desk, jobs, cli. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "store/store.h"

#define BLOB_HASH_BYTES 65 /* 64 hex digits and NUL */

/* Keep n bytes; E_FULL if the disk is. The same content again is no error. */
CHECKED enum err blob_put(struct store *s, const void *bytes, size_t n,
                          char ret_hash[BLOB_HASH_BYTES], struct why *w);
/* Keep a copy of the file, which stays where it is. ret_bytes may be NULL. */
CHECKED enum err blob_put_file(struct store *s, const char *path, char ret_hash[BLOB_HASH_BYTES],
                               int64_t *ret_bytes, struct why *w);

/* The whole content, checked against its hash, NUL-terminated behind its end. E_NOT_FOUND;
 * E_TOO_LARGE beyond max_bytes; E_INTERNAL: it is damaged. */
CHECKED enum err blob_read(struct store *s, const char *hash, size_t max_bytes, struct arena *a,
                           struct str *ret, struct why *w);
/* The content, checked, as a file at its beginning that the caller closes. Errors as above. */
CHECKED enum err blob_open(struct store *s, const char *hash, int *ret_fd, int64_t *ret_bytes,
                           struct why *w);

/* Delete what was put before `before` and is not in use. *ret_n (may be NULL): how many. */
typedef enum err blob_is_used_fn(struct tx *tx, void *arg, const char *hash, bool *ret,
                                 struct why *w);
CHECKED enum err blob_sweep(struct store *s, msec before, blob_is_used_fn *is_used, void *arg,
                            int64_t *ret_n, struct why *w);
