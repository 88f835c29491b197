/* antiphon serve: put the parts together, run until told to end, take them apart. */
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "desk/chat_api.h"
#include "desk/demo.h"
#include "desk/desk.h"
#include "desk/desk_api.h"
#include "desk/figures.h"
#include "desk/house.h"
#include "desk/judge.h"
#include "desk/letter.h"
#include "desk/message_api.h"
#include "desk/page.h"
#include "desk/reader.h"
#include "desk/reply.h"
#include "desk/retrain.h"
#include "desk/tick.h"
#include "desk/unread.h"
#include "http/http.h"
#include "jobs/jobs.h"
#include "live/live.h"
#include "people/auth_api.h"
#include "people/people.h"
#include "people/policy.h"
#include "routes.h"
#include "store/store.h"
#include "sys/sandbox.h"

/* A request that runs when SIGTERM comes is finished within this. */
#define DRAIN_MS ((msec)10000)
/* A mail that a server does not take is tried for about a day: jobs_backoff. */
#define SEND_TRIES 30

static const struct job_kind KINDS[] = {
    {"send", reply_send_job, reply_send_give_up, SEND_TRIES, true},
    {"parse", house_parse_job, NULL, 0},
    {"snooze", tick_snooze_job, NULL, 0},
    {"tidy", tick_tidy_job, NULL, 0},
    {"fold", tick_fold_job, NULL, 0},
    {"letter", letter_job, NULL, SEND_TRIES},
    {"unread", unread_job, NULL, 0},
    {"page", page_job, NULL, 0},
    {"figures", figures_job, NULL, 0},
    {"retrain", retrain_job, NULL, 3, true},
    {NULL, NULL, NULL, 0}};

static enum log_level level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    for (unsigned i = 0; i < 4; i++)
        if (strcmp(names[i], name) == 0)
            return (enum log_level)i;
    return LOG_INFO;
}

/* Every setting may be given as an option; dashes stand for underscores. */
static CHECKED enum err settings_of_options(struct cli *c, struct why *w)
{
    for (int i = 0; i + 1 < c->argc; i++) {
        char *name = arena_str(c->arena, c->argv[i]);
        enum err e;

        if (strncmp(name, "--", 2) != 0)
            continue;
        name += 2;
        for (char *p = name; *p; p++)
            if (*p == '-')
                *p = '_';
        if (strcmp(name, "data") == 0 || strcmp(name, "demo") == 0)
            continue;
        e = strcmp(name, "unsafe_store") == 0
                ? OK
                : config_set(c->config, name, c->argv[i + 1], c->argv[i], w);
        if (e && e != E_NOT_FOUND)
            return e;
    }
    if (cli_option(c, "unsafe-store"))
        c->config->unsafe_store = true;
    return OK;
}

static CHECKED enum err open_store(const struct cli *c, struct app *app, struct why *w)
{
    struct store_conf conf = {.url = c->config->store,
                              .data_dir = c->data_dir,
                              .readers = c->config->readers,
                              .writers = c->config->writers,
                              .node = c->config->store ? c->config->node : 0,
                              .is_unsafe_ok = c->config->unsafe_store,
                              .is_migrating = true};

    return store_open(&conf, &app->store, w);
}

/* What can be read of a request before the writer has it. */
static void prepare(struct req *q)
{
    message_prepare(q);
    chat_prepare(q);
}

static CHECKED enum err start_http(const struct cli *c, struct app *app, struct why *w)
{
    struct http_conf conf = {.listen = c->config->listen,
                             .loops = c->config->loops,
                             .pool = c->config->readers,
                             .tls_cert_file = c->config->tls_cert,
                             .tls_key_file = c->config->tls_key,
                             .trusted_proxies = c->config->trusted_proxies,
                             .routes = ROUTES,
                             .n_routes = ROUTES_N,
                             .store = app->store,
                             .app = app,
                             .authenticate = auth_request,
                             .idem_before = auth_idem_before,
                             .idem_after = auth_idem_after,
                             .is_fast = auth_is_fast,
                             .prepare = prepare,
                             .part = message_part,
                             .permission_name = route_permission_name,
                             .opening = events_opening,
                             .problem = chat_problem};

    return http_start(&conf, &app->http, w);
}

/* "http://127.0.0.1:8080": what was bound, unless a setting says how people reach us. */
static const char *base_url_of(const struct cli *c, const struct app *app)
{
    const char *listen = c->config->listen, *colon = strrchr(listen, ':');
    int host = colon ? (int)(colon - listen) : (int)strlen(listen);

    if (c->config->base_url) {
        size_t n = strlen(c->config->base_url);

        while (n && c->config->base_url[n - 1] == '/')
            n--;
        return arena_dup(c->arena, c->config->base_url, n);
    }
    return arena_printf(c->arena, "%s://%.*s:%d", c->config->tls_cert ? "https" : "http", host,
                        listen, http_port(app->http));
}

/* ------- a desk nobody has set up yet */

struct opening {
    struct arena *a;
    const char *token;
};

static enum err setup_link(struct tx *tx, void *arg, struct why *w)
{
    struct opening *o = arg;
    bool is_done;
    enum err e;

    o->token = NULL;
    if ((e = people_is_set_up(tx, o->a, &is_done, w)) || is_done)
        return e;
    return once_link_make(tx, o->a, "setup", 0, SETUP_VALID_MS, &o->token, w);
}

static CHECKED enum err greet(const struct cli *c, struct app *app, const char *demo, struct why *w)
{
    struct opening o = {.a = c->arena};
    enum err e;

    if ((e = store_write(app->store, setup_link, &o, w)))
        return e;
    cli_out(c, "listening on %s", base_url_of(c, app));
    if (demo) /* the password stands behind "#": a browser sends that to nobody */
        cli_out(c, "the demo desk: %s/start#demo=%s", app->base_url, demo);
    if (demo)
        cli_out(c, "demo logins: %s, password %s",
                "ines@, tomas@, priya@, jonah@, lea@tidewren.example", demo);
    if (o.token)
        cli_out(c, "set up this desk: %s/setup?token=%s", app->base_url, o.token);
    sd_notify(0, "READY=1");
    return OK;
}

/* ------- start, wait, stop */

/* Of any node: what triage reads with has changed. How far a training is changes nothing. */
static void house_heard(void *arg, const struct event *e)
{
    struct app *app = arg;

    if (strcmp(e->kind, EVENT_TRIAGE_CHANGED) == 0 &&
        !(e->data && strstr(e->data, "\"what\":\"training\"")))
        reader_reload(app->reader);
}

static CHECKED enum err start(const struct cli *c, struct app *app, struct cli_socket **sock,
                              struct why *w)
{
    const char *demo = NULL;
    enum err e;

    if ((e = open_store(c, app, w)) || (e = reader_start(app->store, &app->reader, w)) ||
        (cli_option(c, "demo") && (e = demo_begin(app->store, app->reader, c->arena, &demo, w))) ||
        (e = tick_begin(app, w)) || (e = live_start(app->store, &app->live, w)) ||
        (e = start_http(c, app, w)))
        return e;
    live_publish_to(app->live, app->http);
    live_listen(app->live, house_heard, app);
    reader_reload(app->reader); /* what was said between its first look and the listening */
    app->base_url = base_url_of(c, app);
    if ((e = jobs_start(app->store, KINDS, app, c->config->senders, &app->jobs, w)) ||
        (e = house_start(app, &app->house, w)))
        return e;
    if (!c->config->store && (e = cli_socket_start(app, c->data_dir, sock, w)))
        return e;
    return greet(c, app, demo, w);
}

/* What takes input ends first, the store last. */
static void stop(struct app *app, struct cli_socket *sock)
{
    app->is_ending = true;
    sd_notify(0, "STOPPING=1");
    cli_socket_stop(sock);
    house_stop(app->house);
    live_hush(app->live); /* it publishes to the server that goes now */
    if (app->http)
        http_stop(app->http, DRAIN_MS);
    jobs_stop(app->jobs);
    live_stop(app->live);
    reader_stop(app->reader);
    sandbox_end();
    store_close(app->store);
}

int cmd_serve(struct cli *c)
{
    struct app app = {.data_dir = c->data_dir, .started_at = clock_now()};
    struct cli_socket *sock = NULL;
    sigset_t ends;
    struct why w;
    int signal_number;

    if (settings_of_options(c, &w))
        return cli_fail(c, &w);
    app.chat_mail_ms = (msec)c->config->chat_mail * 1000;
    log_set_level(level_of(c->config->log_level));
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL); /* before the threads: all of them leave it to us */
    if (start(c, &app, &sock, &w)) {
        int code = cli_fail(c, &w);

        stop(&app, sock);
        return code;
    }
    sigwait(&ends, &signal_number);
    cli_say(c, "ending: what runs is finished first");
    stop(&app, sock);
    return CLI_DONE;
}
