/* antiphon key create: an API key for a program. */
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "inboxes/inbox_store.h"
#include "people/people.h"
#include "store/store.h"

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};

struct making {
    struct cli *c;
    const char *name, *inbox;
    enum role role;
    struct key key;
};

static CHECKED enum err inbox_id_of(struct tx *tx, struct making *m, int64_t *ret, struct why *w)
{
    struct inbox_view *list;
    size_t n;
    enum err e;

    *ret = 0;
    if (!m->inbox)
        return OK;
    if ((e = inbox_views(tx, m->c->arena, &SYSTEM, &list, &n, w)))
        return e;
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, m->inbox) == 0)
            *ret = list[i].id;
    return *ret ? OK : fail(w, E_INVALID, "there is no inbox \"%s\"", m->inbox);
}

static enum err make(struct tx *tx, void *arg, struct why *w)
{
    struct making *m = arg;
    int64_t inbox_id;
    enum err e;

    if ((e = inbox_id_of(tx, m, &inbox_id, w)))
        return e;
    return key_make(tx, m->c->arena, m->name, m->role, inbox_id, &SYSTEM, &m->key, w);
}

int cmd_key(struct cli *c)
{
    const char *role = cli_option(c, "role");
    struct making m = {.c = c, .name = cli_option(c, "name"), .inbox = cli_option(c, "inbox")};
    struct why w;

    if (strcmp(cli_arg(c, 0), "create") != 0 || !m.name || !*m.name || !role)
        return cli_usage(c, "usage: antiphon key create --data DIR --name NAME --role ROLE");
    if (strlen(m.name) > LIMIT_NAME_CHARS)
        return cli_usage(c, "antiphon: a key's name has at most %d characters", LIMIT_NAME_CHARS);
    if (!role_parse(role, &m.role))
        return cli_usage(
            c, "antiphon: there is no role \"%s\"; there are agent, coach, lead, admin", role);
    if (store_write(c->store, make, &m, &w))
        return cli_fail(c, &w);
    cli_out(c, "%s", m.key.key);
    return CLI_DONE;
}
