/* antiphon move: a desk that began in a folder goes on in PostgreSQL. */
#include <inttypes.h>

#include "base/scope.h"
#include "cli/cli.h"
#include "people/people.h"
#include "store/move.h"
#include "store/store.h"
#include "sys/lock.h"

SCOPED_FREE(struct store, store_close)
SCOPED_FREE(struct arena, arena_free)

static void tell(void *arg, const char *name, int64_t rows)
{
    const struct cli *c = arg;

    if (rows)
        cli_say(c, "%9" PRId64 "  %s", rows, name);
}

static enum err is_set_up(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1024);

    return people_is_set_up(tx, a, arg, w);
}

static CHECKED enum err move_desk(struct cli *c, struct why *w)
{
    SCOPED(store_close_p) struct store *from = NULL;
    SCOPED(store_close_p) struct store *to = NULL;
    struct store_conf folder = {.data_dir = c->data_dir, .node = 0, .is_migrating = true};
    struct store_conf url = {
        .url = c->config->store, .data_dir = c->data_dir, .node = -1, .is_migrating = true};
    struct move_told told = {tell, c};
    bool is_taken = false;
    enum err e;

    if ((e = store_open(&folder, &from, w)) || (e = store_open(&url, &to, w)) ||
        (e = store_read(to, is_set_up, &is_taken, w)))
        return e;
    if (is_taken)
        return fail(w, E_CONFLICT, "the database is in use: it has an admin already");
    return store_move(from, to, c->arena, &told, w);
}

int cmd_move(struct cli *c)
{
    SCOPED(lock_release) struct lock lock = {-1};
    struct why w = {0};

    if (!c->config->store)
        return cli_usage(c, "usage: antiphon move --data DIR --store postgresql://…");
    if (lock_take(arena_printf(c->arena, "%s/lock", c->data_dir), &lock, NULL, &w) ||
        move_desk(c, &w))
        return cli_fail(c, &w);
    cli_say(c, "moved; start the server with the same --store");
    return CLI_DONE;
}
