#include "sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/str.h"

static pid_t holder_of(int fd)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof text, 0);
    int64_t pid = 0;

    if (n <= 0 || !str_i64(str_trim((struct str){text, (size_t)n}), 1, INT32_MAX, &pid))
        return 0;
    return (pid_t)pid;
}

static enum err write_holder(int fd, const char *path, struct why *w)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());

    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
        return fail(w, errno == ENOSPC ? E_FULL : E_INVALID, "could not write %s: %s", path,
                    strerror(errno));
    return OK;
}

enum err lock_take(const char *path, struct lock *ret, pid_t *ret_pid, struct why *w)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    enum err e;

    if (fd < 0)
        return fail(w, E_INVALID, "cannot open %s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;
        pid_t pid = holder_of(fd);

        close(fd);
        if (why != EWOULDBLOCK)
            return fail(w, E_INVALID, "cannot lock %s: %s", path, strerror(why));
        if (ret_pid)
            *ret_pid = pid;
        return fail(w, E_BUSY, "process %d is at work here (%s)", (int)pid, path);
    }
    if ((e = write_holder(fd, path, w))) {
        close(fd);
        return e;
    }
    ret->fd = fd;
    return OK;
}

void lock_release(struct lock *l)
{
    if (l->fd >= 0)
        close(l->fd); /* the kernel drops the lock with the last descriptor */
    l->fd = -1;
}
