/* antiphon restore: a backup into an empty data folder or database. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "base/str.h"
#include "cli/backup.h"
#include "cli/cli.h"
#include "store/store.h"
#include "sys/copy.h"
#include "sys/lock.h"

struct restore {
    struct cli *c;
    const char *path;
    struct str sums;   /* what is left to be read of SHA256SUMS */
    bool is_dump;      /* of PostgreSQL */
    const char **made; /* files to take away again if it fails */
    size_t n_made, room;
};

/* ------- the list */

static CHECKED enum err read_sums(struct restore *r, struct str *ret, struct why *w)
{
    const char *path = arena_printf(r->c->arena, "%s/%s", r->path, BACKUP_SUMS);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    ssize_t n;
    char *p;

    if (fd < 0)
        return fail(w, E_INVALID, "%s is no finished backup: it has no %s", r->path, BACKUP_SUMS);
    if (fstat(fd, &st) != 0 || st.st_size > (off_t)BACKUP_SUMS_BYTES) {
        close(fd);
        return fail(w, E_INVALID, "%s is too big", path);
    }
    p = arena_alloc(r->c->arena, (size_t)st.st_size + 1);
    n = read(fd, p, (size_t)st.st_size);
    close(fd);
    if (n != st.st_size)
        return fail(w, E_BUSY, "could not read %s", path);
    *ret = (struct str){p, (size_t)n};
    return OK;
}

/* The next "hash  name"; false at the end. */
static CHECKED enum err next_sum(struct restore *r, struct str *sums, const char **ret_name,
                                 char hash[COPY_HASH_BYTES], struct why *w)
{
    struct str line = str_cut(sums, '\n');

    *ret_name = NULL;
    if (line.n == 0 && sums->n == 0)
        return OK;
    if (line.n < 67 || memcmp(line.p + 64, "  ", 2) != 0)
        return fail(w, E_INVALID, "%s has a line that is none", BACKUP_SUMS);
    memcpy(hash, line.p, 64);
    hash[64] = '\0';
    *ret_name = arena_dup(r->c->arena, line.p + 66, line.n - 66);
    if (!backup_is_name(*ret_name))
        return fail(w, E_INVALID, "%s names a file that no backup has", BACKUP_SUMS);
    return OK;
}

/* Everything is there and whole, before anything is written. */
static CHECKED enum err check_files(struct restore *r, int64_t *ret_n, struct why *w)
{
    struct str sums = r->sums;
    char want[COPY_HASH_BYTES], got[COPY_HASH_BYTES];
    const char *name;
    enum err e;

    for (*ret_n = 0;; ++*ret_n) {
        if ((e = next_sum(r, &sums, &name, want, w)) || !name)
            return e;
        if (strcmp(name, BACKUP_DUMP) == 0)
            r->is_dump = true;
        if ((e = file_hash(arena_printf(r->c->arena, "%s/%s", r->path, name), got, NULL, w)))
            return e == E_NOT_FOUND ? fail(w, E_INVALID, "the backup lacks %s", name) : e;
        if (strcmp(want, got) != 0)
            return fail(w, E_INVALID, "%s in the backup is damaged", name);
    }
}

/* ------- into a folder */

static CHECKED enum err is_empty(const struct restore *r, struct why *w)
{
    static const char *const taken[] = {"antiphon.db", "blobs", "antiphon.conf"};

    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (access(arena_printf(r->c->arena, "%s/%s", r->c->data_dir, taken[i]), F_OK) == 0)
            return fail(w, E_CONFLICT, "%s is not empty: it has %s", r->c->data_dir, taken[i]);
    return OK;
}

static CHECKED enum err make_folder(const char *path, struct why *w)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return fail(w, E_BUSY, "could not make %s: %s", path, strerror(errno));
    return OK;
}

static void remember(struct restore *r, const char *path)
{
    if (r->n_made == r->room) {
        const char **more;

        r->room = r->room ? r->room * 2 : 1024;
        more = arena_array(r->c->arena, r->room, sizeof *more);
        if (r->n_made)
            memcpy(more, r->made, r->n_made * sizeof *more);
        r->made = more;
    }
    r->made[r->n_made++] = path;
}

static CHECKED enum err put_file(struct restore *r, const char *name, const char *want,
                                 struct why *w)
{
    struct arena *a = r->c->arena;
    const char *to = arena_printf(a, "%s/%s", r->c->data_dir, name);
    char got[COPY_HASH_BYTES];
    enum err e;

    if (strncmp(name, "blobs/", 6) == 0 &&
        (e = make_folder(arena_printf(a, "%s/%.8s", r->c->data_dir, name), w)))
        return e;
    if ((e = file_copy(arena_printf(a, "%s/%s", r->path, name), to, got, w)))
        return e;
    remember(r, to);
    return strcmp(want, got) == 0 ? OK
                                  : fail(w, E_INVALID, "%s in the backup changed meanwhile", name);
}

static CHECKED enum err put_files(struct restore *r, struct why *w)
{
    struct str sums = r->sums;
    char want[COPY_HASH_BYTES];
    const char *name;
    enum err e;

    if ((e = make_folder(arena_printf(r->c->arena, "%s/blobs", r->c->data_dir), w)))
        return e;
    for (;;) {
        if ((e = next_sum(r, &sums, &name, want, w)))
            return e;
        if (!name)
            return disk_sync(r->c->data_dir, w);
        if (strcmp(name, BACKUP_WORDS) == 0 || strcmp(name, BACKUP_DUMP) == 0)
            continue;
        if ((e = put_file(r, name, want, w)))
            return e;
    }
}

static void take_away(const struct restore *r)
{
    for (size_t i = 0; i < r->n_made; i++)
        unlink(r->made[i]);
    rmdir(arena_printf(r->c->arena, "%s/blobs", r->c->data_dir));
}

/* Does this program understand it? An older one is brought up to date here. */
static CHECKED enum err try_store(const struct restore *r, struct why *w)
{
    struct store_conf conf = {.url = r->c->config->store,
                              .data_dir = r->c->data_dir,
                              .node = r->c->config->store ? -1 : 0,
                              .is_unsafe_ok = true,
                              .is_migrating = true};
    struct store *s = NULL;
    enum err e;

    if ((e = store_open(&conf, &s, w)))
        return e;
    e = store_check(s, w);
    store_close(s);
    return e;
}

static CHECKED enum err restore_folder(struct restore *r, struct why *w)
{
    enum err e;

    if ((e = is_empty(r, w)))
        return e;
    if ((e = put_files(r, w)) || (e = try_store(r, w)))
        take_away(r);
    return e;
}

/* The database by its own tool, all or nothing; blobs are rows of it. */
static CHECKED enum err restore_dump(struct restore *r, struct why *w)
{
    enum err e;

    e = store_restore_dump(r->c->config->store,
                           arena_printf(r->c->arena, "%s/%s", r->path, BACKUP_DUMP), w);
    return e ? e : try_store(r, w);
}

static CHECKED enum err restore_all(struct restore *r, int64_t *ret_n, struct why *w)
{
    enum err e;

    if ((e = read_sums(r, &r->sums, w)) || (e = check_files(r, ret_n, w)))
        return e;
    if (r->is_dump && !r->c->config->store)
        return fail(w, E_INVALID, "this is a backup of PostgreSQL: say --store postgresql://…");
    if (!r->is_dump && r->c->config->store)
        return fail(w, E_INVALID,
                    "this is a backup of SQLite: restore it into a folder, then "
                    "move it as docs/operations.md says");
    return r->is_dump ? restore_dump(r, w) : restore_folder(r, w);
}

int cmd_restore(struct cli *c)
{
    struct restore r = {.c = c, .path = cli_path(c, cli_arg(c, 0))};
    SCOPED(lock_release) struct lock lock = {-1};
    struct why w = {0};
    int64_t n = 0;

    if (make_folder(c->data_dir, &w) ||
        lock_take(arena_printf(c->arena, "%s/lock", c->data_dir), &lock, NULL, &w) ||
        restore_all(&r, &n, &w))
        return cli_fail(c, &w);
    cli_say(c, "%" PRId64 " files checked and restored", n);
    return CLI_DONE;
}
