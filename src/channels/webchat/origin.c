#include "channels/webchat/origin.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ORIGIN_BYTES 300 /* a scheme, the 253 bytes of a host name, a port */

static bool is_host_char(char c)
{
    /* Letters, digits, dot and hyphen of a name (IDNs arrive as punycode), and the brackets
     * and colons of an IPv6 address. */
    return isalnum((unsigned char)c) || strchr(".-[]:_", c) != NULL;
}

/* The host of scheme://host[:port], its brackets included; *ret_port is -1 if none stands. */
static bool split(struct str rest, struct str *ret_host, int64_t *ret_port)
{
    const char *colon = NULL, *bracket = memchr(rest.p, ']', rest.n);
    size_t start = bracket ? (size_t)(bracket - rest.p) : 0;

    for (size_t i = start; i < rest.n; i++) {
        if (!is_host_char(rest.p[i]))
            return false;
        if (rest.p[i] == ':') {
            if (colon)
                return false;
            colon = rest.p + i;
        }
    }
    for (size_t i = 0; i < start; i++)
        if (!is_host_char(rest.p[i]))
            return false;
    if ((bracket != NULL) != (rest.n > 0 && rest.p[0] == '['))
        return false;
    *ret_port = -1;
    *ret_host = rest;
    if (!colon)
        return rest.n > 0;
    ret_host->n = (size_t)(colon - rest.p);
    return ret_host->n > 0 &&
           str_i64((struct str){colon + 1, rest.n - ret_host->n - 1}, 1, 65535, ret_port);
}

/* One spelling, into `out`; false if it is not an origin of the web. */
static bool spell(struct str s, char out[ORIGIN_BYTES])
{
    static const struct str HTTP = {"http://", 7}, HTTPS = {"https://", 8};
    struct str scheme, host;
    int64_t port;

    if (s.n > HTTPS.n && str_eq_nocase((struct str){s.p, HTTPS.n}, HTTPS))
        scheme = HTTPS;
    else if (s.n > HTTP.n && str_eq_nocase((struct str){s.p, HTTP.n}, HTTP))
        scheme = HTTP;
    else
        return false;
    if (!split((struct str){s.p + scheme.n, s.n - scheme.n}, &host, &port) || host.n > 260)
        return false;
    if (port == (scheme.n == HTTP.n ? 80 : 443))
        port = -1;
    if (port > 0)
        snprintf(out, ORIGIN_BYTES, "%.*s%.*s:%d", (int)scheme.n, scheme.p, (int)host.n, host.p,
                 (int)port);
    else
        snprintf(out, ORIGIN_BYTES, "%.*s%.*s", (int)scheme.n, scheme.p, (int)host.n, host.p);
    for (char *c = out; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return true;
}

enum err webchat_origin_clean(const char *text, struct arena *a, const char **ret, struct why *w)
{
    struct str s = str_trim(str_of(text));
    char out[ORIGIN_BYTES];

    if (str_eq(s, STR("*"))) {
        *ret = "*";
        return OK;
    }
    if (s.n && s.p[s.n - 1] == '/') /* what people copy from the address bar */
        s.n--;
    if (!spell(s, out))
        return fail(w, E_INVALID, "\"%.100s\" is not an origin like https://shop.example", text);
    *ret = arena_str(a, out);
    return OK;
}

bool webchat_origin_allowed(const struct shape_texts *listed, const char *own, const char *origin)
{
    char one[ORIGIN_BYTES], ours[ORIGIN_BYTES];

    if (!origin || !spell(str_of(origin), one))
        return false;
    if (own && spell(str_of(own), ours) && strcmp(one, ours) == 0)
        return true;
    for (size_t i = 0; i < listed->n; i++)
        if (strcmp(listed->v[i], "*") == 0 || strcmp(listed->v[i], one) == 0)
            return true;
    return false;
}
