/* auth.h: who is behind this request? Cookies, keys, CSRF, guessing, repeats.
 * Fills http.h's hooks; used by main.c alone. */
#pragma once

#include "http/http.h"

#define SESSION_COOKIE   "antiphon_session"
#define SESSION_VALID_MS ((msec)14 * 24 * 3600 * 1000)

/* http_conf.authenticate: sets q->who, checks the route's permission and CSRF. */
enum err auth_request(struct req *q, struct why *w);
/* http_conf.is_fast: was this token good within the last half minute? */
bool auth_is_fast(const struct req *q);
/* Forget what is_fast remembers: somebody's rights have changed. */
void auth_forget(void);

/* http_conf.idem_before and idem_after: an Idempotency-Key gives the stored answer again.
 * E_INVALID: it was used for another request, or the route is open to all, where a key is
 * nobody's. */
enum err auth_idem_before(struct req *q, struct res *s, bool *ret_done, struct why *w);
enum err auth_idem_after(struct req *q, const struct res *s, struct why *w);
