#include "http/proxies.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROXIES 64

struct proxies {
    struct {
        struct in6_addr address;
        int bits;
    } v[MAX_PROXIES];
    size_t n;
};

static bool is_v4(const struct in6_addr *a)
{
    return IN6_IS_ADDR_V4MAPPED(a);
}

bool address_parse(struct str s, struct in6_addr *ret)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr a = {0};

    if (s.n == 0 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    if (inet_pton(AF_INET6, text, &a) == 1) {
        *ret = a;
        return true;
    }
    a.s6_addr[10] = a.s6_addr[11] = 0xff;
    if (inet_pton(AF_INET, text, a.s6_addr + 12) != 1)
        return false;
    *ret = a;
    return true;
}

const char *address_text(const struct in6_addr *a, struct arena *arena)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (is_v4(a))
        inet_ntop(AF_INET, a->s6_addr + 12, text, sizeof text);
    else
        inet_ntop(AF_INET6, a, text, sizeof text);
    return arena_str(arena, text);
}

static bool add(struct proxies *p, struct str entry)
{
    struct str address = str_cut(&entry, '/');
    struct in6_addr a;
    int64_t bits = 128;

    if (p->n == MAX_PROXIES || !address_parse(address, &a))
        return false;
    if (entry.n) {
        if (!str_i64(entry, 0, is_v4(&a) ? 32 : 128, &bits))
            return false;
        bits += is_v4(&a) ? 96 : 0;
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

static bool is_inside(const struct in6_addr *a, const struct in6_addr *net, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    unsigned mask = 0xFF00U >> rest & 0xFF;

    if (memcmp(a->s6_addr, net->s6_addr, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((a->s6_addr[whole] ^ net->s6_addr[whole]) & mask) == 0;
}

bool proxies_trust(const struct proxies *p, const struct in6_addr *a)
{
    for (size_t i = 0; i < p->n; i++)
        if (is_inside(a, &p->v[i].address, p->v[i].bits))
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
