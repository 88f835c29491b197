#include "base/json_scan.h"

#include <string.h>

#include "base/limits.h"

void json_scan_init(struct json_scan *s, const char *text, size_t n)
{
    *s = (struct json_scan){text, text + n, text, 0};
}

enum err json_bad(const struct json_scan *s, const char *what, struct why *w)
{
    return fail(w, E_MALFORMED, "not JSON: %s at byte %zu", what, (size_t)(s->p - s->start));
}

static void skip_space(struct json_scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
        s->p++;
}

enum json_kind json_peek(struct json_scan *s)
{
    skip_space(s);
    if (s->p == s->end)
        return JSON_END;
    switch (*s->p) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    case '-':
        return JSON_NUMBER;
    default:
        return *s->p >= '0' && *s->p <= '9' ? JSON_NUMBER : JSON_BAD;
    }
}

/* Four hex digits, or -1. */
static int hex4(const char *p, const char *end)
{
    int v = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        v = v << 4 | digit;
    }
    return v;
}

static bool is_high_surrogate(int v)
{
    return v >= 0xD800 && v <= 0xDBFF;
}

static bool is_low_surrogate(int v)
{
    return v >= 0xDC00 && v <= 0xDFFF;
}

/* s->p stands on a backslash: passes the escape, a pair of surrogates as one. */
static enum err pass_escape(struct json_scan *s, struct why *w)
{
    int v;

    if (s->end - s->p < 2)
        return json_bad(s, "a string without an end", w);
    if (s->p[1] != 'u') {
        if (!strchr("\"\\/bfnrt", s->p[1]) || !s->p[1])
            return json_bad(s, "an unknown escape", w);
        s->p += 2;
        return OK;
    }
    v = hex4(s->p + 2, s->end);
    if (v < 0)
        return json_bad(s, "an escape that is not four hex digits", w);
    if (is_low_surrogate(v))
        return json_bad(s, "half of a surrogate pair", w);
    if (is_high_surrogate(v)) {
        if (s->end - s->p < 12 || s->p[6] != '\\' || s->p[7] != 'u' ||
            !is_low_surrogate(hex4(s->p + 8, s->end)))
            return json_bad(s, "half of a surrogate pair", w);
        s->p += 6;
    }
    s->p += 6;
    return OK;
}

enum err json_scan_string(struct json_scan *s, struct json_scan_string *ret, struct why *w)
{
    const char *first = ++s->p;
    unsigned char seen = 0; /* all bytes or-ed: the high bit tells of anything but ASCII */
    bool has_escape = false;
    enum err e;

    for (;;) {
        unsigned char c;

        if (s->p == s->end)
            return json_bad(s, "a string without an end", w);
        c = (unsigned char)*s->p;
        if (c == '"')
            break;
        if (c < 0x20)
            return json_bad(s, "a control character in a string", w);
        if (c == '\\') {
            has_escape = true;
            if ((e = pass_escape(s, w)))
                return e;
            continue;
        }
        seen |= c;
        s->p++;
    }
    if ((seen & 0x80) && !utf8_is_valid(first, (size_t)(s->p - first)))
        return json_bad(s, "text that is not UTF-8", w);
    *ret = (struct json_scan_string){{first, (size_t)(s->p - first)}, has_escape};
    s->p++;
    return OK;
}

static bool digits(struct json_scan *s)
{
    const char *first = s->p;

    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return s->p > first;
}

enum err json_number(struct json_scan *s, struct str *ret, bool *ret_is_integer, struct why *w)
{
    const char *first = s->p;
    bool is_integer = true;

    if (*s->p == '-')
        s->p++;
    if (s->p < s->end && *s->p == '0')
        s->p++; /* no digit may follow: what comes next is not a comma then */
    else if (!digits(s))
        return json_bad(s, "a number without digits", w);
    if (s->p < s->end && *s->p == '.') {
        is_integer = false;
        s->p++;
        if (!digits(s))
            return json_bad(s, "a number without digits", w);
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        is_integer = false;
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        if (!digits(s))
            return json_bad(s, "a number without digits", w);
    }
    *ret = (struct str){first, (size_t)(s->p - first)};
    *ret_is_integer = is_integer;
    return OK;
}

enum err json_word(struct json_scan *s, struct why *w)
{
    const char *word = *s->p == 't' ? "true" : *s->p == 'f' ? "false" : "null";
    size_t n = strlen(word);

    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return json_bad(s, "an unknown word", w);
    s->p += n;
    return OK;
}

enum err json_enter(struct json_scan *s, struct why *w)
{
    if (++s->depth > LIMIT_JSON_DEPTH)
        return json_bad(s, "too many levels", w);
    s->p++;
    return OK;
}

enum err json_next(struct json_scan *s, char closing, bool is_first, bool *ret_more, struct why *w)
{
    skip_space(s);
    if (s->p == s->end)
        return json_bad(s, "an early end", w);
    if (*s->p == closing) {
        s->p++;
        s->depth--;
        *ret_more = false;
        return OK;
    }
    if (!is_first) {
        if (*s->p != ',')
            return json_bad(s, "a missing comma", w);
        s->p++;
    }
    *ret_more = true;
    return OK;
}

enum err json_key(struct json_scan *s, struct json_scan_string *ret, struct why *w)
{
    struct json_scan_string key;
    enum err e;

    if (json_peek(s) != JSON_STRING)
        return json_bad(s, "a member without a name", w);
    if ((e = json_scan_string(s, &key, w)))
        return e;
    skip_space(s);
    if (s->p == s->end || *s->p != ':')
        return json_bad(s, "a missing colon", w);
    s->p++;
    *ret = key;
    return OK;
}

static enum err skip_members(struct json_scan *s, char closing, struct why *w)
{
    struct json_scan_string key;
    bool more = true;
    enum err e;

    if ((e = json_enter(s, w)))
        return e;
    for (bool is_first = true;; is_first = false) {
        if ((e = json_next(s, closing, is_first, &more, w)) || !more)
            return e;
        if (closing == '}' && (e = json_key(s, &key, w)))
            return e;
        if ((e = json_skip(s, w))) /* as deep as json_enter lets it */
            return e;
    }
}

enum err json_skip(struct json_scan *s, struct why *w)
{
    struct json_scan_string text;
    struct str number;
    bool is_integer;

    switch (json_peek(s)) {
    case JSON_OBJECT:
        return skip_members(s, '}', w);
    case JSON_ARRAY:
        return skip_members(s, ']', w);
    case JSON_STRING:
        return json_scan_string(s, &text, w);
    case JSON_NUMBER:
        return json_number(s, &number, &is_integer, w);
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return json_word(s, w);
    case JSON_END:
    case JSON_BAD:
        break;
    }
    return json_bad(s, "a missing value", w);
}

enum err json_finish(struct json_scan *s, struct why *w)
{
    skip_space(s);
    return s->p == s->end ? OK : json_bad(s, "more than one value", w);
}

static char *put_utf8(char *to, int v)
{
    if (v < 0x80) {
        *to++ = (char)v;
    } else if (v < 0x800) {
        *to++ = (char)(0xC0 | v >> 6);
        *to++ = (char)(0x80 | (v & 63));
    } else if (v < 0x10000) {
        *to++ = (char)(0xE0 | v >> 12);
        *to++ = (char)(0x80 | (v >> 6 & 63));
        *to++ = (char)(0x80 | (v & 63));
    } else {
        *to++ = (char)(0xF0 | v >> 18);
        *to++ = (char)(0x80 | (v >> 12 & 63));
        *to++ = (char)(0x80 | (v >> 6 & 63));
        *to++ = (char)(0x80 | (v & 63));
    }
    return to;
}

struct str json_decode(struct json_scan_string v, struct arena *a)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    const char *p = v.raw.p, *end = v.raw.p + v.raw.n;
    char *text, *to;

    if (!v.has_escape)
        return (struct str){arena_dup(a, v.raw.p, v.raw.n), v.raw.n};
    to = text = arena_alloc(a, v.raw.n + 1); /* an escape is never shorter than its text */
    while (p < end) {
        if (*p != '\\') {
            *to++ = *p++;
        } else if (p[1] != 'u') {
            *to++ = into[strchr(from, p[1]) - from];
            p += 2;
        } else {
            int c = hex4(p + 2, end);

            p += 6;
            if (is_high_surrogate(c)) {
                c = 0x10000 + ((c - 0xD800) << 10) + (hex4(p + 2, end) - 0xDC00);
                p += 6;
            }
            to = put_utf8(to, c);
        }
    }
    *to = 0;
    return (struct str){text, (size_t)(to - text)};
}
