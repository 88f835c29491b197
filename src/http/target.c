#include "http/target.h"

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The byte of "%4a" at s.p, or -1. */
static int escaped_byte(struct str s)
{
    if (s.n < 3 || hex_digit(s.p[1]) < 0 || hex_digit(s.p[2]) < 0)
        return -1;
    return hex_digit(s.p[1]) << 4 | hex_digit(s.p[2]);
}

static enum err decode_path(struct str path, struct arena *a, const char **ret, struct why *w)
{
    char *text = arena_alloc(a, path.n + 1), *to = text;

    while (path.n) {
        int c = (unsigned char)*path.p;
        size_t took = 1;

        if (c == '%') {
            c = escaped_byte(path);
            took = 3;
            if (c < 0)
                return fail(w, E_MALFORMED, "the address has a broken escape");
            if (c == '/')
                return fail(w, E_MALFORMED, "the address has an escaped slash");
        }
        if (c < ' ' || c == 127 || c == '\\' || c == '#')
            return fail(w, E_MALFORMED, "the address has a character that it cannot have");
        *to++ = (char)c;
        path.p += took;
        path.n -= took;
    }
    if (!utf8_is_valid(text, (size_t)(to - text)))
        return fail(w, E_MALFORMED, "the address is not UTF-8");
    *ret = text;
    return OK;
}

static enum err check_segments(const char *path, struct why *w)
{
    struct str rest = str_of(path + 1);

    while (rest.n) {
        struct str segment = str_cut(&rest, '/');

        if (str_eq(segment, STR(".")) || str_eq(segment, STR("..")))
            return fail(w, E_MALFORMED, "the address has a segment of dots");
    }
    return OK;
}

/* "http://host/path" as a proxy sends it: what stands behind the host. */
static struct str skip_authority(struct str target)
{
    struct str scheme = target;

    if (str_starts(target, STR("http://")))
        target.p += 7, target.n -= 7;
    else if (str_starts(target, STR("https://")))
        target.p += 8, target.n -= 8;
    else
        return scheme;
    while (target.n && *target.p != '/' && *target.p != '?')
        target.p++, target.n--;
    return target.n == 0 || *target.p == '?' ? STR("/") : target;
}

enum err target_split(struct str target, struct arena *a, const char **ret_path,
                      struct str *ret_query, struct why *w)
{
    struct str path;
    const char *decoded = NULL;
    enum err e;

    if (str_eq(target, STR("*"))) {
        *ret_path = "*";
        *ret_query = (struct str){0};
        return OK;
    }
    target = skip_authority(target);
    if (target.n == 0 || *target.p != '/')
        return fail(w, E_MALFORMED, "the address must begin with a slash");
    path = str_cut(&target, '?');
    if ((e = decode_path(path, a, &decoded, w)) || (e = check_segments(decoded, w)))
        return e;
    *ret_path = decoded;
    *ret_query = target;
    return OK;
}

const char *form_decode(struct str s, struct arena *a)
{
    char *text = arena_alloc(a, s.n + 1), *to = text;

    while (s.n) {
        int c = *s.p == '+' ? ' ' : (unsigned char)*s.p;
        size_t took = 1;

        if (c == '%') {
            c = escaped_byte(s);
            took = 3;
        }
        if (c == 127 || (c < ' ' && c != '\t' && c != '\n' && c != '\r'))
            return NULL;
        *to++ = (char)c;
        s.p += took;
        s.n -= took;
    }
    return utf8_is_valid(text, (size_t)(to - text)) ? text : NULL;
}

bool query_next(struct str *rest, struct str *ret_name, struct str *ret_value)
{
    while (rest->n) {
        struct str pair = str_cut(rest, '&');

        if (pair.n == 0)
            continue;
        *ret_name = str_cut(&pair, '=');
        *ret_value = pair;
        return true;
    }
    return false;
}
