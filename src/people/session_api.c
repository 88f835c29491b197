/* Setting up, signing in and out, passwords. The slow handlers run outside a transaction, on
 * threads that may burn 100 ms on a hash. */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "people/audit.h"
#include "people/auth_api.h"
#include "people/guesses.h"
#include "people/people.h"
#include "people/people.sql.h"
#include "people/people_api.h"
#include "people/people_app.h"
#include "people/policy.h"
#include "store/store.h"
#include "sys/secret.h"

#define TOKEN_BYTES      32
#define CSRF_BYTES       18
#define USER_AGENT_BYTES 200
#define RESET_EVERY_MS   ((msec)60 * 1000)

struct setup {
    bool is_needed;
};
SHAPE(SETUP, "Setup", struct setup, "Must this desk be set up first?",
      {{"needed", SHAPE_BOOL, 0, offsetof(struct setup, is_needed)}});

struct setup_in {
    const char *token, *email, *name, *password;
};
SHAPE(SETUP_IN, "SetupNew", struct setup_in, "The first admin",
      {{"token", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct setup_in, token), .min = 1,
        .max = 100},
       {"email", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct setup_in, email), .min = 3,
        .max = LIMIT_ADDRESS_CHARS},
       {"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct setup_in, name), .min = 1,
        .max = LIMIT_NAME_CHARS},
       {"password", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct setup_in, password), .min = 1,
        .max = LIMIT_PASSWORD_CHARS}});

struct session_in {
    const char *email, *password;
};
SHAPE(SESSION_IN, "SignIn", struct session_in, "Who, and their password",
      {{"email", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct session_in, email), .min = 1,
        .max = LIMIT_ADDRESS_CHARS},
       {"password", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct session_in, password), .min = 1,
        .max = LIMIT_PASSWORD_CHARS}});

struct reset_in {
    const char *email;
};
SHAPE(RESET_IN, "PasswordReset", struct reset_in, "Whose password",
      {{"email", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct reset_in, email), .min = 1,
        .max = LIMIT_ADDRESS_CHARS}});

struct reset_confirm_in {
    const char *token, *password;
};
SHAPE(RESET_CONFIRM_IN, "PasswordResetConfirm", struct reset_confirm_in, "The link and the new one",
      {{"token", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct reset_confirm_in, token), .min = 1,
        .max = 100},
       {"password", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct reset_confirm_in, password),
        .min = 1, .max = LIMIT_PASSWORD_CHARS}});

struct me {
    int64_t id;
    const char *name, *email, *role, *locale, *settings, *csrf_token;
    struct shape_texts permissions;
    bool is_demo, is_set_up;
};
SHAPE(ME, "Me", struct me, "Who is asking",
      {{"id", SHAPE_I64, 0, offsetof(struct me, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct me, name)},
       {"email", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct me, email)},
       {"role", SHAPE_ENUM, 0, offsetof(struct me, role), .names = ROLE_NAMES},
       {"locale", SHAPE_TEXT, 0, offsetof(struct me, locale)},
       {"settings", SHAPE_RAW, SHAPE_AN_OBJECT, offsetof(struct me, settings)},
       {"permissions", SHAPE_TEXTS, 0, offsetof(struct me, permissions)},
       {"csrf_token", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct me, csrf_token)},
       {"demo", SHAPE_BOOL, 0, offsetof(struct me, is_demo)},
       {"setup_done", SHAPE_BOOL, 0, offsetof(struct me, is_set_up)}});

struct me_patch {
    uint64_t present;
    const char *name, *locale, *settings, *password, *old_password;
};
SHAPE_WITH_PRESENT(
    ME_PATCH, "MePatch", struct me_patch, "What to change of oneself",
    {{"name", SHAPE_TEXT, 0, offsetof(struct me_patch, name), .min = 1, .max = LIMIT_NAME_CHARS},
     {"locale", SHAPE_TEXT, 0, offsetof(struct me_patch, locale), .min = 2, .max = 20},
     {"settings", SHAPE_RAW, SHAPE_AN_OBJECT, offsetof(struct me_patch, settings), .max = 16384},
     {"password", SHAPE_TEXT, 0, offsetof(struct me_patch, password), .max = LIMIT_PASSWORD_CHARS},
     {"old_password", SHAPE_TEXT, 0, offsetof(struct me_patch, old_password),
      .max = LIMIT_PASSWORD_CHARS}});

/* ------- what the slow handlers do inside their transactions */

struct signing {
    struct req *q;
    struct res *s;
    const char *email, *name, *token, *password_hash;
    int64_t agent_id;
    struct me me;
    const char *cookie;
};

static CHECKED enum err me_fill(struct tx *tx, struct arena *a, const struct principal *who,
                                struct me *ret, struct why *w)
{
    struct agent_get_row *row = NULL;
    const char *demo;
    enum err e;

    *ret = (struct me){.id = who->id,
                       .name = who->name,
                       .email = who->email,
                       .role = role_name(who->role),
                       .locale = "en",
                       .settings = "{}",
                       .csrf_token = who->csrf};
    ret->permissions.v = arena_array(a, P_COUNT, sizeof *ret->permissions.v);
    for (unsigned p = P_NONE + 1; p < P_COUNT; p++)
        if (policy_may(who, (enum permission)p))
            ret->permissions.v[ret->permissions.n++] = permission_name((enum permission)p);
    if ((e = people_is_set_up(tx, a, &ret->is_set_up, w)) ||
        (e = setting_read(tx, a, "demo", &demo, w)))
        return e;
    ret->is_demo = demo != NULL;
    if (who->kind != WHO_AGENT)
        return OK;
    if ((e = q_agent_get(tx, (struct agent_get_in){.id = who->id}, a, &row, w)))
        return e;
    if (row) {
        ret->name = row->name;
        ret->email = row->email;
        ret->locale = row->locale;
        ret->settings = row->settings;
    }
    return OK;
}

static const char *browser_of(const struct req *q)
{
    struct str h = req_header(q, "user-agent");

    if (!utf8_is_valid(h.p, h.n))
        return "";
    return arena_dup(q->arena, h.p, utf8_cut(h.p, h.n, USER_AGENT_BYTES));
}

/* A new session; an old one of the same browser ends (rotation on login). */
static CHECKED enum err session_make(struct tx *tx, struct signing *g, struct why *w)
{
    struct arena *a = g->q->arena;
    const char *token = secret_token(a, TOKEN_BYTES), *csrf = secret_token(a, CSRF_BYTES);
    struct principal who = {.kind = WHO_AGENT,
                            .id = g->agent_id,
                            .csrf = csrf,
                            .ip = g->q->ip,
                            .request_id = g->q->request_id};
    struct agent_get_row *row;
    unsigned char hash[HASH_BYTES];
    enum err e;

    if ((e = q_agent_get(tx, (struct agent_get_in){.id = g->agent_id}, a, &row, w)))
        return e;
    if (!row || !row->is_active || !role_parse(row->role, &who.role))
        return fail(w, E_UNKNOWN_WHO, "the address or the password is wrong");
    if (g->q->who->session &&
        (e = q_session_delete(
             tx, (struct session_delete_in){.hash = {(const char *)g->q->who->session, HASH_BYTES}},
             NULL, w)))
        return e;
    secret_hash(token, strlen(token), hash);
    e = q_session_insert(tx,
                         (struct session_insert_in){.hash = {(const char *)hash, HASH_BYTES},
                                                    .agent_id = g->agent_id,
                                                    .csrf = csrf,
                                                    .ip = g->q->ip,
                                                    .user_agent = browser_of(g->q),
                                                    .now = tx_now(tx),
                                                    .expires_at = tx_now(tx) + SESSION_VALID_MS},
                         NULL, w);
    if (e || (e = me_fill(tx, a, &who, &g->me, w)))
        return e;
    g->cookie =
        arena_printf(a, SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", token,
                     (long long)(SESSION_VALID_MS / 1000), g->q->is_tls ? "; Secure" : "");
    return audit_write(tx, &who, "login", "agent", g->agent_id, NULL, w);
}

static enum err reply_signed_in(struct signing *g, int status)
{
    res_header(g->s, "Set-Cookie", g->cookie);
    return reply(g->s, status, &ME, &g->me);
}

/* ------- setup */

enum err setup_get(struct req *q, struct res *s, struct why *w)
{
    struct setup out;
    bool is_done;
    enum err e;

    if ((e = people_is_set_up(q->tx, q->arena, &is_done, w)))
        return e;
    out.is_needed = !is_done;
    return reply(s, 200, &SETUP, &out);
}

static enum err set_up(struct tx *tx, void *arg, struct why *w)
{
    struct signing *g = arg;
    int64_t nobody;
    enum err e;

    if ((e = once_link_use(tx, g->q->arena, "setup", g->token, &nobody, w)) ||
        (e = people_set_up(tx, g->q->arena, g->email, g->name, g->password_hash, &g->agent_id, w)))
        return e;
    return session_make(tx, g, w);
}

enum err setup_post(struct req *q, struct res *s, struct why *w)
{
    const struct setup_in *in = q->in;
    struct signing g = {.q = q, .s = s, .email = in->email, .name = in->name, .token = in->token};
    enum err e;

    if ((e = email_check(q->arena, in->email, &g.email, w)) ||
        (e = password_check(in->password, w)) ||
        (e = password_hash(in->password, q->arena, &g.password_hash, w)) ||
        (e = store_write(people_store(q->app), set_up, &g, w)))
        return e;
    return reply_signed_in(&g, 201);
}

/* ------- sign in */

struct looked {
    struct req *q;
    const char *email;
    struct agent_by_email_row *row;
};

static enum err look_up(struct tx *tx, void *arg, struct why *w)
{
    struct looked *l = arg;

    return q_agent_by_email(tx, (struct agent_by_email_in){.email = l->email}, l->q->arena, &l->row,
                            w);
}

static enum err sign_in(struct tx *tx, void *arg, struct why *w)
{
    return session_make(tx, arg, w);
}

struct failed {
    struct req *q;
    int64_t agent_id;
};

static enum err note_failed(struct tx *tx, void *arg, struct why *w)
{
    const struct failed *f = arg;
    struct principal nobody = {.kind = WHO_NOBODY, .ip = f->q->ip, .request_id = f->q->request_id};

    return audit_write(tx, &nobody, "login.failed", "agent", f->agent_id, NULL, w);
}

/* The same words and the same work whether the address is known or not. How often one may
 * guess is the route's rate (PER_LOGIN) from one address and guesses.h for one account. */
enum err session_post(struct req *q, struct res *s, struct why *w)
{
    const struct session_in *in = q->in;
    struct signing g = {.q = q, .s = s};
    struct looked l = {.q = q};
    bool is_right;
    int wait_s;
    enum err e;

    if (email_check(q->arena, in->email, &l.email, w))
        l.email = "";
    if ((wait_s = guesses_wait_s(l.email, clock_now()))) {
        fail(w, E_LIMIT, "too many wrong passwords; try again in %d s", wait_s);
        w->retry_after_s = wait_s;
        return E_LIMIT;
    }
    if ((e = store_read(people_store(q->app), look_up, &l, w)))
        return e;
    is_right = password_matches(l.row ? l.row->password_hash : NULL, in->password);
    if (!l.row || !is_right || !l.row->is_active) {
        struct failed f = {q, l.row ? l.row->id : 0};
        struct why ignored;

        guesses_wrong(l.email, clock_now());
        if ((e = store_write(people_store(q->app), note_failed, &f, &ignored)))
            return fail(w, e, "%s", ignored.text);
        return fail(w, E_UNKNOWN_WHO, "the address or the password is wrong");
    }
    guesses_right(l.email);
    g.agent_id = l.row->id;
    if ((e = store_write(people_store(q->app), sign_in, &g, w)))
        return e;
    return reply_signed_in(&g, 200);
}

enum err session_delete(struct req *q, struct res *s, struct why *w)
{
    struct session_delete_in of = {.hash = {(const char *)q->who->session, HASH_BYTES}};
    enum err e;

    if (q->who->session &&
        ((e = q_session_delete(q->tx, of, NULL, w)) ||
         (e = audit_write(q->tx, q->who, "logout", "agent", q->who->id, NULL, w)) ||
         (e = rights_changed(q->tx, q->arena, q->who, WHO_AGENT, q->who->id, w))))
        return e;
    res_header(s, "Set-Cookie", SESSION_COOKIE "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    return reply_empty(s);
}

/* ------- oneself */

enum err me_get(struct req *q, struct res *s, struct why *w)
{
    struct me out;
    enum err e;

    if ((e = me_fill(q->tx, q->arena, q->who, &out, w)))
        return e;
    return reply(s, 200, &ME, &out);
}

struct changing {
    struct req *q;
    const struct me_patch *in;
    const char *password_hash;
    struct agent_get_row *row;
    struct me me;
};

static enum err load_me(struct tx *tx, void *arg, struct why *w)
{
    struct changing *c = arg;

    return q_agent_get(tx, (struct agent_get_in){.id = c->q->who->id}, c->q->arena, &c->row, w);
}

/* Whoever came in by the old password or a link goes out; only this session stays. */
static CHECKED enum err password_set(struct tx *tx, struct arena *a, const struct principal *by,
                                     int64_t agent_id, const char *hash, struct why *w)
{
    bool is_self = by->session && by->id == agent_id;
    struct session_delete_others_in others = {
        .agent_id = agent_id,
        .hash = {is_self ? (const char *)by->session : "", is_self ? HASH_BYTES : 1}};
    enum err e;

    if ((e = q_agent_set_password(
             tx, (struct agent_set_password_in){.id = agent_id, .password_hash = hash}, NULL, w)) ||
        (e = q_once_link_clear_of(tx, (struct once_link_clear_of_in){.agent_id = agent_id}, NULL,
                                  w)) ||
        (e = q_session_delete_others(tx, others, NULL, w)))
        return e;
    return rights_changed(tx, a, by, WHO_AGENT, agent_id, w);
}

static enum err change_me(struct tx *tx, void *arg, struct why *w)
{
    struct changing *c = arg;
    enum err e;

    /* Anew: an admin may have changed the row while the password was hashed. */
    if ((e = load_me(tx, c, w)))
        return e;
    if (!c->row || !c->row->is_active)
        return fail(w, E_UNKNOWN_WHO, "this account was closed");
    e = q_agent_update(
        tx,
        (struct agent_update_in){.id = c->row->id,
                                 .name = c->in->name ? c->in->name : c->row->name,
                                 .role = c->row->role,
                                 .locale = c->in->locale ? c->in->locale : c->row->locale,
                                 .settings = c->in->settings ? c->in->settings : c->row->settings,
                                 .sees_all = c->row->sees_all,
                                 .is_active = c->row->is_active},
        NULL, w);
    if (e)
        return e;
    if (c->password_hash &&
        ((e = password_set(tx, c->q->arena, c->q->who, c->row->id, c->password_hash, w)) ||
         (e = audit_write(tx, c->q->who, "password.changed", "agent", c->row->id, NULL, w))))
        return e;
    return me_fill(tx, c->q->arena, c->q->who, &c->me, w);
}

enum err me_patch(struct req *q, struct res *s, struct why *w)
{
    struct changing c = {.q = q, .in = q->in};
    enum err e;

    if ((e = store_read(people_store(q->app), load_me, &c, w)))
        return e;
    if (!c.row)
        return fail(w, E_NOT_FOUND, "you are gone");
    if (c.in->password) {
        if (!password_matches(c.row->password_hash, c.in->old_password ? c.in->old_password : ""))
            return fail_field(w, E_INVALID, "old_password", "this is not your password");
        if ((e = password_check(c.in->password, w)) ||
            (e = password_hash(c.in->password, q->arena, &c.password_hash, w)))
            return e;
    }
    if ((e = store_write(people_store(q->app), change_me, &c, w)))
        return e;
    return reply(s, 200, &ME, &c.me);
}

/* ------- a forgotten password */

/* One mail a while: a mailbox cannot be filled by asking. */
static CHECKED enum err is_mailed_just_now(struct tx *tx, struct signing *g, int64_t agent_id,
                                           bool *ret, struct why *w)
{
    struct once_link_open_in of = {.kind = "reset",
                                   .agent_id = agent_id,
                                   .expires_after = tx_now(tx) + RESET_VALID_MS - RESET_EVERY_MS};
    struct once_link_open_row *row;
    enum err e = q_once_link_open(tx, of, g->q->arena, &row, w);

    *ret = e == OK && row;
    return e;
}

static enum err begin_reset(struct tx *tx, void *arg, struct why *w)
{
    struct signing *g = arg;
    struct agent_by_email_row *row;
    bool is_mailed;
    enum err e;

    e = q_agent_by_email(tx, (struct agent_by_email_in){.email = g->email}, g->q->arena, &row, w);
    if (e)
        return e;
    /* Written for a stranger's address too: an answer that had to wait for the disk would tell
     * that there is an account. */
    if ((e = audit_write(tx, g->q->who, "password.forgotten", "agent", row ? row->id : 0, NULL, w)))
        return e;
    if (!row || !row->is_active)
        return OK;
    if ((e = is_mailed_just_now(tx, g, row->id, &is_mailed, w)) || is_mailed)
        return e;
    if ((e = once_link_make(tx, g->q->arena, "reset", row->id, RESET_VALID_MS, &g->token, w)))
        return e;
    g->name = row->name;
    return people_mail_reset(tx, g->q->arena, g->q->app, g->email, g->name, g->token, w);
}

/* The same answer whether there is such an account or not. */
enum err reset_post(struct req *q, struct res *s, struct why *w)
{
    const struct reset_in *in = q->in;
    struct signing g = {.q = q, .s = s};
    enum err e;

    if (email_check(q->arena, in->email, &g.email, w) == OK &&
        (e = store_write(people_store(q->app), begin_reset, &g, w)))
        return e;
    s->status = 202;
    buf_str(&s->body, "{\"data\":{}}");
    return OK;
}

static enum err end_reset(struct tx *tx, void *arg, struct why *w)
{
    struct signing *g = arg;
    enum err e;

    e = once_link_use(tx, g->q->arena, "reset", g->token, &g->agent_id, w);
    if (e == E_NOT_FOUND)
        e = once_link_use(tx, g->q->arena, "invite", g->token, &g->agent_id, w);
    if (e)
        return e;
    if ((e = password_set(tx, g->q->arena, g->q->who, g->agent_id, g->password_hash, w)) ||
        (e = audit_write(tx, g->q->who, "password.reset", "agent", g->agent_id, NULL, w)))
        return e;
    return session_make(tx, g, w);
}

enum err reset_confirm_post(struct req *q, struct res *s, struct why *w)
{
    const struct reset_confirm_in *in = q->in;
    struct signing g = {.q = q, .s = s, .token = in->token};
    enum err e;

    if ((e = password_check(in->password, w)) ||
        (e = password_hash(in->password, q->arena, &g.password_hash, w)) ||
        (e = store_write(people_store(q->app), end_reset, &g, w)))
        return e;
    return reply_signed_in(&g, 200);
}
