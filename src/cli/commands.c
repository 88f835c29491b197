/* Every subcommand, in the order that `antiphon help` shows them. */
#include "cli/cli.h"

static const struct cli_option SERVE[] = {
    {"demo", NULL, "fill an empty data folder with the demo desk"},
    {"unsafe-store", NULL, "start although the PostgreSQL server may lose what it acknowledged"},
    {NULL, NULL, NULL}};
static const struct cli_option SETUP[] = {
    {"admin-email", "ADDRESS", "the first admin's mail address"},
    {"admin-name", "NAME", "their name; the address's first part unless said"},
    {"admin-password-file", "FILE", "a file whose first line is the password"},
    {NULL, NULL, NULL}};
static const struct cli_option KEY[] = {{"name", "NAME", "what the key is for"},
                                        {"role", "ROLE", "agent, coach, lead or admin"},
                                        {"inbox", "NAME", "good for this inbox alone"},
                                        {NULL, NULL, NULL}};

const struct command COMMANDS[] = {
    {"serve", "run the server", "--data DIR --listen HOST:PORT [--store URL]",
     "Prints `listening on http://HOST:PORT` once it is ready. SIGTERM drains and ends it.\n"
     "Every setting of `antiphon help config` is an option too: --log-level debug.",
     SERVE, 0, 0, false, false, cmd_serve},
    {"setup", "make the first admin without a browser",
     "--data DIR --admin-email ADDRESS --admin-password-file FILE",
     "A second time it fails and changes nothing.", SETUP, 0, 0, true, false, cmd_setup},
    {"key", "make an API key", "create --data DIR --name NAME --role ROLE",
     "Prints the key, one line; it is kept nowhere else.", KEY, 1, 1, true, false, cmd_key},
    {"openapi", "print the API's description (OpenAPI 3.1)", "", NULL, NULL, 0, 0, false, false,
     cmd_openapi},
    {NULL, NULL, NULL, NULL, NULL, 0, 0, false, false, NULL}};
