/* contact.h: who is writing to us?
 *
 * A contact is a person with one identity per inbox and external id. An identity is verified
 * (their company's server or a signature says so), claimed (they say so) or unknown. Knows
 * nothing of tickets. Used by: desk. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "channels/channel.h"
#include "people/principal.h"

struct tx;

struct contact_ref {
    int64_t id;
    const char *name;
    const char *email;
    bool is_new;
};

struct identity {
    int64_t inbox_id;
    const char *channel, *external_id, *state;
};

struct contact {
    int64_t id;
    const char *name, *email, *phone, *locale;
    struct shape_map attributes;
    struct shape_list identities; /* struct identity */
    msec created_at, updated_at;
    int64_t rev;
};

extern const struct shape CONTACT;
extern const struct shape CONTACT_REF;

/* The contact behind an identity, made if it is new, brought up to date with what the channel
 * says: a field is overwritten by an identity at least as sure as the stored one, else only
 * filled when empty. On PostgreSQL the contact's row stays locked until the end of `tx`. */
CHECKED enum err contact_for(struct tx *tx, struct arena *a, int64_t inbox_id,
                             const struct incoming_contact *from, struct contact_ref *ret,
                             struct why *w);

/* Somebody who sees only some inboxes sees only the people who wrote there. */
bool contact_is_seen(const struct principal *who, const struct contact *c);
/* E_NOT_FOUND if there is none. */
CHECKED enum err contact_get(struct tx *tx, struct arena *a, int64_t id, struct contact *ret,
                             struct why *w);
struct contact_wanted {
    const char *match; /* only those whose words match, in the engine's own words; NULL: all */
    int64_t before;    /* ids below this */
    size_t limit;
    const struct principal *who; /* known in the inboxes that they see */
};
/* Newest first; fewer than `limit` only at the end. */
CHECKED enum err contact_page(struct tx *tx, struct arena *a, const struct contact_wanted *in,
                              struct contact **ret, size_t *ret_n, struct why *w);
