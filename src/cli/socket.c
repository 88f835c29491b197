/* DIR/antiphon.sock: a command typed beside a running server runs inside it, with the caller's
 * own standard input, output and error handed over. The socket is as private as the folder. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "desk/desk.h"

/* What a command line may have: words and bytes of all of them, the folder it is in included. */
#define WORDS_MOST 64
#define BYTES_MOST (64 * 1024)
#define CALLS_MOST 4
#define FDS        3
/* A caller sends its command at once. */
#define PATIENCE_S 2

struct cli_socket {
    struct app *app;
    int fd;
    char *path;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    int running;
};

struct call {
    struct cli_socket *s;
    int fd;
};

static CHECKED enum err address_of(const char *data_dir, struct sockaddr_un *ret, struct why *w)
{
    int n;

    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    n = snprintf(ret->sun_path, sizeof ret->sun_path, "%s/antiphon.sock", data_dir);
    return n < (int)sizeof ret->sun_path
               ? OK
               : fail(w, E_INVALID, "the path of the data folder is too long for a socket");
}

/* ------- the caller's side: cwd and words, NUL behind each, with three files */

static CHECKED enum err send_words(int fd, int argc, char **argv, struct why *w)
{
    union {
        char room[CMSG_SPACE(FDS * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    int files[FDS] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    char cwd[4096];
    struct iovec io;
    struct msghdr m = {.msg_iov = &io,
                       .msg_iovlen = 1,
                       .msg_control = control.room,
                       .msg_controllen = sizeof control.room};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    struct buf b;
    bool is_sent;

    buf_init(&b, BYTES_MOST);
    if (!getcwd(cwd, sizeof cwd))
        snprintf(cwd, sizeof cwd, "/");
    buf_add(&b, cwd, strlen(cwd) + 1);
    for (int i = 0; i < argc; i++)
        buf_add(&b, argv[i], strlen(argv[i]) + 1);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof files);
    memcpy(CMSG_DATA(c), files, sizeof files);
    io = (struct iovec){b.p, b.n};
    is_sent = !b.is_over && sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)b.n;
    buf_done(&b);
    return is_sent ? OK : fail(w, E_BUSY, "could not hand the command to the server");
}

enum err cli_socket_call(const char *data_dir, int argc, char **argv, int *ret_exit, struct why *w)
{
    struct sockaddr_un at;
    unsigned char code;
    enum err e;
    int fd;

    if ((e = address_of(data_dir, &at, w)))
        return e;
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        if (fd >= 0)
            close(fd);
        return fail(w, E_NOT_FOUND,
                    "\"%s\" is held by another process, but no server answers there", data_dir);
    }
    e = send_words(fd, argc, argv, w);
    if (!e && recv(fd, &code, 1, 0) != 1)
        e = fail(w, E_UNKNOWN, "the server ended before the command did");
    close(fd);
    if (!e)
        *ret_exit = code;
    return e;
}

/* ------- the server's side */

static void close_all(const int *fds)
{
    for (int i = 0; i < FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static void close_sent(const struct cmsghdr *c)
{
    for (size_t at = CMSG_LEN(0); at + sizeof(int) <= c->cmsg_len; at += sizeof(int)) {
        int fd;

        memcpy(&fd, (const char *)c + at, sizeof fd);
        close(fd);
    }
}

/* The folder is closed to others already; this holds whatever its rights became. */
static bool is_one_of_us(int fd)
{
    struct ucred who;
    socklen_t n = sizeof who;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
           (who.uid == geteuid() || who.uid == 0);
}

static bool receive(int fd, char *bytes, size_t *ret_n, int files[FDS])
{
    union {
        char room[CMSG_SPACE(FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec io = {bytes, BYTES_MOST};
    struct msghdr m = {.msg_iov = &io,
                       .msg_iovlen = 1,
                       .msg_control = control.room,
                       .msg_controllen = sizeof control.room};
    ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    struct cmsghdr *c = n >= 0 ? CMSG_FIRSTHDR(&m) : NULL;

    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
        return false;
    if (c->cmsg_len != CMSG_LEN(FDS * sizeof(int))) {
        close_sent(c); /* what came is open in this process now */
        return false;
    }
    memcpy(files, CMSG_DATA(c), FDS * sizeof(int));
    *ret_n = (size_t)n;
    return n > 0 && (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && bytes[n - 1] == 0;
}

static int run(struct cli_socket *s, char *bytes, size_t n, const int files[FDS])
{
    struct cli c = {
        .in = files[0], .out = files[1], .err = files[2], .arena = arena_new(4096), .cwd = bytes};
    char *words[WORDS_MOST + 1];
    int count = 0, code = CLI_USAGE;

    for (char *p = bytes + strlen(bytes) + 1; p < bytes + n && count < WORDS_MOST;
         p += strlen(p) + 1)
        words[count++] = p;
    if (count > 0) {
        c.argc = count - 1;
        c.argv = words + 1;
        code = cli_run_inside(s->app, &c, words[0]);
    }
    arena_free(c.arena);
    return code;
}

static void *serve_call(void *arg)
{
    struct call *call = arg;
    struct cli_socket *s = call->s;
    int files[FDS] = {-1, -1, -1};
    char *bytes = malloc(BYTES_MOST);
    unsigned char code = CLI_FAILED;
    struct timeval patience = {.tv_sec = PATIENCE_S};
    size_t n;

    /* Who connects and says nothing may hold up neither others nor our end. */
    setsockopt(call->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (bytes && is_one_of_us(call->fd) && receive(call->fd, bytes, &n, files))
        code = (unsigned char)run(s, bytes, n, files);
    if (send(call->fd, &code, 1, MSG_NOSIGNAL) != 1)
        log_line(LOG_DEBUG, "a command's caller went away", NULL);
    close_all(files);
    close(call->fd);
    free(bytes);
    free(call);
    pthread_mutex_lock(&s->lock);
    s->running--;
    pthread_cond_broadcast(&s->idle);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void take_call(struct cli_socket *s, int fd)
{
    struct call *call = malloc(sizeof *call);
    pthread_attr_t attr;
    pthread_t t;

    if (!call) {
        close(fd);
        return;
    }
    *call = (struct call){s, fd};
    pthread_mutex_lock(&s->lock);
    while (s->running == CALLS_MOST)
        pthread_cond_wait(&s->idle, &s->lock);
    s->running++;
    pthread_mutex_unlock(&s->lock);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&t, &attr, serve_call, call)) {
        close(fd);
        free(call);
        pthread_mutex_lock(&s->lock);
        s->running--;
        pthread_mutex_unlock(&s->lock);
    }
    pthread_attr_destroy(&attr);
}

static void *listen_main(void *arg)
{
    struct cli_socket *s = arg;
    static const struct timespec pause = {.tv_nsec = 100000000L};
    int fd;

    for (;;) {
        fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            take_call(s, fd);
        else if (errno == EINVAL) /* shutdown() on the listening socket */
            return NULL;
        else if (errno != EINTR && errno != ECONNABORTED) /* no descriptor, no memory: wait */
            nanosleep(&pause, NULL);
    }
}

enum err cli_socket_start(struct app *app, const char *data_dir, struct cli_socket **ret,
                          struct why *w)
{
    struct cli_socket *s = calloc(1, sizeof *s);
    struct sockaddr_un at;
    enum err e;

    if (!s)
        return fail(w, E_BUSY, "could not have the memory for the command socket");
    s->app = app;
    s->fd = -1;
    if ((e = address_of(data_dir, &at, w))) {
        free(s);
        return e;
    }
    unlink(at.sun_path); /* we hold the lock: what is there is a dead server's */
    s->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        chmod(at.sun_path, 0600) != 0 || listen(s->fd, CALLS_MOST) != 0) {
        e = fail(w, E_INVALID, "cannot listen on \"%s\": %s", at.sun_path, strerror(errno));
        if (s->fd >= 0)
            close(s->fd);
        free(s);
        return e;
    }
    s->path = strdup(at.sun_path);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->idle, NULL);
    if (pthread_create(&s->thread, NULL, listen_main, s))
        abort(); /* no thread at the start: nothing can be done */
    *ret = s;
    return OK;
}

void cli_socket_stop(struct cli_socket *s)
{
    if (!s)
        return;
    unlink(s->path);
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    pthread_mutex_lock(&s->lock);
    while (s->running)
        pthread_cond_wait(&s->idle, &s->lock);
    pthread_mutex_unlock(&s->lock);
    close(s->fd);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->idle);
    free(s->path);
    free(s);
}
