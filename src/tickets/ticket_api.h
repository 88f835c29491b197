/* ticket_api.h: tickets over HTTP. routes.c says who may call what. */
#pragma once

#include "http/http.h"

enum err ticket_list_get(struct req *q, struct res *s, struct why *w);
enum err ticket_get(struct req *q, struct res *s, struct why *w);
enum err ticket_patch(struct req *q, struct res *s, struct why *w);
enum err ticket_assign_post(struct req *q, struct res *s, struct why *w);
enum err ticket_snooze_post(struct req *q, struct res *s, struct why *w);
enum err ticket_seen_post(struct req *q, struct res *s, struct why *w);
enum err ticket_messages_get(struct req *q, struct res *s, struct why *w);
enum err draft_list_get(struct req *q, struct res *s, struct why *w);
enum err draft_put(struct req *q, struct res *s, struct why *w);
enum err tag_list_get(struct req *q, struct res *s, struct why *w);
enum err status_list_get(struct req *q, struct res *s, struct why *w);
enum err status_post(struct req *q, struct res *s, struct why *w);
enum err status_patch(struct req *q, struct res *s, struct why *w);

extern const struct shape ASSIGN_IN, SNOOZE_IN, SEEN_IN, DRAFT, DRAFT_IN, TAG, STATUS, STATUS_IN,
    STATUS_PATCH;
