#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"

static enum log_level least_level = LOG_INFO;

void log_set_level(enum log_level least)
{
    least_level = least;
}

void log_line(enum log_level level, const char *say, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    char line[4096], at[TIME_TEXT_BYTES];
    int n;

    if (level < least_level)
        return;
    time_format(at, clock_now());
    n = snprintf(line, sizeof line - 2, "{\"at\":\"%s\",\"level\":\"%s\",\"say\":%s", at,
                 names[level], log_quote(say));
    if (format && n < (int)sizeof line - 3) {
        va_list ap;
        int more;

        line[n++] = ',';
        va_start(ap, format);
        more = vsnprintf(line + n, sizeof line - 2 - (size_t)n, format, ap);
        va_end(ap);
        if (more < 0 || more >= (int)sizeof line - 2 - n) { /* too long: drop the members */
            n--;
        } else {
            n += more;
        }
    }
    line[n++] = '}';
    line[n++] = '\n';
    /* One write, so that lines of two threads do not mix; nothing to do if it fails. */
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return;
}

const char *log_quote(const char *s)
{
    static _Thread_local char ring[8][1232]; /* 200 bytes, six for one at the worst, and quotes */
    static _Thread_local unsigned next;
    char *out = ring[next++ % 8];
    struct buf b;
    size_t n = s ? strlen(s) : 0;

    buf_init(&b, sizeof ring[0] - 1);
    buf_json(&b, s ? s : "", utf8_cut(s ? s : "", n, 200));
    snprintf(out, sizeof ring[0], "%s", b.p);
    buf_done(&b);
    return out;
}
