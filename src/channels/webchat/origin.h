/* origin.h: may this page talk to the chat?
 *
 * Browsers name the page's origin (RFC 6454) and show it nothing unless we name it back.
 * That keeps a foreign site from putting our chat on its pages; it keeps out no program,
 * which can claim any origin (rate limits and tokens do that).
 * Pure. May use: base only.  Used by: webchat.c, desk/chat_api.c. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json_shape.h"

/* A listed origin in its one spelling: scheme://host[:port], lower case, without the
 * scheme's own port. "*" stays. E_INVALID: a path, a user, a wildcard inside, no scheme,
 * an opaque origin, or anything but http and https. */
CHECKED enum err webchat_origin_clean(const char *text, struct arena *a, const char **ret,
                                      struct why *w);

/* Is `origin`, the header as the browser sent it, one of the listed?
 *
 * @listed   cleaned origins; "*" stands for every http and https origin
 * @own      our own origin (scheme://host[:port]), always allowed; NULL: unknown
 * "null" (sandboxed frames, files) is always refused: everybody can have it. */
bool webchat_origin_allowed(const struct shape_texts *listed, const char *own, const char *origin);
