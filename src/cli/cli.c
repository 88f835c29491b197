#include "cli/cli.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "desk/desk.h"
#include "store/store.h"
#include "sys/lock.h"

#define TEXT_MOST_BYTES (1024 * 1024)

static const struct cli_option COMMON[] = {
    {"data", "DIR", "the data folder; ./data unless said"},
    {"store", "URL", "postgresql://…: the store is there instead of in DIR"},
    {NULL, NULL, NULL}};

/* ------- words */

static void print(int fd, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
static void print(int fd, const char *format, va_list ap)
{
    struct arena *a = arena_new(1024);
    va_list again;
    char *text;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, format, ap);
    text = arena_alloc(a, (size_t)(n > 0 ? n : 0) + 2);
    vsnprintf(text, (size_t)(n > 0 ? n : 0) + 1, format, again);
    va_end(again);
    text[n > 0 ? n : 0] = '\n';
    for (ssize_t done = 0, got; done <= n; done += got)
        if ((got = write(fd, text + done, (size_t)(n + 1 - done))) <= 0)
            break; /* nobody reads: nothing to do about it */
    arena_free(a);
}

void cli_out(const struct cli *c, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    print(c->out, format, ap);
    va_end(ap);
}

void cli_say(const struct cli *c, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    print(c->err, format, ap);
    va_end(ap);
}

int cli_usage(const struct cli *c, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    print(c->err, format, ap);
    va_end(ap);
    return CLI_USAGE;
}

int cli_fail(const struct cli *c, const struct why *w)
{
    cli_say(c, "antiphon: %s%s%s", w->field, w->field[0] ? ": " : "", w->text);
    return w->code == E_INVALID || w->code == E_MALFORMED ? CLI_USAGE : CLI_FAILED;
}

/* ------- arguments */

static const struct cli_option *option_in(const struct cli_option *list, const char *name)
{
    for (; list && list->name; list++)
        if (strcmp(list->name, name) == 0)
            return list;
    return NULL;
}

static const struct command *command_named(const char *name)
{
    for (const struct command *k = COMMANDS; k->name; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

/* Every setting is an option of `serve`; its value stands behind it. */
static bool is_setting(const char *name)
{
    struct config c = {0};
    struct why w;
    char copy[64];

    snprintf(copy, sizeof copy, "%s", name);
    for (char *p = copy; *p; p++)
        if (*p == '-')
            *p = '_';
    return config_set(&c, copy, "", "", &w) != E_NOT_FOUND;
}

static bool takes_value(const struct command *k, const char *name, bool *ret_known)
{
    const struct cli_option *o = option_in(COMMON, name);

    if (!o)
        o = option_in(k->options, name);
    *ret_known = o != NULL || (k->run == cmd_serve && is_setting(name));
    return o ? o->value != NULL : strcmp(name, "unsafe-store") != 0;
}

static CHECKED enum err check_arguments(const struct command *k, const struct cli *c, struct why *w)
{
    int plain = 0;

    for (int i = 0; i < c->argc; i++) {
        bool is_known;

        if (strncmp(c->argv[i], "--", 2) != 0) {
            plain++;
            continue;
        }
        if (takes_value(k, c->argv[i] + 2, &is_known) && ++i >= c->argc)
            return fail(w, E_INVALID, "%s wants a value", c->argv[i - 1]);
        if (!is_known)
            return fail(w, E_INVALID, "%s is no option of \"%s\"", c->argv[i], k->name);
    }
    if (plain < k->args_least || plain > k->args_most)
        return fail(w, E_INVALID, "usage: antiphon %s %s", k->name, k->usage);
    return OK;
}

static const struct command *running(const struct cli *c)
{
    const struct command *k = command_named(c->argv[-1]);

    assert(k); /* or cli_run had refused it */
    return k;
}

const char *cli_option(const struct cli *c, const char *name)
{
    const struct command *k = running(c);
    bool is_known;

    for (int i = 0; i < c->argc; i++) {
        bool has_value;

        if (strncmp(c->argv[i], "--", 2) != 0)
            continue;
        has_value = takes_value(k, c->argv[i] + 2, &is_known);
        if (strcmp(c->argv[i] + 2, name) == 0)
            return has_value ? c->argv[i + 1] : "";
        i += has_value;
    }
    return NULL;
}

const char *cli_arg(const struct cli *c, int n)
{
    const struct command *k = running(c);
    bool is_known;

    for (int i = 0; i < c->argc; i++) {
        if (strncmp(c->argv[i], "--", 2) == 0)
            i += takes_value(k, c->argv[i] + 2, &is_known);
        else if (n-- == 0)
            return c->argv[i];
    }
    return NULL;
}

const char *cli_path(const struct cli *c, const char *path)
{
    return path[0] == '/' ? path : arena_printf(c->arena, "%s/%s", c->cwd, path);
}

/* ------- help */

static void help_one(struct buf *b, const struct command *k)
{
    buf_printf(b, "antiphon %s %s\n\n%s\n\n", k->name, k->usage, k->says);
    for (const struct cli_option *o = k->options; o && o->name; o++)
        buf_printf(b, "  --%s%s%s\n      %s\n", o->name, o->value ? " " : "",
                   o->value ? o->value : "", o->says);
    for (const struct cli_option *o = COMMON; o->name; o++)
        buf_printf(b, "  --%s %s\n      %s\n", o->name, o->value, o->says);
    if (k->help)
        buf_printf(b, "\n%s\n", k->help);
}

static void help_all(struct buf *b)
{
    buf_str(b, "antiphon: customer care on every channel, in one binary\n\n");
    for (const struct command *k = COMMANDS; k->name; k++)
        buf_printf(b, "  %-10s %s\n", k->name, k->says);
    buf_str(b, "  help       this list; `antiphon help COMMAND`, `antiphon help config`\n"
               "  version    which one this is\n");
}

static int help(const char *of)
{
    const struct command *k = of ? command_named(of) : NULL;
    struct buf b;
    int code = CLI_DONE;

    buf_init(&b, TEXT_MOST_BYTES);
    if (k) {
        help_one(&b, k);
    } else if (of && strcmp(of, "config") == 0) {
        config_help(&b);
    } else if (of && strcmp(of, "help") != 0) {
        fprintf(stderr, "antiphon: there is no command \"%s\"; `antiphon help` lists them\n", of);
        code = CLI_USAGE;
    } else {
        help_all(&b);
    }
    if (b.n)
        fwrite(b.p, 1, b.n, stdout);
    buf_done(&b);
    return code;
}

/* ------- running */

static CHECKED enum err open_store(struct cli *c, struct why *w)
{
    struct store_conf conf = {.url = c->config->store,
                              .data_dir = c->data_dir,
                              .readers = c->config->readers,
                              .writers = c->config->writers,
                              .node = c->config->store ? c->config->node : 0,
                              .is_unsafe_ok = true, /* serve decides; a command only looks in */
                              .is_migrating = true};

    return store_open(&conf, &c->store, w);
}

static bool needs_store(const struct command *k, const struct cli *c)
{
    return k->needs_store || (k->verb_needs_store && k->verb_needs_store(cli_arg(c, 0)));
}

static int run_here(const struct command *k, struct cli *c)
{
    struct why w;
    int code;

    if (needs_store(k, c) && !c->store && open_store(c, &w))
        return cli_fail(c, &w);
    code = k->run(c);
    store_close(c->store);
    c->store = NULL;
    return code;
}

/* On SQLite one process owns the folder: take its lock, or go through who holds it. */
static int run_locked(const struct command *k, struct cli *c)
{
    const char *path = arena_printf(c->arena, "%s/lock", c->data_dir);
    struct lock lock = {-1};
    struct why w;
    enum err e;
    int code;

    if (mkdir(c->data_dir, 0700) != 0 && errno != EEXIST) {
        fail(&w, E_INVALID, "could not make \"%s\": %s", c->data_dir, strerror(errno));
        return cli_fail(c, &w);
    }
    e = lock_take(path, &lock, NULL, &w);
    if (e == E_BUSY && k->is_offline) {
        cli_say(c, "antiphon: a server runs on \"%s\"; stop it first", c->data_dir);
        return CLI_FAILED;
    }
    if (e == E_BUSY && !k->is_offline && k->run != cmd_serve) {
        e = cli_socket_call(c->data_dir, c->argc + 1, c->argv - 1, &code, &w);
        return e ? cli_fail(c, &w) : code;
    }
    if (e)
        return cli_fail(c, &w);
    code = run_here(k, c);
    lock_release(&lock);
    return code;
}

static CHECKED enum err prepare(const struct command *k, struct cli *c, struct why *w)
{
    const char *data, *store;
    enum err e;

    if ((e = check_arguments(k, c, w)))
        return e;
    data = cli_option(c, "data");
    store = cli_option(c, "store");
    c->data_dir = cli_path(c, data ? data : "data");
    c->config = arena_new_of(c->arena, struct config);
    if ((e = config_read(c->arena, c->data_dir, c->config, w)))
        return e;
    return store ? config_set(c->config, "store", store, "--store", w) : OK;
}

static int run(const struct command *k, int argc, char **argv)
{
    char cwd[4096];
    struct cli c = {.argc = argc,
                    .argv = argv,
                    .in = STDIN_FILENO,
                    .out = STDOUT_FILENO,
                    .err = STDERR_FILENO,
                    .arena = arena_new(4096)};
    struct why w;
    int code;

    c.cwd = getcwd(cwd, sizeof cwd) ? cwd : "/";
    if (prepare(k, &c, &w))
        code = cli_fail(&c, &w);
    else if (c.config->store || (!needs_store(k, &c) && k->run != cmd_serve))
        code = run_here(k, &c);
    else
        code = run_locked(k, &c);
    arena_free(c.arena);
    return code;
}

int cli_run_inside(struct app *app, struct cli *c, const char *name)
{
    const struct command *k = command_named(name);
    struct why w;

    c->app = app;
    if (!k || k->is_offline || !needs_store(k, c))
        return cli_usage(c, "antiphon: \"%s\" does not run inside a server", name);
    if (prepare(k, c, &w))
        return cli_fail(c, &w);
    c->store = app->store;
    return k->run(c);
}

int cli_main(int argc, char **argv)
{
    const struct command *k;

    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
        return argc < 2 ? (help(NULL), CLI_USAGE) : help(argc > 2 ? argv[2] : NULL);
    if (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0) {
        printf("antiphon %s\n", ANTIPHON_VERSION);
        return CLI_DONE;
    }
    k = command_named(argv[1]);
    if (!k)
        return help(argv[1]);
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return help(argv[1]);
    return run(k, argc - 2, argv + 2);
}
