#include "desk/page_api.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "desk/page.h"
#include "people/audit.h"
#include "people/people.sql.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/record.h"
#include "triage/page.sql.h"

/* Round and round in five-minute steps: a longer list would not be gone through in a night. */
#define ON_CALL_MOST 50

/* ------- on call */

struct on_call {
    struct shape_ids agent_ids;
};
SHAPE(ON_CALL, "OnCall", struct on_call, "Who is told of P1, in this order, round and round",
      {{"agent_ids", SHAPE_IDS, SHAPE_REQUIRED, offsetof(struct on_call, agent_ids),
        .max = ON_CALL_MOST, .doc = "none: all leads and admins are told"}});

static enum err reply_on_call(struct req *q, struct res *s, struct why *w)
{
    struct on_call_list_rows rows;
    struct on_call out;
    enum err e;

    if ((e = q_on_call_list(q->tx, q->arena, &rows, w)))
        return e;
    out.agent_ids = (struct shape_ids){arena_array(q->arena, rows.n + 1, sizeof(int64_t)), rows.n};
    for (size_t i = 0; i < rows.n; i++)
        out.agent_ids.v[i] = rows.v[i].agent_id;
    return reply(s, 200, &ON_CALL, &out);
}

enum err on_call_get(struct req *q, struct res *s, struct why *w)
{
    return reply_on_call(q, s, w);
}

static CHECKED enum err check_agents(struct req *q, const struct shape_ids *ids, struct why *w)
{
    for (size_t i = 0; i < ids->n; i++) {
        struct agent_get_row *row;
        enum err e;

        if ((e = q_agent_get(q->tx, (struct agent_get_in){.id = ids->v[i]}, q->arena, &row, w)))
            return e;
        if (!row || !row->is_active)
            return fail_field(w, E_INVALID, "agent_ids", "there is no agent %" PRId64, ids->v[i]);
        for (size_t k = 0; k < i; k++)
            if (ids->v[k] == ids->v[i])
                return fail_field(w, E_INVALID, "agent_ids", "\"%s\" stands there twice",
                                  row->name);
    }
    return OK;
}

enum err on_call_put(struct req *q, struct res *s, struct why *w)
{
    const struct on_call *in = q->in;
    struct event ev = {.kind = EVENT_PAGE_CHANGED, .at = tx_now(q->tx), .data = "{}"};
    enum err e;

    if ((e = check_agents(q, &in->agent_ids, w)))
        return e;
    for (size_t i = 0; i < in->agent_ids.n; i++)
        if ((e = q_on_call_set(q->tx,
                               (struct on_call_set_in){.position = (int64_t)i + 1,
                                                       .agent_id = in->agent_ids.v[i]},
                               NULL, w)))
            return e;
    if ((e = q_on_call_cut(q->tx, (struct on_call_cut_in){.n = (int64_t)in->agent_ids.n}, NULL,
                           w)) ||
        (e = audit_write(q->tx, q->who, "on_call.changed", "on_call", 0,
                         arena_printf(q->arena, "{\"n\":%zu}", in->agent_ids.n), w)) ||
        (e = tx_event(q->tx, &ev, w)))
        return e;
    return reply_on_call(q, s, w);
}

/* ------- pages */

struct page_view {
    int64_t id, ticket_id, number, inbox_id;
    const char *level, *kind;
    msec at;
    struct shape_texts paged;
    int64_t tries;
    const char *ended, *acked_by;
    msec acked_at;
};
static const char *const ENDED[] = {"acked", "answered", "over", "lowered", NULL}; /* page.h */
#define PAGE_AT(name, type, flags, ...)                                                            \
    {                                                                                              \
#name, type, flags, offsetof(struct page_view, name), __VA_ARGS__                          \
    }
SHAPE(PAGED, "Page", struct page_view, "Somebody is called for a P1 ticket, or was",
      {PAGE_AT(id, SHAPE_I64, 0), PAGE_AT(ticket_id, SHAPE_I64, 0), PAGE_AT(number, SHAPE_I64, 0),
       PAGE_AT(inbox_id, SHAPE_I64, 0), PAGE_AT(level, SHAPE_TEXT, 0),
       PAGE_AT(kind, SHAPE_TEXT, 0, .doc = "why: as in a ticket's reasons"),
       PAGE_AT(at, SHAPE_TIME, 0),
       PAGE_AT(paged, SHAPE_TEXTS, 0, .doc = "names of those who were told, each once"),
       PAGE_AT(tries, SHAPE_I64, 0, .doc = "letters so far, of 24 at most"),
       PAGE_AT(ended, SHAPE_ENUM, SHAPE_NULLABLE, .names = ENDED, .doc = "null: it is open"),
       PAGE_AT(acked_by, SHAPE_TEXT, SHAPE_NULLABLE, .doc = "who took or answered it"),
       PAGE_AT(acked_at, SHAPE_TIME, SHAPE_NULLABLE, .doc = "when it ended")});

/* Three queries return these columns, each with a row type of its own. */
#define PAGE_OF(r)                                                                                 \
    ((struct page_view){.id = (r)->id,                                                             \
                        .ticket_id = (r)->ticket_id,                                               \
                        .number = (r)->number,                                                     \
                        .inbox_id = (r)->inbox_id,                                                 \
                        .level = urgency_level_name(P1),                                           \
                        .kind = urgency_kind_name((enum urgency_kind)(r)->kind),                   \
                        .at = (r)->created_at,                                                     \
                        .tries = (r)->tries,                                                       \
                        .ended = (r)->ended ? ENDED[(r)->ended - 1] : NULL,                        \
                        .acked_by = (r)->acked_name,                                               \
                        .acked_at = (r)->acked_at})

static void add_name(struct arena *a, struct shape_texts *to, const char *name)
{
    if (!name)
        return; /* one of the demo's, who is gone */
    if (!to->v)
        to->v = arena_array(a, PAGE_LETTERS, sizeof *to->v);
    for (size_t i = 0; i < to->n; i++)
        if (strcmp(to->v[i], name) == 0)
            return;
    if (to->n < PAGE_LETTERS)
        to->v[to->n++] = name;
}

static CHECKED enum err names_fill(struct req *q, struct page_view *list, size_t n, struct why *w)
{
    int64_t *ids = arena_array(q->arena, n + 1, sizeof *ids);
    struct page_call_list_rows rows;
    enum err e;

    for (size_t i = 0; i < n; i++)
        ids[i] = list[i].id;
    e = q_page_call_list(q->tx, (struct page_call_list_in){.page_ids = {ids, n}}, q->arena, &rows,
                         w);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rows.n; k++)
            if (rows.v[k].page_id == list[i].id)
                add_name(q->arena, &list[i].paged, rows.v[k].name);
    return OK;
}

struct page_cursor {
    bool is_ended; /* past the open ones */
    int64_t before;
};

/* "open.ID" or "ended.ID": behind which page of the list. */
static CHECKED enum err cursor_read(const struct req *q, struct page_cursor *ret, struct why *w)
{
    const char *text = req_query(q, "after"), *digits;
    struct page_cursor c = {false, INT64_MAX};
    char *end;

    if (text) {
        c.is_ended = strncmp(text, "ended.", 6) == 0;
        digits = text + (c.is_ended ? 6 : 5);
        if (!c.is_ended && strncmp(text, "open.", 5) != 0)
            return fail_field(w, E_INVALID, "after", "is no cursor of this list");
        c.before = strtoll(digits, &end, 10);
        if (end == digits || *end || c.before < 1)
            return fail_field(w, E_INVALID, "after", "is no cursor of this list");
    }
    *ret = c;
    return OK;
}

/* Open ones first, then those that ended, each newest first; one more than `limit` as a sign
 * that there are more. */
static CHECKED enum err list_fill(struct req *q, const struct page_cursor *c, int64_t limit,
                                  struct page_view *list, size_t *n, struct why *w)
{
    struct i64_list inboxes = {q->who->inbox_ids, q->who->n_inboxes};
    bool sees_all = policy_sees_all(q->who);
    struct page_open_list_in open = {.before = c->before,
                                     .limit = limit + 1,
                                     .inbox_ids = inboxes,
                                     .with = sees_all ? 0 : WITH_PAGE_OPEN_LIST_IN_INBOXES};
    struct page_ended_list_in ended = {.before = c->is_ended ? c->before : INT64_MAX,
                                       .inbox_ids = inboxes,
                                       .with = sees_all ? 0 : WITH_PAGE_ENDED_LIST_IN_INBOXES};
    struct page_ended_list_rows more;
    struct page_open_list_rows rows;
    enum err e;

    *n = 0;
    if (!c->is_ended) {
        if ((e = q_page_open_list(q->tx, open, q->arena, &rows, w)))
            return e;
        for (size_t i = 0; i < rows.n; i++)
            list[(*n)++] = PAGE_OF(&rows.v[i]);
    }
    ended.limit = limit + 1 - (int64_t)*n;
    if (ended.limit == 0)
        return OK;
    if ((e = q_page_ended_list(q->tx, ended, q->arena, &more, w)))
        return e;
    for (size_t i = 0; i < more.n; i++)
        list[(*n)++] = PAGE_OF(&more.v[i]);
    return OK;
}

enum err page_list_get(struct req *q, struct res *s, struct why *w)
{
    const char *cursor = NULL;
    struct page_view *list;
    struct page_cursor c;
    int64_t limit = 0;
    size_t n;
    enum err e;

    if ((e = req_query_i64(q, "limit", 1, LIMIT_PAGE, LIMIT_PAGE_DEFAULT, &limit, w)) ||
        (e = cursor_read(q, &c, w)))
        return e;
    list = arena_array(q->arena, (size_t)limit + 1, sizeof *list);
    if ((e = list_fill(q, &c, limit, list, &n, w)))
        return e;
    if (n > (size_t)limit) {
        n = (size_t)limit;
        cursor = arena_printf(q->arena, "%s.%" PRId64, list[n - 1].ended ? "ended" : "open",
                              list[n - 1].id);
    }
    if ((e = names_fill(q, list, n, w)))
        return e;
    return reply_list(s, &PAGED, list, n, cursor != NULL, cursor);
}

enum err page_ack_post(struct req *q, struct res *s, struct why *w)
{
    struct page_get_row *row;
    struct page_view out;
    enum err e;

    if ((e = page_ack(q->tx, q->arena, q->ids[0], q->who, w)) ||
        (e = q_page_get(q->tx, (struct page_get_in){.id = q->ids[0]}, q->arena, &row, w)))
        return e;
    if (!row)
        return fail(w, E_NOT_FOUND, "there is no page %" PRId64, q->ids[0]);
    out = PAGE_OF(row);
    if ((e = names_fill(q, &out, 1, w)))
        return e;
    return reply(s, 200, &PAGED, &out);
}
