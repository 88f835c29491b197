#include "http/address.h"

#include <arpa/inet.h>
#include <string.h>

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

    if (IN6_IS_ADDR_V4MAPPED(a))
        inet_ntop(AF_INET, a->s6_addr + 12, text, sizeof text);
    else
        inet_ntop(AF_INET6, a, text, sizeof text);
    return arena_str(arena, text);
}

bool address_is_inside(const struct in6_addr *a, const struct in6_addr *net, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    unsigned mask = 0xFF00U >> rest & 0xFF;

    if (memcmp(a->s6_addr, net->s6_addr, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((a->s6_addr[whole] ^ net->s6_addr[whole]) & mask) == 0;
}

static const struct {
    unsigned char net[4];
    int bits;
} V4_CLOSED[] = {
    {{0, 0, 0, 0}, 8},       /* this network */
    {{10, 0, 0, 0}, 8},      /* private */
    {{100, 64, 0, 0}, 10},   /* shared by a carrier's customers */
    {{127, 0, 0, 0}, 8},     /* loopback */
    {{169, 254, 0, 0}, 16},  /* link-local; 169.254.169.254 tells a cloud's secrets */
    {{172, 16, 0, 0}, 12},   /* private */
    {{192, 0, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2, 0}, 24},    /* documentation */
    {{192, 31, 196, 0}, 24}, /* AS112 */
    {{192, 52, 193, 0}, 24}, /* AMT */
    {{192, 88, 99, 0}, 24},  /* 6to4 relays */
    {{192, 168, 0, 0}, 16},  /* private */
    {{192, 175, 48, 0}, 24}, /* AS112 */
    {{198, 18, 0, 0}, 15},   /* benchmarks */
    {{198, 51, 100, 0}, 24}, /* documentation */
    {{203, 0, 113, 0}, 24},  /* documentation */
    {{224, 0, 0, 0}, 4},     /* multicast */
    {{240, 0, 0, 0}, 4},     /* reserved, broadcast */
};

static const struct {
    unsigned char net[16];
    int bits;
} V6_CLOSED[] = {
    {{0x20, 0x01, 0x00}, 23},             /* protocol assignments; Teredo carries IPv4 */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},       /* documentation */
    {{0x20, 0x02}, 16},                   /* 6to4 carries IPv4 */
    {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48}, /* AS112 */
    {{0x3f, 0xff}, 20},                   /* documentation */
};

bool address_is_public(const struct in6_addr *a)
{
    /* Everything public is in 2000::/3, so fc00::/7, fe80::/10, ::1, ff00::/8 and NAT64's
     * 64:ff9b::/96 need no row. */
    static const struct in6_addr global = {.s6_addr = {0x20}};

    if (IN6_IS_ADDR_V4MAPPED(a)) {
        for (size_t i = 0; i < sizeof V4_CLOSED / sizeof *V4_CLOSED; i++) {
            struct in6_addr net = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

            memcpy(net.s6_addr + 12, V4_CLOSED[i].net, 4);
            if (address_is_inside(a, &net, 96 + V4_CLOSED[i].bits))
                return false;
        }
        return true;
    }
    if (!address_is_inside(a, &global, 3))
        return false;
    for (size_t i = 0; i < sizeof V6_CLOSED / sizeof *V6_CLOSED; i++) {
        struct in6_addr net;

        memcpy(net.s6_addr, V6_CLOSED[i].net, sizeof net.s6_addr);
        if (address_is_inside(a, &net, V6_CLOSED[i].bits))
            return false;
    }
    return true;
}
