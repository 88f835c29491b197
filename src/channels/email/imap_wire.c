/* imap_wire.c: what stands between libetpan and a server that may be slow, mad or hostile?
 *
 * libetpan takes memory for whatever size a server announces, and recurses for every bracket
 * it opens. So each byte passes a guard first that knows just enough of RFC 3501's framing:
 * how big a literal says it is, how deep the brackets go, how much an answer is in all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libetpan/mailstream_low.h>

#include "base/limits.h"
#include "channels/email/imap.h"
#include "sys/conn.h"

#define BRACKETS_MAX 60 /* envelopes go about 6 deep; libetpan recurses for each */

struct wire {
    struct conn *conn;
    struct guard guard;
    char why[200];
};

static bool stop(struct guard *g, const char *why)
{
    g->why = why;
    return false;
}

/* Outside a literal: watch for quotes, brackets and "{n}". */
static bool guard_char(struct guard *g, char c)
{
    char was = g->state;

    g->state = 0;
    if (c == '\n') {
        if (was == 'r') {
            if (g->number > LIMIT_MAIL_BYTES + 65536UL)
                return stop(g, "the server announced a piece larger than any mail we take");
            g->literal = g->number;
        } else {
            g->depth = 0; /* an answer's line is over */
        }
        g->is_quoted = g->is_escaped = false;
        return true;
    }
    if (g->is_quoted) {
        if (g->is_escaped)
            g->is_escaped = false;
        else if (c == '\\')
            g->is_escaped = true;
        else if (c == '"')
            g->is_quoted = false;
        return true;
    }
    if (c == '"') {
        g->is_quoted = true;
    } else if (c == '{') {
        g->state = '{';
        g->number = 0;
    } else if (was == '{' && c >= '0' && c <= '9') {
        g->state = '{';
        if (g->number < SIZE_MAX / 20)
            g->number = g->number * 10 + (size_t)(c - '0');
    } else if ((was == '{' && c == '}') || (was == '{' && c == '+')) {
        g->state = c == '}' ? '}' : '{';
    } else if (was == '}' && c == '\r') {
        g->state = 'r';
    } else if (c == '(' && ++g->depth > BRACKETS_MAX) {
        return stop(g, "the server's answer is nested too deep");
    } else if (c == ')' && g->depth > 0) {
        g->depth--;
    }
    return true;
}

bool guard_take(struct guard *g, const char *p, size_t n)
{
    if (n > g->most_bytes - g->bytes)
        return stop(g, "the server's answer is too long");
    g->bytes += n;
    for (size_t i = 0; i < n;) {
        if (g->literal) {
            size_t skip = g->literal < n - i ? g->literal : n - i;

            g->literal -= skip;
            i += skip;
        } else if (!guard_char(g, p[i++])) {
            return false;
        }
    }
    return true;
}

static ssize_t on_read(mailstream_low *low, void *p, size_t n)
{
    struct wire *wr = low->data;
    ssize_t got = conn_read(wr->conn, p, n);

    if (got <= 0) {
        snprintf(wr->why, sizeof wr->why, "%s",
                 got == 0 ? "the server closed the connection" : conn_why(wr->conn));
        return -1;
    }
    if (!guard_take(&wr->guard, p, (size_t)got)) {
        snprintf(wr->why, sizeof wr->why, "%s", wr->guard.why);
        return -1;
    }
    return got;
}

static ssize_t on_write(mailstream_low *low, const void *p, size_t n)
{
    struct wire *wr = low->data;
    ssize_t put = conn_write(wr->conn, p, n);

    if (put <= 0)
        snprintf(wr->why, sizeof wr->why, "%s", conn_why(wr->conn));
    return put;
}

static int on_close(mailstream_low *low)
{
    return 0; /* imap.c owns the stream */
}

static int on_fd(mailstream_low *low)
{
    return conn_fd(((struct wire *)low->data)->conn);
}

static void on_free(mailstream_low *low)
{
    free(low->data);
    free(low);
}

static void on_cancel(mailstream_low *low)
{
}

mailstream_low *wire_new(struct conn *s, struct wire **ret)
{
    static mailstream_low_driver driver = {
        .mailstream_read = on_read,
        .mailstream_write = on_write,
        .mailstream_close = on_close,
        .mailstream_get_fd = on_fd,
        .mailstream_free = on_free,
        .mailstream_cancel = on_cancel,
    };
    struct wire *wr = calloc(1, sizeof *wr);
    mailstream_low *low = wr ? mailstream_low_new(wr, &driver) : NULL;

    if (!low) {
        free(wr);
        return NULL;
    }
    wr->conn = s;
    *ret = wr;
    return low;
}

void wire_begin(struct wire *wr, int64_t within_ms, size_t most_bytes)
{
    conn_deadline(wr->conn, within_ms);
    wr->guard.bytes = 0;
    wr->guard.most_bytes = most_bytes;
    wr->why[0] = 0;
}

const char *wire_why(const struct wire *wr)
{
    return *wr->why ? wr->why : "the server's answer cannot be understood";
}
