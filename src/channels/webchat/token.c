#include "channels/webchat/token.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "sys/secret.h"

#define TOKEN_HEX      20   /* 80 bits: nobody guesses that through a rate limit */
#define SESSION_BYTES  2000 /* 245 characters of 4 bytes in base64, and the frame */
#define VISITOR_RANDOM 16   /* bytes */

/* One key a purpose and inbox: a leaked identity secret signs no sessions, and a copy of an
 * inbox's secret is no good for another inbox. */
static void derive(int64_t inbox_id, const char *inbox_secret, const char *purpose,
                   unsigned char ret[HASH_BYTES])
{
    char text[64];
    int n = snprintf(text, sizeof text, "%s %" PRId64, purpose, inbox_id);

    secret_sign(inbox_secret, strlen(inbox_secret), text, (size_t)n, ret);
}

static void token_mac(int64_t inbox_id, const char *inbox_secret, char out[2 * HASH_BYTES + 1])
{
    unsigned char mac[HASH_BYTES];

    derive(inbox_id, inbox_secret, "webchat widget", mac);
    hex_of(mac, sizeof mac, out);
    out[TOKEN_HEX] = 0;
}

const char *webchat_token(int64_t inbox_id, const char *inbox_secret, struct arena *a)
{
    char mac[2 * HASH_BYTES + 1], id[16];
    size_t at = sizeof id;
    int64_t rest = inbox_id;

    id[--at] = 0;
    do {
        id[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
        rest /= 36;
    } while (rest > 0 && at > 0);
    token_mac(inbox_id, inbox_secret, mac);
    return arena_printf(a, "%s-%s", id + at, mac);
}

int64_t webchat_token_inbox(const char *token)
{
    int64_t id = 0;
    const char *p = token;

    /* 11 digits of base 36 are 56 bits: no overflow, and all 53-bit ids fit. */
    for (; *p && *p != '-' && p - token < 11; p++) {
        if (*p >= '0' && *p <= '9')
            id = id * 36 + (*p - '0');
        else if (*p >= 'a' && *p <= 'z')
            id = id * 36 + (*p - 'a' + 10);
        else
            return 0;
    }
    return *p == '-' && strlen(p + 1) == TOKEN_HEX ? id : 0;
}

bool webchat_token_is(const char *token, int64_t inbox_id, const char *inbox_secret)
{
    char mac[2 * HASH_BYTES + 1];
    const char *dash = strchr(token, '-');

    if (inbox_id <= 0 || webchat_token_inbox(token) != inbox_id || !dash)
        return false;
    token_mac(inbox_id, inbox_secret, mac);
    return secret_equal(dash + 1, mac, TOKEN_HEX);
}

static void identity_secret(int64_t inbox_id, const char *inbox_secret,
                            char out[2 * HASH_BYTES + 1])
{
    unsigned char key[HASH_BYTES];

    derive(inbox_id, inbox_secret, "webchat identity", key);
    hex_of(key, sizeof key, out);
}

const char *webchat_identity_secret(int64_t inbox_id, const char *inbox_secret, struct arena *a)
{
    char out[2 * HASH_BYTES + 1];

    identity_secret(inbox_id, inbox_secret, out);
    return arena_str(a, out);
}

bool webchat_identity_is(const char *external_id, const char *signature, int64_t inbox_id,
                         const char *inbox_secret)
{
    char key[2 * HASH_BYTES + 1], want[2 * HASH_BYTES + 1], got[2 * HASH_BYTES + 1];
    unsigned char mac[HASH_BYTES];

    if (!external_id || !*external_id || !signature || strlen(signature) != 2 * HASH_BYTES)
        return false;
    for (size_t i = 0; i < sizeof got; i++)
        got[i] = (char)tolower((unsigned char)signature[i]);
    identity_secret(inbox_id, inbox_secret, key);
    secret_sign(key, 2 * HASH_BYTES, external_id, strlen(external_id), mac);
    hex_of(mac, sizeof mac, want);
    return secret_equal(got, want, 2 * HASH_BYTES);
}

const char *webchat_visitor_new(struct arena *a)
{
    return arena_printf(a, "visitor:%s", secret_token(a, VISITOR_RANDOM));
}

const char *webchat_user(const char *external_id, struct arena *a)
{
    return arena_printf(a, "user:%s", external_id);
}

static void session_mac(int64_t inbox_id, const char *inbox_secret, struct str signed_part,
                        struct buf *out)
{
    unsigned char key[HASH_BYTES], mac[HASH_BYTES];

    derive(inbox_id, inbox_secret, "webchat session", key);
    secret_sign(key, sizeof key, signed_part.p, signed_part.n, mac);
    buf_base64url(out, mac, sizeof mac);
}

const char *webchat_session_write(int64_t inbox_id, const char *inbox_secret,
                                  const struct webchat_session *s, struct arena *a)
{
    struct buf b;
    const char *token;

    buf_init(&b, SESSION_BYTES);
    buf_str(&b, "1.");
    buf_i64(&b, s->expires_at / 1000);
    buf_char(&b, '.');
    buf_base64url(&b, s->external_id, strlen(s->external_id));
    struct buf mac;
    buf_init(&mac, 64);
    session_mac(inbox_id, inbox_secret, (struct str){b.p, b.n}, &mac);
    buf_char(&b, '.');
    buf_add(&b, mac.p, mac.n);
    token = arena_dup(a, b.p, b.n);
    buf_done(&mac);
    buf_done(&b);
    return token;
}

static int base64url_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* NULL if it is not base64url; only called on what we signed ourselves. */
static char *base64url_read(struct str s, struct arena *a)
{
    char *out = arena_alloc(a, s.n / 4 * 3 + 4);
    uint32_t bits = 0;
    size_t n = 0;
    int have = 0;

    for (size_t i = 0; i < s.n; i++) {
        int d = base64url_digit(s.p[i]);

        if (d < 0)
            return NULL;
        bits = bits << 6 | (uint32_t)d;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char)(bits >> have & 255);
        }
    }
    return out;
}

enum err webchat_session_read(int64_t inbox_id, const char *inbox_secret, const char *token,
                              msec now, struct arena *a, struct webchat_session *ret, struct why *w)
{
    struct str rest = str_of(token), version, expiry, id;
    const char *last = token ? strrchr(token, '.') : NULL;
    int64_t expires_s = 0;
    struct buf mac;
    bool is_ours;
    char *external_id;

    if (!last || rest.n > SESSION_BYTES)
        return fail(w, E_UNKNOWN_WHO, "this is not a chat session");
    buf_init(&mac, 64);
    session_mac(inbox_id, inbox_secret, (struct str){token, (size_t)(last - token)}, &mac);
    is_ours = strlen(last + 1) == mac.n && secret_equal(last + 1, mac.p, mac.n);
    buf_done(&mac);
    if (!is_ours)
        return fail(w, E_UNKNOWN_WHO, "this chat session is not ours");
    version = str_cut(&rest, '.');
    expiry = str_cut(&rest, '.');
    id = str_cut(&rest, '.');
    external_id = base64url_read(id, a);
    if (!str_eq(version, STR("1")) || !str_i64(expiry, 0, INT64_MAX / 1000, &expires_s) ||
        !external_id || !*external_id)
        return fail(w, E_UNKNOWN_WHO, "this chat session cannot be read");
    if (expires_s * 1000 <= now)
        return fail(w, E_UNKNOWN_WHO, "this chat session is over");
    *ret = (struct webchat_session){.external_id = external_id,
                                    .is_known = strncmp(external_id, "user:", 5) == 0,
                                    .expires_at = expires_s * 1000};
    return OK;
}
