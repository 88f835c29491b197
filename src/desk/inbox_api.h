/* inbox_api.h: inboxes over HTTP: made, changed, checked. routes.c says who may call what. */
#pragma once

#include "http/http.h"

enum err inbox_list_get(struct req *q, struct res *s, struct why *w);
enum err inbox_one_get(struct req *q, struct res *s, struct why *w);
enum err inbox_post(struct req *q, struct res *s, struct why *w);
enum err inbox_patch(struct req *q, struct res *s, struct why *w);
enum err inbox_check_post(struct req *q, struct res *s, struct why *w);

extern const struct shape INBOX_IN, INBOX_CHECK_IN, INBOX_CHECKED;
