#include "base/buf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){.max_bytes = max_bytes};
}

void buf_done(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max_bytes = b->max_bytes};
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->is_over = false;
    if (b->p)
        b->p[0] = 0;
}

void buf_free_fn(void *b)
{
    buf_done(b);
}

/* Room for n more bytes and a NUL, or false and is_over. */
static bool grow(struct buf *b, size_t n)
{
    size_t room = b->room ? b->room : 256;
    char *p;

    if (b->is_over || n > b->max_bytes - b->n) {
        b->is_over = true;
        return false;
    }
    if (b->n + n + 1 <= b->room)
        return true;
    while (room < b->n + n + 1)
        room *= 2;
    p = realloc(b->p, room);
    if (!p) {
        fprintf(stderr, "out of memory: %zu bytes could not be had\n", room);
        abort();
    }
    b->p = p;
    b->room = room;
    return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (!grow(b, n))
        return;
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_i64(struct buf *b, int64_t v)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%" PRId64, v);

    buf_add(b, text, (size_t)n);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list ap, again;
    int n;

    va_start(ap, format);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, format, ap);
    if (n > 0 && grow(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
    va_end(ap);
}

void buf_json(struct buf *b, const char *s, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    size_t start = 0;

    buf_char(b, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        char two[2] = {'\\', 0};

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(b, s + start, i - start);
        start = i + 1;
        two[1] = (char)(c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c < 0x20 ? 0 : c);
        if (two[1]) {
            buf_add(b, two, 2);
        } else {
            char six[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

            buf_add(b, six, 6);
        }
    }
    buf_add(b, s + start, n - start);
    buf_char(b, '"');
}

void buf_time(struct buf *b, msec t)
{
    char text[TIME_TEXT_BYTES];

    time_format(text, t);
    buf_char(b, '"');
    buf_str(b, text);
    buf_char(b, '"');
}

void buf_html(struct buf *b, const char *s)
{
    for (; *s; s++) {
        switch (*s) {
        case '&':
            buf_str(b, "&amp;");
            break;
        case '<':
            buf_str(b, "&lt;");
            break;
        case '>':
            buf_str(b, "&gt;");
            break;
        case '"':
            buf_str(b, "&quot;");
            break;
        case '\'':
            buf_str(b, "&#39;");
            break;
        default:
            buf_char(b, *s);
        }
    }
}

void buf_url(struct buf *b, const char *s)
{
    static const char hex[] = "0123456789ABCDEF";

    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            buf_char(b, (char)c);
        } else {
            char three[3] = {'%', hex[c >> 4], hex[c & 15]};

            buf_add(b, three, 3);
        }
    }
}

void buf_hex(struct buf *b, const void *p, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char *u = p;

    for (size_t i = 0; i < n; i++) {
        char two[2] = {hex[u[i] >> 4], hex[u[i] & 15]};

        buf_add(b, two, 2);
    }
}

void buf_base64url(struct buf *b, const void *p, size_t n)
{
    static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const unsigned char *u = p;

    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i < 3 ? n - i : 3;
        unsigned v = (unsigned)u[i] << 16 | (left > 1 ? (unsigned)u[i + 1] << 8 : 0) |
                     (left > 2 ? u[i + 2] : 0);
        char four[4] = {abc[v >> 18], abc[v >> 12 & 63], abc[v >> 6 & 63], abc[v & 63]};

        buf_add(b, four, left + 1);
    }
}
