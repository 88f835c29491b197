#include "import/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum err lines_open(struct lines *l, const char *path, struct why *w)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return fail(w, errno == ENOENT ? E_NOT_FOUND : E_DENIED, "could not open '%s': %s", path,
                    strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return fail(w, E_INVALID, "'%s' is not a file", path);
    }
    *l = (struct lines){.fd = fd, .bytes = st.st_size, .room = malloc(LINES_ROOM_BYTES)};
    if (!l->room)
        abort(); /* as arenas do: out of memory ends the process */
    return OK;
}

void lines_close(struct lines *l)
{
    if (!l->room)
        return;
    free(l->room);
    close(l->fd);
    l->room = NULL;
}

/* Move what is left to the front and read on. */
static enum err fill(struct lines *l, struct why *w)
{
    ssize_t got;

    memmove(l->room, l->room + l->at, l->end - l->at);
    l->end -= l->at;
    l->at = 0;
    do
        got = read(l->fd, l->room + l->end, LINES_ROOM_BYTES - l->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(w, E_UPSTREAM, "could not read on: %s", strerror(errno));
    l->is_over = got == 0;
    l->end += (size_t)got;
    return OK;
}

enum err lines_next(struct lines *l, struct line *ret, struct why *w)
{
    size_t seen = 0;
    enum err e;

    for (;;) {
        char *p = l->room + l->at;
        size_t n = l->end - l->at;
        char *lf = memchr(p + seen, '\n', n - seen);

        if (lf || l->is_over || n == LINES_ROOM_BYTES) {
            n = lf ? (size_t)(lf - p) + 1 : n;
            *ret = (struct line){{p, n}, l->offset, !l->is_inside, lf || l->is_over};
            l->at += n;
            l->offset += (int64_t)n;
            l->is_inside = !ret->is_end;
            return OK;
        }
        seen = n;
        if ((e = fill(l, w)))
            return e;
    }
}

enum err lines_at(const struct lines *l, int64_t offset, char *to, size_t n, struct why *w)
{
    while (n) {
        ssize_t got = pread(l->fd, to, n, offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(w, E_UPSTREAM, "could not read again at byte %lld: %s", (long long)offset,
                        got ? strerror(errno) : "the file has become shorter");
        to += got;
        offset += got;
        n -= (size_t)got;
    }
    return OK;
}

struct str line_bare(struct str s)
{
    if (s.n && s.p[s.n - 1] == '\n')
        s.n--;
    if (s.n && s.p[s.n - 1] == '\r')
        s.n--;
    return s;
}
