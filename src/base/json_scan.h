/* json_scan.h: where does one JSON value end, and is it JSON at all?
 *
 * A strict reader of RFC 8259 over memory, one value at a time and without a tree: valid
 * UTF-8, no lone surrogates, no byte order mark, limited depth. It knows no table and no
 * field; base/json_shape.c asks it. Why not a library: docs/decisions/0003-json-reader.md
 * Used by: base/json_shape.c. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* What a value begins with. JSON_END: no more text. JSON_BAD: no value begins so. */
enum json_kind {
    JSON_END,
    JSON_BAD,
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
};

struct json_scan {
    const char *p, *end; /* what is left */
    const char *start;   /* of the whole text, for "at byte 17" */
    int depth;           /* open objects and arrays */
};

/* A string between its quotes, still escaped. */
struct json_scan_string {
    struct str raw;
    bool has_escape;
};

void json_scan_init(struct json_scan *s, const char *text, size_t n);
/* Skips white space and says what comes; takes nothing of it. */
enum json_kind json_peek(struct json_scan *s);
/* E_MALFORMED with the place. */
CHECKED enum err json_bad(const struct json_scan *s, const char *what, struct why *w);

/* The readers below take one token that json_peek has announced; E_MALFORMED. */
CHECKED enum err json_scan_string(struct json_scan *s, struct json_scan_string *ret, struct why *w);
/* *ret_is_integer: neither a fraction nor an exponent. */
CHECKED enum err json_number(struct json_scan *s, struct str *ret, bool *ret_is_integer,
                             struct why *w);
CHECKED enum err json_word(struct json_scan *s, struct why *w); /* true, false, null */

/* Into an object or array, and on to its next member: *ret_more is false behind the last,
 * and the closing bracket is taken then. `is_first` on the first call behind json_enter. */
CHECKED enum err json_enter(struct json_scan *s, struct why *w);
CHECKED enum err json_next(struct json_scan *s, char closing, bool is_first, bool *ret_more,
                           struct why *w);
/* A member's name and its colon. */
CHECKED enum err json_key(struct json_scan *s, struct json_scan_string *ret, struct why *w);

/* Any one value, checked and passed over. */
CHECKED enum err json_skip(struct json_scan *s, struct why *w);
/* Nothing but white space is left. */
CHECKED enum err json_finish(struct json_scan *s, struct why *w);

/* The text of a string, decoded, with a NUL behind it; it may hold NULs (\u0000). */
struct str json_decode(struct json_scan_string v, struct arena *a);
