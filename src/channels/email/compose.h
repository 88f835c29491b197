/* compose.h: an answer as a mail (RFC 5322, RFC 3834: no Auto-Submitted, a person wrote it).
 * gmime builds it; the input is ours, so it runs in the server. Header values lose line breaks
 * and control characters before gmime sees them. May use: base. Used by: email.c, tests. */
#pragma once

#include "channels/channel.h"
#include "channels/email/settings.h"

/* The bytes to send, lines ended by CRLF, and the Message-ID (without <>) they carry.
 * `now` is the Date. E_INVALID: the recipient is no address. E_NOT_FOUND: an attachment's file
 * is gone. E_TOO_LARGE: over LIMIT_MAIL_BYTES. */
CHECKED enum err compose(const struct inbox *inbox, const struct mail_settings *set,
                         const struct outgoing *m, msec now, struct arena *a, struct str *ret,
                         const char **ret_message_id, struct why *w);
