/* smtp.h: hand one mail over, and say truthfully what became of it. libcurl speaks (only
 * smtp.c includes it). May use: base. Used by: email.c, tests. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "channels/email/settings.h"

struct smtp_times {
    int64_t connect_ms;
    int64_t silence_s; /* slower than silence_bytes a second for this long: given up */
    int64_t silence_bytes;
    int64_t whole_ms; /* everything, from connect to the last answer */
};
extern const struct smtp_times smtp_times_usual;

/* Send `mail` (CRLF lines) from `from` to the one recipient `to`. `sending` is called before
 * the last bytes leave; if it fails, the mail is not sent and its error is returned.
 * OK: the server took it. E_BUSY: surely not taken, may work later (no connection, login
 * refused, 4xx). E_INVALID: refused for good (5xx), with the server's words. E_DENIED: the
 * server is not to be trusted, or offers no encryption. E_UNKNOWN: the connection was lost
 * between the last bytes and the answer. */
CHECKED enum err smtp_send(const struct mail_server *server, const struct smtp_times *times,
                           const char *from, const char *to, struct str mail,
                           enum err (*sending)(void *arg, struct why *w), void *arg, struct why *w);

/* Connect, encrypt, log in, leave. Errors as above. */
CHECKED enum err smtp_check(const struct mail_server *server, const struct smtp_times *times,
                            struct why *w);
