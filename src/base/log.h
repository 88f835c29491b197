/* log.h: one JSON line per event on standard error. No customer text ever: callers pass
 * ids, numbers and our own words. Only http/, jobs/ and main log failures. */
#pragma once

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level least);
/* {"at":…,"level":…,"say":…,"rest…"}: `format` builds further members of the object, e.g.
 * "\"status\":%d,\"us\":%lld"; may be NULL. Strings in it must be ours or go through
 * log_quote. */
void log_line(enum log_level level, const char *say, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A JSON string literal of s in a static per-thread ring of 8; cut at 200 bytes. */
const char *log_quote(const char *s);
