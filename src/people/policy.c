#include "people/policy.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"

const char *const ROLE_NAMES[] = {"agent", "coach", "lead", "admin", NULL};

static const struct {
    const char *name;
    enum role least;
    bool may_key, is_of_inbox;
} TABLE[P_COUNT] = {
#define ROW(n, r, k, i, s) [P_##n] = {#n, r, k, i},
    PERMISSION_LIST(ROW)
#undef ROW
};

const char *role_name(enum role r)
{
    return r < ROLE_COUNT ? ROLE_NAMES[r] : "agent";
}

const char *principal_owner(struct arena *a, const struct principal *who)
{
    return arena_printf(a, "%s:%" PRId64, who->kind == WHO_KEY ? "key" : "agent", who->id);
}

bool role_parse(const char *s, enum role *ret)
{
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(s, ROLE_NAMES[i]) == 0) {
            *ret = (enum role)i;
            return true;
        }
    }
    return false;
}

bool policy_may(const struct principal *who, enum permission p)
{
    if (p == P_NONE || p >= P_COUNT)
        return false;
    if (p == P_PUBLIC)
        return true;
    switch (who->kind) {
    case WHO_NOBODY:
        return false;
    case WHO_SYSTEM:
        return true;
    case WHO_KEY:
        /* A key for one inbox rules nothing beyond it: it would only have to make itself
         * another key. */
        return TABLE[p].may_key && who->role >= TABLE[p].least &&
               (who->sees_all || TABLE[p].is_of_inbox);
    case WHO_AGENT:
        return who->role >= TABLE[p].least;
    }
    return false;
}

bool policy_sees_all(const struct principal *who)
{
    return who->kind != WHO_NOBODY && (who->kind == WHO_SYSTEM || who->sees_all);
}

bool policy_sees_inbox(const struct principal *who, int64_t inbox_id)
{
    if (who->kind == WHO_NOBODY)
        return false;
    if (policy_sees_all(who))
        return true;
    for (size_t i = 0; i < who->n_inboxes; i++)
        if (who->inbox_ids[i] == inbox_id)
            return true;
    return false;
}

bool policy_may_give_role(const struct principal *who, enum role r)
{
    return who->kind == WHO_SYSTEM || (who->kind != WHO_NOBODY && who->role >= r);
}

const char *permission_name(enum permission p)
{
    return p < P_COUNT && TABLE[p].name ? TABLE[p].name : "NONE";
}
