/* cli.h: what a subcommand is given, and the list of them.
 *
 * Standard output carries only the result; progress and words go to standard error. Exit 0:
 * done, 1: failed, 2: bad usage or input. A command that needs the store runs in this process
 * if nobody holds DIR/lock, else inside the running server through DIR/antiphon.sock, with the
 * caller's own standard files. One file a subcommand. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "cli/config.h"

struct app;
struct store;

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli {
    int argc; /* of what stands behind the subcommand */
    char **argv;
    int in, out, err;     /* file descriptors: the caller's */
    const char *cwd;      /* relative paths start here */
    const char *data_dir; /* absolute; --data, "./data" unless said */
    struct arena *arena;
    struct config *config;
    struct store *store; /* where `needs_store` */
    struct app *app;     /* inside a running server; else NULL */
};

struct cli_option {
    const char *name;  /* "admin-email"; given as --admin-email VALUE */
    const char *value; /* what the value is called in the help; NULL: a flag */
    const char *says;
};

struct command {
    const char *name, *says;          /* one line for the list */
    const char *usage;                /* behind "antiphon NAME" */
    const char *help;                 /* paragraphs below the options; may be NULL */
    const struct cli_option *options; /* ends with a NULL name; --data, --store are always there */
    int args_least, args_most;        /* arguments that are no options */
    bool needs_store;                 /* opened and migrated, or the running server's */
    bool is_offline;                  /* refuses to run beside a running server */
    int (*run)(struct cli *c);
    bool (*verb_needs_store)(const char *verb); /* a store for some first arguments alone; NULL */
};

extern const struct command COMMANDS[]; /* ends with a NULL name */

/* An option's value; "" for a flag that is there; NULL if it is not. */
const char *cli_option(const struct cli *c, const char *name);
/* The n-th argument that is no option, or NULL. */
const char *cli_arg(const struct cli *c, int n);
/* An absolute path. */
const char *cli_path(const struct cli *c, const char *path);

/* The result; words. Both end a line by themselves. */
void cli_out(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_say(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says why and returns CLI_FAILED, or CLI_USAGE for what the caller got wrong. */
int cli_fail(const struct cli *c, const struct why *w);
int cli_usage(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Arguments of main: find the command, parse, run here or in the server. Returns the exit code. */
int cli_main(int argc, char **argv);

/* Inside a server: take commands on DIR/antiphon.sock. */
struct cli_socket;
CHECKED enum err cli_socket_start(struct app *app, const char *data_dir, struct cli_socket **ret,
                                  struct why *w);
void cli_socket_stop(struct cli_socket *s); /* waits for what runs; takes NULL */
/* Run a command in the server that holds DIR. E_NOT_FOUND: no server answers there. */
CHECKED enum err cli_socket_call(const char *data_dir, int argc, char **argv, int *ret_exit,
                                 struct why *w);
/* A command given to a server, its arguments checked there again. */
int cli_run_inside(struct app *app, struct cli *c, const char *name);

int cmd_serve(struct cli *c);
int cmd_setup(struct cli *c);
int cmd_key(struct cli *c);
int cmd_import(struct cli *c);
int cmd_backup(struct cli *c);
int cmd_restore(struct cli *c);
int cmd_doctor(struct cli *c);
int cmd_migrate(struct cli *c);
int cmd_move(struct cli *c);
int cmd_openapi(struct cli *c);
int cmd_pii(struct cli *c);
int cmd_triage(struct cli *c);
