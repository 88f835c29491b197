/* target.h: which path does a request-target mean, and which parameters? Pure.
 *
 * Two parsers must never read a path differently, so nothing is repaired: "..", ".", escaped
 * slashes, backslashes, NUL, control characters and text that is not UTF-8 are refused.
 * Used by: serve.c, request.c, tests/fuzz. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* "/a/b%20c?x=1", "http://host/a" or "*" (as the path "*"). The path comes decoded; the query
 * undecoded, without its question mark. E_MALFORMED. */
CHECKED enum err target_split(struct str target, struct arena *a, const char **ret_path,
                              struct str *ret_query, struct why *w);

/* One application/x-www-form-urlencoded text ("+" is a space): UTF-8 without control
 * characters but tab and line ends; NULL if it is not. */
const char *form_decode(struct str s, struct arena *a);

/* The next "name=value" of a query; false at its end. */
bool query_next(struct str *rest, struct str *ret_name, struct str *ret_value);
