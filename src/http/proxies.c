#include "http/proxies.h"

#include <stdlib.h>

#include "http/address.h"

#define MAX_PROXIES 64

struct proxies {
    struct {
        struct in6_addr address;
        int bits;
    } v[MAX_PROXIES];
    size_t n;
};

static bool add(struct proxies *p, struct str entry)
{
    struct str address = str_cut(&entry, '/');
    struct in6_addr a;
    int64_t bits = 128;

    if (p->n == MAX_PROXIES || !address_parse(address, &a))
        return false;
    if (entry.n) {
        if (!str_i64(entry, 0, IN6_IS_ADDR_V4MAPPED(&a) ? 32 : 128, &bits))
            return false;
        bits += IN6_IS_ADDR_V4MAPPED(&a) ? 96 : 0;
    }
    p->v[p->n].address = a;
    p->v[p->n++].bits = (int)bits;
    return true;
}

enum err proxies_new(const char *list, struct proxies **ret, struct why *w)
{
    struct proxies *p = calloc(1, sizeof *p);
    struct str rest = str_of(list);

    if (!p)
        abort();
    while (rest.n) {
        struct str entry = str_trim(str_cut(&rest, ','));

        if (entry.n && !add(p, entry)) {
            proxies_free(p);
            return fail(w, E_INVALID, "trusted proxy '%.*s' is not an address or a network",
                        (int)entry.n, entry.p);
        }
    }
    *ret = p;
    return OK;
}

void proxies_free(struct proxies *p)
{
    free(p);
}

bool proxies_trust(const struct proxies *p, const struct in6_addr *a)
{
    for (size_t i = 0; i < p->n; i++)
        if (address_is_inside(a, &p->v[i].address, p->v[i].bits))
            return true;
    return false;
}

struct in6_addr proxies_client(const struct proxies *p, const struct in6_addr *peer,
                               struct str forwarded_for)
{
    struct in6_addr client = *peer;

    while (forwarded_for.n && proxies_trust(p, &client)) {
        size_t at = forwarded_for.n;
        struct in6_addr a;

        while (at > 0 && forwarded_for.p[at - 1] != ',')
            at--;
        if (!address_parse(str_trim((struct str){forwarded_for.p + at, forwarded_for.n - at}), &a))
            break;
        client = a;
        forwarded_for.n = at > 0 ? at - 1 : 0;
    }
    return client;
}
