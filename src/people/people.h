/* people.h: agents, teams, keys: rows and shapes.
 * Used by: people's own files, tickets and desk (names), cli (setup, key). */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "people/principal.h"

struct tx;

/* The name of an agent or team; NULL for id 0. Unknown: E_INVALID naming the field if
 * `is_needed` (and the agent must be active), else NULL. */
CHECKED enum err agent_name(struct tx *tx, struct arena *a, int64_t id, bool is_needed,
                            const char **ret, struct why *w);
CHECKED enum err team_name(struct tx *tx, struct arena *a, int64_t id, bool is_needed,
                           const char **ret, struct why *w);

struct agent {
    int64_t id;
    const char *name, *email, *role, *locale;
    bool is_active, is_invited, is_demo, sees_all;
    struct shape_ids inbox_ids, team_ids;
    msec created_at;
    int64_t rev;
    const char *invite_url; /* only in the answer that made it */
};
extern const struct shape AGENT;
CHECKED enum err agents_all(struct tx *tx, struct arena *a, struct agent **ret, size_t *ret_n,
                            struct why *w);

struct agent_new {
    const char *email, *name, *role, *password_hash, *locale;
    bool is_demo;
};
/* E_CONFLICT: the address is taken. E_INVALID: no address. */
CHECKED enum err agent_make(struct tx *tx, struct arena *a, const struct agent_new *in,
                            const struct principal *by, int64_t *ret_id, struct why *w);

struct team {
    int64_t id;
    const char *name;
    struct shape_ids agent_ids;
    msec created_at;
    int64_t rev;
};
extern const struct shape TEAM;
CHECKED enum err teams_all(struct tx *tx, struct arena *a, struct team **ret, size_t *ret_n,
                           struct why *w);

struct key {
    int64_t id;
    const char *name, *hint, *role;
    int64_t inbox_id;
    msec created_at, last_used_at, revoked_at;
    const char *key; /* only in the answer that made it */
};
extern const struct shape KEY;
/* Makes a key and returns its text, which is kept nowhere. */
CHECKED enum err key_make(struct tx *tx, struct arena *a, const char *name, enum role role,
                          int64_t inbox_id, const struct principal *by, struct key *ret,
                          struct why *w);

/* Somebody's rights or sessions have changed: browsers look again, and the event streams of
 * that agent or key end, so that they come back with what they may do now. */
#define EVENT_RIGHTS_CHANGED "agent.changed"
struct rights_change {
    int64_t agent_id, key_id; /* one of them */
};
extern const struct shape RIGHTS_CHANGE;
CHECKED enum err rights_changed(struct tx *tx, struct arena *a, const struct principal *by,
                                enum who kind, int64_t id, struct why *w);

/* A link that works once. `kind`: setup, invite, reset. Returns its token. */
CHECKED enum err once_link_make(struct tx *tx, struct arena *a, const char *kind, int64_t agent_id,
                                msec valid_for, const char **ret, struct why *w);
/* Use it up. E_NOT_FOUND: used, too old, or never was. */
CHECKED enum err once_link_use(struct tx *tx, struct arena *a, const char *kind, const char *token,
                               int64_t *ret_agent_id, struct why *w);
#define INVITE_VALID_MS ((msec)72 * 3600 * 1000)
#define RESET_VALID_MS  ((msec)3600 * 1000)
#define SETUP_VALID_MS  ((msec)365 * 24 * 3600 * 1000) /* until somebody sets the desk up */

/* Is there an active admin who can sign in? */
CHECKED enum err people_is_set_up(struct tx *tx, struct arena *a, bool *ret, struct why *w);
/* The first admin. E_CONFLICT: there is one already. */
CHECKED enum err people_set_up(struct tx *tx, struct arena *a, const char *email, const char *name,
                               const char *password_hash, int64_t *ret_id, struct why *w);

/* Lower case, exactly one @ with something on both sides, no white space or control. */
CHECKED enum err email_check(struct arena *a, const char *email, const char **ret, struct why *w);
CHECKED enum err password_check(const char *password, struct why *w);

/* setting table */
CHECKED enum err setting_read(struct tx *tx, struct arena *a, const char *name, const char **ret,
                              struct why *w);
CHECKED enum err setting_write(struct tx *tx, const char *name, const char *value, struct why *w);
