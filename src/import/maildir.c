/* What mails are in a Maildir? Those in cur/ and new/ of the folder and of its subfolders
 * (".Sent", "Archive"), the oldest delivery first: its time opens the file's name. tmp/ is left
 * alone, symbolic links are not followed.
 * Source: https://cr.yp.to/proto/maildir.html */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/limits.h"
#include "base/scope.h"
#include "import/reader.h"

/* Folders in folders: deeper is a loop or a joke. */
#define MAX_DEPTH 16

struct mail {
    const char *path; /* below the root; in the arena */
    int64_t at;       /* [s]; 0 if the name does not say */
};

struct maildir {
    struct import_reader base;
    struct arena *names;
    char *root;
    struct mail *mails;
    size_t n, room, next;
};

static void dir_close(DIR **d)
{
    if (*d)
        closedir(*d);
}

static void fd_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void mail_add(struct maildir *m, const char *folder, const char *name)
{
    struct str rest = str_of(name);
    int64_t at = 0;

    if (!str_i64(str_cut(&rest, '.'), 0, INT64_C(9999999999), &at))
        at = 0;
    if (m->n == m->room) {
        m->room = m->room ? m->room * 2 : 1024;
        m->mails = reallocarray(m->mails, m->room, sizeof(*m->mails));
        if (!m->mails)
            abort();
    }
    m->mails[m->n++] = (struct mail){arena_printf(m->names, "%s%s", folder, name), at};
}

/* `folder` ends in "/", or is empty for the root. `is_box`: it is a cur/ or new/. */
static enum err walk(struct maildir *m, const char *folder, bool is_box, int depth, struct why *w)
{
    char *path = arena_printf(m->names, "%s/%s", m->root, folder);
    SCOPED(dir_close) DIR *dir = opendir(path);
    struct dirent *d;

    if (!dir)
        return fail(w, E_DENIED, "could not open '%s': %s", path, strerror(errno));
    while ((d = readdir(dir))) {
        bool is_file = d->d_type == DT_REG, is_folder = d->d_type == DT_DIR;
        struct stat st;
        enum err e;

        if (d->d_type == DT_UNKNOWN &&
            fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
            is_file = S_ISREG(st.st_mode), is_folder = S_ISDIR(st.st_mode);
        if (is_box && is_file && d->d_name[0] != '.')
            mail_add(m, folder, d->d_name);
        if (is_box || !is_folder || depth == MAX_DEPTH || strcmp(d->d_name, ".") == 0 ||
            strcmp(d->d_name, "..") == 0 || strcmp(d->d_name, "tmp") == 0)
            continue;
        bool is_next_box = strcmp(d->d_name, "cur") == 0 || strcmp(d->d_name, "new") == 0;
        if ((e = walk(m, arena_printf(m->names, "%s%s/", folder, d->d_name), is_next_box, depth + 1,
                      w)))
            return e;
    }
    return OK;
}

static int by_time(const void *a, const void *b)
{
    const struct mail *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return strcmp(x->path, y->path);
}

static enum err read_whole(const char *path, struct arena *a, struct str *ret, struct why *w)
{
    SCOPED(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    size_t n = 0, size;
    char *p;

    if (fd < 0 || fstat(fd, &st) != 0)
        return fail(w, E_INVALID, "could not be opened: %s", strerror(errno));
    if (st.st_size > LIMIT_MAIL_BYTES)
        return fail(w, E_INVALID, "has %lld bytes; the limit is %d", (long long)st.st_size,
                    LIMIT_MAIL_BYTES);
    size = (size_t)st.st_size;
    p = arena_alloc(a, size + 1);
    while (n < size) {
        ssize_t got = read(fd, p + n, size - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(w, E_INVALID, "could not be read: %s", strerror(errno));
        if (got == 0)
            break;
        n += (size_t)got;
    }
    *ret = (struct str){p, n};
    return OK;
}

static enum err maildir_next(struct import_reader *base, struct arena *a, struct import_item *ret,
                             struct why *w)
{
    struct maildir *m = (struct maildir *)base;
    const struct mail *mail;
    enum err e;

    if (m->next == m->n) {
        ret->kind = IMPORT_END;
        return OK;
    }
    mail = &m->mails[m->next++];
    base->done++;
    snprintf(ret->where, sizeof(ret->where), "%s", mail->path);
    if ((e = read_whole(arena_printf(a, "%s/%s", m->root, mail->path), a, &ret->raw, w)))
        return e;
    ret->kind = IMPORT_MAIL;
    ret->at = mail->at * 1000;
    return OK;
}

static void maildir_close(struct import_reader *base)
{
    struct maildir *m = (struct maildir *)base;

    arena_free(m->names);
    free(m->mails);
    free(m);
}

enum err maildir_open(const char *path, struct import_reader **ret, struct why *w)
{
    struct maildir *m = heap_new(sizeof(*m));
    enum err e;

    m->names = arena_new(64 * 1024);
    m->root = arena_str(m->names, path);
    if ((e = walk(m, "", false, 0, w))) {
        maildir_close(&m->base);
        return e;
    }
    if (m->n)
        qsort(m->mails, m->n, sizeof(*m->mails), by_time);
    m->base = (struct import_reader){maildir_next, maildir_close, 0, (int64_t)m->n};
    *ret = &m->base;
    return OK;
}
