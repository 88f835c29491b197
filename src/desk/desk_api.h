/* desk_api.h: live events, counts, presence, search, files, quarantine, health over HTTP.
 * routes.c says who may call what. */
#pragma once

#include "http/http.h"

/* http_conf.opening */
int64_t events_opening(void *app);
enum err events_get(struct req *q, struct res *s, struct why *w);
enum err counts_get(struct req *q, struct res *s, struct why *w);
enum err category_counts_get(struct req *q, struct res *s, struct why *w);
enum err presence_get(struct req *q, struct res *s, struct why *w);
enum err presence_post(struct req *q, struct res *s, struct why *w);

enum err search_get(struct req *q, struct res *s, struct why *w);

enum err upload_post(struct req *q, struct res *s, struct why *w);
enum err file_get(struct req *q, struct res *s, struct why *w);

enum err quarantine_get(struct req *q, struct res *s, struct why *w);
enum err quarantine_retry_post(struct req *q, struct res *s, struct why *w);
enum err quarantine_dismiss_post(struct req *q, struct res *s, struct why *w);
enum err quarantine_raw_get(struct req *q, struct res *s, struct why *w);

enum err healthz_get(struct req *q, struct res *s, struct why *w);
enum err readyz_get(struct req *q, struct res *s, struct why *w);
enum err metrics_get(struct req *q, struct res *s, struct why *w);

extern const struct shape CATEGORY_COUNT, PRESENCE_IN, SEARCH_HIT, UPLOAD, SPOOL_ITEM;
