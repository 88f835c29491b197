/* blob_file.c: blobs as files: DIR/blobs/ab/cdef…, named by their content. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/scope.h"
#include "store/blob_way.h"
#include "store/engine.h"

#define PATH_BYTES 4096

struct blob_path {
    char root[PATH_BYTES]; /* DIR/blobs */
    char folder[PATH_BYTES + 4];
    char file[PATH_BYTES + 80];
    char fresh[PATH_BYTES + 120]; /* while it is written */
};

static enum err no_room(struct why *w, const char *path)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return fail(w, E_FULL, "the disk is full");
    return fail(w, E_BUSY, "could not write %s: %s", path, strerror(errno));
}

static enum err path_of(const struct store *s, const char *hash, struct blob_path *p, struct why *w)
{
    if (snprintf(p->root, sizeof p->root, "%s/blobs", s->data_dir) >= (int)sizeof p->root)
        return fail(w, E_INVALID, "the name of the data folder is too long");
    snprintf(p->folder, sizeof p->folder, "%s/%.2s", p->root, hash);
    snprintf(p->file, sizeof p->file, "%s/%s", p->folder, hash + 2);
    snprintf(p->fresh, sizeof p->fresh, "%s.new-%d-%p", p->file, (int)getpid(), (void *)p);
    return OK;
}

/* What a folder or file holds is on the disk after this. */
static enum err sync_path(const char *path, struct why *w)
{
    SCOPED(fd_close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0)
        return no_room(w, path);
    return OK;
}

static enum err make_folder(const char *path, const char *parent, struct why *w)
{
    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? OK : no_room(w, path);
    return sync_path(parent, w);
}

static enum err write_fresh(const struct blob_source *from, const char *path, struct why *w)
{
    SCOPED(fd_close_p) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    SCOPED(heap_free_p) char *room = heap_new(BLOB_CHUNK_BYTES);
    int64_t at = 0;
    size_t n = 1;
    enum err e;

    if (fd < 0)
        return no_room(w, path);
    while (n) {
        size_t done = 0;

        if ((e = blob_source_read(from, &at, room, &n, w)))
            return e;
        while (done < n) {
            ssize_t k = write(fd, room + done, n - done);

            if (k < 0 && errno != EINTR)
                return no_room(w, path);
            done += k > 0 ? (size_t)k : 0;
        }
    }
    return fsync(fd) == 0 ? OK : no_room(w, path);
}

/* The lock keeps a sweep from deleting what was just found to be there. */
static bool is_there_still(struct store *s, const char *file)
{
    bool is_there;

    pthread_mutex_lock(&s->blob_lock);
    is_there = utimensat(AT_FDCWD, file, NULL, 0) == 0;
    pthread_mutex_unlock(&s->blob_lock);
    return is_there;
}

static enum err file_put(struct store *s, const struct blob_source *from, const char *hash,
                         struct why *w)
{
    SCOPED(heap_free_p) struct blob_path *p = heap_new(sizeof *p);
    enum err e;

    if ((e = path_of(s, hash, p, w)) || (e = make_folder(p->root, s->data_dir, w)) ||
        (e = make_folder(p->folder, p->root, w)))
        return e;
    /* Found: another thread may have renamed it and not yet synced the folder, so sync. */
    if (is_there_still(s, p->file))
        return sync_path(p->folder, w);
    if (!(e = write_fresh(from, p->fresh, w)) && rename(p->fresh, p->file) != 0)
        e = no_room(w, p->file);
    if (e) {
        unlink(p->fresh);
        return e;
    }
    return sync_path(p->folder, w);
}

static enum err file_open(struct store *s, const char *hash, int *ret_fd, struct why *w)
{
    SCOPED(heap_free_p) struct blob_path *p = heap_new(sizeof *p);
    enum err e;
    int fd;

    if ((e = path_of(s, hash, p, w)))
        return e;
    fd = open(p->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? fail(w, E_NOT_FOUND, "there is no such blob")
                               : fail(w, E_BUSY, "could not open %s: %s", p->file, strerror(errno));
    *ret_fd = fd;
    return OK;
}

struct sweep {
    struct store *store;
    msec before;
    blob_is_used_fn *is_used;
    void *arg;
    const char *hash;
    bool was_used;
    int64_t n;
};

static enum err ask(struct tx *tx, void *arg, struct why *w)
{
    struct sweep *sweep = arg;

    return sweep->is_used(tx, sweep->arg, sweep->hash, &sweep->was_used, w);
}

static bool is_old(const char *path, msec before)
{
    struct stat st;

    return stat(path, &st) == 0 && (msec)st.st_mtime * 1000 < before;
}

static enum err sweep_file(struct sweep *sweep, const char *folder, const char *prefix,
                           const char *name, struct why *w)
{
    char path[PATH_BYTES + 600], hash[BLOB_HASH_BYTES];
    bool is_half = strstr(name, ".new-") != NULL; /* left by a crash */
    enum err e;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!is_old(path, sweep->before) || (!is_half && strlen(name) != BLOB_HASH_BYTES - 3))
        return OK;
    if (!is_half) {
        snprintf(hash, sizeof hash, "%.2s%.62s", prefix, name);
        sweep->hash = hash;
        if ((e = store_read(sweep->store, ask, sweep, w)))
            return e;
        if (sweep->was_used)
            return OK;
    }
    pthread_mutex_lock(&sweep->store->blob_lock);
    if (is_old(path, sweep->before) && unlink(path) == 0) /* not put again meanwhile */
        sweep->n++;
    pthread_mutex_unlock(&sweep->store->blob_lock);
    return OK;
}

static enum err sweep_folder(struct sweep *sweep, const char *root, const char *prefix,
                             struct why *w)
{
    char folder[PATH_BYTES + 300];
    enum err e = OK;
    DIR *dir;

    snprintf(folder, sizeof folder, "%s/%s", root, prefix);
    if (!(dir = opendir(folder)))
        return OK;
    for (struct dirent *d; !e && (d = readdir(dir));)
        if (d->d_name[0] != '.')
            e = sweep_file(sweep, folder, prefix, d->d_name, w);
    closedir(dir);
    return e;
}

static enum err file_sweep(struct store *s, msec before, blob_is_used_fn *is_used, void *arg,
                           int64_t *ret_n, struct why *w)
{
    struct sweep sweep = {.store = s, .before = before, .is_used = is_used, .arg = arg};
    char root[PATH_BYTES], prefix[3];
    enum err e = OK;

    if (snprintf(root, sizeof root, "%s/blobs", s->data_dir) >= (int)sizeof root)
        return fail(w, E_INVALID, "the name of the data folder is too long");
    for (int i = 0; i < 256 && !e; i++) {
        snprintf(prefix, sizeof prefix, "%02x", (unsigned)i);
        e = sweep_folder(&sweep, root, prefix, w);
    }
    *ret_n = sweep.n;
    return e;
}

const struct blob_way BLOB_FILES = {.put = file_put, .open = file_open, .sweep = file_sweep};
