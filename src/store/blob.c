#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/scope.h"
#include "base/str.h"
#include "store/blob_way.h"
#include "store/engine.h"

static void digest_free_p(EVP_MD_CTX **c)
{
    EVP_MD_CTX_free(*c);
}

static const struct blob_way *way_of(const struct store *s)
{
    return s->engine->kind == STORE_POSTGRESQL ? &BLOB_ROWS : &BLOB_FILES;
}

enum err blob_source_read(const struct blob_source *from, int64_t *at, void *room, size_t *ret_n,
                          struct why *w)
{
    size_t left;
    ssize_t n;

    if (from->fd < 0) {
        left = from->n - (size_t)*at;
        n = (ssize_t)(left < BLOB_CHUNK_BYTES ? left : BLOB_CHUNK_BYTES);
        if (n)
            memcpy(room, (const char *)from->bytes + *at, (size_t)n);
    } else {
        do
            n = pread(from->fd, room, BLOB_CHUNK_BYTES, *at);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return fail(w, E_BUSY, "could not read: %s", strerror(errno));
    }
    *at += n;
    *ret_n = (size_t)n;
    return OK;
}

static enum err hash_of(const struct blob_source *from, char ret[BLOB_HASH_BYTES],
                        int64_t *ret_bytes, struct why *w)
{
    SCOPED(digest_free_p) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    SCOPED(heap_free_p) unsigned char *room = heap_new(BLOB_CHUNK_BYTES);
    unsigned char sum[32];
    int64_t at = 0;
    size_t n = 1;
    enum err e;

    if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
        abort(); /* out of memory */
    while (n) {
        if ((e = blob_source_read(from, &at, room, &n, w)))
            return e;
        if (EVP_DigestUpdate(ctx, room, n) != 1)
            return fail(w, E_INTERNAL, "SHA-256 does not work");
    }
    if (EVP_DigestFinal_ex(ctx, sum, NULL) != 1)
        return fail(w, E_INTERNAL, "SHA-256 does not work");
    hex_of(sum, sizeof sum, ret);
    *ret_bytes = at;
    return OK;
}

static enum err put(struct store *s, const struct blob_source *from, char ret_hash[BLOB_HASH_BYTES],
                    int64_t *ret_bytes, struct why *w)
{
    char hash[BLOB_HASH_BYTES];
    int64_t bytes;
    enum err e;

    if ((e = hash_of(from, hash, &bytes, w)) || (e = way_of(s)->put(s, from, hash, w)))
        return e;
    memcpy(ret_hash, hash, sizeof hash);
    if (ret_bytes)
        *ret_bytes = bytes;
    return OK;
}

enum err blob_put(struct store *s, const void *bytes, size_t n, char ret_hash[BLOB_HASH_BYTES],
                  struct why *w)
{
    struct blob_source from = {.bytes = bytes, .n = n, .fd = -1};

    return put(s, &from, ret_hash, NULL, w);
}

enum err blob_put_file(struct store *s, const char *path, char ret_hash[BLOB_HASH_BYTES],
                       int64_t *ret_bytes, struct why *w)
{
    SCOPED(fd_close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct blob_source from = {.fd = fd};

    if (fd < 0)
        return fail(w, E_INVALID, "cannot open %s: %s", path, strerror(errno));
    return put(s, &from, ret_hash, ret_bytes, w);
}

/* Hashes come out of our rows, but a path is made of them. */
static bool is_hash(const char *hash)
{
    return strlen(hash) == BLOB_HASH_BYTES - 1 &&
           strspn(hash, "0123456789abcdef") == BLOB_HASH_BYTES - 1;
}

enum err blob_open(struct store *s, const char *hash, int *ret_fd, int64_t *ret_bytes,
                   struct why *w)
{
    SCOPED(fd_close_p) int fd = -1;
    struct blob_source from;
    char got[BLOB_HASH_BYTES];
    int64_t bytes;
    enum err e;

    if (!is_hash(hash))
        return fail(w, E_NOT_FOUND, "there is no such blob");
    if ((e = way_of(s)->open(s, hash, &fd, w)))
        return e;
    from = (struct blob_source){.fd = fd};
    if ((e = hash_of(&from, got, &bytes, w)))
        return e;
    if (strcmp(got, hash) != 0)
        return fail(w, E_INTERNAL, "blob %s is damaged", hash);
    if (lseek(fd, 0, SEEK_SET) != 0)
        return fail(w, E_BUSY, "could not go to the start of a blob: %s", strerror(errno));
    *ret_fd = fd;
    fd = -1;
    *ret_bytes = bytes;
    return OK;
}

enum err blob_read(struct store *s, const char *hash, size_t max_bytes, struct arena *a,
                   struct str *ret, struct why *w)
{
    SCOPED(fd_close_p) int fd = -1;
    int64_t bytes, done = 0;
    char *p;
    enum err e = blob_open(s, hash, &fd, &bytes, w);

    if (e)
        return e;
    if ((uint64_t)bytes > max_bytes)
        return fail(w, E_TOO_LARGE, "the blob is %lld bytes; the limit here is %zu",
                    (long long)bytes, max_bytes);
    p = arena_alloc(a, (size_t)bytes + 1);
    while (done < bytes) {
        ssize_t n = pread(fd, p + done, (size_t)(bytes - done), done);

        if (n == 0 || (n < 0 && errno != EINTR))
            return fail(w, E_BUSY, "could not read a blob: %s", n ? strerror(errno) : "it shrank");
        done += n > 0 ? n : 0;
    }
    *ret = (struct str){p, (size_t)bytes};
    return OK;
}

enum err blob_sweep(struct store *s, msec before, blob_is_used_fn *is_used, void *arg,
                    int64_t *ret_n, struct why *w)
{
    int64_t n = 0;
    enum err e = way_of(s)->sweep(s, before, is_used, arg, &n, w);

    if (!e && ret_n)
        *ret_n = n;
    return e;
}
