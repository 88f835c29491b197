#include "base/json_shape.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A field's value, whatever its type; reading through memcpy keeps the compiler's aliasing
 * rules out of the tables. */
union value {
    const char *text;
    int64_t i64;
    double real;
    bool flag;
    const void *object;
    struct shape_list list;
    struct shape_map map;
};

static union value value_of(const struct shape_field *f, const unsigned char *from)
{
    union value v = {0};

    switch (f->type) {
    case SHAPE_TEXT:
    case SHAPE_ENUM:
    case SHAPE_RAW:
    case SHAPE_OBJECT:
        memcpy(&v.object, from + f->offset, sizeof v.object);
        break;
    case SHAPE_I64:
    case SHAPE_TIME:
        memcpy(&v.i64, from + f->offset, sizeof v.i64);
        break;
    case SHAPE_REAL:
        memcpy(&v.real, from + f->offset, sizeof v.real);
        break;
    case SHAPE_BOOL:
        memcpy(&v.flag, from + f->offset, sizeof v.flag);
        break;
    case SHAPE_LIST:
    case SHAPE_TEXTS:
    case SHAPE_IDS:
    case SHAPE_MAP:
        memcpy(&v.list, from + f->offset, sizeof v.list);
        break;
    }
    return v;
}

static bool is_nothing(const struct shape_field *f, const union value *v)
{
    switch (f->type) {
    case SHAPE_TEXT:
    case SHAPE_ENUM:
    case SHAPE_RAW:
    case SHAPE_OBJECT:
        return !v->object;
    case SHAPE_I64:
    case SHAPE_TIME:
        return v->i64 == 0;
    case SHAPE_REAL:
        return v->real == 0;
    case SHAPE_BOOL:
        return !v->flag;
    case SHAPE_LIST:
    case SHAPE_TEXTS:
    case SHAPE_IDS:
    case SHAPE_MAP:
        return v->list.n == 0;
    }
    return false;
}

static void write_text(struct buf *b, const char *text)
{
    buf_json(b, text ? text : "", text ? strlen(text) : 0);
}

static void write_texts(struct buf *b, const struct shape_list *list)
{
    const char *const *v = list->v;

    buf_char(b, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_char(b, ',');
        write_text(b, v[i]);
    }
    buf_char(b, ']');
}

static void write_ids(struct buf *b, const struct shape_list *list)
{
    const int64_t *v = list->v;

    buf_char(b, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_char(b, ',');
        buf_i64(b, v[i]);
    }
    buf_char(b, ']');
}

static void write_map(struct buf *b, const struct shape_map *map)
{
    buf_char(b, '{');
    for (size_t i = 0; i < map->n; i++) {
        if (i)
            buf_char(b, ',');
        write_text(b, map->v[i].key);
        buf_char(b, ':');
        write_text(b, map->v[i].value);
    }
    buf_char(b, '}');
}

static void write_value(struct buf *b, const struct shape_field *f, const union value *v)
{
    switch (f->type) {
    case SHAPE_TEXT:
    case SHAPE_ENUM:
        write_text(b, v->text);
        return;
    case SHAPE_I64:
        buf_i64(b, v->i64);
        return;
    case SHAPE_REAL:
        assert(isfinite(v->real));
        buf_printf(b, "%.9g", v->real);
        return;
    case SHAPE_BOOL:
        buf_str(b, v->flag ? "true" : "false");
        return;
    case SHAPE_TIME:
        buf_time(b, v->i64);
        return;
    case SHAPE_OBJECT:
        if (v->object)
            shape_write(b, f->of, v->object);
        else
            buf_str(b, "null");
        return;
    case SHAPE_LIST:
        shape_write_list(b, f->of, v->list.v, v->list.n);
        return;
    case SHAPE_TEXTS:
        write_texts(b, &v->list);
        return;
    case SHAPE_IDS:
        write_ids(b, &v->list);
        return;
    case SHAPE_MAP:
        write_map(b, &v->map);
        return;
    case SHAPE_RAW:
        buf_str(b, v->text ? v->text : "{}");
        return;
    }
}

void shape_write(struct buf *b, const struct shape *s, const void *object)
{
    bool is_first = true;

    buf_char(b, '{');
    for (size_t i = 0; i < s->n; i++) {
        const struct shape_field *f = &s->fields[i];
        union value v = value_of(f, object);
        bool nothing = is_nothing(f, &v);

        if (nothing && (f->flags & SHAPE_OMIT))
            continue;
        buf_str(b, is_first ? "\"" : ",\"");
        buf_str(b, f->name); /* ours: nothing in it needs an escape */
        buf_str(b, "\":");
        is_first = false;
        /* An empty list is a list, and false is not unknown: null is for scalars and objects. */
        if (nothing && (f->flags & SHAPE_NULLABLE) && f->type != SHAPE_BOOL &&
            (f->type < SHAPE_LIST || f->type == SHAPE_RAW))
            buf_str(b, "null");
        else
            write_value(b, f, &v);
    }
    buf_char(b, '}');
}

void shape_write_list(struct buf *b, const struct shape *s, const void *v, size_t n)
{
    const unsigned char *p = v;

    buf_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(b, ',');
        shape_write(b, s, p + i * s->size);
    }
    buf_char(b, ']');
}

/* ------- the schema */

static void schema_limits(struct buf *b, const struct shape_field *f, const char *least,
                          const char *most)
{
    if (f->min)
        buf_printf(b, ",\"%s\":%" PRId64, least, f->min);
    if (f->max && f->max >= f->min)
        buf_printf(b, ",\"%s\":%" PRId64, most, f->max);
}

static void schema_type(struct buf *b, const char *name, bool or_null)
{
    if (or_null)
        buf_printf(b, "\"type\":[\"%s\",\"null\"]", name);
    else
        buf_printf(b, "\"type\":\"%s\"", name);
}

static void schema_names(struct buf *b, const struct shape_field *f, bool or_null)
{
    buf_str(b, ",\"enum\":[");
    for (size_t i = 0; f->names[i]; i++) {
        if (i)
            buf_char(b, ',');
        write_text(b, f->names[i]);
    }
    buf_str(b, or_null ? ",null]" : "]");
}

/* How nested shapes are called. */
struct naming {
    shape_suffix *suffix;
    const void *arg;
};

static void schema_ref(struct buf *b, const struct shape *of, const struct naming *n)
{
    buf_printf(b, "\"$ref\":\"#/components/schemas/%s%s\"", of->name, n->suffix(n->arg, of));
}

static void schema_array(struct buf *b, const struct shape_field *f, bool or_null,
                         const struct naming *naming)
{
    schema_type(b, "array", or_null);
    buf_str(b, ",\"items\":{");
    if (f->type == SHAPE_LIST)
        schema_ref(b, f->of, naming);
    else
        schema_type(b, f->type == SHAPE_IDS ? "integer" : "string", false);
    buf_char(b, '}');
    schema_limits(b, f, "minItems", "maxItems");
}

static void schema_value(struct buf *b, const struct shape_field *f, bool or_null,
                         const struct naming *naming)
{
    switch (f->type) {
    case SHAPE_TEXT:
        schema_type(b, "string", or_null);
        schema_limits(b, f, "minLength", "maxLength");
        return;
    case SHAPE_ENUM:
        schema_type(b, "string", or_null);
        schema_names(b, f, or_null);
        return;
    case SHAPE_I64:
        schema_type(b, "integer", or_null);
        buf_str(b, ",\"format\":\"int64\"");
        schema_limits(b, f, "minimum", "maximum");
        return;
    case SHAPE_REAL:
        schema_type(b, "number", or_null);
        schema_limits(b, f, "minimum", "maximum");
        return;
    case SHAPE_BOOL:
        schema_type(b, "boolean", or_null);
        return;
    case SHAPE_TIME:
        schema_type(b, "string", or_null);
        buf_str(b, ",\"format\":\"date-time\"");
        return;
    case SHAPE_OBJECT:
        buf_str(b, or_null ? "\"anyOf\":[{" : "");
        schema_ref(b, f->of, naming);
        buf_str(b, or_null ? "},{\"type\":\"null\"}]" : "");
        return;
    case SHAPE_LIST:
    case SHAPE_TEXTS:
    case SHAPE_IDS:
        schema_array(b, f, or_null, naming);
        return;
    case SHAPE_MAP:
        schema_type(b, "object", or_null);
        buf_str(b, ",\"additionalProperties\":{\"type\":\"string\"}");
        return;
    case SHAPE_RAW:
        if (f->flags & SHAPE_AN_OBJECT)
            schema_type(b, "object", or_null);
        else
            buf_str(b, "\"title\":\"any JSON\"");
        return;
    }
}

static void schema_required(struct buf *b, const struct shape *s, enum shape_way way)
{
    bool is_first = true;

    for (size_t i = 0; i < s->n; i++) {
        unsigned flags = s->fields[i].flags;

        if (way == SHAPE_IN ? !(flags & SHAPE_REQUIRED) : (flags & SHAPE_OMIT) != 0)
            continue;
        buf_str(b, is_first ? ",\"required\":[" : ",");
        write_text(b, s->fields[i].name);
        is_first = false;
    }
    if (!is_first)
        buf_char(b, ']');
}

void shape_schema(struct buf *b, const struct shape *s, enum shape_way way, shape_suffix *suffix,
                  const void *arg)
{
    const struct naming naming = {suffix, arg};
    bool is_first = true;

    buf_str(b, "{\"type\":\"object\"");
    if (s->doc) {
        buf_str(b, ",\"description\":");
        write_text(b, s->doc);
    }
    buf_str(b, ",\"additionalProperties\":false,\"properties\":{");
    for (size_t i = 0; i < s->n; i++) {
        const struct shape_field *f = &s->fields[i];

        if (way == SHAPE_IN && (f->flags & SHAPE_READ_ONLY))
            continue;
        if (!is_first)
            buf_char(b, ',');
        is_first = false;
        write_text(b, f->name);
        buf_str(b, ":{");
        schema_value(b, f, f->flags & SHAPE_NULLABLE, &naming);
        if (f->doc) {
            buf_str(b, ",\"description\":");
            write_text(b, f->doc);
        }
        buf_char(b, '}');
    }
    buf_char(b, '}');
    schema_required(b, s, way);
    buf_char(b, '}');
}
