/* pg_value.c: see pg_value.h. Formats: PostgreSQL's typsend and typreceive functions. */
#include "store/pg_value.h"

#include <endian.h>
#include <math.h>

#include "base/buf.h"

#define LIST_MAX_BYTES ((size_t)1024 * 1024)

/* Object identifiers of built-in types: pg_type.dat, fixed since PostgreSQL 8. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT8 = 701,
    OID_TEXT_LIST = 1009,
    OID_INT8_LIST = 1016,
    OID_VARCHAR = 1043,
    OID_NUMERIC = 1700,
};

/* Parameters */

static void param_i64(struct pg_params *p, unsigned i, int64_t v)
{
    p->numbers[i] = htobe64((uint64_t)v);
    p->values[i] = (const char *)&p->numbers[i];
    p->lengths[i] = sizeof p->numbers[i];
    p->formats[i] = 1;
}

static const char *i64_list_text(struct arena *a, const struct i64_list *list)
{
    struct buf b;
    char *text;

    buf_init(&b, list->n * 21 + 2);
    buf_char(&b, '{');
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_char(&b, ',');
        buf_i64(&b, list->v[i]);
    }
    buf_char(&b, '}');
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}

/* PostgreSQL manual 8.15.6: in quotes, with backslashes before quotes and backslashes. */
static const char *text_list_text(struct arena *a, const struct text_list *list)
{
    struct buf b;
    char *text;

    buf_init(&b, LIST_MAX_BYTES);
    buf_char(&b, '{');
    for (size_t i = 0; i < list->n; i++) {
        buf_str(&b, i ? ",\"" : "\"");
        for (const char *s = list->v[i]; *s; s++) {
            if (*s == '"' || *s == '\\')
                buf_char(&b, '\\');
            buf_char(&b, *s);
        }
        buf_char(&b, '"');
    }
    buf_char(&b, '}');
    text = b.is_over ? NULL : arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}

enum err pg_param(const struct query *q, unsigned i, const void *in, struct arena *scratch,
                  struct pg_params *ret, struct why *w)
{
    const struct db_field *f = &q->params[i];
    const void *p = (const char *)in + f->offset;
    union {
        double real;
        uint64_t bits;
    } number;

    ret->values[i] = NULL; /* SQL's NULL until a case says else */
    ret->lengths[i] = ret->formats[i] = 0;
    switch (f->type) {
    case DB_I64:
        if (*(const int64_t *)p != 0 || !f->is_nullable)
            param_i64(ret, i, *(const int64_t *)p);
        break;
    case DB_BOOL:
        param_i64(ret, i, *(const bool *)p);
        break;
    case DB_REAL:
        number.real = *(const double *)p;
        if (!isnan(number.real))
            param_i64(ret, i, (int64_t)number.bits);
        break;
    case DB_TEXT:
        ret->values[i] = *(const char *const *)p;
        break;
    case DB_BLOB: {
        const struct str *v = p;

        ret->values[i] = v->p || f->is_nullable || v->n ? v->p : "";
        ret->lengths[i] = (int)v->n;
        ret->formats[i] = 1;
        break;
    }
    case DB_I64_LIST:
        ret->values[i] = i64_list_text(scratch, p);
        break;
    case DB_TEXT_LIST:
        ret->values[i] = text_list_text(scratch, p);
        break;
    }
    if (!ret->values[i] && !f->is_nullable && !q->has_with)
        return fail(w, E_INTERNAL, "query %s: parameter %s is NULL", q->name, f->name);
    return OK;
}

/* Columns */

static int64_t number_in(const char *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    if (n < 8 && n > 0 && (unsigned char)p[0] & 0x80)
        v |= ~UINT64_C(0) << (8 * n);
    return (int64_t)v;
}

/* A whole number out of NUMERIC (what SUM(bigint) gives): digits of base 10000, the first of
 * weight `weight`; src/backend/utils/adt/numeric.c, numeric_send. */
static int64_t numeric_in(const char *p)
{
    int64_t digits = number_in(p, 2), weight = number_in(p + 2, 2), v = 0;

    for (int64_t i = 0; i <= weight; i++)
        v = v * 10000 + (i < digits ? number_in(p + 8 + 2 * i, 2) : 0);
    return number_in(p + 4, 2) == 0x4000 ? -v : v;
}

static bool integer_in(struct str v, unsigned type, int64_t *ret)
{
    switch (type) {
    case OID_BOOL:
        *ret = v.p[0] != 0;
        return true;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        *ret = number_in(v.p, v.n);
        return true;
    case OID_NUMERIC:
        *ret = numeric_in(v.p);
        return true;
    default:
        return false;
    }
}

bool pg_value(struct str v, unsigned type, const struct db_field *f, void *row, struct arena *a)
{
    void *at = (char *)row + f->offset;
    int64_t number;

    switch (f->type) {
    case DB_I64:
        return integer_in(v, type, at);
    case DB_BOOL:
        if (!integer_in(v, type, &number))
            return false;
        *(bool *)at = number != 0;
        return true;
    case DB_REAL:
        number = number_in(v.p, v.n);
        memcpy(at, &number, sizeof number);
        return type == OID_FLOAT8;
    case DB_TEXT:
        *(const char **)at = arena_dup(a, v.p, v.n);
        return type == OID_TEXT || type == OID_VARCHAR;
    case DB_BLOB:
        *(struct str *)at = (struct str){arena_dup(a, v.p, v.n), v.n};
        return type == OID_BYTEA;
    case DB_I64_LIST:
    case DB_TEXT_LIST:
        break; /* sqlgen lets no column have them */
    }
    return false;
}

unsigned pg_type_of(enum db_type type)
{
    switch (type) {
    case DB_I64:
    case DB_BOOL:
        return OID_INT8;
    case DB_TEXT:
        return OID_TEXT;
    case DB_BLOB:
        return OID_BYTEA;
    case DB_REAL:
        return OID_FLOAT8;
    case DB_I64_LIST:
        return OID_INT8_LIST;
    case DB_TEXT_LIST:
        return OID_TEXT_LIST;
    }
    return 0;
}

bool pg_type_fits(unsigned type, const struct db_field *f)
{
    switch (f->type) {
    case DB_I64:
    case DB_BOOL:
        return type == OID_BOOL || type == OID_INT2 || type == OID_INT4 || type == OID_INT8 ||
               type == OID_NUMERIC;
    case DB_TEXT:
        return type == OID_TEXT || type == OID_VARCHAR;
    case DB_BLOB:
        return type == OID_BYTEA;
    case DB_REAL:
        return type == OID_FLOAT8;
    case DB_I64_LIST:
    case DB_TEXT_LIST:
        break;
    }
    return false;
}
