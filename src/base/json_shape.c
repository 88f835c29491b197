#include "base/json_shape.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_scan.h"
#include "base/limits.h"
#include "base/scope.h"

#define I64_MOST (((int64_t)1 << 53) - 1) /* what every JSON reader keeps exactly, RFC 8259 6 */

/* One parse: the text, where its strings go, and the table we are in. */
struct parse {
    struct json_scan scan;
    struct arena *a;
    struct why *w;
};

/* The way to the value at hand, innermost first; it lives on the stack of the calls. */
struct path {
    const struct path *up;
    struct str name; /* or */
    size_t index;
};

static size_t path_text(char *out, size_t room, const struct path *at)
{
    size_t n = at->up ? path_text(out, room, at->up) : 0;
    int more;

    if (n >= room - 1)
        return n;
    if (at->name.p)
        more = snprintf(out + n, room - n, "%s%.*s", n ? "." : "", (int)at->name.n, at->name.p);
    else
        more = snprintf(out + n, room - n, "%s%zu", n ? "." : "", at->index);
    n += more < 0 ? 0 : (size_t)more;
    return n < room - 1 ? n : room - 1;
}

__attribute__((format(printf, 3, 4))) static enum err
refuse(const struct parse *p, const struct path *at, const char *format, ...)
{
    char field[WHY_FIELD_BYTES] = "", text[WHY_TEXT_BYTES];
    va_list ap;
    size_t n = at ? path_text(field, sizeof field, at) : 0;

    field[utf8_cut(field, n, sizeof field - 1)] = 0;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return fail_field(p->w, E_INVALID, field, "%s", text);
}

/* Both limits 0: none. A maximum below the minimum: only the minimum counts. */
static bool in_limits(const struct shape_field *f, int64_t v)
{
    if (f->min == 0 && f->max == 0)
        return true;
    return v >= f->min && (v <= f->max || f->max < f->min);
}

static size_t most_of(const struct shape_field *f)
{
    return f->max > 0 ? (size_t)f->max : LIMIT_JSON_LIST;
}

/* Any string of the input: decoded, without NUL. */
static enum err take_text(struct parse *p, const struct path *at, struct str *ret)
{
    struct json_scan_string v;
    enum err e;

    if (json_peek(&p->scan) != JSON_STRING)
        return refuse(p, at, "must be text");
    if ((e = json_scan_string(&p->scan, &v, p->w)))
        return e;
    *ret = json_decode(v, p->a);
    if (v.has_escape && memchr(ret->p, 0, ret->n))
        return refuse(p, at, "must not hold the character NUL");
    return OK;
}

static enum err take_i64(struct parse *p, const struct path *at, int64_t *ret)
{
    bool is_integer;
    struct str text;
    enum err e;

    if (json_peek(&p->scan) != JSON_NUMBER)
        return refuse(p, at, "must be a whole number");
    if ((e = json_number(&p->scan, &text, &is_integer, p->w)))
        return e;
    if (!is_integer)
        return refuse(p, at, "must be a whole number");
    if (str_eq(text, STR("-0")))
        text = STR("0");
    if (!str_i64(text, -I64_MOST, I64_MOST, ret))
        return refuse(p, at, "must be a whole number of at most 53 bits");
    return OK;
}

static enum err parse_text(struct parse *p, const struct shape_field *f, const struct path *at,
                           void *to)
{
    struct str text;
    size_t chars;
    enum err e;

    if ((e = take_text(p, at, &text)))
        return e;
    chars = f->min || f->max ? utf8_count(text.p, text.n) : 0;
    if (!in_limits(f, (int64_t)chars)) {
        if ((int64_t)chars >= f->min)
            return refuse(p, at, "must be at most %" PRId64 " characters long", f->max);
        if (chars == 0)
            return refuse(p, at, "must not be empty");
        return refuse(p, at, "must be at least %" PRId64 " characters long", f->min);
    }
    memcpy(to, &text.p, sizeof text.p);
    return OK;
}

/* Any JSON number that a double can hold. */
static enum err parse_real(struct parse *p, const struct shape_field *f, const struct path *at,
                           void *to)
{
    struct str number;
    bool is_integer;
    double v;
    enum err e;

    if (json_peek(&p->scan) != JSON_NUMBER)
        return refuse(p, at, "must be a number");
    if ((e = json_number(&p->scan, &number, &is_integer, p->w)))
        return e;
    v = strtod(arena_dup(p->a, number.p, number.n), NULL);
    if (!isfinite(v))
        return refuse(p, at, "is too large a number");
    if ((f->min || f->max) && (v < (double)f->min || (f->max >= f->min && v > (double)f->max)))
        return refuse(p, at, "must be from %" PRId64 " to %" PRId64, f->min, f->max);
    memcpy(to, &v, sizeof v);
    return OK;
}

static enum err parse_i64(struct parse *p, const struct shape_field *f, const struct path *at,
                          void *to)
{
    int64_t v;
    enum err e;

    if ((e = take_i64(p, at, &v)))
        return e;
    if (!in_limits(f, v)) {
        if (f->max < f->min)
            return refuse(p, at, "must be at least %" PRId64, f->min);
        return refuse(p, at, "must be from %" PRId64 " to %" PRId64, f->min, f->max);
    }
    memcpy(to, &v, sizeof v);
    return OK;
}

static enum err parse_bool(struct parse *p, const struct path *at, void *to)
{
    enum json_kind kind = json_peek(&p->scan);
    bool v = kind == JSON_TRUE;
    enum err e;

    if (kind != JSON_TRUE && kind != JSON_FALSE)
        return refuse(p, at, "must be true or false");
    if ((e = json_word(&p->scan, p->w)))
        return e;
    memcpy(to, &v, sizeof v);
    return OK;
}

static enum err parse_time(struct parse *p, const struct path *at, void *to)
{
    struct str text;
    msec v;
    enum err e;

    if ((e = take_text(p, at, &text)))
        return e;
    if (!time_parse(text, &v))
        return refuse(p, at, "must be a time like 2026-11-22T05:32:00.123Z");
    memcpy(to, &v, sizeof v);
    return OK;
}

static enum err parse_enum(struct parse *p, const struct shape_field *f, const struct path *at,
                           void *to)
{
    char all[WHY_TEXT_BYTES / 2] = "";
    struct str text;
    size_t n = 0;
    enum err e;

    if ((e = take_text(p, at, &text)))
        return e;
    for (const char *const *name = f->names; *name; name++) {
        if (str_eq(str_of(*name), text)) {
            memcpy(to, name, sizeof *name);
            return OK;
        }
        if (n < sizeof all)
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", n ? ", " : "", *name);
    }
    return refuse(p, at, "must be one of: %s", all);
}

/* An array growing in the arena by doubling. */
struct grow {
    unsigned char *v;
    size_t n, room, size;
};

static void *grow_next(struct arena *a, struct grow *g)
{
    if (g->n == g->room) {
        size_t room = g->room ? g->room * 2 : 4;
        unsigned char *v = arena_array(a, room, g->size);

        if (g->n)
            memcpy(v, g->v, g->n * g->size);
        g->v = v;
        g->room = room;
    }
    return g->v + g->n++ * g->size;
}

static enum err parse_object(struct parse *p, const struct shape *s, const struct path *at,
                             void *to);

static enum err parse_element(struct parse *p, const struct shape_field *f, const struct path *at,
                              void *to)
{
    struct str text;
    enum err e;

    if (f->type == SHAPE_LIST)
        return parse_object(p, f->of, at, to);
    if (f->type == SHAPE_IDS)
        return take_i64(p, at, to);
    if ((e = take_text(p, at, &text)))
        return e;
    memcpy(to, &text.p, sizeof text.p);
    return OK;
}

static enum err parse_array(struct parse *p, const struct shape_field *f, const struct path *at,
                            void *to)
{
    struct path here = {.up = at};
    struct grow g = {.size = f->type == SHAPE_LIST  ? f->of->size
                             : f->type == SHAPE_IDS ? sizeof(int64_t)
                                                    : sizeof(const char *)};
    bool more;
    enum err e;

    if (json_peek(&p->scan) != JSON_ARRAY)
        return refuse(p, at, "must be a list");
    if ((e = json_enter(&p->scan, p->w)))
        return e;
    for (bool is_first = true;; is_first = false) {
        if ((e = json_next(&p->scan, ']', is_first, &more, p->w)))
            return e;
        if (!more)
            break;
        if (g.n == most_of(f))
            return refuse(p, at, "must have at most %zu entries", most_of(f));
        here.index = g.n;
        if ((e = parse_element(p, f, &here, grow_next(p->a, &g))))
            return e;
    }
    if ((int64_t)g.n < f->min)
        return refuse(p, at, "must have at least %" PRId64 " entries", f->min);
    /* shape_list, shape_texts and shape_ids are alike: a pointer and a count. */
    memcpy(to, &(struct shape_list){g.v, g.n}, sizeof(struct shape_list));
    return OK;
}

static enum err parse_pair(struct parse *p, const struct path *at, struct shape_pair *ret)
{
    struct json_scan_string raw;
    struct str key, value = {0};
    struct path here = {.up = at};
    enum err e;

    if ((e = json_key(&p->scan, &raw, p->w)))
        return e;
    key = json_decode(raw, p->a);
    if (key.n == 0 || memchr(key.p, 0, key.n) || utf8_count(key.p, key.n) > LIMIT_NAME_CHARS)
        return refuse(p, at, "names must have 1 to %d characters, NUL not among them",
                      LIMIT_NAME_CHARS);
    here.name = key;
    if ((e = take_text(p, &here, &value)))
        return e;
    if (utf8_count(value.p, value.n) > LIMIT_ATTRIBUTE_CHARS)
        return refuse(p, &here, "must be at most %d characters long", LIMIT_ATTRIBUTE_CHARS);
    *ret = (struct shape_pair){key.p, value.p};
    return OK;
}

static enum err parse_map(struct parse *p, const struct shape_field *f, const struct path *at,
                          void *to)
{
    struct grow g = {.size = sizeof(struct shape_pair)};
    struct shape_map map;
    bool more;
    enum err e;

    if (json_peek(&p->scan) != JSON_OBJECT)
        return refuse(p, at, "must be an object of texts");
    if ((e = json_enter(&p->scan, p->w)))
        return e;
    for (bool is_first = true;; is_first = false) {
        struct shape_pair *pair;

        if ((e = json_next(&p->scan, '}', is_first, &more, p->w)))
            return e;
        if (!more)
            break;
        if (g.n == most_of(f))
            return refuse(p, at, "must have at most %zu entries", most_of(f));
        pair = grow_next(p->a, &g);
        if ((e = parse_pair(p, at, pair)))
            return e;
        for (const struct shape_pair *q = (const struct shape_pair *)(const void *)g.v; q < pair;
             q++)
            if (strcmp(q->key, pair->key) == 0)
                return refuse(p, &(struct path){.up = at, .name = str_of(pair->key)},
                              "stands there twice");
    }
    map = (struct shape_map){(void *)g.v, g.n};
    memcpy(to, &map, sizeof map);
    return OK;
}

/* Raw values are checked as tables are: no name twice in an object, no NUL in a string. */
static enum err raw_value(struct parse *p, const struct path *at, struct buf *b);

static enum err raw_string(struct parse *p, const struct path *at, struct json_scan_string v,
                           struct buf *b)
{
    if (v.has_escape) {
        struct str text = json_decode(v, p->a);

        if (memchr(text.p, 0, text.n))
            return refuse(p, at, "must not hold the character NUL");
    }
    buf_char(b, '"');
    buf_add(b, v.raw.p, v.raw.n);
    buf_char(b, '"');
    return OK;
}

static enum err raw_key(struct parse *p, const struct path *at, struct grow *keys, struct buf *b)
{
    struct json_scan_string raw;
    struct str key, *all;
    enum err e;

    if ((e = json_key(&p->scan, &raw, p->w)))
        return e;
    key = raw.has_escape ? json_decode(raw, p->a) : raw.raw;
    if (keys->n == LIMIT_JSON_LIST)
        return refuse(p, at, "must have at most %d members", LIMIT_JSON_LIST);
    *(struct str *)grow_next(p->a, keys) = key;
    all = (void *)keys->v;
    for (size_t i = 0; i + 1 < keys->n; i++)
        if (str_eq(all[i], key))
            return refuse(p, &(struct path){.up = at, .name = key}, "stands there twice");
    if ((e = raw_string(p, at, raw, b)))
        return e;
    buf_char(b, ':');
    return OK;
}

static enum err raw_members(struct parse *p, const struct path *at, char opening, struct buf *b)
{
    char closing = opening == '{' ? '}' : ']';
    struct grow keys = {.size = sizeof(struct str)};
    bool more;
    enum err e;

    if ((e = json_enter(&p->scan, p->w)))
        return e;
    buf_char(b, opening);
    for (bool is_first = true;; is_first = false) {
        if ((e = json_next(&p->scan, closing, is_first, &more, p->w)))
            return e;
        if (!more)
            break;
        if (!is_first)
            buf_char(b, ',');
        if (opening == '{' && (e = raw_key(p, at, &keys, b)))
            return e;
        if ((e = raw_value(p, at, b))) /* as deep as json_enter lets it */
            return e;
    }
    buf_char(b, closing);
    return OK;
}

static enum err raw_value(struct parse *p, const struct path *at, struct buf *b)
{
    const char *first;
    struct json_scan_string text;
    enum err e;

    switch (json_peek(&p->scan)) {
    case JSON_OBJECT:
        return raw_members(p, at, '{', b);
    case JSON_ARRAY:
        return raw_members(p, at, '[', b);
    case JSON_STRING:
        if ((e = json_scan_string(&p->scan, &text, p->w)))
            return e;
        return raw_string(p, at, text, b);
    case JSON_NUMBER:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
    case JSON_END:
    case JSON_BAD:
        break;
    }
    first = p->scan.p;
    if ((e = json_skip(&p->scan, p->w)))
        return e;
    buf_add(b, first, (size_t)(p->scan.p - first));
    return OK;
}

static enum err parse_raw(struct parse *p, const struct shape_field *f, const struct path *at,
                          void *to)
{
    SCOPED(buf_done) struct buf b;
    const char *text;
    enum err e;

    if ((f->flags & SHAPE_AN_OBJECT) && json_peek(&p->scan) != JSON_OBJECT)
        return refuse(p, at, "must be an object");
    buf_init(&b, (size_t)(p->scan.end - p->scan.start) + 1);
    if ((e = raw_value(p, at, &b)))
        return e;
    if (f->max > 0 && b.n > (size_t)f->max)
        return refuse(p, at, "must be at most %" PRId64 " bytes long", f->max);
    text = arena_dup(p->a, b.p, b.n);
    memcpy(to, &text, sizeof text);
    return OK;
}

static enum err parse_value(struct parse *p, const struct shape_field *f, const struct path *at,
                            void *to)
{
    void *object;
    enum err e;

    switch (f->type) {
    case SHAPE_TEXT:
        return parse_text(p, f, at, to);
    case SHAPE_I64:
        return parse_i64(p, f, at, to);
    case SHAPE_REAL:
        return parse_real(p, f, at, to);
    case SHAPE_BOOL:
        return parse_bool(p, at, to);
    case SHAPE_TIME:
        return parse_time(p, at, to);
    case SHAPE_ENUM:
        return parse_enum(p, f, at, to);
    case SHAPE_OBJECT:
        object = arena_alloc(p->a, f->of->size);
        if ((e = parse_object(p, f->of, at, object)))
            return e;
        memcpy(to, &object, sizeof object);
        return OK;
    case SHAPE_LIST:
    case SHAPE_TEXTS:
    case SHAPE_IDS:
        return parse_array(p, f, at, to);
    case SHAPE_MAP:
        return parse_map(p, f, at, to);
    case SHAPE_RAW:
        return parse_raw(p, f, at, to);
    }
    abort(); /* all types stand above */
}

/* The field of a name, or s->n. Most clients send the table's order: look first at `guess`. */
static size_t find_field(const struct shape *s, struct str name, size_t guess)
{
    if (guess < s->n && str_eq(str_of(s->fields[guess].name), name))
        return guess;
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(str_of(s->fields[i].name), name))
            return i;
    return s->n;
}

static enum err parse_member(struct parse *p, const struct shape_field *f, const struct path *at,
                             unsigned char *to)
{
    if (f->flags & SHAPE_READ_ONLY)
        return refuse(p, at, "cannot be set");
    if (json_peek(&p->scan) == JSON_NULL) {
        if (!(f->flags & SHAPE_NULLABLE) || (f->flags & SHAPE_REQUIRED))
            return refuse(p, at, "must not be null");
        return json_word(&p->scan, p->w);
    }
    return parse_value(p, f, at, to + f->offset);
}

static enum err check_required(struct parse *p, const struct shape *s, const struct path *at,
                               uint64_t seen)
{
    for (size_t i = 0; i < s->n; i++)
        if ((s->fields[i].flags & SHAPE_REQUIRED) && !(seen >> i & 1))
            return refuse(p, &(struct path){.up = at, .name = str_of(s->fields[i].name)},
                          "is missing");
    return OK;
}

static enum err parse_object(struct parse *p, const struct shape *s, const struct path *at,
                             void *to)
{
    struct path here = {.up = at};
    uint64_t seen = 0;
    size_t guess = 0;
    bool more;
    enum err e;

    assert(s->n <= 64);
    if (json_peek(&p->scan) != JSON_OBJECT)
        return at ? refuse(p, at, "must be an object")
                  : fail(p->w, E_MALFORMED, "the body must be a JSON object");
    if ((e = json_enter(&p->scan, p->w)))
        return e;
    for (bool is_first = true;; is_first = false) {
        struct json_scan_string raw;
        size_t i;

        if ((e = json_next(&p->scan, '}', is_first, &more, p->w)))
            return e;
        if (!more)
            break;
        if ((e = json_key(&p->scan, &raw, p->w)))
            return e;
        here.name = raw.has_escape ? json_decode(raw, p->a) : raw.raw;
        i = find_field(s, here.name, guess);
        if (i == s->n)
            return refuse(p, &here, "is not a field here");
        if (seen >> i & 1)
            return refuse(p, &here, "stands there twice");
        seen |= (uint64_t)1 << i;
        guess = i + 1;
        if ((e = parse_member(p, &s->fields[i], &here, to)))
            return e;
    }
    if (s->has_present)
        memcpy(to, &seen, sizeof seen);
    return check_required(p, s, at, seen);
}

enum err shape_parse(const struct shape *s, const char *text, size_t n, struct arena *a, void *ret,
                     struct why *w)
{
    struct parse p = {.a = a, .w = w};
    enum err e;

    if (n > LIMIT_JSON_BYTES)
        return fail(w, E_TOO_LARGE, "JSON may have %d bytes; this has %zu", LIMIT_JSON_BYTES, n);
    json_scan_init(&p.scan, text, n);
    if ((e = parse_object(&p, s, NULL, ret)))
        return e;
    return json_finish(&p.scan, w);
}

enum err json_check(const char *text, size_t n, struct why *w)
{
    struct json_scan s;
    enum err e;

    json_scan_init(&s, text, n);
    if ((e = json_skip(&s, w)))
        return e;
    return json_finish(&s, w);
}

size_t shape_field_index(const struct shape *s, const char *name)
{
    size_t i = find_field(s, str_of(name), s->n);

    assert(i < s->n);
    return i;
}
