/* blob_rows.c: blobs as rows of 256 KB, for PostgreSQL. */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/scope.h"
#include "store/blob.sql.h"
#include "store/blob_way.h"
#include "store/engine.h"

SCOPED_FREE(struct arena, arena_free)

/* In: on a connection of its own, so that no message waits behind an attachment. */

static enum err add_chunks(struct tx *tx, const struct blob_source *from, const char *hash,
                           struct arena *a, struct why *w)
{
    char *room = arena_alloc(a, BLOB_CHUNK_BYTES);
    int64_t at = 0;
    enum err e;

    for (int64_t n = 0;; n++) {
        struct blob_chunk_add_in in = {.hash = hash, .n = n, .data = {.p = room}};

        if ((e = blob_source_read(from, &at, room, &in.data.n, w)))
            return e;
        if (in.data.n == 0)
            return OK;
        if ((e = q_blob_chunk_add(tx, in, NULL, w)))
            return e;
    }
}

struct in {
    const struct blob_source *from;
    const char *hash;
};

static enum err add(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1024);
    const struct blob_source *from = ((struct in *)arg)->from;
    const char *hash = ((struct in *)arg)->hash;
    struct blob_add_in in = {.hash = hash, .now = tx_now(tx)};
    struct blob_add_row *row;
    int64_t at = 0;
    size_t n = 1;
    char *room = arena_alloc(a, BLOB_CHUNK_BYTES);
    enum err e;

    while (n) /* its size */
        if ((e = blob_source_read(from, &at, room, &n, w)))
            return e;
    in.bytes = at;
    if ((e = q_blob_add(tx, in, a, &row, w)))
        return e;
    return row->is_new ? add_chunks(tx, from, hash, a, w) : OK;
}

static enum err on_blob_conn(struct store *s, store_fn *run, void *arg, struct why *w)
{
    struct tx tx;
    enum err e = OK;

    pthread_mutex_lock(&s->blob_lock);
    if (!s->blob_conn)
        e = s->engine->open(s, true, &s->blob_conn, w);
    if (!e && !(e = tx_begin(&tx, s, s->blob_conn, w))) {
        if ((e = run(&tx, arg, w)) || (e = db_commit(s->blob_conn, w)))
            s->engine->rollback(s->blob_conn);
    }
    pthread_mutex_unlock(&s->blob_lock);
    return e;
}

static enum err rows_put(struct store *s, const struct blob_source *from, const char *hash,
                         struct why *w)
{
    return on_blob_conn(s, add, &(struct in){from, hash}, w);
}

/* Out */

struct out {
    const char *hash;
    int fd;
};

static enum err write_all(int fd, struct str data, struct why *w)
{
    for (size_t done = 0; done < data.n;) {
        ssize_t n = write(fd, data.p + done, data.n - done);

        if (n < 0 && errno != EINTR)
            return fail(w, E_BUSY, "could not copy a blob: %s", strerror(errno));
        done += n > 0 ? (size_t)n : 0;
    }
    return OK;
}

static enum err copy_out(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1024);
    struct out *out = arg;
    struct blob_size_row *size;
    enum err e = q_blob_size(tx, (struct blob_size_in){out->hash}, a, &size, w);
    int64_t done = 0;

    if (e)
        return e;
    if (!size)
        return fail(w, E_NOT_FOUND, "there is no such blob");
    for (int64_t n = 0, bytes = size->bytes; done < bytes; n++) {
        struct blob_chunk_get_row *chunk;

        arena_reset(a);
        if ((e = q_blob_chunk_get(tx, (struct blob_chunk_get_in){out->hash, n}, a, &chunk, w)))
            return e;
        if (!chunk || chunk->data.n == 0)
            return fail(w, E_INTERNAL, "blob %s lacks a piece", out->hash);
        if ((e = write_all(out->fd, chunk->data, w)))
            return e;
        done += (int64_t)chunk->data.n;
    }
    return OK;
}

static enum err rows_open(struct store *s, const char *hash, int *ret_fd, struct why *w)
{
    SCOPED(fd_close_p) int fd = memfd_create("blob", MFD_CLOEXEC);
    struct out out = {hash, fd};
    enum err e;

    if (fd < 0)
        return fail(w, E_BUSY, "could not make room for a blob: %s", strerror(errno));
    /* Not on a reader of the pool: the caller may hold one, and all could wait for the last. */
    if ((e = on_blob_conn(s, copy_out, &out, w)))
        return e;
    *ret_fd = fd;
    fd = -1;
    return OK;
}

/* Sweeping */

struct sweep {
    msec before;
    blob_is_used_fn *is_used;
    void *arg;
    char after[BLOB_HASH_BYTES];
    /* Of the page at hand; it counts once the page is committed. */
    char last[BLOB_HASH_BYTES];
    bool is_done;
    int64_t n, n_of_page;
};

static enum err sweep_one(struct tx *tx, struct sweep *sweep, const char *hash, struct why *w)
{
    bool is_used;
    int64_t changed;
    enum err e;

    if ((e = sweep->is_used(tx, sweep->arg, hash, &is_used, w)) || is_used)
        return e;
    if ((e = q_blob_drop(tx, (struct blob_drop_in){hash, sweep->before}, &changed, w)) ||
        changed == 0)
        return e; /* it was put again meanwhile */
    sweep->n_of_page++;
    return q_blob_chunks_drop(tx, (struct blob_chunks_drop_in){hash}, NULL, w);
}

static enum err sweep_page(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    struct sweep *sweep = arg;
    struct blob_old_rows rows;
    enum err e = q_blob_old(tx, (struct blob_old_in){sweep->before, sweep->after}, a, &rows, w);

    sweep->n_of_page = 0;
    for (size_t i = 0; !e && i < rows.n; i++)
        e = sweep_one(tx, sweep, rows.v[i].hash, w);
    if (e)
        return e;
    sweep->is_done = rows.n == 0;
    if (rows.n)
        snprintf(sweep->last, sizeof sweep->last, "%s", rows.v[rows.n - 1].hash);
    return OK;
}

static enum err rows_sweep(struct store *s, msec before, blob_is_used_fn *is_used, void *arg,
                           int64_t *ret_n, struct why *w)
{
    struct sweep sweep = {.before = before, .is_used = is_used, .arg = arg};
    enum err e = OK;

    while (!sweep.is_done && !(e = store_write(s, sweep_page, &sweep, w))) {
        sweep.n += sweep.n_of_page;
        memcpy(sweep.after, sweep.last, sizeof sweep.after);
    }
    *ret_n = sweep.n;
    return e;
}

const struct blob_way BLOB_ROWS = {.put = rows_put, .open = rows_open, .sweep = rows_sweep};
