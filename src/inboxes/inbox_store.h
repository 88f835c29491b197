/* inbox_store.h: inboxes as rows and as the API's shape. A secret in the settings never leaves:
 * it is shown as "" and "" keeps it. Used by: inboxes' own files, desk, cli. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "people/principal.h"

struct tx;

struct inbox_view {
    int64_t id;
    const char *name, *channel, *channel_label, *settings, *health;
    int64_t team_id;
    bool is_active, is_demo;
    double promise;
    msec created_at;
    const char *widget_token, *identity_secret;
    int64_t rev;
};
extern const struct shape INBOX;

struct inbox_new {
    const char *name, *channel, *settings; /* settings: JSON or NULL */
    int64_t team_id;
    bool is_demo;
};
/* E_INVALID: no such channel, settings that break its shape; E_CONFLICT: the name is taken. */
CHECKED enum err inbox_make(struct tx *tx, struct arena *a, const struct inbox_new *in,
                            const struct principal *by, int64_t *ret_id, struct why *w);
/* What `who` may see of it; E_NOT_FOUND for absent and forbidden alike. */
CHECKED enum err inbox_view(struct tx *tx, struct arena *a, int64_t id, const struct principal *who,
                            struct inbox_view *ret, struct why *w);
CHECKED enum err inbox_views(struct tx *tx, struct arena *a, const struct principal *who,
                             struct inbox_view **ret, size_t *ret_n, struct why *w);

struct inbox_patch {
    uint64_t present;
    const char *name, *settings;
    int64_t team_id;
    bool is_active;
    double promise;
};
extern const struct shape INBOX_PATCH;
CHECKED enum err inbox_change(struct tx *tx, struct arena *a, int64_t id,
                              const struct inbox_patch *p, const struct principal *who,
                              struct why *w);
/* New settings with the secrets that were left out ("") taken over from the old ones; both
 * checked against the channel's shape. Old may be NULL. */
CHECKED enum err inbox_settings_merge(struct arena *a, const char *channel, const char *old,
                                      const char *new, const char **ret, struct why *w);
