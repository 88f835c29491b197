/* taxonomy_api.h: the editor of categories, over HTTP. Every change is a new revision of the
 * whole file, checked as a file is; it takes effect with the training that it starts.
 * Used by: routes.c. */
#pragma once

#include "http/http.h"

#define TAXONOMY_HTTP_BYTES ((size_t)8 * 1024 * 1024) /* of the file over HTTP */

enum err category_list_get(struct req *q, struct res *s, struct why *w);
enum err category_put(struct req *q, struct res *s, struct why *w);
enum err category_delete(struct req *q, struct res *s, struct why *w);
enum err queue_list_get(struct req *q, struct res *s, struct why *w);
enum err queue_put(struct req *q, struct res *s, struct why *w);
enum err example_list_get(struct req *q, struct res *s, struct why *w);
enum err example_post(struct req *q, struct res *s, struct why *w);
enum err example_drop_post(struct req *q, struct res *s, struct why *w);
enum err taxonomy_get(struct req *q, struct res *s, struct why *w);
enum err taxonomy_put(struct req *q, struct res *s, struct why *w);

extern const struct shape CATEGORY, CATEGORY_IN, QUEUE, QUEUE_IN, EXAMPLE, EXAMPLE_IN, EXAMPLE_DROP;
