/* incoming.h: a mail that was read becomes what the desk takes in. Pure.
 * Used by: email.c, tests. */
#pragma once

#include "channels/channel.h"
#include "channels/email/mail.h"

/* E_INVALID: it names nobody who could be answered. */
CHECKED enum err mail_incoming(const struct inbox *inbox, const char *own, const struct mail *m,
                               const void *raw, size_t n, struct arena *a, struct incoming *ret,
                               struct why *w);
