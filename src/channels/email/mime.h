/* mime.h: what does this raw mail say?
 *
 * gmime reads, we choose: which part is the text, what hangs on it, who is named. Only mime*.c
 * and compose.c include gmime. mime_read runs in the decoding process; tests and fuzzers may
 * call it in theirs. May use: base, html.h, quote.h. Used by: email.c. */
#pragma once

#include "channels/email/mail.h"
#include "sys/sandbox.h"

/* Load charset tables while files can still be opened. */
void mime_prepare(void);

/* Broken dates, charsets and headers are mended as far as they can be; what had to be left
 * out stands in ret->remark. E_INVALID: nested deeper than MAIL_DEPTH_MAX, more than
 * MAIL_PARTS_MAX parts, or nothing at all in it that looks like a mail. */
CHECKED enum err mime_read(struct str raw, struct arena *a, struct mail *ret, struct why *w);

/* The decoder "mime": raw mail in, mail_write's bytes out. */
enum err mime_decode(struct str raw, struct buf *out, struct why *w);
