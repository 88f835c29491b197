/* oversize.h: a mail too big to fetch stays on its server; what stands for it in the spool?
 * A few lines of our own, so that it becomes a visible item in the quarantine and not a hole.
 * Pure. Used by: imap.c (writes), email.c (reads). */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

void oversize_write(struct buf *out, const char *folder, unsigned uid, size_t bytes);
/* E_INVALID with the words for the agent if `raw` is such a stand-in. */
CHECKED enum err oversize_check(struct str raw, struct why *w);
