#include "store/test_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const enum store_engine TEST_ON_SQLITE = STORE_SQLITE, TEST_ON_PG = STORE_POSTGRESQL;

struct server {
    FILE *to, *from;
    char url[256];
};

static struct server main_server;

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "test_store: %s\n", what);
    exit(1);
}

static void read_line(struct server *server, char *room, size_t n)
{
    if (!fgets(room, (int)n, server->from))
        give_up("the private PostgreSQL did not answer; see above");
    room[strcspn(room, "\n")] = 0;
}

static void server_start(struct server *server, const char *settings)
{
    char command[512];
    int in[2], out[2];

    if (pipe(in) != 0 || pipe(out) != 0)
        give_up("no pipe");
    snprintf(command, sizeof command, "exec %s/tests/fixtures/pg %s", SOURCE_ROOT, settings);
    switch (fork()) {
    case -1:
        give_up("no process");
    case 0:
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]); /* else it would hold its own input open and never end */
        close(out[0]);
        closefrom(3);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    default:
        break;
    }
    close(in[0]);
    close(out[1]);
    server->to = fdopen(in[1], "w");
    server->from = fdopen(out[0], "r");
    if (!server->to || !server->from)
        give_up("no stream");
    read_line(server, server->url, sizeof server->url);
}

static void create_database(const char *name)
{
    char command[1024];

    snprintf(command, sizeof command, "psql -q -X -v ON_ERROR_STOP=1 '%s' -c 'CREATE DATABASE %s'",
             main_server.url, name);
    if (system(command) != 0)
        give_up("psql failed; see above");
}

/* The URL of another database on the same server. */
static void url_of(const char *name, char *room, size_t n)
{
    const char *slash = strrchr(main_server.url, '/');

    snprintf(room, n, "%.*s/%s", (int)(slash - main_server.url), main_server.url, name);
}

void test_store_init(struct test_store *t, enum store_engine engine)
{
    static int n_databases;
    char name[32];

    memset(t, 0, sizeof *t);
    t->engine = engine;
    t->conf = (struct store_conf){.data_dir = t->dir, .node = -1, .is_migrating = true};
    snprintf(t->dir, sizeof t->dir, "/tmp/antiphon-test-XXXXXX");
    if (!mkdtemp(t->dir))
        give_up("no folder in /tmp");
    if (engine == STORE_SQLITE)
        return;
    if (!main_server.to)
        server_start(&main_server, "");
    snprintf(name, sizeof name, "test_%d", ++n_databases);
    create_database(name);
    url_of(name, t->url, sizeof t->url);
    t->conf.url = t->url;
}

void test_store_done(struct test_store *t)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf -- '%s'", t->dir);
    if (system(command) != 0)
        give_up("could not remove a folder");
}

void test_store_server(const char *command)
{
    char line[64];

    fprintf(main_server.to, "%s\n", command);
    fflush(main_server.to);
    read_line(&main_server, line, sizeof line);
    if (strcmp(line, "done") != 0)
        give_up("the private PostgreSQL did not do as told");
}

void test_store_other_server(const char *settings, char ret_url[256])
{
    static struct server other;

    server_start(&other, settings);
    memcpy(ret_url, other.url, sizeof other.url);
}
