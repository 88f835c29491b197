/* str.h: a view of text that somebody else owns; for parsers. NUL-terminated UTF-8 in an
 * arena is the norm everywhere else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

static inline struct str str_of(const char *s)
{
    return (struct str){s, s ? strlen(s) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
struct str str_trim(struct str s); /* ASCII white space at both ends */
/* Cut `*rest` at the first `sep`: returns what stood before it, moves *rest behind it. */
struct str str_cut(struct str *rest, char sep);
/* A whole decimal number, digits only, within [min, max]. */
bool str_i64(struct str s, int64_t min, int64_t max, int64_t *ret);

bool utf8_is_valid(const char *p, size_t n); /* RFC 3629: no surrogates, no overlong, <= U+10FFFF */
size_t utf8_count(const char *p, size_t n);  /* characters (code points) of valid UTF-8 */
/* The longest valid prefix of at most `max` bytes that does not split a character. */
size_t utf8_cut(const char *p, size_t n, size_t max);

/* Bytes as 2 n small hexadecimal digits and a NUL. */
void hex_of(const void *p, size_t n, char *ret);
