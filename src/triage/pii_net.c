/* What the network knows people by: addresses, keys, and secrets inside URLs. */
#include <string.h>

#include "triage/pii_scan.h"
#include "triage/text.h"

#define LOCAL_MOST  64  /* RFC 5321, 4.5.3.1 */
#define DOMAIN_MOST 253 /* RFC 1035 */
#define URL_MOST    8192
#define KEY_MOST    16384

/* ------- mail */

/* Latin, Greek and Cyrillic letters may stand in an address (RFC 6531); other scripts write
 * addresses right behind their words, without a blank. */
static size_t local_char(const struct pii_text *t, size_t at)
{
    unsigned char c = pii_byte(t, at);
    uint32_t u;

    if (at >= t->n)
        return 0;
    if (c < 0x80)
        return pii_is_alnum(c) || (c != 0 && strchr("._%+-'&", c)) ? 1 : 0;
    text_char(t->p + at, t->n - at, &u);
    return u >= 0xC0 && u < 0x530 ? word_char(t->p, t->n, at) : 0;
}

static size_t domain_end(const struct pii_text *t, size_t at)
{
    size_t i = at, label = at, dot = 0, tld = 0, len;

    for (; i < t->n && i - at < DOMAIN_MOST; i += len) {
        unsigned char c = pii_byte(t, i);

        len = c == '-' && i > label ? 1 : word_char(t->p, t->n, i);
        if (c == '.' && i > label && pii_byte(t, i - 1) != '-' &&
            word_char(t->p, t->n, i + 1) > 0) {
            dot = i;
            label = i + 1;
            len = 1;
        } else if (len == 0) {
            break;
        } else if (dot > 0 && !pii_is_digit(c)) {
            tld += i >= label && label == dot + 1;
        }
    }
    while (i > label && pii_byte(t, i - 1) == '-')
        i--;
    return dot > 0 && i - label >= 2 && tld > 0 && !pii_is_digit(pii_byte(t, label)) ? i : 0;
}

struct pii_found pii_find_email(const struct pii_text *t, size_t at, size_t *ret_seen_to)
{
    size_t i = at, len, end;

    while (i - at <= 4 * (size_t)LOCAL_MOST && (len = local_char(t, i)) > 0)
        i += len;
    *ret_seen_to = i;
    if (i == at || pii_byte(t, i) != '@' || i - at > LOCAL_MOST || pii_byte(t, i - 1) == '.')
        return (struct pii_found){0};
    end = domain_end(t, i + 1);
    return end > 0 ? (struct pii_found){at, end - at, PII_EMAIL} : (struct pii_found){0};
}

/* ------- IP */

static int hex_value(unsigned char c)
{
    if (pii_is_digit(c))
        return c - '0';
    c = pii_upper(c);
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four numbers to 255. Where a version is spoken of it is one, and where all have one digit. */
static struct pii_found find_ip4(const struct pii_text *t, size_t at)
{
    size_t i = at;
    bool is_small = true;
    uint64_t near;

    if (at > 1 && pii_byte(t, at - 1) == '.' && pii_is_digit(pii_byte(t, at - 2)))
        return (struct pii_found){0};
    for (int part = 0; part < 4; part++) {
        unsigned v = 0;
        size_t from = i;

        if (part > 0 && pii_byte(t, i++) != '.')
            return (struct pii_found){0};
        for (from = i; pii_is_digit(pii_byte(t, i)) && i - from < 4; i++)
            v = v * 10 + pii_byte(t, i) - '0';
        if (i == from || v > 255 || (i - from > 1 && pii_byte(t, from) == '0'))
            return (struct pii_found){0};
        is_small = is_small && v < 10;
    }
    if (!pii_is_edge_after(t, i) || pii_byte(t, i) == '-' ||
        (pii_byte(t, i) == '.' && pii_is_digit(pii_byte(t, i + 1))))
        return (struct pii_found){0};
    near = pii_context(t, PII_W_IP | PII_W_VERSION, 3);
    if (near == PII_W_VERSION || (is_small && near == 0))
        return (struct pii_found){0};
    return (struct pii_found){at, i - at, PII_IP};
}

/* RFC 4291: eight groups, or fewer with one "::"; a digit somewhere, so that "face::bed" is a
 * word. The loopback is nobody's. */
static struct pii_found find_ip6(const struct pii_text *t, size_t at)
{
    size_t i = at, n_groups = 0;
    bool has_gap = false, has_digit = false;

    if (pii_byte(t, i) == ':' && pii_byte(t, i + 1) != ':')
        return (struct pii_found){0};
    while (n_groups < 9) {
        size_t from = i;

        for (; i - from < 5 && hex_value(pii_byte(t, i)) >= 0; i++)
            has_digit = has_digit || pii_is_digit(pii_byte(t, i));
        if (i - from > 4)
            return (struct pii_found){0};
        n_groups += i > from;
        if (pii_byte(t, i) != ':')
            break;
        if (pii_byte(t, i + 1) == ':') {
            if (has_gap)
                return (struct pii_found){0};
            has_gap = true;
            i += 2;
            if (hex_value(pii_byte(t, i)) < 0)
                break;
            continue;
        }
        if (hex_value(pii_byte(t, i + 1)) < 0)
            break;
        i++;
    }
    if (has_gap && pii_byte(t, i) == '.') /* "::ffff:192.0.2.1" */
        while (pii_is_digit(pii_byte(t, i)) ||
               (pii_byte(t, i) == '.' && pii_is_digit(pii_byte(t, i + 1))))
            i++;
    if (!has_digit || !pii_is_edge_after(t, i) || (has_gap ? n_groups < 2 : n_groups != 8) ||
        n_groups > 8)
        return (struct pii_found){0};
    return (struct pii_found){at, i - at, PII_IP};
}

struct pii_found pii_find_ip(const struct pii_text *t, size_t at)
{
    struct pii_found f = {0};
    size_t i = at;

    if (pii_is_digit(pii_byte(t, at)))
        f = find_ip4(t, at);
    if (f.n > 0)
        return f;
    while (i - at < 5 && hex_value(pii_byte(t, i)) >= 0)
        i++;
    return pii_byte(t, i) == ':' ? find_ip6(t, at) : f;
}

/* ------- keys */

/* X: what may stand behind the beginning, and how many at least. */
static const struct {
    const char *begin;
    uint8_t least;
} KEYS[] = {
    {"sk_live_", 10}, {"sk_test_", 10},    {"pk_live_", 10}, {"pk_test_", 10}, {"rk_live_", 10},
    {"rk_test_", 10}, {"ghp_", 20},        {"gho_", 20},     {"ghu_", 20},     {"ghs_", 20},
    {"ghr_", 20},     {"github_pat_", 20}, {"xoxb-", 10},    {"xoxp-", 10},    {"xoxa-", 10},
    {"xoxr-", 10},    {"xoxs-", 10},       {"xapp-", 10},    {"AKIA", 16},     {"ASIA", 16},
    {"AIza", 30},     {"ya29.", 20},       {"glpat-", 16},   {"npm_", 30},     {"sk-", 20},
    {"SG.", 20},      {"hf_", 24},         {"dop_v1_", 20},  {"shpat_", 20},   {"whsec_", 16},
    {"EAAC", 40},     {"pypi-", 30},
};

static bool is_key_char(unsigned char c)
{
    return pii_is_alnum(c) || c == '_' || c == '-';
}

/* "eyJ….eyJ….…": RFC 7519 in its compact form. The end, or 0. */
static size_t jwt_end(const struct pii_text *t, size_t at, size_t *ret_seen_to)
{
    size_t i = at, dots = 0, least = 0;

    if (at + 3 > t->n || memcmp(t->p + at, "eyJ", 3) != 0)
        return 0;
    for (; i < t->n && i - at < KEY_MOST; i++) {
        unsigned char c = pii_byte(t, i);

        if (c == '.' && dots < 4 && is_key_char(pii_byte(t, i + 1)))
            dots++;
        else if (!is_key_char(c))
            break;
        least += dots == 0;
    }
    *ret_seen_to = i;
    return dots >= 1 && least >= 12 && i - at >= 24 ? i : 0;
}

struct pii_found pii_find_key(const struct pii_text *t, size_t at, size_t *ret_seen_to)
{
    size_t end = jwt_end(t, at, ret_seen_to);
    unsigned char c = pii_byte(t, at);

    for (size_t k = 0; end == 0 && k < sizeof KEYS / sizeof KEYS[0]; k++) {
        size_t n, i, digits = 0;

        if ((unsigned char)KEYS[k].begin[0] != c)
            continue;
        n = strlen(KEYS[k].begin);
        if (t->n - at < n || memcmp(t->p + at, KEYS[k].begin, n) != 0)
            continue;
        for (i = at + n; i - at < KEY_MOST &&
                         (is_key_char(pii_byte(t, i)) || (c == 'S' && pii_byte(t, i) == '.'));
             i++)
            digits += pii_is_digit(pii_byte(t, i));
        if (i - at - n >= KEYS[k].least && digits > 0)
            end = i;
        *ret_seen_to = i > *ret_seen_to ? i : *ret_seen_to;
    }
    return end > 0 ? (struct pii_found){at, end - at, PII_TOKEN} : (struct pii_found){0};
}

/* ------- URLs */

static bool begins(const struct pii_text *t, size_t at, const char *word)
{
    for (; *word; word++, at++)
        if (at >= t->n || (pii_byte(t, at) | 0x20) != (unsigned char)(*word | 0x20))
            return false;
    return true;
}

size_t pii_url_end(const struct pii_text *t, size_t at)
{
    static const char *const BEGIN[] = {"http://", "https://", "www.", "ftp://", "spotify:"};
    unsigned char c = pii_byte(t, at) | 0x20;
    size_t i = 0;

    if (c != 'h' && c != 'w' && c != 'f' && c != 's')
        return 0;
    for (size_t k = 0; k < sizeof BEGIN / sizeof BEGIN[0] && i == 0; k++)
        if (begins(t, at, BEGIN[k]))
            i = at + strlen(BEGIN[k]);
    if (i == 0 || pii_space(t, i) > 0 || i >= t->n)
        return 0;
    for (; i < t->n && i - at < URL_MOST && pii_byte(t, i) > ' ' && pii_space(t, i) == 0; i++)
        if (strchr("<>\"`", pii_byte(t, i)))
            break;
    while (i > at && strchr(".,;:!?)'", pii_byte(t, i - 1)))
        i--;
    return i;
}

/* Names of parameters whose value is a secret; and of path segments before one. */
static const char *const SECRETS[] = {"token",
                                      "access_token",
                                      "refresh_token",
                                      "id_token",
                                      "auth_token",
                                      "auth",
                                      "key",
                                      "api_key",
                                      "apikey",
                                      "secret",
                                      "sig",
                                      "signature",
                                      "password",
                                      "passwd",
                                      "pwd",
                                      "pass",
                                      "code",
                                      "otp",
                                      "session",
                                      "sessionid",
                                      "session_id",
                                      "sid",
                                      "jwt",
                                      "ticket",
                                      "reset",
                                      "verify",
                                      "confirm",
                                      "invite",
                                      "magic",
                                      "unsubscribe",
                                      "activate",
                                      "client_secret",
                                      "x-amz-signature",
                                      "reset_token",
                                      "confirmation_token",
                                      "login_token",
                                      "sp_dc",
                                      "hash",
                                      "nonce",
                                      "state",
                                      "login"};

static bool is_secret_name(const char *p, size_t n)
{
    for (size_t k = 0; k < sizeof SECRETS / sizeof SECRETS[0]; k++) {
        size_t i = 0;

        while (i < n && SECRETS[k][i] && (p[i] | 0x20) == (SECRETS[k][i] | 0x20))
            i++;
        if (i == n && SECRETS[k][i] == '\0')
            return true;
    }
    return false;
}

static bool is_url_part_end(unsigned char c)
{
    return c == '&' || c == ';' || c == '#' || c == '/' || c == '?' || c == '=';
}

/* Words in paths are not secrets: a digit, and eight at least. */
static bool is_secret_value(const char *p, size_t n, bool is_in_path)
{
    size_t digits = 0;

    for (size_t i = 0; i < n; i++)
        digits += pii_is_digit((unsigned char)p[i]);
    return is_in_path ? n >= 8 && digits > 0 : n >= 4 && (n >= 16 || digits > 0);
}

/* "user:password@" before the host. */
static struct pii_found find_login(const struct pii_text *t, size_t at, size_t end)
{
    size_t i = at, colon = 0;

    if (i < 2 || memcmp(t->p + i - 2, "//", 2) != 0)
        return (struct pii_found){0};
    for (; i < end && !strchr("/?#", t->p[i]); i++) {
        if (t->p[i] == ':' && colon == 0)
            colon = i;
        if (t->p[i] == '@' && colon > 0 && i > colon + 1)
            return (struct pii_found){colon + 1, i - colon - 1, PII_PASSWORD};
    }
    return (struct pii_found){0};
}

/* A part of a URL that names [name_at, at) before it: is it an address or a secret? */
static struct pii_found find_in_part(const struct pii_text *t, size_t name_at, size_t at,
                                     size_t end)
{
    struct pii_text value = {.p = t->p, .n = end};
    size_t seen, name_n = at > name_at ? at - 1 - name_at : 0;
    bool is_in_path = at > 0 && t->p[at - 1] == '/';
    struct pii_found f = pii_find_email(&value, at, &seen);

    if (f.n == 0)
        f = pii_find_key(&value, at, &seen);
    if (f.n == 0 && is_secret_name(t->p + name_at, name_n) &&
        is_secret_value(t->p + at, end - at, is_in_path))
        f = (struct pii_found){at, end - at, PII_TOKEN};
    if (f.n == 0 && pii_is_digit(pii_byte(t, at)) && !is_in_path && end - at <= 19) {
        struct pii_number v;

        if (pii_number_read(&value, at, &v) && v.n_groups == 1 && pii_is_card(v.digits, v.n_digits))
            f = (struct pii_found){at, end - at, PII_CARD};
    }
    return f;
}

struct pii_found pii_find_in_url(const struct pii_text *t, size_t at, size_t end)
{
    size_t name_at = at, from = at;

    for (size_t i = at; i <= end; i++) {
        struct pii_found f = {0};

        if (i < end && !is_url_part_end(pii_byte(t, i)))
            continue;
        if (i > from)
            f = find_in_part(t, name_at, from, i);
        if (f.n == 0 && i + 1 < end && i > at && t->p[i] == '/' && t->p[i - 1] == '/')
            f = find_login(t, i + 1, end);
        if (f.n > 0)
            return f;
        name_at = from;
        from = i + 1;
    }
    return (struct pii_found){0};
}
