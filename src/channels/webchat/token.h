/* token.h: who is talking?
 *
 * Three things signed with keys derived from the inbox's secret, so that nothing need be
 * stored and a stranger can neither guess an inbox nor be somebody else:
 *   the widget token   in the script tag; public; names the inbox
 *   the identity       the company's own server signs its customer's id with identity_secret
 *   the session token  what the browser keeps and sends as Bearer
 * Pure but for secret_random in webchat_visitor_new. May use: base, sys.
 * Used by: desk/chat_api.c, the inbox's API (shows token and secret to admins). */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

/* An id of the company's for its customer; with "user:" before it, it fits the 255 of an
 * external id [characters]. */
#define WEBCHAT_IDENTITY_CHARS 240
/* A stranger who comes back within a season finds the conversation again. A signed customer
 * is signed again by every page, so that session may end soon: what a shared computer keeps. */
#define WEBCHAT_VISITOR_MS ((msec)90 * 24 * 3600 * 1000)
#define WEBCHAT_USER_MS    ((msec)24 * 3600 * 1000)

/* "<inbox id in base 36>-<20 hex>": data-inbox of the script tag. */
const char *webchat_token(int64_t inbox_id, const char *inbox_secret, struct arena *a);
/* The inbox that a token claims to be of, before it is proven; 0 if it is none. */
int64_t webchat_token_inbox(const char *token);
/* Is it really this inbox's? In time that does not depend on where it differs. */
bool webchat_token_is(const char *token, int64_t inbox_id, const char *inbox_secret);

/* What admins put into their own server: 64 hex characters, used as text. */
const char *webchat_identity_secret(int64_t inbox_id, const char *inbox_secret, struct arena *a);
/* HMAC-SHA-256 of the id, keyed with the identity secret as text, in hex of either case. */
bool webchat_identity_is(const char *external_id, const char *signature, int64_t inbox_id,
                         const char *inbox_secret);

/* "visitor:<22 characters>": a stranger. */
const char *webchat_visitor_new(struct arena *a);
/* "user:<id>": a customer of the company's, signed for. */
const char *webchat_user(const char *external_id, struct arena *a);

struct webchat_session {
    const char *external_id; /* "visitor:…" or "user:…" */
    bool is_known;           /* signed for: "user:…" */
    msec expires_at;
};

/* "1.<expiry [s]>.<external id, base64url>.<HMAC, base64url>" */
const char *webchat_session_write(int64_t inbox_id, const char *inbox_secret,
                                  const struct webchat_session *s, struct arena *a);
/* E_UNKNOWN_WHO: not ours, for another inbox, changed, or over. */
CHECKED enum err webchat_session_read(int64_t inbox_id, const char *inbox_secret, const char *token,
                                      msec now, struct arena *a, struct webchat_session *ret,
                                      struct why *w);
