/* tls.h: TLS for accepted connections; the only file that knows OpenSSL here. TLS 1.2 and
 * newer, the library's own list of ciphers. Used by: conn.c, server.c. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct tls;
struct tls_conn;

/* Certificate chain and key as PEM files. E_INVALID, naming the file. */
CHECKED enum err tls_new(const char *cert_file, const char *key_file, struct tls **ret,
                         struct why *w);
void tls_free(struct tls *t); /* takes NULL */

struct tls_conn *tls_conn_new(struct tls *t, int fd); /* NULL: no memory */
void tls_conn_free(struct tls_conn *c);               /* says goodbye if it can; takes NULL */

/* Like read(2) and write(2) on a socket that does not block: errno is EAGAIN where it must be
 * tried again. *ret_wants_write: it is the other direction that must become ready first. */
ssize_t tls_read(struct tls_conn *c, void *p, size_t n, bool *ret_wants_write);
ssize_t tls_write(struct tls_conn *c, const void *p, size_t n);
