/* antiphon backup: everything into one folder, from a running server or beside a stopped one. */
#include "cli/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/scope.h"
#include "cli/cli.h"
#include "store/store.h"
#include "sys/copy.h"

struct backup {
    struct cli *c;
    const char *path;
    struct buf sums;
    int64_t n_files;
};

static void dir_close_p(DIR **d)
{
    if (*d)
        closedir(*d);
}

static bool is_hex(const char *s, size_t n)
{
    return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

bool backup_is_name(const char *name)
{
    static const char *const known[] = {BACKUP_SQLITE, BACKUP_DUMP, BACKUP_WORDS, BACKUP_SETTINGS};
    char folder[3];

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0)
            return true;
    if (strncmp(name, "blobs/", 6) != 0 || strlen(name) < 9 || name[8] != '/')
        return false;
    memcpy(folder, name + 6, 2);
    folder[2] = '\0';
    return is_hex(folder, 2) && is_hex(name + 9, 62);
}

static void add_sum(struct backup *b, const char *name, const char *hash)
{
    buf_printf(&b->sums, "%s  %s\n", hash, name);
    b->n_files++;
}

/* DIR/name into the backup; its hash must be `want` if that is given (a blob's own name). */
static CHECKED enum err take(struct backup *b, const char *name, const char *want, struct why *w)
{
    struct arena *a = b->c->arena;
    char hash[COPY_HASH_BYTES];
    enum err e;

    e = file_copy(arena_printf(a, "%s/%s", b->c->data_dir, name),
                  arena_printf(a, "%s/%s", b->path, name), hash, w);
    if (e)
        return e;
    if (want && strcmp(hash, want) != 0)
        return fail(w, E_INTERNAL, "%s is damaged: its content is not what its name says", name);
    add_sum(b, name, hash);
    return OK;
}

static CHECKED enum err take_shelf(struct backup *b, const char *shelf, struct why *w)
{
    struct arena *a = b->c->arena;
    SCOPED(dir_close_p)
    DIR *dir = opendir(arena_printf(a, "%s/blobs/%s", b->c->data_dir, shelf));
    const char *to = arena_printf(a, "%s/blobs/%s", b->path, shelf);
    struct dirent *d;

    if (!dir || mkdir(to, 0700) != 0)
        return fail(w, E_BUSY, "could not copy blobs/%s: %s", shelf, strerror(errno));
    while ((d = readdir(dir))) {
        enum err e;

        if (!is_hex(d->d_name, 62))
            continue; /* one that is being written */
        e = take(b, arena_printf(a, "blobs/%s/%s", shelf, d->d_name),
                 arena_printf(a, "%s%s", shelf, d->d_name), w);
        if (e && e != E_NOT_FOUND) /* swept meanwhile: no row named it */
            return e;
    }
    return OK;
}

static CHECKED enum err take_blobs(struct backup *b, struct why *w)
{
    struct arena *a = b->c->arena;
    SCOPED(dir_close_p) DIR *dir = opendir(arena_printf(a, "%s/blobs", b->c->data_dir));
    const char *to = arena_printf(a, "%s/blobs", b->path);
    struct dirent *d;

    if (!dir && errno == ENOENT)
        return OK;
    if (!dir || mkdir(to, 0700) != 0)
        return fail(w, E_BUSY, "could not copy blobs: %s", strerror(errno));
    while ((d = readdir(dir))) {
        enum err e;

        if (is_hex(d->d_name, 2) && (e = take_shelf(b, d->d_name, w)))
            return e;
    }
    return OK;
}

static CHECKED enum err write_file(struct backup *b, const char *name, const char *text, size_t n,
                                   struct why *w)
{
    const char *path = arena_printf(b->c->arena, "%s/%s", b->path, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool is_written = fd >= 0;

    while (is_written && n) {
        ssize_t done = write(fd, text, n);

        is_written = done > 0;
        text += is_written ? done : 0;
        n -= is_written ? (size_t)done : 0;
    }
    is_written = is_written && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_written ? OK
                      : fail(w, errno == ENOSPC ? E_FULL : E_BUSY, "could not write %s: %s", path,
                             strerror(errno));
}

/* The database first: every blob that it names was on the disk before it. */
static CHECKED enum err take_database(struct backup *b, struct why *w)
{
    bool is_sqlite = store_engine(b->c->store) == STORE_SQLITE;
    const char *name = is_sqlite ? BACKUP_SQLITE : BACKUP_DUMP;
    const char *path = arena_printf(b->c->arena, "%s/%s", b->path, name);
    char hash[COPY_HASH_BYTES];
    enum err e;

    if ((e = store_backup(b->c->store, path, w)) || (e = file_hash(path, hash, NULL, w)))
        return e;
    add_sum(b, name, hash);
    return is_sqlite ? take_blobs(b, w) : OK;
}

static CHECKED enum err take_words(struct backup *b, struct why *w)
{
    bool is_sqlite = store_engine(b->c->store) == STORE_SQLITE;
    char at[TIME_TEXT_BYTES], hash[COPY_HASH_BYTES];
    const char *text;
    enum err e;

    time_format(at, clock_now());
    text = arena_printf(b->c->arena, "antiphon %s\nengine %s\nat %s\n", ANTIPHON_VERSION,
                        is_sqlite ? "sqlite" : "postgresql", at);
    if ((e = write_file(b, BACKUP_WORDS, text, strlen(text), w)) ||
        (e = file_hash(arena_printf(b->c->arena, "%s/%s", b->path, BACKUP_WORDS), hash, NULL, w)))
        return e;
    add_sum(b, BACKUP_WORDS, hash);
    e = take(b, BACKUP_SETTINGS, NULL, w);
    return e == E_NOT_FOUND ? OK : e;
}

static CHECKED enum err take_all(struct backup *b, struct why *w)
{
    enum err e;

    if (mkdir(b->path, 0700) != 0)
        return fail(w, errno == EEXIST ? E_INVALID : E_BUSY, "could not make %s: %s", b->path,
                    strerror(errno));
    if ((e = take_database(b, w)) || (e = take_words(b, w)))
        return e;
    if (b->sums.is_over)
        return fail(w, E_TOO_LARGE, "there are too many files for one backup");
    /* The sums come last: where they are, the rest is on the disk. */
    if ((e = disk_sync(b->path, w)) || (e = write_file(b, BACKUP_SUMS, b->sums.p, b->sums.n, w)))
        return e;
    return disk_sync(b->path, w);
}

int cmd_backup(struct cli *c)
{
    struct backup b = {.c = c, .path = cli_path(c, cli_arg(c, 0))};
    struct why w = {0};
    enum err e;

    buf_init(&b.sums, BACKUP_SUMS_BYTES);
    e = take_all(&b, &w);
    buf_done(&b.sums);
    if (e)
        return cli_fail(c, &w);
    cli_say(c, "%" PRId64 " files", b.n_files);
    cli_out(c, "%s", b.path);
    return CLI_DONE;
}
