/* webchat.h: what does a chat inbox know, and how is it set up?
 *
 * The chat has no service of its own behind it: a message comes in through desk/chat_api.c
 * and a reply is delivered by being read. So this folder holds settings and pure rules:
 * who may embed the widget (origin.h), who is talking (token.h), is anybody in (hours.h).
 * May use: base, sys.  Used by: channels/registry.c, desk/chat_api.c. */
#pragma once

#include "base/arena.h"
#include "channels/channel.h"
#include "channels/webchat/hours.h"

/* One message in the chat: long enough for a pasted log, short enough to read [characters]. */
#define WEBCHAT_TEXT_CHARS 10000
/* A file from a stranger: a photo or a screen recording of a phone [bytes]. */
#define WEBCHAT_UPLOAD_BYTES (10 * 1024 * 1024)
#define WEBCHAT_ATTACHMENTS  5
/* What the page may tell us of itself and its customer: entries, and characters of each. */
#define WEBCHAT_CONTEXT_ENTRIES 20
#define WEBCHAT_CONTEXT_CHARS   200

/* The settings of an inbox of this channel, out of inbox->settings. */
struct webchat_settings {
    struct shape_texts origins;  /* "https://shop.example", or "*" for every page */
    const char *title;           /* what customers call us; NULL: the inbox's name */
    const char *greeting;        /* NULL: the widget's own, in the customer's language */
    const char *away_text;       /* NULL: the same */
    const char *color;           /* "#rrggbb"; NULL: ours */
    const char *locale;          /* NULL: the customer's browser decides */
    struct webchat_hours *hours; /* NULL: always open */
    bool require_identity;       /* only customers whom the page signs for may write */
    bool needs_email_when_away;  /* ask for an address when nobody is in */
};

extern const struct shape WEBCHAT_SETTINGS;
extern const struct channel webchat_channel;

/* Parse and check the settings of an inbox.
 * E_INVALID with w->field ("origins.0", "hours.days.2.to"): breaks a rule. */
CHECKED enum err webchat_settings_read(const char *json, struct arena *a,
                                       struct webchat_settings *ret, struct why *w);
