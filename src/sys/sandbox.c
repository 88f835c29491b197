/* sandbox.c: the server's side: keep one warm process, hand it an item, read the answer. */
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scope.h"

/* The one piece of state of its own that this program keeps outside main's structures: like
 * standard error, there is one a process, and a channel's parse has no handle to carry it. */
static struct {
    pthread_mutex_t lock;
    int fd; /* control socket; 0: none */
    pid_t pid;
} warm = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void unlock(pthread_mutex_t **m)
{
    pthread_mutex_unlock(*m);
}

/* The child gets a fixed environment: nothing of ours is its business. */
static void environment(char *ret[8], char room[3][512])
{
    static const char *const names[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"};
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t n = 0;

    ret[n++] = locale;
    for (size_t i = 0; i < 3; i++) {
        const char *v = getenv(names[i]);

        if (v && snprintf(room[i], sizeof room[i], "%s=%s", names[i], v) < (int)sizeof room[i])
            ret[n++] = room[i];
    }
    ret[n] = NULL;
}

static int spawn_warm(int control, pid_t *ret_pid)
{
    static char exe[] = "/proc/self/exe", arg[] = "decode";
    char *const argv[] = {exe, arg, NULL};
    char *envp[8], room[3][512];
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t attr;
    sigset_t none;
    int rc;

    environment(envp, room);
    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&fa, control, SANDBOX_CONTROL_FD);
    posix_spawn_file_actions_addclosefrom_np(&fa, SANDBOX_CONTROL_FD + 1);
    rc = posix_spawn(ret_pid, exe, &fa, &attr, argv, envp);
    posix_spawn_file_actions_destroy(&fa);
    posix_spawnattr_destroy(&attr);
    return rc;
}

/* Under the lock. */
static void end_warm(void)
{
    if (warm.fd > 0)
        close(warm.fd);
    if (warm.pid > 0) {
        kill(warm.pid, SIGKILL);
        while (waitpid(warm.pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    warm.fd = 0;
    warm.pid = 0;
}

static enum err start_warm(struct why *w)
{
    int pair[2], rc;

    if (warm.fd > 0)
        return OK;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return fail(w, E_BUSY, "could not start a decoder: %s", strerror(errno));
    if (pair[1] == SANDBOX_CONTROL_FD) { /* dup2 onto itself would keep close-on-exec */
        int up = fcntl(pair[1], F_DUPFD_CLOEXEC, SANDBOX_CONTROL_FD + 1);

        close(pair[1]);
        pair[1] = up;
    }
    rc = pair[1] < 0 ? errno : spawn_warm(pair[1], &warm.pid);
    if (pair[1] >= 0)
        close(pair[1]);
    if (rc) {
        warm.pid = 0;
        close(pair[0]);
        return fail(w, E_BUSY, "could not start a decoder: %s", strerror(rc));
    }
    warm.fd = pair[0];
    return OK;
}

/* Hand both ends over. A warm process that died in between is replaced once. */
static enum err post(const char *kind, int in, int out, struct why *w)
{
    SCOPED(unlock) pthread_mutex_t *held = &warm.lock;
    char name[SANDBOX_KIND_BYTES] = "";
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } control = {.bytes = {0}};
    struct iovec iov = {name, sizeof name};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof control.bytes};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    int fds[2] = {in, out};
    enum err e;

    pthread_mutex_lock(held);
    snprintf(name, sizeof name, "%s", kind);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(c), fds, sizeof fds);
    for (int attempt = 0; attempt < 2; attempt++) {
        if ((e = start_warm(w)))
            return e;
        if (sendmsg(warm.fd, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof name)
            return OK;
        end_warm();
    }
    return fail(w, E_BUSY, "could not hand an item to the decoder: %s", strerror(errno));
}

static enum err item_open(const void *in, size_t n, int *ret, struct why *w)
{
    SCOPED(close_fd) int fd = memfd_create("item", MFD_CLOEXEC);

    if (fd < 0)
        return fail(w, E_BUSY, "could not make room for an item: %s", strerror(errno));
    for (size_t done = 0; done < n;) {
        ssize_t k = write(fd, (const char *)in + done, n - done);

        if (k < 0 && errno != EINTR)
            return fail(w, E_BUSY, "could not make room for an item: %s", strerror(errno));
        done += k > 0 ? (size_t)k : 0;
    }
    *ret = fd;
    fd = -1;
    return OK;
}

/* Everything the item's process says, to its end. A little over the wall time: the process
 * has an alarm of its own, this is for one that cannot even die. */
static enum err read_all(int fd, struct buf *b, struct why *w)
{
    int64_t until = clock_mono_us() + (SANDBOX_WALL_S + 5) * 1000000LL;
    char chunk[65536];
    ssize_t n;

    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        int64_t left = (until - clock_mono_us()) / 1000;
        int rc = poll(&p, 1, left > 0 ? (int)left : 0);

        if (rc < 0 && errno == EINTR)
            continue;
        if (rc <= 0)
            return fail(w, E_INVALID, "the decoder took longer than %d s", SANDBOX_WALL_S);
        n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return OK;
        if (n < 0 && errno != EINTR)
            return fail(w, E_BUSY, "could not read from the decoder: %s", strerror(errno));
        if (n > 0)
            buf_add(b, chunk, (size_t)n);
        if (b->is_over)
            return fail(w, E_INVALID, "the decoder's answer is over %zu bytes", b->max_bytes);
    }
}

static enum err died(struct str said, struct why *w)
{
    struct sandbox_trailer t;

    if (said.n < sizeof t)
        return fail(w, E_BUSY, "the decoder ended before it began");
    memcpy(&t, said.p + said.n - sizeof t, sizeof t);
    if (t.magic != SANDBOX_TRAILER_MAGIC)
        return fail(w, E_INVALID, "the decoder died");
    if (!WIFSIGNALED(t.status))
        return fail(w, E_INVALID, "the decoder gave up (out of memory, or a fault)");
    switch (WTERMSIG(t.status)) {
    case SIGXCPU:
    case SIGKILL:
        return fail(w, E_INVALID, "decoding took more than %d s of processor time", SANDBOX_CPU_S);
    case SIGALRM:
        return fail(w, E_INVALID, "decoding took longer than %d s", SANDBOX_WALL_S);
    case SIGSYS:
        return fail(w, E_INVALID, "the decoder ran out of memory or tried something forbidden");
    default:
        return fail(w, E_INVALID, "the decoder died (signal %d)", WTERMSIG(t.status));
    }
}

/* frame, bytes, trailer -> the bytes, or the decoder's own error. */
static enum err unframe(struct str said, struct str *ret, struct why *w)
{
    struct sandbox_frame f;

    if (said.n < sizeof f)
        return died(said, w);
    memcpy(&f, said.p, sizeof f);
    if (f.magic != SANDBOX_FRAME_MAGIC || f.n > said.n - sizeof f)
        return died(said, w);
    if (f.code >= ERR_COUNT)
        return fail(w, E_INVALID, "the decoder's answer makes no sense");
    if (f.code != OK)
        return fail(w, (enum err)f.code, "%.*s", (int)(f.n > 200 ? 200 : f.n), said.p + sizeof f);
    *ret = (struct str){said.p + sizeof f, (size_t)f.n};
    return OK;
}

enum err sandbox_run(const char *kind, const void *in, size_t n, struct arena *a, struct str *ret,
                     struct why *w)
{
    SCOPED(close_fd) int item = -1, from = -1, to = -1;
    struct buf *b = arena_new_of(a, struct buf);
    int pair[2];
    enum err e;

    if ((e = item_open(in, n, &item, w)))
        return e;
    if (pipe2(pair, O_CLOEXEC))
        return fail(w, E_BUSY, "could not open a pipe: %s", strerror(errno));
    from = pair[0];
    to = pair[1];
    buf_init(b, SANDBOX_OUT_BYTES);
    arena_defer(a, buf_free_fn, b);
    if ((e = post(kind, item, to, w)))
        return e;
    close_fd(&to);
    if ((e = read_all(from, b, w)))
        return e;
    return unframe((struct str){b->p, b->n}, ret, w);
}

void sandbox_end(void)
{
    SCOPED(unlock) pthread_mutex_t *held = &warm.lock;

    pthread_mutex_lock(held);
    end_warm();
}
