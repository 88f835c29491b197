/* config.h: how is this program set up? Command line over environment over file over default.
 * Every setting is declared once, in SETTINGS, with its words; `antiphon help config` prints
 * them, and a wrong or unknown one refuses to start, naming it. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* X(member, type, name, default, least, most, what it does) */
#define SETTINGS(X)                                                                                \
    X(listen, TEXT, "listen", "127.0.0.1:8080", 0, 0,                                              \
      "Address and port to listen on; port 0 takes any free one.")                                 \
    X(store, TEXT, "store", NULL, 0, 0,                                                            \
      "postgresql://user@host/db for PostgreSQL; without it SQLite in the data folder.")           \
    X(base_url, TEXT, "base_url", NULL, 0, 0,                                                      \
      "The address people reach this server under, for links in mails: https://care.example.org.") \
    X(tls_cert, TEXT, "tls_cert", NULL, 0, 0,                                                      \
      "PEM file with the certificate chain; with tls_key the server speaks HTTPS itself.")         \
    X(tls_key, TEXT, "tls_key", NULL, 0, 0, "PEM file with the certificate's private key.")        \
    X(trusted_proxies, TEXT, "trusted_proxies", NULL, 0, 0,                                        \
      "Addresses of proxies, by comma, whose X-Forwarded-For and -Proto are believed.")            \
    X(log_level, TEXT, "log_level", "info", 0, 0, "debug, info, warn or error.")                   \
    X(loops, NUMBER, "loops", "0", 0, 64, "Event loops; 0 is one a core.")                         \
    X(readers, NUMBER, "readers", "4", 1, 16,                                                      \
      "Threads that read from the store, each with a connection of its own.")                      \
    X(writers, NUMBER, "writers", "4", 1, 8, "PostgreSQL connections that write.")                 \
    X(node, NUMBER, "node", "-1", -1, 15,                                                          \
      "This process's number among those on one PostgreSQL; -1 takes a free one.")                 \
    X(senders, NUMBER, "senders", "4", 1, 16, "Threads that run jobs: sending, parsing.")          \
    X(chat_mail, NUMBER, "chat_mail", "120", 1, 86400,                                             \
      "Seconds after which an answer in the chat that nobody has read is mailed to its customer.") \
    X(unsafe_store, FLAG, "unsafe_store", "false", 0, 0,                                           \
      "Start although the PostgreSQL server has fsync, full_page_writes or synchronous_commit "    \
      "off.")

#define CONFIG_TEXT(m)                                     const char *m;
#define CONFIG_NUMBER(m)                                   int m;
#define CONFIG_FLAG(m)                                     bool m;
#define CONFIG_MEMBER(m, type, name, d, least, most, says) CONFIG_##type(m)
struct config {
    SETTINGS(CONFIG_MEMBER)
};
#undef CONFIG_MEMBER

/* Defaults, then DIR/antiphon.conf if it is there, then ANTIPHON_* of the environment.
 * E_INVALID names the setting and where it came from. */
CHECKED enum err config_read(struct arena *a, const char *data_dir, struct config *ret,
                             struct why *w);
/* One setting by name, from the command line. E_NOT_FOUND: there is none of that name. */
CHECKED enum err config_set(struct config *c, const char *name, const char *value,
                            const char *where, struct why *w);
/* All settings with their words, as text. */
void config_help(struct buf *b);
