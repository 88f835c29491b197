#include "inboxes/inbox_store.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "channels/channel.h"
#include "inboxes/inbox.sql.h"
#include "people/audit.h"
#include "people/policy.h"
#include "store/store.h"
#include "sys/secret.h"

#define SECRET_BYTES 32
/* Below a half nobody would call it one; above 0.999 it takes 3,000 answers to support it. */
#define PROMISE_LEAST 0.5
#define PROMISE_MOST  0.999
/* A settings table nests inboxes' servers in one level; anything deeper is a mistake of ours. */
#define SETTINGS_DEPTH 4

SHAPE(INBOX, "Inbox", struct inbox_view, "One address on one channel",
      {{"id", SHAPE_I64, 0, offsetof(struct inbox_view, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct inbox_view, name)},
       {"channel", SHAPE_TEXT, 0, offsetof(struct inbox_view, channel)},
       {"channel_label", SHAPE_TEXT, 0, offsetof(struct inbox_view, channel_label)},
       {"settings", SHAPE_RAW, SHAPE_AN_OBJECT, offsetof(struct inbox_view, settings)},
       {"team_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct inbox_view, team_id)},
       {"is_active", SHAPE_BOOL, 0, offsetof(struct inbox_view, is_active)},
       {"is_demo", SHAPE_BOOL, 0, offsetof(struct inbox_view, is_demo)},
       {"health", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct inbox_view, health),
        .doc = "null: well; else what is wrong"},
       {"promise", SHAPE_REAL, 0, offsetof(struct inbox_view, promise),
        .doc = "of what is routed by itself, so much must be right"},
       {"created_at", SHAPE_TIME, 0, offsetof(struct inbox_view, created_at)},
       {"widget_token", SHAPE_TEXT, SHAPE_OMIT, offsetof(struct inbox_view, widget_token)},
       {"identity_secret", SHAPE_TEXT, SHAPE_OMIT, offsetof(struct inbox_view, identity_secret)},
       {"rev", SHAPE_I64, 0, offsetof(struct inbox_view, rev)}});

SHAPE_WITH_PRESENT(INBOX_PATCH, "InboxPatch", struct inbox_patch, "What to change",
                   {{"name", SHAPE_TEXT, 0, offsetof(struct inbox_patch, name), .min = 1,
                     .max = LIMIT_NAME_CHARS},
                    {"settings", SHAPE_RAW, SHAPE_AN_OBJECT, offsetof(struct inbox_patch, settings),
                     .max = LIMIT_JSON_BYTES},
                    {"team_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct inbox_patch, team_id)},
                    {"is_active", SHAPE_BOOL, 0, offsetof(struct inbox_patch, is_active)},
                    {"promise", SHAPE_REAL, 0, offsetof(struct inbox_patch, promise),
                     .doc = "from 0.5 to 0.999"}});

/* ------- settings and the secrets in them */

static bool is_secret(const struct shape_field *f)
{
    return f->type == SHAPE_TEXT && strcmp(f->name, "password") == 0;
}

/* Does a table with a host name the same one as before? A password is kept for the server it
 * was given for: else naming another server would be a way to read it. */
static bool is_same_host(const struct shape *s, const char *v, const char *old)
{
    for (size_t i = 0; i < s->n; i++) {
        const char *a, *b;

        if (strcmp(s->fields[i].name, "host") != 0 || s->fields[i].type != SHAPE_TEXT)
            continue;
        memcpy(&a, v + s->fields[i].offset, sizeof a);
        memcpy(&b, old + s->fields[i].offset, sizeof b);
        return a && b && strcmp(a, b) == 0;
    }
    return true;
}

/* Walk a settings struct: hide its secrets, or (with `old`) fill those left out from it. */
static void secrets_walk(const struct shape *s, char *v, const char *old, int depth)
{
    for (size_t i = 0; i < s->n && depth < SETTINGS_DEPTH; i++) {
        const struct shape_field *f = &s->fields[i];
        char *at = v + f->offset;

        if (f->type == SHAPE_OBJECT) {
            char *inner, *inner_old = NULL;

            memcpy(&inner, at, sizeof inner);
            if (old)
                memcpy(&inner_old, old + f->offset, sizeof inner_old);
            if (inner && (!old || inner_old))
                secrets_walk(f->of, inner, inner_old, depth + 1);
        } else if (is_secret(f)) {
            const char *text = NULL;

            if (!old) {
                text = "";
            } else {
                memcpy(&text, at, sizeof text);
                if ((!text || !*text) && is_same_host(s, v, old))
                    memcpy(&text, old + f->offset, sizeof text);
            }
            memcpy(at, &text, sizeof text);
        }
    }
}

static CHECKED enum err settings_parse(struct arena *a, const struct channel *c, const char *json,
                                       void **ret, struct why *w)
{
    void *v = arena_alloc(a, c->settings_bytes);
    struct why inner;
    enum err e = shape_parse(c->settings, json, strlen(json), a, v, &inner);

    if (e == E_INVALID && inner.field[0])
        return fail_field(w, e, arena_printf(a, "settings.%s", inner.field), "%s", inner.text);
    if (e)
        return fail_field(w, e, "settings", "%s", inner.text);
    *ret = v;
    return OK;
}

static const char *settings_text(struct arena *a, const struct channel *c, const void *v)
{
    struct buf b;
    const char *text;

    buf_init(&b, LIMIT_JSON_BYTES);
    shape_write(&b, c->settings, v);
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}

enum err inbox_settings_merge(struct arena *a, const char *channel, const char *old,
                              const char *new, const char **ret, struct why *w)
{
    const struct channel *c = channel_named(channel);
    const char *text = new ? new : "{}";
    void *v, *v_old;
    enum err e;

    if (!c)
        return fail_field(w, E_INVALID, "channel", "there is no channel \"%s\"", channel);
    if (c->settings) {
        if ((e = settings_parse(a, c, text, &v, w)))
            return e;
        if (old) {
            if ((e = settings_parse(a, c, old, &v_old, w)))
                return e;
            secrets_walk(c->settings, v, v_old, 0);
        }
        text = settings_text(a, c, v);
    } else if (new &&strcmp(new, "{}") != 0) {
        return fail_field(w, E_INVALID, "settings", "the channel \"%s\" has no settings", channel);
    }
    if (c->settings_check && (e = c->settings_check(text, a, w)))
        return e;
    *ret = text;
    return OK;
}

static const char *settings_shown(struct arena *a, const char *channel, const char *json)
{
    const struct channel *c = channel_named(channel);
    struct why w;
    void *v;

    if (!c || !c->settings || settings_parse(a, c, json, &v, &w))
        return "{}"; /* of a channel that is not built in, or an older shape: nothing to show */
    secrets_walk(c->settings, v, NULL, 0);
    return settings_text(a, c, v);
}

/* ------- rows */

enum err inbox_make(struct tx *tx, struct arena *a, const struct inbox_new *in,
                    const struct principal *by, int64_t *ret_id, struct why *w)
{
    struct event ev = {.kind = "inbox.changed", .at = tx_now(tx)};
    struct inbox_by_name_row *taken;
    const char *settings;
    enum err e;

    if ((e = inbox_settings_merge(a, in->channel, NULL, in->settings, &settings, w)) ||
        (e = q_inbox_by_name(tx, (struct inbox_by_name_in){.name = in->name}, a, &taken, w)))
        return e;
    if (taken)
        return fail_field(w, E_CONFLICT, "name", "there is an inbox \"%s\" already", in->name);
    ev.inbox_id = tx_id(tx);
    e = q_inbox_insert(tx,
                       (struct inbox_insert_in){.id = ev.inbox_id,
                                                .name = in->name,
                                                .channel = in->channel,
                                                .settings = settings,
                                                .secret = secret_hex(a, SECRET_BYTES),
                                                .team_id = in->team_id,
                                                .is_demo = in->is_demo,
                                                .now = tx_now(tx)},
                       NULL, w);
    if (e || (e = audit_write(tx, by, "inbox.created", "inbox", ev.inbox_id, NULL, w)))
        return e;
    *ret_id = ev.inbox_id;
    return tx_event(tx, &ev, w);
}

static struct inbox_view view_of(struct arena *a, const struct inbox_list_row *r,
                                 const struct principal *who)
{
    const struct channel *c = channel_named(r->channel);
    bool is_admin = policy_may(who, P_INBOX_ADMIN);

    return (struct inbox_view){
        .id = r->id,
        .name = r->name,
        .channel = r->channel,
        .channel_label = c ? c->label : r->channel,
        .settings = is_admin ? settings_shown(a, r->channel, r->settings) : "{}",
        .health = r->health,
        .team_id = r->team_id,
        .is_active = r->is_active,
        .is_demo = r->is_demo,
        .promise = r->promise,
        .created_at = r->created_at,
        .widget_token = c && c->page_token ? c->page_token(r->id, r->secret, a) : NULL,
        .identity_secret =
            c && c->identity_secret && is_admin ? c->identity_secret(r->id, r->secret, a) : NULL,
        .rev = r->rev};
}

enum err inbox_views(struct tx *tx, struct arena *a, const struct principal *who,
                     struct inbox_view **ret, size_t *ret_n, struct why *w)
{
    struct inbox_list_rows rows;
    struct inbox_view *list;
    size_t n = 0;
    enum err e;

    if ((e = q_inbox_list(tx, a, &rows, w)))
        return e;
    list = arena_array(a, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++)
        if (policy_sees_inbox(who, rows.v[i].id))
            list[n++] = view_of(a, &rows.v[i], who);
    *ret = list;
    *ret_n = n;
    return OK;
}

enum err inbox_view(struct tx *tx, struct arena *a, int64_t id, const struct principal *who,
                    struct inbox_view *ret, struct why *w)
{
    struct inbox_view *list;
    size_t n;
    enum err e;

    if ((e = inbox_views(tx, a, who, &list, &n, w)))
        return e;
    for (size_t i = 0; i < n; i++) {
        if (list[i].id == id) {
            *ret = list[i];
            return OK;
        }
    }
    return fail(w, E_NOT_FOUND, "there is no inbox %" PRId64, id);
}

enum err inbox_change(struct tx *tx, struct arena *a, int64_t id, const struct inbox_patch *p,
                      const struct principal *who, struct why *w)
{
    struct event ev = {.kind = "inbox.changed", .at = tx_now(tx), .inbox_id = id};
    struct inbox_by_name_row *taken = NULL;
    struct inbox_get_row *old;
    struct inbox_update_in new;
    enum err e;

    if ((e = q_inbox_get(tx, (struct inbox_get_in){.id = id}, a, &old, w)))
        return e;
    if (!old)
        return fail(w, E_NOT_FOUND, "there is no inbox %" PRId64, id);
    new = (struct inbox_update_in){
        .id = id,
        .name = p->name ? p->name : old->name,
        .settings = old->settings,
        .team_id = SHAPE_HAS(p, &INBOX_PATCH, "team_id") ? p->team_id : old->team_id,
        .is_active = SHAPE_HAS(p, &INBOX_PATCH, "is_active") ? p->is_active : old->is_active,
        .promise = SHAPE_HAS(p, &INBOX_PATCH, "promise") ? p->promise : old->promise};
    if (new.promise < PROMISE_LEAST || new.promise > PROMISE_MOST)
        return fail_field(w, E_INVALID, "promise", "must be from 0.5 to 0.999");
    if (p->settings &&
        (e = inbox_settings_merge(a, old->channel, old->settings, p->settings, &new.settings, w)))
        return e;
    if ((e = q_inbox_by_name(tx, (struct inbox_by_name_in){.name = new.name}, a, &taken, w)))
        return e;
    if (taken && taken->id != id)
        return fail_field(w, E_CONFLICT, "name", "there is an inbox \"%s\" already", new.name);
    if ((e = q_inbox_update(tx, new, NULL, w)) ||
        (e = audit_write(tx, who, "inbox.changed", "inbox", id, NULL, w)))
        return e;
    return tx_event(tx, &ev, w);
}
