/* triage_api.h: what was read of a ticket, and what a person says of it, over HTTP.
 * Used by: routes.c. */
#pragma once

#include "http/http.h"

enum err ticket_triage_get(struct req *q, struct res *s, struct why *w);
enum err ticket_change_patch(struct req *q, struct res *s, struct why *w);
enum err ticket_triage_post(struct req *q, struct res *s, struct why *w);
enum err message_reveal_post(struct req *q, struct res *s, struct why *w);

extern const struct shape MESSAGE_ORIGINAL;
