/* main.c: arguments in, exit code out. Also the decoder's process (sys/sandbox.h). */
#include <stdio.h>
#include <unistd.h>

#include "channels/email/email.h"
#include "cli/cli.h"
#include "sys/sandbox.h"
#include "sys/secret.h"

int main(int argc, char **argv)
{
    if (sandbox_is_child(argc, argv))
        return sandbox_child(email_decoders, email_decoders_n);
    if (!secret_init()) {
        fprintf(stderr, "antiphon: there is no source of randomness\n");
        return CLI_FAILED;
    }
    return cli_main(argc, argv);
}
