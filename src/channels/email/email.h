/* email.h: the mail channel: IMAP in, SMTP out, and the decoder that reads raw mail.
 * Used by: channels/registry.c; main and tests (email_decoders). */
#pragma once

#include "channels/channel.h"
#include "sys/sandbox.h"

extern const struct channel email_channel;

/* The decoders that main hands to sandbox_child. */
extern const struct sandbox_kind email_decoders[];
extern const size_t email_decoders_n;
