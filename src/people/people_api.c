#include "people/people_api.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "people/audit.h"
#include "people/auth_api.h"
#include "people/people.h"
#include "people/people.sql.h"
#include "people/people_app.h"
#include "people/policy.h"
#include "store/store.h"

struct agent_in {
    const char *email, *name, *role;
};
SHAPE(AGENT_IN, "AgentNew", struct agent_in, "A colleague to invite",
      {{"email", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct agent_in, email), .min = 3,
        .max = LIMIT_ADDRESS_CHARS},
       {"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct agent_in, name), .min = 1,
        .max = LIMIT_NAME_CHARS},
       {"role", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct agent_in, role), .names = ROLE_NAMES}});

struct agent_patch_in {
    uint64_t present;
    const char *name, *role;
    bool is_active, sees_all;
    struct shape_ids inbox_ids;
};
SHAPE_WITH_PRESENT(
    AGENT_PATCH, "AgentPatch", struct agent_patch_in, "What to change",
    {{"name", SHAPE_TEXT, 0, offsetof(struct agent_patch_in, name), .min = 1,
      .max = LIMIT_NAME_CHARS},
     {"role", SHAPE_ENUM, 0, offsetof(struct agent_patch_in, role), .names = ROLE_NAMES},
     {"is_active", SHAPE_BOOL, 0, offsetof(struct agent_patch_in, is_active)},
     {"sees_all", SHAPE_BOOL, 0, offsetof(struct agent_patch_in, sees_all)},
     {"inbox_ids", SHAPE_IDS, 0, offsetof(struct agent_patch_in, inbox_ids), .max = 1000}});

struct team_in {
    uint64_t present;
    const char *name;
    struct shape_ids agent_ids;
};
SHAPE_WITH_PRESENT(TEAM_IN, "TeamNew", struct team_in, "A team",
                   {{"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct team_in, name), .min = 1,
                     .max = LIMIT_NAME_CHARS},
                    {"agent_ids", SHAPE_IDS, 0, offsetof(struct team_in, agent_ids), .max = 1000}});
SHAPE_WITH_PRESENT(TEAM_PATCH, "TeamPatch", struct team_in, "What to change",
                   {{"name", SHAPE_TEXT, 0, offsetof(struct team_in, name), .min = 1,
                     .max = LIMIT_NAME_CHARS},
                    {"agent_ids", SHAPE_IDS, 0, offsetof(struct team_in, agent_ids), .max = 1000}});

struct key_in {
    const char *name, *role;
    int64_t inbox_id;
};
SHAPE(KEY_IN, "KeyNew", struct key_in, "A key for a program",
      {{"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct key_in, name), .min = 1,
        .max = LIMIT_NAME_CHARS},
       {"role", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct key_in, role), .names = ROLE_NAMES},
       {"inbox_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct key_in, inbox_id),
        .doc = "null: every inbox"}});

struct audit_line {
    int64_t id;
    msec at;
    const char *actor_kind, *action, *object, *detail, *ip, *request_id;
    int64_t actor_id, object_id;
};
SHAPE(AUDIT_LINE, "AuditLine", struct audit_line, "Who did what",
      {{"id", SHAPE_I64, 0, offsetof(struct audit_line, id)},
       {"at", SHAPE_TIME, 0, offsetof(struct audit_line, at)},
       {"actor_kind", SHAPE_TEXT, 0, offsetof(struct audit_line, actor_kind)},
       {"actor_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct audit_line, actor_id)},
       {"action", SHAPE_TEXT, 0, offsetof(struct audit_line, action)},
       {"object", SHAPE_TEXT, 0, offsetof(struct audit_line, object)},
       {"object_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct audit_line, object_id)},
       {"detail", SHAPE_RAW, SHAPE_NULLABLE | SHAPE_AN_OBJECT, offsetof(struct audit_line, detail)},
       {"ip", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct audit_line, ip)},
       {"request_id", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct audit_line, request_id)}});

struct link {
    const char *url;
};
SHAPE(LINK, "Link", struct link, "A link that works once",
      {{"url", SHAPE_TEXT, 0, offsetof(struct link, url)}});

/* ------- agents */

static CHECKED enum err reply_agent(struct req *q, struct res *s, int status, int64_t id,
                                    const char *invite_url, struct why *w)
{
    struct agent *list;
    size_t n;
    enum err e;

    if ((e = agents_all(q->tx, q->arena, &list, &n, w)))
        return e;
    for (size_t i = 0; i < n; i++) {
        if (list[i].id == id) {
            list[i].invite_url = invite_url;
            res_header(s, "ETag", arena_printf(q->arena, "\"%" PRId64 "\"", list[i].rev));
            return reply(s, status, &AGENT, &list[i]);
        }
    }
    return fail(w, E_NOT_FOUND, "there is no agent %" PRId64, id);
}

enum err agent_list_get(struct req *q, struct res *s, struct why *w)
{
    struct agent *list;
    size_t n;
    enum err e;

    if ((e = agents_all(q->tx, q->arena, &list, &n, w)))
        return e;
    return reply_list(s, &AGENT, list, n, false, NULL);
}

enum err agent_post(struct req *q, struct res *s, struct why *w)
{
    const struct agent_in *in = q->in;
    struct agent_new new = {.email = in->email, .name = in->name, .role = in->role};
    const char *token;
    enum role role;
    int64_t id;
    enum err e;

    if (!role_parse(in->role, &role) || !policy_may_give_role(q->who, role))
        return fail_field(w, E_DENIED, "role", "you cannot give a role above your own");
    if ((e = agent_make(q->tx, q->arena, &new, q->who, &id, w)) ||
        (e = once_link_make(q->tx, q->arena, "invite", id, INVITE_VALID_MS, &token, w)))
        return e;
    return reply_agent(q, s, 201, id,
                       arena_printf(q->arena, "%s/invite?token=%s", people_base_url(q->app), token),
                       w);
}

/* The desk is never left without an admin who can sign in. Asked when all who are one are held
 * (agent_hold), or two could each rely on the other. */
static CHECKED enum err keep_an_admin(struct req *q, struct why *w)
{
    bool is_set_up;
    enum err e;

    if ((e = people_is_set_up(q->tx, q->arena, &is_set_up, w)))
        return e;
    return is_set_up ? OK : fail(w, E_CONFLICT, "this is the last admin: make another one first");
}

static CHECKED enum err inboxes_set(struct req *q, int64_t id, const struct shape_ids *ids,
                                    struct why *w)
{
    enum err e;

    e = q_agent_inbox_clear(q->tx, (struct agent_inbox_clear_in){.agent_id = id}, NULL, w);
    for (size_t i = 0; !e && i < ids->n; i++)
        e = q_agent_inbox_add(
            q->tx, (struct agent_inbox_add_in){.agent_id = id, .inbox_id = ids->v[i]}, NULL, w);
    return e;
}

/* {"role":["agent","lead"],"is_active":false}: what became of whose rights. */
static const char *agent_change_text(struct arena *a, const struct agent_get_row *was,
                                     const struct agent_patch_in *in)
{
    const char *text = "{", *gap = "";

    if (in->role && strcmp(in->role, was->role) != 0) {
        text = arena_printf(a, "%s\"role\":[\"%s\",\"%s\"]", text, was->role, in->role);
        gap = ",";
    }
    if (SHAPE_HAS(in, &AGENT_PATCH, "is_active") && in->is_active != was->is_active) {
        text = arena_printf(a, "%s%s\"is_active\":%s", text, gap, in->is_active ? "true" : "false");
        gap = ",";
    }
    if (SHAPE_HAS(in, &AGENT_PATCH, "sees_all") && in->sees_all != was->sees_all)
        text = arena_printf(a, "%s%s\"sees_all\":%s", text, gap, in->sees_all ? "true" : "false");
    return arena_printf(a, "%s}", text);
}

/* The agent as nobody else can change it now, nor any admin. */
static CHECKED enum err agent_held(struct req *q, int64_t id, struct agent_get_row **ret,
                                   struct why *w)
{
    struct agent_hold_rows held;
    struct agent_get_row *row;
    int64_t rev;
    enum err e;

    if ((e = req_if_match(q, &rev, w)) ||
        (e = q_agent_hold(q->tx, (struct agent_hold_in){.id = id}, q->arena, &held, w)) ||
        (e = q_agent_get(q->tx, (struct agent_get_in){.id = id}, q->arena, &row, w)))
        return e;
    if (!row)
        return fail(w, E_NOT_FOUND, "there is no agent %" PRId64, id);
    if (rev && rev != row->rev)
        return fail(w, E_STALE, "the agent is at revision %" PRId64 ", not %" PRId64, row->rev,
                    rev);
    *ret = row;
    return OK;
}

enum err agent_patch(struct req *q, struct res *s, struct why *w)
{
    const struct agent_patch_in *in = q->in;
    int64_t id = q->ids[0];
    struct agent_get_row *row;
    enum role role;
    enum err e;

    if ((e = agent_held(q, id, &row, w)))
        return e;
    if (in->role && (!role_parse(in->role, &role) || !policy_may_give_role(q->who, role)))
        return fail_field(w, E_DENIED, "role", "you cannot give a role above your own");
    e = q_agent_update(
        q->tx,
        (struct agent_update_in){
            .id = id,
            .name = in->name ? in->name : row->name,
            .role = in->role ? in->role : row->role,
            .locale = row->locale,
            .settings = row->settings,
            .sees_all = SHAPE_HAS(in, &AGENT_PATCH, "sees_all") ? in->sees_all : row->sees_all,
            .is_active = SHAPE_HAS(in, &AGENT_PATCH, "is_active") ? in->is_active : row->is_active},
        NULL, w);
    if (e)
        return e;
    if (SHAPE_HAS(in, &AGENT_PATCH, "inbox_ids") && (e = inboxes_set(q, id, &in->inbox_ids, w)))
        return e;
    if (row->is_active && SHAPE_HAS(in, &AGENT_PATCH, "is_active") && !in->is_active &&
        ((e = q_session_delete_of_agent(q->tx, (struct session_delete_of_agent_in){.agent_id = id},
                                        NULL, w)) ||
         (e = q_once_link_clear_of(q->tx, (struct once_link_clear_of_in){.agent_id = id}, NULL,
                                   w))))
        return e;
    if ((e = keep_an_admin(q, w)) ||
        (e = audit_write(q->tx, q->who, "agent.changed", "agent", id,
                         agent_change_text(q->arena, row, in), w)) ||
        (e = rights_changed(q->tx, q->arena, q->who, WHO_AGENT, id, w)))
        return e;
    auth_forget();
    return reply_agent(q, s, 200, id, NULL, w);
}

enum err agent_reset_link_post(struct req *q, struct res *s, struct why *w)
{
    struct agent_get_row *row;
    const char *token;
    struct link out;
    bool is_invited;
    enum err e;

    if ((e = q_agent_get(q->tx, (struct agent_get_in){.id = q->ids[0]}, q->arena, &row, w)))
        return e;
    if (!row)
        return fail(w, E_NOT_FOUND, "there is no agent %" PRId64, q->ids[0]);
    is_invited = !row->password_hash;
    e = once_link_make(q->tx, q->arena, is_invited ? "invite" : "reset", row->id,
                       is_invited ? INVITE_VALID_MS : RESET_VALID_MS, &token, w);
    if (e || (e = audit_write(q->tx, q->who, "agent.link", "agent", row->id, NULL, w)))
        return e;
    out.url = arena_printf(q->arena, "%s/%s?token=%s", people_base_url(q->app),
                           is_invited ? "invite" : "reset", token);
    return reply(s, 201, &LINK, &out);
}

/* ------- teams */

static CHECKED enum err members_set(struct req *q, int64_t id, const struct shape_ids *ids,
                                    struct why *w)
{
    const char *name;
    enum err e;

    e = q_team_member_clear(q->tx, (struct team_member_clear_in){.team_id = id}, NULL, w);
    for (size_t i = 0; !e && i < ids->n; i++) {
        if ((e = agent_name(q->tx, q->arena, ids->v[i], true, &name, w)))
            return e;
        e = q_team_member_add(
            q->tx, (struct team_member_add_in){.team_id = id, .agent_id = ids->v[i]}, NULL, w);
    }
    return e;
}

static CHECKED enum err reply_team(struct req *q, struct res *s, int status, int64_t id,
                                   struct why *w)
{
    struct team *list;
    size_t n;
    enum err e;

    if ((e = teams_all(q->tx, q->arena, &list, &n, w)))
        return e;
    for (size_t i = 0; i < n; i++)
        if (list[i].id == id) {
            res_header(s, "ETag", arena_printf(q->arena, "\"%" PRId64 "\"", list[i].rev));
            return reply(s, status, &TEAM, &list[i]);
        }
    return fail(w, E_NOT_FOUND, "there is no team %" PRId64, id);
}

static CHECKED enum err name_is_free(struct req *q, const char *name, int64_t id, struct why *w)
{
    struct team_by_name_row *taken;
    enum err e;

    if ((e = q_team_by_name(q->tx, (struct team_by_name_in){.name = name}, q->arena, &taken, w)))
        return e;
    return taken && taken->id != id
               ? fail_field(w, E_CONFLICT, "name", "there is a team of this name")
               : OK;
}

enum err team_list_get(struct req *q, struct res *s, struct why *w)
{
    struct team *list;
    size_t n;
    enum err e;

    if ((e = teams_all(q->tx, q->arena, &list, &n, w)))
        return e;
    return reply_list(s, &TEAM, list, n, false, NULL);
}

enum err team_post(struct req *q, struct res *s, struct why *w)
{
    const struct team_in *in = q->in;
    int64_t id = tx_id(q->tx);
    enum err e;

    if ((e = name_is_free(q, in->name, 0, w)) ||
        (e = q_team_insert(
             q->tx, (struct team_insert_in){.id = id, .name = in->name, .now = tx_now(q->tx)}, NULL,
             w)) ||
        (e = members_set(q, id, &in->agent_ids, w)) ||
        (e = audit_write(q->tx, q->who, "team.created", "team", id, NULL, w)))
        return e;
    return reply_team(q, s, 201, id, w);
}

enum err team_patch(struct req *q, struct res *s, struct why *w)
{
    const struct team_in *in = q->in;
    int64_t id = q->ids[0], rev;
    struct team_get_row *row;
    enum err e;

    if ((e = req_if_match(q, &rev, w)) ||
        (e = q_team_get(q->tx, (struct team_get_in){.id = id}, q->arena, &row, w)))
        return e;
    if (!row)
        return fail(w, E_NOT_FOUND, "there is no team %" PRId64, id);
    if (rev && rev != row->rev)
        return fail(w, E_STALE, "the team is at revision %" PRId64 ", not %" PRId64, row->rev, rev);
    if (in->name && (e = name_is_free(q, in->name, id, w)))
        return e;
    /* Also for new members alone: what was read before is stale then. */
    e = q_team_rename(
        q->tx, (struct team_rename_in){.id = id, .name = in->name ? in->name : row->name}, NULL, w);
    if (e)
        return e;
    if (SHAPE_HAS(in, &TEAM_PATCH, "agent_ids") && (e = members_set(q, id, &in->agent_ids, w)))
        return e;
    if ((e = audit_write(q->tx, q->who, "team.changed", "team", id, NULL, w)))
        return e;
    return reply_team(q, s, 200, id, w);
}

enum err team_delete(struct req *q, struct res *s, struct why *w)
{
    int64_t id = q->ids[0], gone = 0;
    enum err e;

    /* Its inboxes' new tickets would wait where nobody looks. */
    if ((e = q_team_member_clear(q->tx, (struct team_member_clear_in){.team_id = id}, NULL, w)) ||
        (e = q_team_leave_inboxes(q->tx, (struct team_leave_inboxes_in){.id = id}, NULL, w)) ||
        (e = q_team_delete(q->tx, (struct team_delete_in){.id = id}, &gone, w)))
        return e;
    if (!gone)
        return fail(w, E_NOT_FOUND, "there is no team %" PRId64, id);
    if ((e = audit_write(q->tx, q->who, "team.deleted", "team", id, NULL, w)))
        return e;
    return reply_empty(s);
}

/* ------- keys */

enum err key_list_get(struct req *q, struct res *s, struct why *w)
{
    struct api_key_list_rows rows;
    struct key *list;
    enum err e;

    if ((e = q_api_key_list(q->tx, q->arena, &rows, w)))
        return e;
    list = arena_array(q->arena, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++)
        list[i] = (struct key){rows.v[i].id,           rows.v[i].name,       rows.v[i].hint,
                               rows.v[i].role,         rows.v[i].inbox_id,   rows.v[i].created_at,
                               rows.v[i].last_used_at, rows.v[i].revoked_at, NULL};
    return reply_list(s, &KEY, list, rows.n, false, NULL);
}

enum err key_post(struct req *q, struct res *s, struct why *w)
{
    const struct key_in *in = q->in;
    struct key out;
    enum role role;
    enum err e;

    if (!role_parse(in->role, &role))
        return fail_field(w, E_INVALID, "role", "there is no such role");
    if ((e = key_make(q->tx, q->arena, in->name, role, in->inbox_id, q->who, &out, w)))
        return e;
    return reply(s, 201, &KEY, &out);
}

enum err key_delete(struct req *q, struct res *s, struct why *w)
{
    int64_t changed = 0;
    enum err e;

    e = q_api_key_revoke(q->tx, (struct api_key_revoke_in){.id = q->ids[0], .now = tx_now(q->tx)},
                         &changed, w);
    if (e)
        return e;
    if (!changed)
        return fail(w, E_NOT_FOUND, "there is no live key %" PRId64, q->ids[0]);
    if ((e = audit_write(q->tx, q->who, "key.revoked", "key", q->ids[0], NULL, w)) ||
        (e = rights_changed(q->tx, q->arena, q->who, WHO_KEY, q->ids[0], w)))
        return e;
    auth_forget();
    return reply_empty(s);
}

/* ------- the audit log */

enum err audit_list_get(struct req *q, struct res *s, struct why *w)
{
    int64_t limit = 0, before = 0;
    struct audit_list_rows rows;
    struct audit_line *list;
    size_t n;
    enum err e;

    if ((e = req_query_i64(q, "limit", 1, LIMIT_PAGE, LIMIT_PAGE_DEFAULT, &limit, w)) ||
        (e = req_query_i64(q, "after", 1, INT64_MAX, INT64_MAX, &before, w)) ||
        (e = q_audit_list(q->tx, (struct audit_list_in){.before = before, .limit = limit + 1},
                          q->arena, &rows, w)))
        return e;
    n = rows.n > (size_t)limit ? (size_t)limit : rows.n;
    list = arena_array(q->arena, n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        const struct audit_list_row *r = &rows.v[i];

        list[i] = (struct audit_line){.id = r->id,
                                      .at = r->at,
                                      .actor_kind = r->actor_kind,
                                      .action = r->action,
                                      .object = r->object,
                                      .detail = r->detail,
                                      .ip = r->ip,
                                      .request_id = r->request_id,
                                      .actor_id = r->actor_id,
                                      .object_id = r->object_id};
    }
    return reply_list(s, &AUDIT_LINE, list, n, rows.n > n,
                      rows.n > n ? arena_printf(q->arena, "%" PRId64, list[n - 1].id) : NULL);
}
