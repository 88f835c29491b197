/* imap.h: one connection to a mailbox: what is new, how big, its bytes, and wait for more.
 *
 * libetpan speaks the protocol (only imap.c and imap_wire.c include it) over a connection of
 * ours (sys/conn.h): it never sees a socket or a certificate. The folder is opened for
 * reading only (EXAMINE, BODY.PEEK): nothing on the server is changed or deleted.
 * May use: base, sys. Used by: imap_pull.c, email.c (check), tests. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "channels/email/settings.h"

/* Every wait, so that tests can have short ones. */
struct imap_times {
    int64_t connect_ms;  /* TCP and TLS */
    int64_t silence_ms;  /* no byte at all while an answer is due */
    int64_t command_ms;  /* a whole answer; a mail's bytes get more, see bytes_per_s */
    int64_t bytes_per_s; /* the least speed at which a mail must come */
    int64_t idle_ms;     /* IDLE is renewed, and the folder looked at, after this: < 29 min */
    int64_t poll_ms;     /* between looks where there is no IDLE */
    int64_t retry_ms, retry_max_ms; /* after a failure: doubled each time, plus up to a half */
};
extern const struct imap_times imap_times_usual;

struct imap;
struct conn;

/* Connect, encrypt, verify, log in. `wake`: see conn_open; -1 for none.
 * E_BUSY: not now. E_DENIED: certificate or login refused, or encryption not offered. */
CHECKED enum err imap_open(const struct mail_server *server, const struct imap_times *times,
                           int wake, struct imap **ret, struct why *w);
void imap_close(struct imap *i); /* takes NULL */

/* Open the folder for reading. */
CHECKED enum err imap_examine(struct imap *i, const char *folder, uint32_t *ret_validity,
                              struct why *w);
/* UIDs above `after`, rising, each once; only mail that came in at or after the day of `since`
 * (0: any). */
CHECKED enum err imap_new_uids(struct imap *i, uint32_t after, msec since, struct arena *a,
                               uint32_t **ret, size_t *ret_n, struct why *w);
/* E_NOT_FOUND: it was deleted meanwhile. */
CHECKED enum err imap_size(struct imap *i, uint32_t uid, size_t *ret, struct why *w);
/* `bytes` is what imap_size said: 0 is an empty mail, else no bytes are E_BUSY. */
CHECKED enum err imap_fetch(struct imap *i, uint32_t uid, size_t bytes, struct arena *a,
                            struct str *ret, struct why *w);
/* Wait until the server says something, by IDLE or by asking again after poll_ms. E_BUSY: the
 * connection is lost, or we were woken. */
CHECKED enum err imap_wait(struct imap *i, struct why *w);

/* imap_wire.c, for imap.c: the connection as libetpan sees it. */
struct _mailstream_low;
struct wire;
struct _mailstream_low *wire_new(struct conn *s, struct wire **ret);
/* A new answer is due: its time and its size are counted from here. */
void wire_begin(struct wire *wr, int64_t within_ms, size_t most_bytes);
/* Why reading failed, in words. */
const char *wire_why(const struct wire *wr);
/* The guard alone, for tests and fuzzers: false if these bytes break a limit. */
struct guard {
    size_t literal; /* bytes of a literal still to come */
    size_t number;  /* of "{n" being read */
    size_t bytes, most_bytes;
    unsigned depth;
    char state; /* of "{n}": 0 none, '{' digits, '}' closed, 'r' its CR */
    bool is_quoted, is_escaped;
    const char *why;
};
bool guard_take(struct guard *g, const char *p, size_t n);
