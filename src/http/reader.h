/* reader.h: what does a client ask, byte by byte, and is it HTTP/1.1 at all?
 *
 * A strict layer over llhttp, without sockets: bytes in, one request out. It refuses all that
 * two parsers could read differently (bare CR or LF, folded lines, doubled framing headers,
 * white space before a colon, a missing Host): request smuggling lives there.
 * Our own scan comes first and only refuses; llhttp then splits the head. Chunks are decoded
 * here, because llhttp 8.1 ends a line at a bare CR and puts no limit on chunk extensions.
 * Sources: RFC 9112, RFC 9110.  Used by: conn.c, tests/fuzz. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "http/http.h"

enum read_state {
    READ_HEAD,  /* more of the head is wanted */
    READ_AHEAD, /* the head is whole: the caller looks at it, sets max_body, and goes on */
    READ_BODY,
    READ_DONE,
    READ_BAD /* status and text say why */
};

struct reader {
    enum read_state state;
    struct arena *a; /* of the request; the head lives there */

    /* of the head, from READ_AHEAD on */
    enum method method;
    bool is_head;    /* HEAD: method is METHOD_GET */
    bool keep_alive; /* the client wants to send more */
    bool wants_100;  /* Expect: 100-continue */
    bool is_1_0;
    bool is_chunked;
    int64_t content_length; /* -1: none given */
    struct str target;
    struct http_header *headers;
    size_t n_headers;

    size_t max_body; /* [bytes]; set by the caller at READ_AHEAD */
    bool drops_body; /* read it, keep nothing */
    struct buf body;
    size_t body_bytes; /* seen so far */

    int status; /* of READ_BAD: 400, 413, 414, 417, 431, 501, 505 */
    const char *text;

    /* inner */
    struct buf head;
    char last;          /* the last byte of the head seen */
    bool line_is_empty; /* nothing but CR since the last LF */
    int empty_lines;    /* before the request line */
    int chunk_state;
    size_t chunk_left, chunk_extra;
};

void reader_init(struct reader *r, struct arena *a);
void reader_done(struct reader *r); /* frees the buffers; not the arena */
/* Takes bytes until the state changes or they are used up; returns how many it took. */
size_t reader_feed(struct reader *r, const char *p, size_t n);
/* READ_AHEAD -> READ_BODY, READ_DONE, or READ_BAD (413) by Content-Length and max_body. */
void reader_go_on(struct reader *r);
