/* antiphon openapi: the API's description, for clients and for the build (tools/tsgen.py). */
#include <unistd.h>

#include "cli/cli.h"
#include "http/openapi.h"
#include "people/policy.h"
#include "routes.h"

#define TEXT_MOST_BYTES ((size_t)4 * 1024 * 1024)

int cmd_openapi(struct cli *c)
{
    struct buf b;
    struct why w;
    int code = CLI_DONE;

    buf_init(&b, TEXT_MOST_BYTES);
    if (openapi_write(&b, ROUTES, ROUTES_N, route_permission_name, &w))
        code = cli_fail(c, &w);
    for (size_t done = 0; done < b.n;) {
        ssize_t n = write(c->out, b.p + done, b.n - done);

        if (n <= 0) {
            code = CLI_FAILED;
            break;
        }
        done += (size_t)n;
    }
    buf_done(&b);
    return code;
}
