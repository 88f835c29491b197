/* settings.h: how is a mailbox reached? The settings of an inbox of this channel. */
#pragma once

#include "channels/channel.h"

/* none: no encryption; only for this machine, or when the admin says so in as many words. */
enum mail_security { MAIL_TLS, MAIL_STARTTLS, MAIL_NONE };

struct mail_server {
    const char *host;
    int64_t port; /* 0: the usual one */
    const char *security, *user, *password;
    const char *folder;  /* IMAP; NULL: INBOX */
    const char *ca_file; /* PEM of further authorities to trust; NULL: the system's */
    bool allow_plain;    /* security none to another machine */
};

struct mail_settings {
    const char *address, *name, *signature;
    bool subaddress;      /* the server takes help+anything@: then Reply-To carries the token */
    int64_t poll_s;       /* seconds between looks without IDLE; 0: 60 */
    int64_t history_days; /* how far back the first look goes; 0: 7 */
    struct mail_server *imap, *smtp;
};

extern const struct shape mail_settings_shape;

/* Parse and judge. E_INVALID with the field. Missing servers are allowed: an inbox may only
 * send, only receive, or (imported) do neither. */
CHECKED enum err mail_settings_read(const char *json, struct arena *a, struct mail_settings *ret,
                                    struct why *w);
enum mail_security mail_security_of(const struct mail_server *s);
