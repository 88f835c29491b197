#include "base/str.h"

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.n && is_space(s.p[0]))
        s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct str str_cut(struct str *rest, char sep)
{
    const char *at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
    struct str head = *rest;

    if (!at) {
        *rest = (struct str){rest->n ? rest->p + rest->n : rest->p, 0};
        return head;
    }
    head.n = (size_t)(at - rest->p);
    rest->p = at + 1;
    rest->n -= head.n + 1;
    return head;
}

bool str_i64(struct str s, int64_t min, int64_t max, int64_t *ret)
{
    bool is_negative = s.n > 1 && s.p[0] == '-';
    int64_t v = 0;

    if (is_negative)
        s.p++, s.n--;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, s.p[i] - '0', &v))
            return false;
    }
    v = is_negative ? -v : v;
    if (v < min || v > max)
        return false;
    *ret = v;
    return true;
}

/* Length of the well-formed sequence at p, or 0. Table 3-7 of the Unicode standard. */
static size_t sequence(const unsigned char *p, size_t n)
{
    unsigned char c = p[0], low = 0x80, high = 0xBF;
    size_t len;

    if (c < 0x80)
        return 1;
    if (c < 0xC2 || c > 0xF4)
        return 0;
    len = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (n < len)
        return 0;
    if (c == 0xE0)
        low = 0xA0;
    else if (c == 0xED)
        high = 0x9F;
    else if (c == 0xF0)
        low = 0x90;
    else if (c == 0xF4)
        high = 0x8F;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

bool utf8_is_valid(const char *p, size_t n)
{
    for (size_t i = 0, len; i < n; i += len)
        if ((len = sequence((const unsigned char *)p + i, n - i)) == 0)
            return false;
    return true;
}

size_t utf8_count(const char *p, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] & 0xC0) != 0x80;
    return count;
}

size_t utf8_cut(const char *p, size_t n, size_t max)
{
    size_t i = 0, len;

    while (i < n && (len = sequence((const unsigned char *)p + i, n - i)) != 0 && i + len <= max)
        i += len;
    return i;
}

void hex_of(const void *p, size_t n, char *ret)
{
    static const char DIGITS[] = "0123456789abcdef";
    const unsigned char *u = p;

    for (size_t i = 0; i < n; i++) {
        ret[2 * i] = DIGITS[u[i] >> 4];
        ret[2 * i + 1] = DIGITS[u[i] & 15];
    }
    ret[2 * n] = 0;
}
