/* principal.h: who is asking? Set once per request by people/auth_api.c, carried everywhere. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role { ROLE_AGENT, ROLE_COACH, ROLE_LEAD, ROLE_ADMIN, ROLE_COUNT };
enum who { WHO_NOBODY, WHO_AGENT, WHO_KEY, WHO_SYSTEM };

struct principal {
    enum who kind;
    int64_t id; /* of the agent or the key */
    enum role role;
    const char *name;
    const char *email;
    const char *csrf;             /* of the session; NULL without one */
    const unsigned char *session; /* hash of the session's token; NULL without one */
    bool sees_all;                /* every inbox; else only inbox_ids */
    const int64_t *inbox_ids;
    size_t n_inboxes;
    const char *ip, *request_id; /* for the audit line; may be NULL */
};

struct arena;
/* "agent:3": whose uploads these are, whose Idempotency-Key. */
const char *principal_owner(struct arena *a, const struct principal *who);
const char *role_name(enum role r);
bool role_parse(const char *s, enum role *ret);
extern const char *const ROLE_NAMES[]; /* NULL-ended, for shapes */
