/* protocol_api.h: what is done at a P1, and whom can we name to a person in need? Over HTTP.
 *
 * GET /protocols, PUT /protocols/:kind. The built-in words are triage/helpline.h's; a desk's own,
 * in a setting, go before them. Used by: routes.c. */
#pragma once

#include "http/http.h"

enum err protocol_list_get(struct req *q, struct res *s, struct why *w);
enum err protocol_put(struct req *q, struct res *s, struct why *w);

extern const struct shape PROTOCOL, PROTOCOL_IN;
