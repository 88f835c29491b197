/* proxies.h: whose word counts on who the client is? Only that of the peers that are named in
 * the settings; anyone else could write any X-Forwarded-For. Used by: serve.c, server.c. */
#pragma once

#include <netinet/in.h>

#include "base/err.h"
#include "base/str.h"

struct proxies;

/* "127.0.0.1, 10.0.0.0/8, ::1": addresses or networks; NULL or "": none. E_INVALID. */
CHECKED enum err proxies_new(const char *list, struct proxies **ret, struct why *w);
void proxies_free(struct proxies *p); /* takes NULL */
bool proxies_trust(const struct proxies *p, const struct in6_addr *a);
/* The client that X-Forwarded-For names: the last one that is no proxy of ours. */
struct in6_addr proxies_client(const struct proxies *p, const struct in6_addr *peer,
                               struct str forwarded_for);
