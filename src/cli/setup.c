/* antiphon setup: the first admin, without a browser. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "people/people.h"
#include "store/store.h"
#include "sys/secret.h"

struct making {
    struct cli *c;
    const char *email, *name, *hash;
    int64_t id;
};

static enum err make(struct tx *tx, void *arg, struct why *w)
{
    struct making *m = arg;

    return people_set_up(tx, m->c->arena, m->email, m->name, m->hash, &m->id, w);
}

static enum err is_done(struct tx *tx, void *arg, struct why *w)
{
    struct making *m = arg;
    bool is_set_up;
    enum err e = people_is_set_up(tx, m->c->arena, &is_set_up, w);

    m->id = e == OK && is_set_up;
    return e;
}

static CHECKED enum err password_of(const struct cli *c, const char *path, const char **ret,
                                    struct why *w)
{
    char line[4 * LIMIT_PASSWORD_CHARS + 2];
    FILE *f = fopen(cli_path(c, path), "re");
    bool is_read;

    if (!f)
        return fail(w, E_INVALID, "\"%s\" cannot be opened", path);
    is_read = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    if (!is_read)
        return fail(w, E_INVALID, "\"%s\" is empty", path);
    line[strcspn(line, "\r\n")] = 0;
    *ret = arena_str(c->arena, line);
    return OK;
}

static const char *name_of(const struct cli *c, const char *email)
{
    struct str rest = str_of(email), name = str_cut(&rest, '@');

    return arena_dup(c->arena, name.p, name.n);
}

int cmd_setup(struct cli *c)
{
    const char *email = cli_option(c, "admin-email"), *file = cli_option(c, "admin-password-file");
    const char *name = cli_option(c, "admin-name"), *password;
    struct making m = {.c = c};
    struct why w;

    if (!email || !file)
        return cli_usage(c, "antiphon: setup wants --admin-email and --admin-password-file");
    if (email_check(c->arena, email, &m.email, &w) || password_of(c, file, &password, &w) ||
        password_check(password, &w) || store_read(c->store, is_done, &m, &w))
        return cli_fail(c, &w);
    if (m.id) {
        cli_say(c, "antiphon: this desk is set up already; nothing was changed");
        return CLI_FAILED;
    }
    m.name = name ? name : name_of(c, m.email);
    if (password_hash(password, c->arena, &m.hash, &w) || store_write(c->store, make, &m, &w))
        return cli_fail(c, &w);
    cli_say(c, "%s is the first admin, and on call for P1", m.email);
    return CLI_DONE;
}
