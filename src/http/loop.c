#include "http/inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"

/* A request's arena begins with this: a small request and its answer fit. */
#define ARENA_BYTES     8192
#define ACCEPTS_AT_ONCE 64

struct arena *loop_arena(struct loop *l)
{
    return l->n_spare ? l->spare[--l->n_spare] : arena_new(ARENA_BYTES);
}

void loop_arena_back(struct loop *l, struct arena *a)
{
    if (l->n_spare == sizeof l->spare / sizeof *l->spare) {
        arena_free(a);
        return;
    }
    arena_reset(a); /* keeps the first block only */
    l->spare[l->n_spare++] = a;
}

void loop_request_id(struct loop *l, char ret[23])
{
    struct buf b;

    if (l->random_left < 16) {
        if (getrandom(l->random, sizeof l->random, 0) != (ssize_t)sizeof l->random)
            abort(); /* up to 256 bytes are never cut short: getrandom(2) */
        l->random_left = sizeof l->random;
    }
    buf_init(&b, 23);
    buf_base64url(&b, l->random + sizeof l->random - l->random_left, 16);
    memcpy(ret, b.p, 23);
    buf_done(&b);
    l->random_left -= 16;
}

const char *loop_date(struct loop *l)
{
    time_t now = (time_t)(clock_now() / 1000);
    struct tm tm;

    if (now != l->date_s) {
        gmtime_r(&now, &tm);
        strftime(l->date, sizeof l->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        l->date_s = now;
    }
    return l->date;
}

void loop_post(struct loop *l, struct note *n)
{
    struct note *first = atomic_load(&l->notes);
    uint64_t one = 1;

    do
        n->next = first;
    while (!atomic_compare_exchange_weak(&l->notes, &first, n));
    if (!first && write(l->wake_fd, &one, sizeof one) != (ssize_t)sizeof one)
        abort(); /* an eventfd takes 2^64 of these */
}

static void run_notes(struct loop *l)
{
    struct note *n = atomic_exchange(&l->notes, NULL), *in_order = NULL;

    while (n) {
        struct note *next = n->next;

        n->next = in_order;
        in_order = n;
        n = next;
    }
    while (in_order) {
        n = in_order;
        in_order = n->next;
        n->fn(l, n);
    }
}

static void end_if_done(struct loop *l)
{
    if (l->is_stopping && l->n_exchanges == 0 && l->n_conns == 0)
        event_base_loopbreak(l->base);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;
    uint64_t count;

    if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN)
        abort();
    run_notes(l);
    end_if_done(l);
}

/* Close what waits for its client; let what runs go on. */
static void close_waiting(struct loop *l, bool all)
{
    for (int phase = 0; phase < PHASES; phase++) {
        struct conn *next;

        for (struct conn *c = TAILQ_FIRST(&l->phases[phase]); c; c = next) {
            next = TAILQ_NEXT(c, link);
            c->closes = true;
            if (all || phase == PHASE_IDLE || phase == PHASE_STREAM || phase == PHASE_HEAD)
                conn_close(c);
        }
    }
}

static void expire(struct loop *l)
{
    int64_t now = clock_mono_us();

    for (int phase = 0; phase < PHASE_BUSY; phase++) {
        struct conn *c;

        while ((c = TAILQ_FIRST(&l->phases[phase])) && c->deadline_us <= now)
            conn_expired(c); /* moves it: away, or to the end of a list */
    }
    if (l->is_stopping && !l->is_forced && now >= l->stop_by_us) {
        l->is_forced = true;
        close_waiting(l, true);
    }
}

void loop_arm_tick(struct loop *l)
{
    bool is_needed = l->is_stopping || l->is_resting;

    for (int phase = 0; phase < PHASE_BUSY; phase++)
        is_needed |= !TAILQ_EMPTY(&l->phases[phase]);
    if (is_needed && !event_pending(l->tick_event, EV_TIMEOUT, NULL)) {
        int64_t us = 500000;

        for (int phase = 0; phase < PHASE_BUSY; phase++)
            if (l->server->phase_us[phase] / 8 < us)
                us = l->server->phase_us[phase] / 8;
        us = l->is_stopping || us < 5000 ? 5000 : us;
        event_add(l->tick_event, &(struct timeval){us / 1000000, us % 1000000});
    }
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;

    expire(l);
    if (l->is_resting && !l->is_stopping)
        event_add(l->listen_event, NULL);
    l->is_resting = false;
    loop_arm_tick(l);
    end_if_done(l);
}

/* Out of descriptors: new connections wait for the next tick, the running ones go on. */
static void rest_listener(struct loop *l)
{
    log_line(LOG_WARN, "no descriptor left for a new connection", NULL);
    event_del(l->listen_event);
    l->is_resting = true;
    loop_arm_tick(l);
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;

    for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
        union {
            struct sockaddr any;
            struct sockaddr_in v4;
            struct sockaddr_in6 v6;
        } from = {0};
        socklen_t n = sizeof from;
        struct in6_addr peer = {0};
        int client = accept4(fd, &from.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (client < 0) {
            if (errno == EMFILE || errno == ENFILE)
                rest_listener(l);
            return;
        }
        if (from.any.sa_family == AF_INET6) {
            peer = from.v6.sin6_addr;
        } else {
            peer.s6_addr[10] = peer.s6_addr[11] = 0xff;
            memcpy(peer.s6_addr + 12, &from.v4.sin_addr, 4);
        }
        if (atomic_load(&l->server->connections) >= LIMIT_CONNECTIONS)
            close(client);
        else
            conn_new(l, client, &peer);
    }
}

enum err loop_init(struct loop *l, struct http_server *s, int index, int listener, struct why *w)
{
    struct event_config *config = event_config_new();

    *l = (struct loop){.server = s, .index = index, .listener = listener, .wake_fd = -1};
    for (int i = 0; i < PHASES; i++)
        TAILQ_INIT(&l->phases[i]);
    if (config) {
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
        l->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    l->scratch = malloc(SCRATCH_BYTES);
    if (!l->base || l->wake_fd < 0 || !l->scratch)
        return fail(w, E_BUSY, "an event loop could not be made: %s", strerror(errno));
    l->wake_event = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, on_wake, l);
    l->listen_event = event_new(l->base, listener, EV_READ | EV_PERSIST, on_accept, l);
    l->tick_event = event_new(l->base, -1, 0, on_tick, l);
    if (!l->wake_event || !l->listen_event || !l->tick_event)
        return fail(w, E_BUSY, "an event loop could not be made");
    event_add(l->wake_event, NULL);
    event_add(l->listen_event, NULL);
    return OK;
}

void *loop_main(void *arg)
{
    struct loop *l = arg;

    event_base_dispatch(l->base);
    return NULL;
}

void loop_stop(struct loop *l, struct note *n)
{
    free(n);
    l->is_stopping = true;
    event_del(l->listen_event);
    close(l->listener);
    l->listener = -1;
    close_waiting(l, false);
    loop_arm_tick(l);
}

void loop_done(struct loop *l)
{
    run_notes(l); /* ticks that came too late: they give back what they hold */
    streams_done(l);
    if (l->listen_event)
        event_free(l->listen_event);
    if (l->wake_event)
        event_free(l->wake_event);
    if (l->tick_event)
        event_free(l->tick_event);
    if (l->tick_frames)
        event_free(l->tick_frames);
    if (l->base)
        event_base_free(l->base);
    if (l->listener >= 0)
        close(l->listener);
    if (l->wake_fd >= 0)
        close(l->wake_fd);
    while (l->n_spare)
        arena_free(l->spare[--l->n_spare]);
    free(l->scratch);
}
