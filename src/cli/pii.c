/* antiphon pii scan: which parts of these lines are personal data?
 *
 * Lines in on standard input, for each one line of JSON out: the spans (bytes in the line) and
 * the text with masks in their places. Nothing is stored. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/scope.h"
#include "cli/cli.h"
#include "triage/pii.h"

#define LINE_MOST_BYTES ((size_t)1024 * 1024)
#define READ_BYTES      ((size_t)64 * 1024)
#define OUT_BYTES       ((size_t)64 * 1024)
/* A line escaped ("\u0000" for one byte) and its spans. */
#define ANSWER_MOST_BYTES (32 * LINE_MOST_BYTES)
#define SPAN_LEAST        3 /* bytes: a PIN */

struct scanning {
    struct cli *c;
    struct arena *arena;
    struct buf out;
    int64_t n_lines;
    bool is_deaf; /* nobody reads the answer any more */
};

static void flush(struct scanning *s)
{
    for (size_t done = 0; done < s->out.n && !s->is_deaf;) {
        ssize_t n = write(s->c->out, s->out.p + done, s->out.n - done);

        if (n < 0 && errno != EINTR)
            s->is_deaf = true;
        done += n > 0 ? (size_t)n : 0;
    }
    buf_reset(&s->out);
}

/* JSON wants UTF-8: a broken byte becomes U+FFFD. */
static void add_json_text(struct scanning *s, const char *p, size_t n)
{
    struct buf clean;

    buf_init(&clean, 4 * n + 1);
    while (n > 0) {
        size_t good = utf8_cut(p, n, n);

        buf_add(&clean, p, good);
        p += good;
        n -= good;
        if (n > 0) {
            buf_str(&clean, "\xEF\xBF\xBD");
            p++;
            n--;
        }
    }
    buf_json(&s->out, clean.n > 0 ? clean.p : "", clean.n);
    buf_done(&clean);
}

static void scan_line(struct scanning *s, const char *line, size_t n)
{
    size_t most = n / SPAN_LEAST + 1, room, n_spans;
    struct pii_span *spans = arena_array(s->arena, most, sizeof *spans);
    char *masked;

    n_spans = pii_scan(line, n, spans, most);
    buf_str(&s->out, "{\"spans\":[");
    for (size_t i = 0; i < n_spans; i++)
        buf_printf(&s->out, "%s{\"kind\":\"%s\",\"at\":%u,\"n\":%u}", i > 0 ? "," : "",
                   pii_name(spans[i].kind), spans[i].at, spans[i].n);
    room = n + n_spans * sizeof "[national_id]" + 1;
    masked = arena_alloc(s->arena, room);
    n = pii_mask(line, n, spans, n_spans, false, masked, room);
    buf_str(&s->out, "],\"masked\":");
    add_json_text(s, masked, n);
    buf_str(&s->out, "}\n");
    arena_reset(s->arena);
    if (s->out.n >= OUT_BYTES)
        flush(s);
}

/* Every whole line of the buffer; moves the rest to its front. At the end of the input the rest
 * is a line too. false: a line is too long. */
static bool scan_lines(struct scanning *s, char *p, size_t *n, bool is_end)
{
    size_t from = 0;

    while (from < *n) {
        const char *end = memchr(p + from, '\n', *n - from);
        size_t len = end ? (size_t)(end - p) - from : *n - from;

        if (len > LINE_MOST_BYTES)
            return false;
        if (!end && !is_end)
            break;
        s->n_lines++;
        scan_line(s, p + from, len > 0 && p[from + len - 1] == '\r' ? len - 1 : len);
        from += len + (end != NULL);
    }
    memmove(p, p + from, *n - from);
    *n -= from;
    return true;
}

static int scan_input(struct scanning *s)
{
    size_t room = LINE_MOST_BYTES + 1 + READ_BYTES, n = 0;
    char *p = arena_alloc(s->c->arena, room);
    ssize_t got = 1;

    while (got != 0 && !s->is_deaf) {
        got = read(s->c->in, p + n, READ_BYTES < room - n ? READ_BYTES : room - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            cli_say(s->c, "antiphon: could not read standard input: %s", strerror(errno));
            return CLI_FAILED;
        }
        n += (size_t)got;
        if (!scan_lines(s, p, &n, got == 0)) {
            flush(s);
            return cli_usage(s->c, "antiphon: standard input, line %lld: longer than %zu bytes",
                             (long long)s->n_lines + 1, LINE_MOST_BYTES);
        }
    }
    flush(s);
    return s->is_deaf ? CLI_FAILED : CLI_DONE;
}

int cmd_pii(struct cli *c)
{
    struct scanning s = {.c = c};
    int code;

    if (strcmp(cli_arg(c, 0), "scan") != 0)
        return cli_usage(c, "usage: antiphon pii scan");
    s.arena = arena_new(READ_BYTES);
    buf_init(&s.out, ANSWER_MOST_BYTES);
    code = scan_input(&s);
    buf_done(&s.out);
    arena_free(s.arena);
    return code;
}
