/* openapi.h: what does the API look like, to a program? OpenAPI 3.1, made of the table of
 * routes and the shapes, so that it cannot say anything else than the server does.
 * Used by: routes.c, cli/ (antiphon openapi > file). */
#pragma once

#include "http/http.h"

/* Rows without `says` are left out. E_INTERNAL: two shapes with one name. */
CHECKED enum err openapi_write(struct buf *b, const struct route *routes, size_t n,
                               const char *(*permission_name)(int permission), struct why *w);

/* GET …/openapi.json, ON_LOOP: the table of the server that is asked. */
enum err openapi_get(struct req *q, struct res *s, struct why *w);
