/* secret.h: random tokens, hashes, signatures and passwords. Only secret.c knows the
 * crypto libraries. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define HASH_BYTES 32 /* SHA-256 */

/* Once, before any other function here; false: no source of randomness. */
CHECKED bool secret_init(void);
void secret_random(void *p, size_t n);
/* n random bytes in base64url (16 bytes: 22 characters). */
const char *secret_token(struct arena *a, size_t n_bytes);
const char *secret_hex(struct arena *a, size_t n_bytes);

void secret_hash(const void *p, size_t n, unsigned char ret[HASH_BYTES]);
/* HMAC-SHA-256, RFC 2104. */
void secret_sign(const void *key, size_t n_key, const void *p, size_t n,
                 unsigned char ret[HASH_BYTES]);
/* In time that depends on n alone. */
bool secret_equal(const void *a, const void *b, size_t n);

/* Argon2id, 64 MiB, 2 passes: about 100 ms of one core. Only on threads that may block. */
CHECKED enum err password_hash(const char *password, struct arena *a, const char **ret,
                               struct why *w);
/* False for a NULL hash too, after the same work, so that time tells nothing. */
bool password_matches(const char *hash, const char *password);
