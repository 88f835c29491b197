#include "people/people.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "people/audit.h"
#include "people/people.sql.h"
#include "people/people_app.h"
#include "people/policy.h"
#include "store/store.h"
#include "sys/secret.h"

#define KEY_BYTES      24 /* 192 bits */
#define KEY_HINT_CHARS 8  /* of the key, shown to tell keys apart */
#define LINK_BYTES     24

SHAPE(AGENT, "Agent", struct agent, "A person who works at the desk",
      {{"id", SHAPE_I64, 0, offsetof(struct agent, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct agent, name)},
       {"email", SHAPE_TEXT, 0, offsetof(struct agent, email)},
       {"role", SHAPE_ENUM, 0, offsetof(struct agent, role), .names = ROLE_NAMES},
       {"locale", SHAPE_TEXT, 0, offsetof(struct agent, locale)},
       {"is_active", SHAPE_BOOL, 0, offsetof(struct agent, is_active)},
       {"is_invited", SHAPE_BOOL, 0, offsetof(struct agent, is_invited)},
       {"is_demo", SHAPE_BOOL, 0, offsetof(struct agent, is_demo)},
       {"sees_all", SHAPE_BOOL, 0, offsetof(struct agent, sees_all)},
       {"inbox_ids", SHAPE_IDS, 0, offsetof(struct agent, inbox_ids)},
       {"team_ids", SHAPE_IDS, 0, offsetof(struct agent, team_ids)},
       {"created_at", SHAPE_TIME, 0, offsetof(struct agent, created_at)},
       {"rev", SHAPE_I64, 0, offsetof(struct agent, rev)},
       {"invite_url", SHAPE_TEXT, SHAPE_OMIT, offsetof(struct agent, invite_url)}});

SHAPE(TEAM, "Team", struct team, "Agents who share a queue",
      {{"id", SHAPE_I64, 0, offsetof(struct team, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct team, name)},
       {"agent_ids", SHAPE_IDS, 0, offsetof(struct team, agent_ids)},
       {"created_at", SHAPE_TIME, 0, offsetof(struct team, created_at)},
       {"rev", SHAPE_I64, 0, offsetof(struct team, rev)}});

SHAPE(KEY, "Key", struct key, "An API key",
      {{"id", SHAPE_I64, 0, offsetof(struct key, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct key, name)},
       {"hint", SHAPE_TEXT, 0, offsetof(struct key, hint), .doc = "its first characters"},
       {"role", SHAPE_ENUM, 0, offsetof(struct key, role), .names = ROLE_NAMES},
       {"inbox_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct key, inbox_id)},
       {"created_at", SHAPE_TIME, 0, offsetof(struct key, created_at)},
       {"last_used_at", SHAPE_TIME, SHAPE_NULLABLE, offsetof(struct key, last_used_at)},
       {"revoked_at", SHAPE_TIME, SHAPE_NULLABLE, offsetof(struct key, revoked_at)},
       {"key", SHAPE_TEXT, SHAPE_OMIT, offsetof(struct key, key), .doc = "shown once"}});

enum err agent_name(struct tx *tx, struct arena *a, int64_t id, bool is_needed, const char **ret,
                    struct why *w)
{
    struct agent_get_row *row = NULL;
    enum err e;

    if (id && (e = q_agent_get(tx, (struct agent_get_in){.id = id}, a, &row, w)))
        return e;
    if (id && is_needed && (!row || !row->is_active))
        return fail_field(w, E_INVALID, "assignee_id", "there is no agent %" PRId64, id);
    *ret = row ? row->name : NULL;
    return OK;
}

enum err team_name(struct tx *tx, struct arena *a, int64_t id, bool is_needed, const char **ret,
                   struct why *w)
{
    struct team_get_row *row = NULL;
    enum err e;

    if (id && (e = q_team_get(tx, (struct team_get_in){.id = id}, a, &row, w)))
        return e;
    if (id && is_needed && !row)
        return fail_field(w, E_INVALID, "team_id", "there is no team %" PRId64, id);
    *ret = row ? row->name : NULL;
    return OK;
}

enum err email_check(struct arena *a, const char *email, const char **ret, struct why *w)
{
    char *copy = arena_str(a, email);
    const char *at = strchr(copy, '@');

    for (char *p = copy; *p; p++) {
        if ((unsigned char)*p <= ' ' || *p == 127 || strchr("<>(),;:\\\"", *p))
            return fail_field(w, E_INVALID, "email", "this is no mail address");
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    }
    if (!at || at == copy || !at[1] || strchr(at + 1, '@') || strlen(copy) > LIMIT_ADDRESS_CHARS)
        return fail_field(w, E_INVALID, "email", "this is no mail address");
    *ret = copy;
    return OK;
}

enum err password_check(const char *password, struct why *w)
{
    size_t n = utf8_count(password, strlen(password));

    if (n < LIMIT_PASSWORD_MIN_CHARS || n > LIMIT_PASSWORD_CHARS)
        return fail_field(w, E_INVALID, "password", "a password has %d to %d characters",
                          LIMIT_PASSWORD_MIN_CHARS, LIMIT_PASSWORD_CHARS);
    return OK;
}

/* Of sorted (owner, value) pairs those of one owner; n at most. */
struct pair {
    int64_t owner, value;
};

static struct shape_ids ids_of(struct arena *a, const struct pair *v, size_t n, int64_t owner)
{
    struct shape_ids ids = {arena_array(a, n + 1, sizeof *ids.v), 0};

    for (size_t i = 0; i < n; i++)
        if (v[i].owner == owner)
            ids.v[ids.n++] = v[i].value;
    return ids;
}

enum err agents_all(struct tx *tx, struct arena *a, struct agent **ret, size_t *ret_n,
                    struct why *w)
{
    struct agent_list_rows rows;
    struct agent_inbox_all_rows sees;
    struct team_member_all_rows in;
    struct pair *inboxes, *teams;
    enum err e;

    if ((e = q_agent_list(tx, a, &rows, w)) || (e = q_agent_inbox_all(tx, a, &sees, w)) ||
        (e = q_team_member_all(tx, a, &in, w)))
        return e;
    inboxes = arena_array(a, sees.n + 1, sizeof *inboxes);
    for (size_t i = 0; i < sees.n; i++)
        inboxes[i] = (struct pair){sees.v[i].agent_id, sees.v[i].inbox_id};
    teams = arena_array(a, in.n + 1, sizeof *teams);
    for (size_t i = 0; i < in.n; i++)
        teams[i] = (struct pair){in.v[i].agent_id, in.v[i].team_id};
    *ret = arena_array(a, rows.n + 1, sizeof **ret);
    *ret_n = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct agent_list_row *r = &rows.v[i];

        (*ret)[i] = (struct agent){.id = r->id,
                                   .name = r->name,
                                   .email = r->email,
                                   .role = r->role,
                                   .locale = r->locale,
                                   .is_active = r->is_active,
                                   .is_invited = !r->has_password,
                                   .is_demo = r->is_demo,
                                   .sees_all = r->sees_all,
                                   .inbox_ids = ids_of(a, inboxes, sees.n, r->id),
                                   .team_ids = ids_of(a, teams, in.n, r->id),
                                   .created_at = r->created_at,
                                   .rev = r->rev};
    }
    return OK;
}

enum err agent_make(struct tx *tx, struct arena *a, const struct agent_new *in,
                    const struct principal *by, int64_t *ret_id, struct why *w)
{
    struct agent_by_email_row *taken;
    const char *email;
    int64_t id;
    enum err e;

    if ((e = email_check(a, in->email, &email, w)))
        return e;
    if ((e = q_agent_by_email(tx, (struct agent_by_email_in){.email = email}, a, &taken, w)))
        return e;
    if (taken)
        return fail_field(w, E_CONFLICT, "email", "there is an agent with this address");
    id = tx_id(tx);
    e = q_agent_insert(tx,
                       (struct agent_insert_in){.id = id,
                                                .email = email,
                                                .name = in->name,
                                                .role = in->role,
                                                .password_hash = in->password_hash,
                                                .locale = in->locale ? in->locale : "en",
                                                .sees_all = true,
                                                .is_demo = in->is_demo,
                                                .now = tx_now(tx)},
                       NULL, w);
    if (e)
        return e;
    *ret_id = id;
    return audit_write(tx, by, "agent.created", "agent", id,
                       arena_printf(a, "{\"role\":\"%s\"}", in->role), w);
}

enum err teams_all(struct tx *tx, struct arena *a, struct team **ret, size_t *ret_n, struct why *w)
{
    struct team_list_rows rows;
    struct team_member_all_rows in;
    struct pair *members;
    enum err e;

    if ((e = q_team_list(tx, a, &rows, w)) || (e = q_team_member_all(tx, a, &in, w)))
        return e;
    members = arena_array(a, in.n + 1, sizeof *members);
    for (size_t i = 0; i < in.n; i++)
        members[i] = (struct pair){in.v[i].team_id, in.v[i].agent_id};
    *ret = arena_array(a, rows.n + 1, sizeof **ret);
    *ret_n = rows.n;
    for (size_t i = 0; i < rows.n; i++)
        (*ret)[i] =
            (struct team){rows.v[i].id, rows.v[i].name, ids_of(a, members, in.n, rows.v[i].id),
                          rows.v[i].created_at, rows.v[i].rev};
    return OK;
}

enum err key_make(struct tx *tx, struct arena *a, const char *name, enum role role,
                  int64_t inbox_id, const struct principal *by, struct key *ret, struct why *w)
{
    const char *text = arena_printf(a, "ak_%s", secret_token(a, KEY_BYTES));
    unsigned char hash[HASH_BYTES];
    int64_t id = tx_id(tx);
    enum err e;

    if (!policy_may_give_role(by, role))
        return fail_field(w, E_DENIED, "role", "a key cannot do more than you may");
    secret_hash(text, strlen(text), hash);
    *ret = (struct key){.id = id,
                        .name = name,
                        .hint = arena_dup(a, text, KEY_HINT_CHARS),
                        .role = role_name(role),
                        .inbox_id = inbox_id,
                        .created_at = tx_now(tx),
                        .key = text};
    e = q_api_key_insert(tx,
                         (struct api_key_insert_in){.id = id,
                                                    .name = name,
                                                    .hash = {(const char *)hash, HASH_BYTES},
                                                    .hint = ret->hint,
                                                    .role = ret->role,
                                                    .inbox_id = inbox_id,
                                                    .created_by = by->id,
                                                    .now = tx_now(tx)},
                         NULL, w);
    if (e)
        return e;
    return audit_write(tx, by, "key.created", "key", id,
                       arena_printf(a, "{\"role\":\"%s\"}", ret->role), w);
}

SHAPE(RIGHTS_CHANGE, "RightsChange", struct rights_change, "Whose rights or sessions changed",
      {{"agent_id", SHAPE_I64, SHAPE_OMIT, offsetof(struct rights_change, agent_id)},
       {"key_id", SHAPE_I64, SHAPE_OMIT, offsetof(struct rights_change, key_id)}});

enum err rights_changed(struct tx *tx, struct arena *a, const struct principal *by, enum who kind,
                        int64_t id, struct why *w)
{
    struct event ev = {.kind = EVENT_RIGHTS_CHANGED,
                       .at = tx_now(tx),
                       .actor_id = by->kind == WHO_AGENT ? by->id : 0,
                       .data = arena_printf(a, "{\"%s\":%" PRId64 "}",
                                            kind == WHO_KEY ? "key_id" : "agent_id", id)};

    return tx_event(tx, &ev, w);
}

enum err once_link_make(struct tx *tx, struct arena *a, const char *kind, int64_t agent_id,
                        msec valid_for, const char **ret, struct why *w)
{
    const char *token = secret_token(a, LINK_BYTES);
    unsigned char hash[HASH_BYTES];
    enum err e;

    secret_hash(token, strlen(token), hash);
    /* A new link takes the place of the older ones of its kind. */
    if ((e = q_once_link_clear(tx, (struct once_link_clear_in){.kind = kind, .agent_id = agent_id},
                               NULL, w)))
        return e;
    e = q_once_link_insert(tx,
                           (struct once_link_insert_in){.hash = {(const char *)hash, HASH_BYTES},
                                                        .kind = kind,
                                                        .agent_id = agent_id,
                                                        .expires_at = tx_now(tx) + valid_for},
                           NULL, w);
    if (e)
        return e;
    *ret = token;
    return OK;
}

enum err once_link_use(struct tx *tx, struct arena *a, const char *kind, const char *token,
                       int64_t *ret_agent_id, struct why *w)
{
    unsigned char hash[HASH_BYTES];
    struct once_link_take_row *row;
    enum err e;

    secret_hash(token, strlen(token), hash);
    e = q_once_link_take(tx,
                         (struct once_link_take_in){.hash = {(const char *)hash, HASH_BYTES},
                                                    .kind = kind,
                                                    .now = tx_now(tx)},
                         a, &row, w);
    if (e)
        return e;
    if (!row)
        return fail(w, E_NOT_FOUND, "this link was used already or is too old");
    *ret_agent_id = row->agent_id;
    return OK;
}

enum err people_is_set_up(struct tx *tx, struct arena *a, bool *ret, struct why *w)
{
    struct agent_count_admins_row *row;
    enum err e;

    if ((e = q_agent_count_admins(tx, a, &row, w)))
        return e;
    *ret = row && row->n > 0;
    return OK;
}

enum err people_set_up(struct tx *tx, struct arena *a, const char *email, const char *name,
                       const char *password_hash, int64_t *ret_id, struct why *w)
{
    static const struct principal system = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN};
    struct agent_new in = {
        .email = email, .name = name, .role = "admin", .password_hash = password_hash};
    int64_t added = 0, id = 0;
    bool is_done;
    enum err e;

    if ((e = people_is_set_up(tx, a, &is_done, w)))
        return e;
    if (is_done)
        return fail(w, E_CONFLICT, "this desk is set up already");
    e = q_setting_add(tx, (struct setting_add_in){.name = "setup_done", .value = "1"}, &added, w);
    if (e)
        return e;
    if (added == 0)
        return fail(w, E_CONFLICT, "this desk is set up already");
    if ((e = q_once_link_clear(tx, (struct once_link_clear_in){.kind = "setup"}, NULL, w)))
        return e;
    if ((e = agent_make(tx, a, &in, &system, &id, w)) || (e = people_first_admin(tx, id, w)))
        return e;
    *ret_id = id;
    return OK;
}

enum err setting_read(struct tx *tx, struct arena *a, const char *name, const char **ret,
                      struct why *w)
{
    struct setting_get_row *row;
    enum err e;

    if ((e = q_setting_get(tx, (struct setting_get_in){.name = name}, a, &row, w)))
        return e;
    *ret = row ? row->value : NULL;
    return OK;
}

enum err setting_write(struct tx *tx, const char *name, const char *value, struct why *w)
{
    return q_setting_set(tx, (struct setting_set_in){.name = name, .value = value}, NULL, w);
}
