#include "sys/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/scope.h"
#include "base/str.h"

#define CHUNK_BYTES ((size_t)1024 * 1024)

static void digest_free_p(EVP_MD_CTX **c)
{
    EVP_MD_CTX_free(*c);
}

static enum err failed(struct why *w, const char *what, const char *path)
{
    int no = errno;
    enum err e = no == ENOENT                   ? E_NOT_FOUND
                 : no == EEXIST                 ? E_CONFLICT
                 : no == ENOSPC || no == EDQUOT ? E_FULL
                                                : E_BUSY;

    return fail(w, e, "could not %s %s: %s", what, path, strerror(no));
}

static bool write_all(int fd, const unsigned char *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

/* From one file through the hash, and into `to` unless it is -1. */
static enum err pump(int from, int to, const char *from_path, const char *to_path,
                     char ret[COPY_HASH_BYTES], int64_t *ret_bytes, struct why *w)
{
    SCOPED(heap_free_p) unsigned char *room = heap_new(CHUNK_BYTES);
    SCOPED(digest_free_p) EVP_MD_CTX *digest = EVP_MD_CTX_new();
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n_hash = 0;
    ssize_t n;

    if (!digest || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL))
        abort();
    *ret_bytes = 0;
    for (;;) {
        n = read(from, room, CHUNK_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(w, "read", from_path);
        if (n == 0)
            break;
        if (!EVP_DigestUpdate(digest, room, (size_t)n))
            abort();
        if (to >= 0 && !write_all(to, room, (size_t)n))
            return failed(w, "write", to_path);
        *ret_bytes += n;
    }
    if (!EVP_DigestFinal_ex(digest, hash, &n_hash))
        abort();
    hex_of(hash, n_hash, ret);
    return OK;
}

enum err file_hash(const char *path, char ret[COPY_HASH_BYTES], int64_t *ret_bytes, struct why *w)
{
    SCOPED(fd_close_p) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int64_t bytes;
    enum err e;

    if (fd < 0)
        return failed(w, "open", path);
    e = pump(fd, -1, path, "", ret, &bytes, w);
    if (!e && ret_bytes)
        *ret_bytes = bytes;
    return e;
}

enum err file_copy(const char *from, const char *to, char ret[COPY_HASH_BYTES], struct why *w)
{
    SCOPED(fd_close_p) int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    SCOPED(fd_close_p) int out = -1;
    int64_t bytes;
    enum err e;

    if (in < 0)
        return failed(w, "open", from);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out < 0)
        return failed(w, "make", to);
    e = pump(in, out, from, to, ret, &bytes, w);
    if (e)
        unlink(to);
    return e;
}

enum err disk_sync(const char *path, struct why *w)
{
    SCOPED(fd_close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || syncfs(fd) != 0)
        return failed(w, "write", path);
    return OK;
}
