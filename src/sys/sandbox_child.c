/* sandbox_child.c: the other side: the warm process, which sees no item, and the process of
 * one item, which sees nothing else. */
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ITEMS_MAX 64

struct warm {
    const struct sandbox_kind *kinds;
    size_t n_kinds;
    struct jail *jail;
    struct {
        pid_t pid;
        int out;
    } items[ITEMS_MAX];
    size_t n_items;
};

bool sandbox_is_child(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], "decode") == 0;
}

static void write_all(int fd, const void *p, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t k = write(fd, (const char *)p + done, n - done);

        if (k < 0 && errno != EINTR)
            return;
        done += k > 0 ? (size_t)k : 0;
    }
}

static void answer(int fd, enum err code, const void *p, size_t n)
{
    struct sandbox_frame f = {SANDBOX_FRAME_MAGIC, (uint32_t)code, n};

    write_all(fd, &f, sizeof f);
    write_all(fd, p, n);
}

static void decode(const struct sandbox_kind *kind, struct str in, int out)
{
    struct why w = {0};
    struct buf b;
    enum err e;

    buf_init(&b, SANDBOX_OUT_BYTES - 4096);
    e = kind->run(in, &b, &w);
    if (!e && b.is_over)
        e = fail(&w, E_INVALID, "decoded, it is over %zu bytes", b.max_bytes);
    if (e)
        answer(out, e, w.text, strlen(w.text));
    else
        answer(out, OK, b.p, b.n);
}

/* The life of an item's process. Never returns. */
__attribute__((noreturn)) static void item_process(const struct warm *wm, const char *name, int in,
                                                   int out)
{
    const struct sandbox_kind *kind = NULL;
    struct str bytes = {"", 0};
    struct why w = {0};
    struct stat st;

    close(SANDBOX_CONTROL_FD);
    for (size_t i = 0; i < wm->n_kinds; i++)
        if (strcmp(wm->kinds[i].name, name) == 0)
            kind = &wm->kinds[i];
    if (!kind || fstat(in, &st) || st.st_size < 0)
        _exit(3);
    if (st.st_size > 0) {
        bytes.p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, in, 0);
        bytes.n = (size_t)st.st_size;
        if (bytes.p == MAP_FAILED)
            _exit(3);
    }
    close(in);
    if (jail_enter(wm->jail, &w)) {
        answer(out, E_BUSY, w.text, strlen(w.text));
        _exit(3);
    }
    decode(kind, bytes, out);
    _exit(0);
}

static void start_item(struct warm *wm, const char *name, int in, int out)
{
    pid_t pid = fork();

    if (pid == 0) {
        sigset_t none;

        for (size_t i = 0; i < wm->n_items; i++)
            close(wm->items[i].out);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        item_process(wm, name, in, out);
    }
    close(in);
    if (pid < 0) {
        answer(out, E_BUSY, "could not start a process", 25);
        close(out);
        return;
    }
    wm->items[wm->n_items].pid = pid;
    wm->items[wm->n_items++].out = out;
}

/* How an item's process ended goes behind what it wrote itself. */
static void item_ended(struct warm *wm, pid_t pid, int status)
{
    struct sandbox_trailer t = {SANDBOX_TRAILER_MAGIC, status};

    for (size_t i = 0; i < wm->n_items; i++) {
        if (wm->items[i].pid != pid)
            continue;
        /* A reader that went away, or a full pipe, must not hold the others up. */
        fcntl(wm->items[i].out, F_SETFL, O_NONBLOCK);
        write_all(wm->items[i].out, &t, sizeof t);
        close(wm->items[i].out);
        wm->items[i] = wm->items[--wm->n_items];
        return;
    }
}

static void reap(struct warm *wm, int signals)
{
    struct signalfd_siginfo info;
    int status;
    pid_t pid;

    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info)
        ;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        item_ended(wm, pid, status);
}

/* One request: a kind's name and two file descriptors. False: the server has gone. */
static bool take_request(struct warm *wm)
{
    char name[SANDBOX_KIND_BYTES];
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec iov = {name, sizeof name};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof control.bytes};
    ssize_t n = recvmsg(SANDBOX_CONTROL_FD, &msg, MSG_CMSG_CLOEXEC);
    struct cmsghdr *c;
    int fds[2];

    if (n < 0 && errno == EINTR)
        return true;
    c = n == (ssize_t)sizeof name ? CMSG_FIRSTHDR(&msg) : NULL;
    if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof fds))
        return false;
    memcpy(fds, CMSG_DATA(c), sizeof fds);
    name[sizeof name - 1] = 0;
    start_item(wm, name, fds[0], fds[1]);
    return true;
}

static int serve_items(struct warm *wm, int signals)
{
    for (;;) {
        bool has_room = wm->n_items < ITEMS_MAX;
        struct pollfd p[2] = {{signals, POLLIN, 0},
                              {has_room ? SANDBOX_CONTROL_FD : -1, POLLIN, 0}};

        if (poll(p, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (p[0].revents)
            reap(wm, signals);
        if (p[1].revents && !take_request(wm))
            return 0; /* items that still run have alarms of their own */
    }
}

int sandbox_child(const struct sandbox_kind *kinds, size_t n)
{
    struct warm wm = {.kinds = kinds, .n_kinds = n};
    struct why w = {0};
    sigset_t child;
    int signals;

    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    signal(SIGPIPE, SIG_IGN);
    signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        return 1;
    for (size_t i = 0; i < n; i++)
        if (kinds[i].prepare)
            kinds[i].prepare();
    if (jail_prepare(&wm.jail, &w))
        return 1;
    _exit(serve_items(&wm, signals)); /* no exit handlers: nothing here is worth flushing */
}
