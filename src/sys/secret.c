#include "sys/secret.h"

#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

#include "base/buf.h"

/* Passes and memory: DESIGN's choice, the second line of RFC 9106 section 4 halved in memory
 * lanes; two run at a time, so 128 MiB at the most. */
#define ARGON_PASSES 2
#define ARGON_BYTES  ((size_t)64 * 1024 * 1024)

bool secret_init(void)
{
    return sodium_init() >= 0;
}

void secret_random(void *p, size_t n)
{
    randombytes_buf(p, n);
}

static const char *encode(struct arena *a, size_t n, void (*as)(struct buf *, const void *, size_t))
{
    unsigned char bytes[64];
    struct buf b;
    const char *s;

    if (n > sizeof bytes)
        n = sizeof bytes;
    secret_random(bytes, n);
    buf_init(&b, 2 * sizeof bytes);
    as(&b, bytes, n);
    s = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return s;
}

const char *secret_token(struct arena *a, size_t n_bytes)
{
    return encode(a, n_bytes, buf_base64url);
}

const char *secret_hex(struct arena *a, size_t n_bytes)
{
    return encode(a, n_bytes, buf_hex);
}

void secret_hash(const void *p, size_t n, unsigned char ret[HASH_BYTES])
{
    SHA256(p, n, ret);
}

void secret_sign(const void *key, size_t n_key, const void *p, size_t n,
                 unsigned char ret[HASH_BYTES])
{
    unsigned int len = HASH_BYTES;

    HMAC(EVP_sha256(), key, (int)n_key, p, n, ret, &len);
}

bool secret_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

enum err password_hash(const char *password, struct arena *a, const char **ret, struct why *w)
{
    char out[crypto_pwhash_STRBYTES];

    if (crypto_pwhash_str_alg(out, password, strlen(password), ARGON_PASSES, ARGON_BYTES,
                              crypto_pwhash_ALG_ARGON2ID13))
        return fail(w, E_BUSY, "could not have the memory to hash a password");
    *ret = arena_str(a, out);
    return OK;
}

bool password_matches(const char *hash, const char *password)
{
    /* A hash of nothing anybody knows: the same work for an unknown account. */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$"
                                 "c29tZXNhbHRzb21lc2FsdA$"
                                 "Q2FuIG5ldmVyIG1hdGNoIGEgcGFzc3dvcmQgaGVyZSE";
    bool is_match = crypto_pwhash_str_verify(hash ? hash : nobody, password, strlen(password)) == 0;

    return hash && is_match;
}
