/* pg_tool.c: see pg_tool.h. */
#include "store/pg_tool.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scope.h"
#include "store/store.h"

SCOPED_FREE(struct arena, arena_free)

/* Their tools get the connection's settings by their environment: a command line shows
 * passwords. Frees `options`. */
static enum err tool_environment(PQconninfoOption *options, struct arena *a, char ***ret,
                                 struct why *w)
{
    size_t n = 0, n_inherited = 0;
    char **v;

    if (!options)
        return fail(w, E_BUSY, "could not read the connection's settings");
    while (environ[n_inherited])
        n_inherited++;
    for (PQconninfoOption *o = options; o->keyword; o++)
        n++;
    v = arena_array(a, n + n_inherited + 1, sizeof *v);
    n = 0;
    for (PQconninfoOption *o = options; o->keyword; o++)
        if (o->envvar && o->val && o->val[0])
            v[n++] = arena_printf(a, "%s=%s", o->envvar, o->val);
    for (size_t i = 0; i < n_inherited; i++)
        if (strncmp(environ[i], "PG", 2) != 0)
            v[n++] = environ[i];
    PQconninfoFree(options);
    *ret = v;
    return OK;
}

static enum err tool_run(char **argv, PQconninfoOption *options, struct arena *a, struct why *w)
{
    char **env;
    int status = 0, no;
    pid_t pid;
    enum err e;

    if ((e = tool_environment(options, a, &env, w)))
        return e;
    if ((no = posix_spawnp(&pid, argv[0], NULL, NULL, argv, env)) != 0)
        return fail(w, E_INVALID, "cannot run %s: %s", argv[0], strerror(no));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail(w, E_BUSY, "%s failed; it said why above", argv[0]);
    return OK;
}

enum err pg_tool_dump(PGconn *pg, const char *path, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    char *file = arena_printf(a, "--file=%s", path), program[] = "pg_dump",
         format[] = "--format=custom", *argv[] = {program, format, file, NULL};

    return tool_run(argv, PQconninfo(pg), a, w);
}

enum err store_restore_dump(const char *url, const char *path, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    const char *name = "postgres";
    char program[] = "pg_restore", one[] = "--single-transaction", stop[] = "--exit-on-error",
         owner[] = "--no-owner", *argv[] = {program, one, stop, owner, NULL, NULL, NULL};

    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (strcmp(o->keyword, "dbname") == 0 && o->val && o->val[0])
            name = o->val;
    argv[4] = arena_printf(a, "--dbname=%s", name);
    argv[5] = arena_str(a, path);
    return tool_run(argv, options, a, w);
}
