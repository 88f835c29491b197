/* buf.h: text under construction. It cannot be made without a maximum: at the maximum it
 * stops taking bytes and remembers that it is over, so a builder checks once, at the end.
 * Escaping goes through the typed appenders; there is no "%s into markup". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

struct buf {
    char *p; /* NUL-terminated once anything was added */
    size_t n, room, max_bytes;
    bool is_over;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_done(struct buf *b);  /* frees; the buf may be used again after buf_init */
void buf_reset(struct buf *b); /* empties, keeps the room */
void buf_free_fn(void *b);     /* buf_done for arena_defer */

void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

void buf_json(struct buf *b, const char *s, size_t n); /* a quoted JSON string; s is valid UTF-8 */
void buf_time(struct buf *b, msec t);                  /* a quoted ISO 8601 UTC time with ms */
void buf_html(struct buf *b, const char *s);           /* text or attribute value, escaped */
void buf_url(struct buf *b, const char *s);            /* one percent-encoded component */
void buf_hex(struct buf *b, const void *p, size_t n);
void buf_base64url(struct buf *b, const void *p, size_t n); /* RFC 4648 section 5, no padding */
