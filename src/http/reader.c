#include "http/reader.h"

#include <string.h>

#include "base/limits.h"
#include "http/head.h"

/* Chunk framing: extensions are passed over, trailers are refused; nobody sends us either. */
#define CHUNK_EXTRA_BYTES 256
enum chunk_state {
    CHUNK_SIZE_FIRST,
    CHUNK_SIZE,
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    CHUNK_END_CR,
    CHUNK_END_LF
};

void reader_init(struct reader *r, struct arena *a)
{
    *r = (struct reader){.a = a, .content_length = -1, .line_is_empty = true};
    buf_init(&r->head, LIMIT_HEADER_BYTES);
    buf_init(&r->body, 0);
}

void reader_done(struct reader *r)
{
    buf_done(&r->head);
    buf_done(&r->body);
}

static void bad(struct reader *r, int status, const char *text)
{
    r->state = READ_BAD;
    r->status = status;
    r->text = text;
}

/* One byte of the head. True: the head ends here. */
static bool scan_byte(struct reader *r, char c)
{
    char last = r->last;

    r->last = c;
    if (c == '\n') {
        if (last != '\r') {
            bad(r, 400, "a line ends in LF without CR");
            return false;
        }
        if (r->line_is_empty)
            return true;
        r->line_is_empty = true;
        return false;
    }
    if (last == '\r')
        bad(r, 400, "a CR stands without LF");
    else if (c == 0)
        bad(r, 400, "a NUL in the header");
    if (c != '\r')
        r->line_is_empty = false;
    return false;
}

/* Empty lines before a request are passed over (RFC 9112 2.2), a few of them. */
static bool passes_empty_line(struct reader *r)
{
    if (r->empty_lines == 2)
        return false;
    r->empty_lines++;
    r->last = 0;
    return true;
}

static size_t feed_head(struct reader *r, const char *p, size_t n)
{
    const char *from = p; /* start of the head in these bytes */

    for (size_t i = 0; i < n; i++) {
        if (scan_byte(r, p[i])) {
            size_t len = (size_t)(p + i + 1 - from);

            if (r->head.n + len <= 2 && passes_empty_line(r)) {
                buf_reset(&r->head);
                from = p + i + 1;
                continue;
            }
            if (r->head.n == 0) { /* all of it at once, as mostly: one copy */
                head_take(r, arena_dup(r->a, from, len), len);
            } else {
                buf_add(&r->head, from, len);
                if (r->head.is_over)
                    bad(r, 431, "the header is too long");
                else
                    head_take(r, arena_dup(r->a, r->head.p, r->head.n), r->head.n);
                buf_done(&r->head);
            }
            return i + 1;
        }
        if (r->state == READ_BAD)
            return i + 1;
        if (r->head.n + (size_t)(p + i - from) >= LIMIT_HEADER_BYTES) {
            bad(r, 431, "the header is too long");
            return i + 1;
        }
    }
    buf_add(&r->head, from, (size_t)(p + n - from));
    return n;
}

static bool take_body(struct reader *r, const char *p, size_t n)
{
    if (n > r->max_body - r->body_bytes) {
        bad(r, 413, "the body is larger than this address takes");
        return false;
    }
    r->body_bytes += n;
    if (!r->drops_body)
        buf_add(&r->body, p, n);
    return true;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* After the size, its line's rest. */
static void chunk_line(struct reader *r, char c)
{
    if (c == '\r')
        r->chunk_state = CHUNK_SIZE_LF;
    else if ((c == ';' || r->chunk_state == CHUNK_EXTENSION) && (c == '\t' || c >= 0x20) &&
             r->chunk_extra++ < CHUNK_EXTRA_BYTES)
        r->chunk_state = CHUNK_EXTENSION;
    else
        bad(r, 400, "a chunk's size cannot be read");
}

static void chunk_expect(struct reader *r, char c, char want, enum chunk_state next)
{
    if (c != want)
        bad(r, 400, "a chunk does not end where it says");
    else
        r->chunk_state = (int)next;
}

/* One byte of the framing around chunks. */
static void chunk_byte(struct reader *r, char c)
{
    int digit;

    switch ((enum chunk_state)r->chunk_state) {
    case CHUNK_SIZE_FIRST:
    case CHUNK_SIZE:
        digit = hex_digit(c);
        if (digit >= 0 && r->chunk_left < (size_t)1 << 40) {
            r->chunk_left = r->chunk_left << 4 | (size_t)digit;
            r->chunk_state = CHUNK_SIZE;
        } else if (r->chunk_state == CHUNK_SIZE_FIRST) {
            bad(r, 400, "a chunk's size cannot be read");
        } else {
            chunk_line(r, c);
        }
        return;
    case CHUNK_EXTENSION:
        chunk_line(r, c);
        return;
    case CHUNK_SIZE_LF:
        chunk_expect(r, c, '\n', r->chunk_left ? CHUNK_DATA : CHUNK_END_CR);
        return;
    case CHUNK_DATA_CR:
        chunk_expect(r, c, '\r', CHUNK_DATA_LF);
        return;
    case CHUNK_DATA_LF:
        chunk_expect(r, c, '\n', CHUNK_SIZE_FIRST);
        return;
    case CHUNK_END_CR:
        chunk_expect(r, c, '\r', CHUNK_END_LF);
        return;
    case CHUNK_END_LF:
        chunk_expect(r, c, '\n', CHUNK_END_LF);
        if (r->state != READ_BAD)
            r->state = READ_DONE;
        return;
    case CHUNK_DATA:
        return;
    }
}

static size_t feed_chunks(struct reader *r, const char *p, size_t n)
{
    size_t i = 0;

    while (i < n && r->state == READ_BODY) {
        if (r->chunk_state == CHUNK_DATA) {
            size_t take = n - i < r->chunk_left ? n - i : r->chunk_left;

            if (!take_body(r, p + i, take))
                break;
            i += take;
            r->chunk_left -= take;
            if (r->chunk_left == 0)
                r->chunk_state = CHUNK_DATA_CR;
        } else {
            chunk_byte(r, p[i++]);
        }
    }
    return i;
}

static size_t feed_length(struct reader *r, const char *p, size_t n)
{
    size_t left = (size_t)r->content_length - r->body_bytes, take = n < left ? n : left;

    if (take_body(r, p, take) && take == left)
        r->state = READ_DONE;
    return take;
}

size_t reader_feed(struct reader *r, const char *p, size_t n)
{
    switch (r->state) {
    case READ_HEAD:
        return feed_head(r, p, n);
    case READ_BODY:
        return r->is_chunked ? feed_chunks(r, p, n) : feed_length(r, p, n);
    case READ_AHEAD:
    case READ_DONE:
    case READ_BAD:
        return 0;
    }
    return 0;
}

void reader_go_on(struct reader *r)
{
    if (!r->is_chunked && r->content_length <= 0) {
        r->state = READ_DONE;
    } else if (!r->is_chunked && (size_t)r->content_length > r->max_body) {
        bad(r, 413, "the body is larger than this address takes");
    } else {
        buf_init(&r->body, r->max_body);
        r->state = READ_BODY;
    }
}
