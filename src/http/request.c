/* What a handler asks of its request (http.h). */
#include <string.h>

#include "base/arena.h"
#include "http/http.h"
#include "http/target.h"

struct str req_header(const struct req *q, const char *name)
{
    struct str want = str_of(name);

    for (size_t i = 0; i < q->n_headers; i++)
        if (str_eq_nocase(q->headers[i].name, want))
            return q->headers[i].value;
    return (struct str){0};
}

const char *req_cookie(const struct req *q, const char *name)
{
    struct str want = str_of(name);

    for (size_t i = 0; i < q->n_headers; i++) {
        struct str rest = q->headers[i].value;

        if (!str_eq_nocase(q->headers[i].name, STR("cookie")))
            continue;
        while (rest.n) {
            struct str pair = str_trim(str_cut(&rest, ';'));

            if (str_eq(str_cut(&pair, '='), want))
                return arena_dup(q->arena, pair.p, pair.n);
        }
    }
    return NULL;
}

const char *req_query(const struct req *q, const char *name)
{
    struct str rest = q->query, key, value, want = str_of(name);

    while (query_next(&rest, &key, &value))
        if (str_eq(key, want))
            return form_decode(value, q->arena);
    return NULL;
}

enum err req_query_i64(const struct req *q, const char *name, int64_t min, int64_t max,
                       int64_t otherwise, int64_t *ret, struct why *w)
{
    const char *text = req_query(q, name);

    if (!text) {
        *ret = otherwise;
        return OK;
    }
    if (!str_i64(str_of(text), min, max, ret))
        return fail_field(w, E_INVALID, name, "must be a whole number from %lld to %lld",
                          (long long)min, (long long)max);
    return OK;
}

enum err req_if_match(const struct req *q, int64_t *ret, struct why *w)
{
    struct str h = str_trim(req_header(q, "if-match"));

    *ret = 0;
    if (h.n == 0 || str_eq(h, STR("*")))
        return OK;
    if (h.n < 3 || h.p[0] != '"' || h.p[h.n - 1] != '"' ||
        !str_i64((struct str){h.p + 1, h.n - 2}, 1, INT64_MAX, ret))
        return fail(w, E_STALE, "this If-Match is no ETag of ours");
    return OK;
}
