/* address.h: what is an IP address, and is it one of the open Internet? Pure. IPv4 is kept
 * v4-mapped in an in6_addr. Used by: proxies.c, serve.c, client.c. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* "192.0.2.1" or "2001:db8::1" */
const char *address_text(const struct in6_addr *a, struct arena *arena);
bool address_parse(struct str s, struct in6_addr *ret);
/* Do the first `bits` agree? */
bool address_is_inside(const struct in6_addr *a, const struct in6_addr *net, int bits);
/* False for all that could be inside: loopback, private, link-local (there are the clouds'
 * metadata), shared, documentation, multicast, and the IPv6 forms that carry an IPv4 address.
 * Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries. */
bool address_is_public(const struct in6_addr *a);
