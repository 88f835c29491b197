/* json_shape.h: how does JSON become a struct, and a struct JSON?
 *
 * One table per object. It parses (types, required, limits, unknown fields refused), writes,
 * and feeds the OpenAPI file and the TypeScript types, so that the four cannot drift.
 * Reading is json_shape.c over json_scan.c, writing is json_write.c.
 *
 * In a struct, absent and null are both NULL or 0; where the difference matters (PATCH), the
 * struct's FIRST member is `uint64_t present`, the shape has SHAPE_PRESENT, and bit i says
 * that field i of the table stood in the input. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum shape_type {
    SHAPE_TEXT,   /* const char *: min/max in characters; NUL refused                     */
    SHAPE_I64,    /* int64_t: min/max                                                     */
    SHAPE_REAL,   /* double, finite, 9 digits are written; min/max in whole numbers       */
    SHAPE_BOOL,   /* bool                                                                 */
    SHAPE_TIME,   /* msec: ISO 8601 text in JSON                                          */
    SHAPE_ENUM,   /* const char *: one of `names` (points into names after parsing)       */
    SHAPE_OBJECT, /* pointer to struct: `of`                                              */
    SHAPE_LIST,   /* struct shape_list: elements are structs of `of`; max = most elements */
    SHAPE_TEXTS,  /* struct shape_texts: array of strings; max = most elements            */
    SHAPE_IDS,    /* struct shape_ids: array of integers; max = most elements             */
    SHAPE_MAP,    /* struct shape_map: object of string values; max = most entries        */
    SHAPE_RAW     /* const char *: any JSON value, kept as its compact text; max in bytes */
};

enum shape_flag {
    SHAPE_REQUIRED = 1,  /* in: must be there and not null                      */
    SHAPE_NULLABLE = 2,  /* out: 0 or NULL is written as null; in: null is taken */
    SHAPE_OMIT = 4,      /* out: 0 or NULL is left out                          */
    SHAPE_READ_ONLY = 8, /* only ever written                                   */
    SHAPE_AN_OBJECT = 16 /* SHAPE_RAW: {…}, nothing else                         */
};

struct shape_list {
    void *v; /* array of n structs */
    size_t n;
};
struct shape_texts {
    const char **v;
    size_t n;
};
struct shape_ids {
    int64_t *v;
    size_t n;
};
struct shape_map {
    struct shape_pair {
        const char *key, *value;
    } * v;
    size_t n;
};

struct shape;
struct shape_field {
    const char *name;
    enum shape_type type;
    unsigned flags; /* enum shape_flag, or-ed */
    size_t offset;
    int64_t min, max;         /* both 0: no limit beyond the body's; max < min: only min counts */
    const struct shape *of;   /* SHAPE_OBJECT, SHAPE_LIST */
    const char *const *names; /* SHAPE_ENUM, NULL-ended */
    const char *doc;          /* one line for the API page */
};

struct shape {
    const char *name; /* "Ticket": in OpenAPI and TypeScript */
    size_t size;      /* of the struct */
    const struct shape_field *fields;
    size_t n;
    bool has_present;
    const char *doc;
};

#define SHAPE(symbol, json_name, type, doc_text, ...)                                              \
    const struct shape symbol = {json_name,                                                        \
                                 sizeof(type),                                                     \
                                 (const struct shape_field[])__VA_ARGS__,                          \
                                 sizeof((const struct shape_field[])__VA_ARGS__) /                 \
                                     sizeof(struct shape_field),                                   \
                                 false,                                                            \
                                 doc_text}
#define SHAPE_WITH_PRESENT(symbol, json_name, type, doc_text, ...)                                 \
    const struct shape symbol = {json_name,                                                        \
                                 sizeof(type),                                                     \
                                 (const struct shape_field[])__VA_ARGS__,                          \
                                 sizeof((const struct shape_field[])__VA_ARGS__) /                 \
                                     sizeof(struct shape_field),                                   \
                                 true,                                                             \
                                 doc_text}

/* Parse `n` bytes of JSON text (an object) into *ret, a struct of s->size bytes that the
 * caller zeroed; its strings live in `a`. RFC 8259, valid UTF-8, no duplicate keys, no lone
 * surrogates, depth and size limited (base/limits.h).
 * E_MALFORMED: not JSON. E_INVALID with w->field as path ("contact.email", "tags.2"): breaks
 * the table. On failure *ret may be half filled. */
CHECKED enum err shape_parse(const struct shape *s, const char *text, size_t n, struct arena *a,
                             void *ret, struct why *w);
/* Is this well-formed JSON (RFC 8259)? Names may repeat and NUL may be escaped in it: that is
 * grammar; what we take for our own use is narrower. */
CHECKED enum err json_check(const char *text, size_t n, struct why *w);

void shape_write(struct buf *b, const struct shape *s, const void *v);
void shape_write_list(struct buf *b, const struct shape *s, const void *v, size_t n); /* [..] */

/* The index of a field in the table, for `present`; ends the process if there is none. */
size_t shape_field_index(const struct shape *s, const char *name);
#define SHAPE_HAS(in, shape_ptr, field)                                                            \
    (((in)->present >> shape_field_index((shape_ptr), (field))) & 1)

/* JSON Schema 2020-12 of one shape, nested shapes as {"$ref":"#/components/schemas/NAME"}.
 * What comes in and what goes out differ: in, only SHAPE_REQUIRED fields must be there and
 * SHAPE_READ_ONLY ones may not; out, all stand there but those with SHAPE_OMIT.
 * `suffix(arg, nested)` goes behind the name of a nested shape. */
enum shape_way { SHAPE_IN, SHAPE_OUT };
typedef const char *shape_suffix(const void *arg, const struct shape *s);
void shape_schema(struct buf *b, const struct shape *s, enum shape_way way, shape_suffix *suffix,
                  const void *arg);
