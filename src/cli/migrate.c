/* antiphon migrate: bring the database to what this program needs. Opening it has done so. */
#include "cli/cli.h"
#include "store/store.h"

int cmd_migrate(struct cli *c)
{
    struct why w = {0};

    if (store_check(c->store, &w))
        return cli_fail(c, &w);
    cli_say(c, "the database is at this program's newest step, and whole");
    return CLI_DONE;
}
