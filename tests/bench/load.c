/* load.c: how does the server behave under writers, readers and followers?
 *
 * usage: load --port N --key K --seconds S [--inbox ID --writers N --rate R --contacts N
 *        --prefix P] [--paths FILE --readers N --read-rate R] [--followers N --topics T]
 * Prints one JSON object: what was sent, answered, refused, how long it took. An open loop
 * (--rate) counts a request's time from when it was due, so a stall is not hidden. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IN_BYTES      (4 << 20) /* the longest answer; untouched pages cost nothing */
#define SHARED_BYTES  65536
#define OUT_BYTES     2048
#define GRACE_SECONDS 3.0

static const char TEXT[] = "my playlist is gone after the update and the app stops on my phone, "
                           "please help me get it back today";

struct client {
    enum role role;
    int fd, number;
    bool is_waiting; /* a request is out */
    double due_at, sent_at;
    char out[OUT_BYTES];
    size_t out_n, out_at;
    char *in; /* followers share the loop's one */
    size_t in_n;
    char tail[64]; /* a follower's last bytes: a number may be cut in two */
    size_t tail_n;
    size_t path;
};

struct load {
    struct plan plan;
    int epoll;
    struct client *clients;
    int n_clients;
    char **paths;
    size_t n_paths, next_path;
    int64_t posted, next_message;
    int64_t taken, refused, broken, read, read_refused, followed, bytes_followed;
    double begun, next_post, next_read;
    struct times write_times, read_times, *by_path;
    struct heard *heard;
    bool is_closing;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void watch(struct load *l, struct client *c, int op, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = c};

    if (epoll_ctl(l->epoll, op, c->fd, &e) != 0)
        die("epoll_ctl");
}

static void connect_client(struct load *l, struct client *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->plan.port)};
    int one = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0)
        die("fcntl");
    c->in_n = c->tail_n = 0;
    c->is_waiting = false;
    watch(l, c, EPOLL_CTL_ADD, EPOLLIN);
}

static void reconnect(struct load *l, struct client *c)
{
    close(c->fd);
    l->broken++;
    if (c->role != FOLLOWER)
        connect_client(l, c);
    else
        c->fd = -1;
}

static void flush_out(struct load *l, struct client *c)
{
    while (c->out_at < c->out_n) {
        ssize_t n = send(c->fd, c->out + c->out_at, c->out_n - c->out_at, MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN) {
            watch(l, c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return;
        }
        if (n < 0) {
            reconnect(l, c);
            return;
        }
        c->out_at += (size_t)n;
    }
}

static void send_request(struct load *l, struct client *c, double due)
{
    c->out_at = 0;
    c->is_waiting = true;
    c->due_at = due;
    c->sent_at = now();
    flush_out(l, c);
}

static void post(struct load *l, struct client *c, double due)
{
    char body[512];
    int64_t i = l->next_message++;
    int n = snprintf(body, sizeof body,
                     "{\"external_id\":\"%s-%lld\",\"contact\":{\"external_id\":\"c%lld\","
                     "\"name\":\"Sam Lee\"},\"text\":\"%s\"}",
                     l->plan.prefix, (long long)i, (long long)(i * 7919 % l->plan.contacts), TEXT);

    c->out_n = (size_t)snprintf(c->out, sizeof c->out,
                                "POST /api/v1/inboxes/%lld/messages HTTP/1.1\r\nHost: localhost\r\n"
                                "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                                "Content-Length: %d\r\n\r\n%s",
                                (long long)l->plan.inbox, l->plan.key, n, body);
    l->posted++;
    send_request(l, c, due);
}

static void get(struct load *l, struct client *c, double due)
{
    c->path = l->next_path++ % l->n_paths;
    c->out_n =
        (size_t)snprintf(c->out, sizeof c->out,
                         "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
                         l->paths[c->path], l->plan.key);
    send_request(l, c, due);
}

static void follow(struct load *l, struct client *c)
{
    c->out_n = (size_t)snprintf(c->out, sizeof c->out,
                                "GET /api/v1/events%s%s HTTP/1.1\r\nHost: localhost\r\n"
                                "Authorization: Bearer %s\r\nAccept: text/event-stream\r\n\r\n",
                                l->plan.topics ? "?topics=" : "",
                                l->plan.topics ? l->plan.topics : "", l->plan.key);
    send_request(l, c, now());
}

static int64_t number_behind(const char *p, const char *end)
{
    int64_t v = 0;

    while (p < end && *p >= '0' && *p <= '9')
        v = 10 * v + (*p++ - '0');
    return v;
}

static void answered(struct load *l, struct client *c, int status, const char *body, size_t n)
{
    double at = now();

    c->is_waiting = false;
    if (c->role == READER) {
        if (status == 200) {
            l->read++;
            times_add(&l->read_times, at - c->due_at);
            times_add(&l->by_path[c->path], at - c->due_at);
        } else {
            l->read_refused++;
        }
        return;
    }
    if (status != 202) {
        l->refused++;
        return;
    }
    l->taken++;
    times_add(&l->write_times, at - c->due_at);
    if (l->heard) {
        static const char KEY[] = "\"message_id\":";
        const char *p = memmem(body, n, KEY, sizeof KEY - 1);

        if (p)
            heard_posted(l->heard, number_behind(p + sizeof KEY - 1, body + n), c->sent_at);
    }
}

/* Take one whole answer out of c->in; false if it is not whole yet. */
static bool take_answer(struct load *l, struct client *c)
{
    const char *head_end = memmem(c->in, c->in_n, "\r\n\r\n", 4);
    const char *length;
    size_t head, body = 0;

    if (!head_end)
        return false;
    head = (size_t)(head_end - c->in) + 4;
    c->in[c->in_n] = '\0';
    length = strcasestr(c->in, "\r\nContent-Length:");
    if (length && length < head_end)
        body = (size_t)strtoul(length + 17, NULL, 10);
    if (c->in_n < head + body)
        return false;
    answered(l, c, (int)strtol(c->in + 9, NULL, 10), c->in + head, body);
    memmove(c->in, c->in + head + body, c->in_n - head - body);
    c->in_n -= head + body;
    return true;
}

/* Note every message that the stream's bytes speak of. */
static void take_events(struct load *l, struct client *c, char *bytes, size_t n)
{
    static const char KEY[] = "\"message_id\":";
    const char *p = bytes, *end = bytes + n;
    double at = now();

    l->bytes_followed += (int64_t)n;
    if (c->is_waiting && memmem(bytes, n, " 200 OK", 7)) {
        l->followed++;
        c->is_waiting = false;
    }
    while ((p = memmem(p, (size_t)(end - p), KEY, sizeof KEY - 1))) {
        const char *digits = p + sizeof KEY - 1;
        const char *stop = digits;

        while (stop < end && *stop >= '0' && *stop <= '9')
            stop++;
        if (stop == end)
            break; /* cut in two: with the next bytes */
        if (stop > digits)
            heard_at(l->heard, number_behind(digits, stop), c->number, at);
        p = stop;
    }
    if (!p && n > sizeof KEY - 1)
        p = end - (sizeof KEY - 1);
    c->tail_n = p ? (size_t)(end - p) : 0;
    if (c->tail_n > sizeof c->tail)
        c->tail_n = 0;
    memmove(c->tail, end - c->tail_n, c->tail_n);
}

static void readable(struct load *l, struct client *c, char *shared)
{
    char *in = c->role == FOLLOWER ? shared : c->in;
    size_t at = c->in_n;
    ssize_t n;

    if (c->role == FOLLOWER) {
        memcpy(in, c->tail, c->tail_n);
        at = c->tail_n;
    }
    n = recv(c->fd, in + at, (c->role == FOLLOWER ? SHARED_BYTES : IN_BYTES) - at - 1, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        reconnect(l, c);
        return;
    }
    if (c->role == FOLLOWER) {
        take_events(l, c, in, at + (size_t)n);
        return;
    }
    c->in_n += (size_t)n;
    while (take_answer(l, c))
        ;
}

/* Give idle writers and readers what is due. */
static void feed(struct load *l, double t)
{
    for (int i = 0; i < l->n_clients && !l->is_closing; i++) {
        struct client *c = &l->clients[i];
        double rate = c->role == WRITER ? l->plan.rate : l->plan.read_rate;
        double *next = c->role == WRITER ? &l->next_post : &l->next_read;
        double due = rate > 0 ? *next : t;

        if (c->role == FOLLOWER || c->is_waiting || due > t)
            continue;
        if (rate > 0)
            *next += 1 / rate;
        if (c->role == WRITER)
            post(l, c, due);
        else
            get(l, c, due);
    }
}

static bool is_quiet(const struct load *l)
{
    for (int i = 0; i < l->n_clients; i++)
        if (l->clients[i].role != FOLLOWER && l->clients[i].is_waiting)
            return false;
    return true;
}

static void loop(struct load *l, double until, bool until_followed)
{
    static char shared[SHARED_BYTES];
    struct epoll_event events[512];
    bool is_paced = l->plan.rate > 0 || l->plan.read_rate > 0;

    for (double t = now(); t < until; t = now()) {
        int n;

        if (until_followed && l->followed + l->broken >= l->plan.followers)
            return;
        if (!until_followed)
            feed(l, t);
        n = epoll_wait(l->epoll, events, 512, is_paced ? 1 : 50);
        for (int i = 0; i < n; i++) {
            struct client *c = events[i].data.ptr;

            if (c->fd >= 0 && (events[i].events & EPOLLOUT)) {
                watch(l, c, EPOLL_CTL_MOD, EPOLLIN);
                flush_out(l, c);
            }
            if (c->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                readable(l, c, shared);
        }
    }
}

static void read_paths(struct load *l)
{
    char line[1024];
    FILE *f = fopen(l->plan.paths, "re");

    if (!f)
        die(l->plan.paths);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!line[0])
            continue;
        l->paths = realloc(l->paths, (l->n_paths + 1) * sizeof *l->paths);
        if (!l->paths || !(l->paths[l->n_paths++] = strdup(line)))
            abort();
    }
    fclose(f);
    l->by_path = calloc(l->n_paths, sizeof *l->by_path);
    if (!l->by_path || l->n_paths == 0)
        die("no paths");
}

static void make_clients(struct load *l)
{
    struct rlimit files = {.rlim_cur = 0};

    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    l->n_clients = l->plan.writers + l->plan.readers + l->plan.followers;
    l->clients = calloc((size_t)l->n_clients, sizeof *l->clients);
    if (!l->clients)
        abort();
    for (int i = 0; i < l->n_clients; i++) {
        struct client *c = &l->clients[i];

        c->role = i < l->plan.writers                     ? WRITER
                  : i < l->plan.writers + l->plan.readers ? READER
                                                          : FOLLOWER;
        c->number = c->role == FOLLOWER ? i - l->plan.writers - l->plan.readers : i;
        if (c->role != FOLLOWER && !(c->in = malloc(IN_BYTES)))
            abort();
        connect_client(l, c);
        if (c->role == FOLLOWER)
            follow(l, c);
    }
}

static void report(struct load *l, double seconds)
{
    struct times last = {0};
    int64_t missing = 0;

    printf("{\"seconds\":%.3f,\"posted\":%lld,\"taken\":%lld,\"refused\":%lld,\"broken\":%lld,"
           "\"write_p50_ms\":%.2f,\"write_p95_ms\":%.2f,\"write_p99_ms\":%.2f",
           seconds, (long long)l->posted, (long long)l->taken, (long long)l->refused,
           (long long)l->broken, times_ms(&l->write_times, .5), times_ms(&l->write_times, .95),
           times_ms(&l->write_times, .99));
    printf(",\"read\":%lld,\"read_refused\":%lld,\"read_p50_ms\":%.2f,\"read_p95_ms\":%.2f,"
           "\"read_max_ms\":%.2f",
           (long long)l->read, (long long)l->read_refused, times_ms(&l->read_times, .5),
           times_ms(&l->read_times, .95), times_ms(&l->read_times, 1));
    if (l->heard) {
        heard_sum(l->heard, &last, &missing);
        printf(",\"followed\":%lld,\"bytes_followed\":%lld,\"missing\":%lld,\"last_p50_ms\":%.1f,"
               "\"last_p95_ms\":%.1f,\"last_max_ms\":%.1f",
               (long long)l->followed, (long long)l->bytes_followed, (long long)missing,
               times_ms(&last, .5), times_ms(&last, .95), times_ms(&last, 1));
    }
    printf("}\n");
}

static void arguments(struct plan *p, int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        {"port", 1, 0, 'p'},      {"key", 1, 0, 'k'},
        {"inbox", 1, 0, 'i'},     {"writers", 1, 0, 'w'},
        {"rate", 1, 0, 'r'},      {"contacts", 1, 0, 'c'},
        {"prefix", 1, 0, 'x'},    {"paths", 1, 0, 'f'},
        {"readers", 1, 0, 'n'},   {"read-rate", 1, 0, 'R'},
        {"followers", 1, 0, 'F'}, {"topics", 1, 0, 't'},
        {"seconds", 1, 0, 's'},   {0},
    };
    int o;

    while ((o = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
        switch (o) {
        case 'p':
            p->port = (int)strtol(optarg, NULL, 10);
            break;
        case 'k':
            p->key = optarg;
            break;
        case 'i':
            p->inbox = strtoll(optarg, NULL, 10);
            break;
        case 'w':
            p->writers = (int)strtol(optarg, NULL, 10);
            break;
        case 'r':
            p->rate = strtod(optarg, NULL);
            break;
        case 'c':
            p->contacts = (int)strtol(optarg, NULL, 10);
            break;
        case 'x':
            p->prefix = optarg;
            break;
        case 'f':
            p->paths = optarg;
            break;
        case 'n':
            p->readers = (int)strtol(optarg, NULL, 10);
            break;
        case 'R':
            p->read_rate = strtod(optarg, NULL);
            break;
        case 'F':
            p->followers = (int)strtol(optarg, NULL, 10);
            break;
        case 't':
            p->topics = optarg;
            break;
        case 's':
            p->seconds = strtod(optarg, NULL);
            break;
        default:
            exit(2);
        }
    }
    if (!p->port || !p->key || p->seconds <= 0 || (p->readers && !p->paths)) {
        fprintf(stderr, "load: --port, --key and --seconds are wanted; --readers wants --paths\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct load l = {.plan = {.contacts = 2000, .prefix = "load"}};
    double ended;

    arguments(&l.plan, argc, argv);
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l.epoll < 0)
        die("epoll");
    if (l.plan.readers)
        read_paths(&l);
    if (l.plan.followers)
        l.heard = heard_new(l.plan.followers);
    make_clients(&l);
    if (l.plan.followers)
        loop(&l, now() + 60, true);
    l.begun = l.next_post = l.next_read = now();
    loop(&l, l.begun + l.plan.seconds, false);
    ended = now();
    l.is_closing = true;
    for (int i = 0; i < 100 && (!is_quiet(&l) || (l.heard && i < 100 * GRACE_SECONDS / 10)); i++)
        loop(&l, now() + 0.1, false);
    report(&l, ended - l.begun);
    heard_free(l.heard);
    return 0;
}
