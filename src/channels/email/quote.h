/* quote.h: where does the quoted history begin? Pure. May use: base. Used by: mime.c. */
#pragma once

#include "base/str.h"

/* Byte offset in `text` at which the quoted mail before starts (its "on … wrote:" line
 * included) and runs to the end; -1: there is none, all of it is quoted, or the answers stand
 * between the quotes. A forwarded mail is not history: it is what the mail is about. */
int64_t quote_find(struct str text);

/* The same place counted as browsers count [UTF-16 units]. */
int64_t quote_utf16(struct str text, int64_t at);
