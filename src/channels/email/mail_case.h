/* mail_case.h: what the tests of the mail channel begin with: a house that keeps what comes, and
 * the settings of an inbox.
 *
 * Used by: tests of channels/email/; add `mail_case` to the test's files in meson.build. */
#pragma once

#include <stdatomic.h>

#include "base/limits.h"
#include "channels/email/settings.h"

#define HOUSE_MOST 50

/* A host for the channel's threads. */
struct house {
    struct channel_host host;
    atomic_int tries, spooled; /* inputs offered; those kept, a repeat once */
    atomic_int full;           /* answer E_FULL so many times first */
    atomic_int ills, wells;    /* how often the inbox was said to be so */
    struct arena *arena;       /* of these two; written by the channel's thread alone */
    char *keys[HOUSE_MOST];
    struct str items[HOUSE_MOST]; /* a NUL stands behind each */
    char note[100], ill[WHY_TEXT_BYTES];
};

struct house *house_new(void);
void house_free(struct house *h);

/* The settings of an inbox, as its row has them. */
const char *settings_json(struct arena *a, const struct mail_settings *s);
