/* conn.h: bytes to and from a server we call: connect, encrypt, read and write, each with a
 * deadline, and each to be woken by a file descriptor (the house wants to stop).
 *
 * TLS here means: 1.2 or newer, the chain and the host name verified in the handshake. There is
 * no way to have it without. Only conn.c touches the sockets and OpenSSL's SSL.
 * May use: base. Used by: channels/email/imap*.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct conn;

/* Connect to host (name or address) and port within `wait_ms`. `wake` (or -1): a descriptor
 * that becomes readable when every wait here shall end at once with E_BUSY.
 * E_BUSY: no such host, nobody answers, refused. */
CHECKED enum err conn_open(const char *host, int port, int wait_ms, int wake, struct conn **ret,
                           struct why *w);
/* Make it TLS. `ca_file` (PEM) or NULL: the system's authorities. E_DENIED: the certificate is
 * not to be trusted (self-signed, expired, another host's), E_BUSY: the handshake broke. */
CHECKED enum err conn_encrypt(struct conn *s, const char *host, const char *ca_file, struct why *w);
bool conn_is_encrypted(const struct conn *s);
void conn_free(struct conn *s); /* takes NULL */

/* Everything from now on must be done by then: `within_ms` from now. */
void conn_deadline(struct conn *s, int64_t within_ms);
/* Longest silence that a read or write bears [ms]. */
void conn_patience(struct conn *s, int64_t ms);

/* > 0: bytes; 0: the other side closed; < 0: failed, conn_why says how. */
ssize_t conn_read(struct conn *s, void *p, size_t n);
ssize_t conn_write(struct conn *s, const void *p, size_t n);
const char *conn_why(const struct conn *s);

/* Wait until there is something to read (true), or `ms` are over or we were woken (false). */
bool conn_wait(struct conn *s, int64_t ms);
bool conn_is_woken(const struct conn *s);
int conn_fd(const struct conn *s);
