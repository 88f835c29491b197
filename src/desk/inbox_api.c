#include "desk/inbox_api.h"

#include <inttypes.h>

#include "base/limits.h"
#include "channels/channel.h"
#include "desk/desk.h"
#include "desk/house.h"
#include "inboxes/inbox.sql.h"
#include "inboxes/inbox_store.h"
#include "people/people.h"
#include "people/policy.h"
#include "store/store.h"

struct inbox_in {
    const char *name, *channel, *settings;
    int64_t team_id;
};
SHAPE(INBOX_IN, "InboxNew", struct inbox_in, "An address on a channel",
      {{"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct inbox_in, name), .min = 1,
        .max = LIMIT_NAME_CHARS},
       {"channel", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct inbox_in, channel), .min = 1,
        .max = 40},
       {"settings", SHAPE_RAW, SHAPE_NULLABLE | SHAPE_AN_OBJECT,
        offsetof(struct inbox_in, settings), .max = LIMIT_JSON_BYTES,
        .doc = "what the channel asks for"},
       {"team_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct inbox_in, team_id)}});

struct check_in {
    const char *channel, *settings;
    int64_t inbox_id;
};
SHAPE(INBOX_CHECK_IN, "InboxCheck", struct check_in, "Settings to try before they are kept",
      {{"channel", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct check_in, channel), .min = 1,
        .max = 40},
       {"settings", SHAPE_RAW, SHAPE_REQUIRED | SHAPE_AN_OBJECT,
        offsetof(struct check_in, settings), .max = LIMIT_JSON_BYTES},
       {"inbox_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct check_in, inbox_id),
        .doc = "an inbox whose passwords to use where they are left empty"}});

struct checked {
    bool is_well;
    const char *text;
};
SHAPE(INBOX_CHECKED, "InboxChecked", struct checked, "Does it work?",
      {{"ok", SHAPE_BOOL, 0, offsetof(struct checked, is_well)},
       {"text", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct checked, text)}});

enum err inbox_list_get(struct req *q, struct res *s, struct why *w)
{
    struct inbox_view *list;
    size_t n;
    enum err e;

    if ((e = inbox_views(q->tx, q->arena, q->who, &list, &n, w)))
        return e;
    return reply_list(s, &INBOX, list, n, false, NULL);
}

static enum err reply_inbox(struct req *q, struct res *s, int status, int64_t id, struct why *w)
{
    struct inbox_view v;
    enum err e;

    if ((e = inbox_view(q->tx, q->arena, id, q->who, &v, w)))
        return e;
    res_header(s, "ETag", arena_printf(q->arena, "\"%" PRId64 "\"", v.rev));
    return reply(s, status, &INBOX, &v);
}

enum err inbox_one_get(struct req *q, struct res *s, struct why *w)
{
    return reply_inbox(q, s, 200, q->ids[0], w);
}

static CHECKED enum err inbox_rev_is(struct req *q, int64_t rev, struct why *w)
{
    struct inbox_view v;
    enum err e;

    if ((e = inbox_view(q->tx, q->arena, q->ids[0], q->who, &v, w)))
        return e;
    return v.rev == rev
               ? OK
               : fail(w, E_STALE, "the inbox is at revision %" PRId64 ", not %" PRId64, v.rev, rev);
}

static void wake(void *app)
{
    house_wake(((struct app *)app)->house);
}

enum err inbox_post(struct req *q, struct res *s, struct why *w)
{
    const struct inbox_in *in = q->in;
    struct inbox_new new = {in->name, in->channel, in->settings, in->team_id, false};
    const char *team;
    int64_t id;
    enum err e;

    if ((e = team_name(q->tx, q->arena, in->team_id, true, &team, w)))
        return e;
    if ((e = inbox_make(q->tx, q->arena, &new, q->who, &id, w)))
        return e;
    tx_after_commit(q->tx, wake, q->app);
    return reply_inbox(q, s, 201, id, w);
}

enum err inbox_patch(struct req *q, struct res *s, struct why *w)
{
    const struct inbox_patch *in = q->in;
    const char *team;
    int64_t rev;
    enum err e;

    if ((e = req_if_match(q, &rev, w)) ||
        (e = team_name(q->tx, q->arena, in->team_id, true, &team, w)))
        return e;
    if (rev && (e = inbox_rev_is(q, rev, w)))
        return e;
    if ((e = inbox_change(q->tx, q->arena, q->ids[0], q->in, q->who, w)))
        return e;
    tx_after_commit(q->tx, wake, q->app);
    return reply_inbox(q, s, 200, q->ids[0], w);
}

struct loading {
    struct req *q;
    int64_t id;
    struct inbox_get_row *row;
};

static enum err load(struct tx *tx, void *arg, struct why *w)
{
    struct loading *l = arg;

    return q_inbox_get(tx, (struct inbox_get_in){.id = l->id}, l->q->arena, &l->row, w);
}

/* Slow: it talks to the mail servers. */
enum err inbox_check_post(struct req *q, struct res *s, struct why *w)
{
    const struct check_in *in = q->in;
    const struct channel *c = channel_named(in->channel);
    struct loading l = {.q = q, .id = in->inbox_id};
    struct inbox inbox = {.name = "check", .channel = in->channel, .secret = ""};
    struct checked out = {.is_well = true};
    struct why why = {0};
    enum err e;

    if (l.id && (e = store_read(((struct app *)q->app)->store, load, &l, w)))
        return e;
    e = inbox_settings_merge(q->arena, in->channel, l.row ? l.row->settings : NULL, in->settings,
                             &inbox.settings, w);
    if (e)
        return e;
    if (c->check && (e = c->check(&inbox, q->arena, &why)))
        out = (struct checked){false, arena_str(q->arena, why.text)};
    return reply(s, 200, &INBOX_CHECKED, &out);
}
