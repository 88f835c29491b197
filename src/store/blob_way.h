/* blob_way.h: the two ways to keep blobs, behind blob.h. Used by: store/blob*.c only. */
#pragma once

#include "store/blob.h"

/* Content on its way in: `bytes`, or what `fd` gives from its beginning. */
struct blob_source {
    const void *bytes;
    size_t n;
    int fd; /* -1: bytes */
};

struct blob_way {
    enum err (*put)(struct store *s, const struct blob_source *from, const char *hash,
                    struct why *w);
    enum err (*open)(struct store *s, const char *hash, int *ret_fd, struct why *w);
    enum err (*sweep)(struct store *s, msec before, blob_is_used_fn *is_used, void *arg,
                      int64_t *ret_n, struct why *w);
};

extern const struct blob_way BLOB_FILES, BLOB_ROWS;

#define BLOB_CHUNK_BYTES ((size_t)256 * 1024)

/* The next piece of the content into room for BLOB_CHUNK_BYTES, 0 at its end; *at counts. */
CHECKED enum err blob_source_read(const struct blob_source *from, int64_t *at, void *room,
                                  size_t *ret_n, struct why *w);
