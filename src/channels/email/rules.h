/* rules.h: who wrote this mail, is it from a machine, and which ticket is it about?
 *
 * Pure: no clock, no network, no store. May use: base, sys/secret.h (signatures).
 * Used by: email.c, compose.c. */
#pragma once

#include "channels/email/mail.h"

/* An address as we compare and store it: trimmed, lower case, exactly one "@" with something
 * on both sides, no white space or control characters. NULL: it is none.
 * The local part is folded too: RFC 5321 2.4 lets servers tell cases apart, none does, and
 * people type both. */
const char *address_normal(struct arena *a, const char *address);
/* Is `address` (normal) ours: the inbox's own, or it with a +tag? */
bool address_is_own(const char *address, const char *own);

/* Whom an answer would reach: the first Reply-To that is not ours, else From, else Sender.
 * So an answer about somebody's orders never goes to an address that merely claimed, in
 * Reply-To, to be written for them: the contact is who gets the answer. NULL: nobody. */
const struct mail_address *mail_contact(const struct mail *m, const char *own, struct arena *a);

/* Why no machine may answer this mail: "auto-submitted", "list", "bulk", "bounce", "own",
 * "no-reply", "suppressed"; NULL: a person wrote it, as far as one can see. RFC 3834, RFC 5436. */
const char *mail_automatic(const struct mail *m, const char *own, const char *secret,
                           struct arena *a);

/* --- what ties an answer to its ticket: signed with the inbox's secret ------------------- */

/* "help+TICKET.SIGNATURE@example.com"; NULL: would not fit into 64 characters before the @. */
const char *token_address(struct arena *a, const char *own, const char *secret, int64_t ticket_id);
/* The ticket that such an address names; 0: none, or the signature is wrong. */
int64_t token_in_address(const char *address, const char *secret);
/* "antiphon.TICKET.MESSAGE.SIGNATURE@example.com", for Message-ID without <>. */
const char *token_message_id(struct arena *a, const char *own, const char *secret,
                             int64_t ticket_id, int64_t message_id);
int64_t token_in_message_id(const char *id, const char *secret);

/* The ticket that the mail's recipients, or else the mails it answers, name with a true
 * signature; 0. The subject is never asked. */
int64_t mail_ticket(const struct mail *m, const char *secret);
