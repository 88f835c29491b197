/* fake_server.h: a scripted IMAP or SMTP server for tests: it says what it is told, stalls,
 * trickles, lies and hangs up. With certificates made on the spot. Not part of the program. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum fake_do {
    FAKE_SAY,     /* text; "$T" becomes the tag of the last line heard */
    FAKE_HEAR,    /* read lines until one contains `text` */
    FAKE_DATA,    /* read until CRLF . CRLF */
    FAKE_TLS,     /* from now on encrypted */
    FAKE_TRICKLE, /* text, one byte each 50 ms */
    FAKE_STALL,   /* nothing more until the other side goes away */
    FAKE_RESET,   /* RST */
    FAKE_FLOOD,   /* text, again and again, until the other side goes away */
    FAKE_CLOSE
};
struct fake_step {
    enum fake_do what;
    const char *text;
};

enum fake_cert { CERT_GOOD, CERT_SELF_SIGNED, CERT_EXPIRED, CERT_WRONG_HOST };

struct fake;
/* Serves each connection with the same steps until fake_stop. `steps` ends with FAKE_CLOSE,
 * FAKE_STALL, FAKE_RESET or FAKE_FLOOD. */
struct fake *fake_start(const struct fake_step *steps, enum fake_cert cert);
void fake_stop(struct fake *f);
int fake_port(const struct fake *f);
/* The authority that signed all but CERT_SELF_SIGNED, as a PEM file. */
const char *fake_ca_file(const struct fake *f);
/* Was this ever heard, on any connection? */
bool fake_heard(struct fake *f, const char *text);
int fake_connections(struct fake *f);
