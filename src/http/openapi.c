#include "http/openapi.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "http/inner.h"

#define MAX_SHAPES 300

/* All shapes of one way, each once, nested ones too. */
struct shapes {
    const struct shape *v[MAX_SHAPES];
    size_t n;
};

struct page {
    struct buf *b;
    const struct route *routes;
    size_t n;
    const char *(*permission_name)(int permission);
    struct shapes in, out;
    struct why *w;
};

static bool has_name(const struct shapes *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->v[i]->name, name) == 0)
            return true;
    return false;
}

static enum err collect(struct shapes *all, const struct shape *s, struct why *w)
{
    enum err e;

    if (!s)
        return OK;
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i] == s)
            return OK;
    if (has_name(all, s->name) || all->n == MAX_SHAPES)
        return fail(w, E_INTERNAL, "two shapes are called '%s'", s->name);
    all->v[all->n++] = s;
    for (size_t i = 0; i < s->n; i++)
        if ((e = collect(all, s->fields[i].of, w)))
            return e;
    return OK;
}

/* One name for two ways: what comes in gets a name of its own. */
static const char *suffix(const void *arg, const struct shape *s)
{
    const struct page *p = arg;

    return has_name(&p->out, s->name) ? "Input" : "";
}

static const char *no_suffix(const void *arg, const struct shape *s)
{
    return "";
}

static void text(struct buf *b, const char *s)
{
    buf_json(b, s, strlen(s));
}

/* ------- a path: "/tickets/:id/drafts/:kind" -> "/tickets/{id}/drafts/{kind}" */

struct part {
    struct str literal; /* or */
    char name[40];
    bool is_param, is_id;
};

static bool next_part(struct str *rest, int *ids, struct part *ret)
{
    struct str segment;

    if (!rest->n)
        return false;
    segment = str_cut(rest, '/');
    *ret = (struct part){.literal = segment};
    ret->is_param = str_starts(segment, STR(":")) || str_eq(segment, STR("*"));
    ret->is_id = str_eq(segment, STR(":id"));
    if (ret->is_id && (*ids)++ > 0)
        snprintf(ret->name, sizeof ret->name, "id%d", *ids);
    else if (str_eq(segment, STR("*")))
        snprintf(ret->name, sizeof ret->name, "rest");
    else if (ret->is_param)
        snprintf(ret->name, sizeof ret->name, "%.*s", (int)segment.n - 1, segment.p + 1);
    return true;
}

static void write_path(struct buf *b, const char *path)
{
    struct str rest = str_of(path + 1);
    struct part part;
    int ids = 0;

    if (!rest.n)
        buf_char(b, '/');
    while (next_part(&rest, &ids, &part)) {
        if (part.is_param)
            buf_printf(b, "/{%s}", part.name);
        else
            buf_printf(b, "/%.*s", (int)part.literal.n, part.literal.p);
    }
}

static const char *method_name(enum method m)
{
    static const char *const names[] = {"get", "post", "put", "patch", "delete", "options"};

    return names[m];
}

static void write_operation_id(struct buf *b, const struct route *r)
{
    buf_printf(b, "\"operationId\":\"%s", method_name(r->method));
    for (const char *c = r->path; *c; c++)
        if (isalnum((unsigned char)*c))
            buf_char(b, *c);
        else if (b->p[b->n - 1] != '_')
            buf_char(b, '_');
    buf_str(b, "\"");
}

/* ------- parameters */

static void begin_parameter(struct buf *b, bool *is_first)
{
    buf_str(b, *is_first ? ",\"parameters\":[" : ",");
    *is_first = false;
}

static void write_query(struct buf *b, const struct route *r, bool *is_first)
{
    struct str rest = str_of(r->query);

    while (rest.n) {
        struct str name = str_trim(str_cut(&rest, ','));

        if (!name.n)
            continue;
        begin_parameter(b, is_first);
        buf_printf(b, "{\"name\":\"%.*s\",\"in\":\"query\",\"schema\":", (int)name.n, name.p);
        if (str_eq(name, STR("limit")))
            buf_printf(b, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":%d,\"default\":%d}}",
                       LIMIT_PAGE, LIMIT_PAGE_DEFAULT);
        else
            buf_str(b, "{\"type\":\"string\"}}");
    }
}

static void write_parameters(struct buf *b, const struct route *r, bool is_public)
{
    struct str rest = str_of(r->path + 1);
    struct part part;
    bool is_first = true;
    int ids = 0;

    while (next_part(&rest, &ids, &part)) {
        if (!part.is_param)
            continue;
        begin_parameter(b, &is_first);
        buf_printf(b, "{\"name\":\"%s\",\"in\":\"path\",\"required\":true,\"schema\":%s}",
                   part.name,
                   part.is_id ? "{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":1}"
                              : "{\"type\":\"string\"}");
    }
    write_query(b, r, &is_first);
    if (r->method == METHOD_POST && !is_public) {
        begin_parameter(b, &is_first);
        buf_str(b, "{\"$ref\":\"#/components/parameters/IdempotencyKey\"}");
    }
    if (!is_first)
        buf_char(b, ']');
}

/* ------- bodies */

static void write_request_body(struct page *p, const struct route *r)
{
    if (r->in)
        buf_printf(p->b,
                   ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{"
                   "\"schema\":{\"$ref\":\"#/components/schemas/%s%s\"}}}}",
                   r->in->name, suffix(p, r->in));
    else if (r->max_body)
        buf_str(p->b, ",\"requestBody\":{\"content\":{\"*/*\":{\"schema\":{}}}}");
}

static void write_envelope(struct buf *b, const struct route *r)
{
    buf_str(b, "{\"description\":\"done\",\"content\":{\"application/json\":{\"schema\":{"
               "\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"data\":{");
    if (r->is_list)
        buf_printf(b,
                   "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/%s\"}},"
                   "\"meta\":{\"$ref\":\"#/components/schemas/Meta\"}},"
                   "\"required\":[\"data\",\"meta\"]",
                   r->out->name);
    else
        buf_printf(b, "\"$ref\":\"#/components/schemas/%s\"}},\"required\":[\"data\"]",
                   r->out->name);
    buf_str(b, "}}}}");
}

/* OpenAPI 3.1 has no word for the events of a stream; x-item-schema is itemSchema of 3.2. */
static void write_stream(struct buf *b, const struct route *r)
{
    buf_str(b, "{\"description\":\"events\",\"content\":{\"text/event-stream\":{"
               "\"schema\":{\"type\":\"string\"}");
    if (r->out)
        buf_printf(b,
                   ",\"x-item-schema\":{\"type\":\"object\",\"properties\":{"
                   "\"id\":{\"type\":\"string\"},\"event\":{\"type\":\"string\"},"
                   "\"data\":{\"type\":\"string\",\"contentMediaType\":\"application/json\","
                   "\"contentSchema\":{\"$ref\":\"#/components/schemas/%s\"}}},"
                   "\"required\":[\"event\",\"data\"]}",
                   r->out->name);
    buf_str(b, "}}}");
}

static void write_responses(struct page *p, const struct route *r)
{
    buf_str(p->b, ",\"responses\":{\"2XX\":");
    if (r->on == ON_STREAM)
        write_stream(p->b, r);
    else if (r->out)
        write_envelope(p->b, r);
    else if (r->method == METHOD_GET)
        buf_str(p->b, "{\"description\":\"a file\",\"content\":{\"*/*\":{\"schema\":{}}}}");
    else
        buf_str(p->b, "{\"description\":\"done\"}");
    buf_str(p->b, ",\"default\":{\"$ref\":\"#/components/responses/Problem\"}}");
}

/* ------- the document */

static void write_operation(struct page *p, const struct route *r)
{
    struct buf *b = p->b;
    const char *permission = p->permission_name ? p->permission_name(r->permission) : NULL;
    bool is_public = permission && str_eq_nocase(str_of(permission), STR("public"));

    buf_printf(b, "\"%s\":{", method_name(r->method));
    write_operation_id(b, r);
    buf_str(b, ",\"summary\":");
    text(b, r->says);
    if (permission) {
        buf_str(b, ",\"x-permission\":");
        text(b, permission);
        if (is_public)
            buf_str(b, ",\"security\":[]");
    }
    write_parameters(b, r, is_public);
    write_request_body(p, r);
    write_responses(p, r);
    buf_char(b, '}');
}

/* Rows of one path stand together in the document, wherever they stand in the table. */
static void write_paths(struct page *p)
{
    bool is_first_path = true;

    buf_str(p->b, "\"paths\":{");
    for (size_t i = 0; i < p->n; i++) {
        bool is_first = true, is_done = !p->routes[i].says;

        for (size_t k = 0; k < i && !is_done; k++)
            is_done = p->routes[k].says && strcmp(p->routes[k].path, p->routes[i].path) == 0;
        if (is_done)
            continue;
        buf_str(p->b, is_first_path ? "\"" : ",\"");
        is_first_path = false;
        write_path(p->b, p->routes[i].path);
        buf_str(p->b, "\":{");
        for (size_t k = i; k < p->n; k++) {
            if (!p->routes[k].says || strcmp(p->routes[k].path, p->routes[i].path) != 0)
                continue;
            if (!is_first)
                buf_char(p->b, ',');
            is_first = false;
            write_operation(p, &p->routes[k]);
        }
        buf_char(p->b, '}');
    }
    buf_str(p->b, "},");
}

static void write_schemas(struct page *p)
{
    buf_str(p->b,
            "\"schemas\":{\"Meta\":{\"type\":\"object\",\"additionalProperties\":false,"
            "\"properties\":{\"has_more\":{\"type\":\"boolean\"},\"after_cursor\":{\"type\":"
            "[\"string\",\"null\"],\"description\":\"give it as `after` for the next page\"}},"
            "\"required\":[\"has_more\",\"after_cursor\"]},"
            "\"Problem\":{\"type\":\"object\",\"additionalProperties\":false,"
            "\"description\":\"RFC 9457\",\"properties\":{\"type\":{\"type\":\"string\"},"
            "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
            "\"detail\":{\"type\":\"string\"},\"field\":{\"type\":\"string\",\"description\":"
            "\"path of the input field at fault\"},\"request_id\":{\"type\":\"string\"}},"
            "\"required\":[\"type\",\"title\",\"status\",\"detail\",\"request_id\"]}");
    for (size_t i = 0; i < p->out.n; i++) {
        buf_printf(p->b, ",\"%s\":", p->out.v[i]->name);
        shape_schema(p->b, p->out.v[i], SHAPE_OUT, no_suffix, p);
    }
    for (size_t i = 0; i < p->in.n; i++) {
        buf_printf(p->b, ",\"%s%s\":", p->in.v[i]->name, suffix(p, p->in.v[i]));
        shape_schema(p->b, p->in.v[i], SHAPE_IN, suffix, p);
    }
    buf_char(p->b, '}');
}

static void write_components(struct page *p)
{
    buf_str(p->b,
            "\"components\":{"
            "\"securitySchemes\":{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
            "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"antiphon_session\","
            "\"description\":\"unsafe methods send me.csrf_token as X-CSRF-Token\"}},"
            "\"parameters\":{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":"
            "\"header\",\"schema\":{\"type\":\"string\",\"maxLength\":255},\"description\":"
            "\"the same key and body again get the stored answer\"}},"
            "\"responses\":{\"Problem\":{\"description\":\"refused or failed\",\"content\":{"
            "\"application/problem+json\":{\"schema\":{\"$ref\":"
            "\"#/components/schemas/Problem\"}}}}},");
    write_schemas(p);
    buf_str(p->b, "}");
}

enum err openapi_write(struct buf *b, const struct route *routes, size_t n,
                       const char *(*permission_name)(int permission), struct why *w)
{
    struct page p = {.b = b, .routes = routes, .n = n, .permission_name = permission_name, .w = w};
    enum err e;

    for (size_t i = 0; i < n; i++)
        if (routes[i].says &&
            ((e = collect(&p.out, routes[i].out, w)) || (e = collect(&p.in, routes[i].in, w))))
            return e;
    buf_str(b, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Antiphon\",\"version\":\"1\","
               "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},"
               "\"security\":[{\"key\":[]},{\"session\":[]}],");
    write_paths(&p);
    write_components(&p);
    buf_str(b, "}");
    return OK;
}

enum err openapi_get(struct req *q, struct res *s, struct why *w)
{
    const struct http_conf *conf = &exchange_of(q)->server->conf;

    return openapi_write(&s->body, conf->routes, conf->n_routes, conf->permission_name, w);
}
