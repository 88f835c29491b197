/* page_api.h: who is on call, and whom P1 called, over HTTP.
 *
 * GET, PUT /on-call; GET /pages; POST /pages/:id/ack. Used by: routes.c. */
#pragma once

#include "http/http.h"

enum err on_call_get(struct req *q, struct res *s, struct why *w);
enum err on_call_put(struct req *q, struct res *s, struct why *w);
enum err page_list_get(struct req *q, struct res *s, struct why *w);
enum err page_ack_post(struct req *q, struct res *s, struct why *w);

extern const struct shape ON_CALL, PAGED;
