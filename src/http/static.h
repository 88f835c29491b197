/* static.h: the embedded pages, answered. Used by: routes.c. */
#pragma once

#include "http/assets.h"
#include "http/http.h"

/* NULL if there is none of that path. */
const struct asset *asset_find(const char *path);

/* 200 with the file, or 304 where If-None-Match names it. Sent gzip'd as it is stored; inflated
 * for the rare client that does not take gzip. */
enum err asset_reply(struct req *q, struct res *s, const struct asset *asset, struct why *w);

/* For a row GET of a path and ON_LOOP. The console has its own router: a path without a dot in
 * its last segment that is no file is /index.html. E_NOT_FOUND for the rest. */
enum err static_get(struct req *q, struct res *s, struct why *w);
