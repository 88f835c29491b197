#include "tickets/ticket_api.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/ticket_act.h"
#include "tickets/ticket_read.h"
#include "tickets/ticket_store.h"

/* A queue has a handful; each is a walk of its own through the index. */
#define CATEGORIES_MOST 24

struct assign_in {
    uint64_t present;
    int64_t assignee_id, team_id;
};
SHAPE_WITH_PRESENT(ASSIGN_IN, "Assign", struct assign_in, "Whose it is; what is left out stays",
                   {{"assignee_id", SHAPE_I64, SHAPE_NULLABLE,
                     offsetof(struct assign_in, assignee_id)},
                    {"team_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct assign_in, team_id)}});

struct snooze_in {
    msec until;
};
SHAPE(SNOOZE_IN, "Snooze", struct snooze_in, "Sleep until; null wakes it",
      {{"until", SHAPE_TIME, SHAPE_NULLABLE, offsetof(struct snooze_in, until)}});

struct seen_in {
    int64_t message_id;
};
SHAPE(SEEN_IN, "Seen", struct seen_in, "The newest message that was seen",
      {{"message_id", SHAPE_I64, SHAPE_REQUIRED, offsetof(struct seen_in, message_id), .min = 1,
        .max = INT64_MAX}});

struct draft_in {
    const char *text;
};
SHAPE(DRAFT_IN, "DraftPut", struct draft_in, "A draft; empty text takes it away",
      {{"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct draft_in, text),
        .max = LIMIT_TEXT_CHARS}});

struct status_in {
    const char *key, *name, *category;
    int64_t position;
};
SHAPE(STATUS_IN, "StatusNew", struct status_in, "A status of the desk's own",
      {{"key", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct status_in, key), .min = 1, .max = 60},
       {"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct status_in, name), .min = 1, .max = 60},
       {"category", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct status_in, category),
        .names = CATEGORY_NAMES},
       {"position", SHAPE_I64, 0, offsetof(struct status_in, position), .max = 1000}});
SHAPE(STATUS_PATCH, "StatusPatch", struct status_in, "Another name or place for a status",
      {{"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct status_in, name), .min = 1, .max = 60},
       {"position", SHAPE_I64, SHAPE_REQUIRED, offsetof(struct status_in, position), .min = 0,
        .max = 1000}});

/* "me", "none" or a number. */
static CHECKED enum err whose(const struct req *q, const char *name, bool *ret_has, int64_t *ret,
                              struct why *w)
{
    const char *v = req_query(q, name);

    *ret_has = v != NULL;
    if (!v)
        return OK;
    if (strcmp(v, "none") == 0) {
        *ret = 0;
        return OK;
    }
    if (strcmp(v, "me") == 0 && q->who->kind == WHO_AGENT && strcmp(name, "assignee") == 0) {
        *ret = q->who->id;
        return OK;
    }
    return req_query_i64(q, name, 1, INT64_MAX, 0, ret, w);
}

/* "a,b": at most CATEGORIES_MOST of them. */
static CHECKED enum err categories_read(const struct req *q, struct shape_texts *ret, struct why *w)
{
    struct str rest = str_of(req_query(q, "category"));

    ret->v = arena_array(q->arena, CATEGORIES_MOST, sizeof *ret->v);
    while (rest.n) {
        struct str word = str_trim(str_cut(&rest, ','));

        if (ret->n == CATEGORIES_MOST)
            return fail_field(w, E_INVALID, "category", "at most %d categories", CATEGORIES_MOST);
        if (word.n)
            ret->v[ret->n++] = arena_dup(q->arena, word.p, word.n);
    }
    return OK;
}

static CHECKED enum err filter_read(const struct req *q, struct ticket_filter *f, struct why *w)
{
    const char *status = req_query(q, "status"), *sort = req_query(q, "sort");
    int64_t limit = 0;
    enum err e;

    if (status && !buckets_parse(status, &f->buckets))
        return fail_field(w, E_INVALID, "status", "there is no status category in \"%s\"", status);
    if (sort && strcmp(sort, "waiting") != 0 && strcmp(sort, "newest") != 0)
        return fail_field(w, E_INVALID, "sort", "sort is \"newest\" or \"waiting\"");
    f->is_by_waiting = sort && strcmp(sort, "waiting") == 0;
    f->search = req_query(q, "q");
    f->after = req_query(q, "after");
    if (f->search && utf8_count(f->search, strlen(f->search)) > LIMIT_QUERY_CHARS)
        return fail_field(w, E_INVALID, "q", "at most %d characters", LIMIT_QUERY_CHARS);
    if (f->search && !*f->search)
        f->search = NULL;
    if ((e = whose(q, "assignee", &f->has_assignee, &f->assignee_id, w)) ||
        (e = whose(q, "team", &f->has_team, &f->team_id, w)) ||
        (e = req_query_i64(q, "inbox", 1, INT64_MAX, 0, &f->inbox_id, w)) ||
        (e = req_query_i64(q, "contact", 1, INT64_MAX, 0, &f->contact_id, w)) ||
        (e = categories_read(q, &f->categories, w)) ||
        (e = req_query_i64(q, "limit", 1, LIMIT_PAGE, LIMIT_PAGE_DEFAULT, &limit, w)))
        return e;
    f->limit = (size_t)limit;
    if (f->contact_id)
        f->is_by_waiting = false; /* one person's tickets are few: newest first */
    return OK;
}

enum err ticket_list_get(struct req *q, struct res *s, struct why *w)
{
    struct ticket_filter f = {0};
    const char *cursor, *tag = req_query(q, "tag");
    struct ticket *list;
    size_t n;
    enum err e;

    if ((e = filter_read(q, &f, w)))
        return e;
    if (tag && (e = tag_id(q->tx, q->arena, tag, &f.tag_id, w)))
        return e;
    if (tag && !f.tag_id) /* a tag that nothing has */
        return reply_list(s, &TICKET, NULL, 0, false, NULL);
    if ((e = ticket_page(q->tx, q->arena, &f, q->who, &list, &n, &cursor, w)))
        return e;
    return reply_list(s, &TICKET, list, n, cursor != NULL, cursor);
}

static enum err reply_ticket(struct req *q, struct res *s, struct why *w)
{
    struct ticket t;
    enum err e;

    if ((e = ticket_view_for(q->tx, q->arena, q->ids[0], q->who, &t, w)))
        return e;
    res_header(s, "ETag", arena_printf(q->arena, "\"%" PRId64 "\"", t.rev));
    return reply(s, 200, &TICKET, &t);
}

enum err ticket_get(struct req *q, struct res *s, struct why *w)
{
    return reply_ticket(q, s, w);
}

enum err ticket_patch(struct req *q, struct res *s, struct why *w)
{
    int64_t rev;
    enum err e;

    if ((e = req_if_match(q, &rev, w)))
        return e;
    if ((e = ticket_act_patch(q->tx, q->arena, q->ids[0], rev, q->in, q->who, w)))
        return e;
    return reply_ticket(q, s, w);
}

enum err ticket_assign_post(struct req *q, struct res *s, struct why *w)
{
    const struct assign_in *in = q->in;
    struct ticket_patch p = {.assignee_id = in->assignee_id, .team_id = in->team_id};
    enum err e;

    if (SHAPE_HAS(in, &ASSIGN_IN, "assignee_id"))
        p.present |= (uint64_t)1 << shape_field_index(&TICKET_PATCH, "assignee_id");
    if (SHAPE_HAS(in, &ASSIGN_IN, "team_id"))
        p.present |= (uint64_t)1 << shape_field_index(&TICKET_PATCH, "team_id");
    if (!p.present)
        return fail_field(w, E_INVALID, "assignee_id", "say whose it is: assignee_id or team_id");
    if ((e = ticket_act_patch(q->tx, q->arena, q->ids[0], 0, &p, q->who, w)))
        return e;
    return reply_ticket(q, s, w);
}

enum err ticket_snooze_post(struct req *q, struct res *s, struct why *w)
{
    const struct snooze_in *in = q->in;
    enum err e;

    if ((e = ticket_act_snooze(q->tx, q->arena, q->ids[0], in->until, q->who, w)))
        return e;
    return reply_ticket(q, s, w);
}

enum err ticket_seen_post(struct req *q, struct res *s, struct why *w)
{
    const struct seen_in *in = q->in;
    enum err e;

    if ((e = ticket_act_seen(q->tx, q->arena, q->ids[0], in->message_id, q->who, w)))
        return e;
    return reply_empty(s);
}

enum err ticket_messages_get(struct req *q, struct res *s, struct why *w)
{
    int64_t limit = 0, after = 0, before = 0;
    struct message *list;
    struct ticket t;
    size_t n;
    bool has_more;
    enum err e;

    if ((e = req_query_i64(q, "limit", 1, LIMIT_PAGE, LIMIT_PAGE_DEFAULT, &limit, w)) ||
        (e = req_query_i64(q, "after", 0, INT64_MAX, 0, &after, w)) ||
        (e = req_query_i64(q, "before", 1, INT64_MAX, 0, &before, w)) ||
        (e = ticket_view_for(q->tx, q->arena, q->ids[0], q->who, &t, w)))
        return e;
    if (before) {
        e = message_list_back(q->tx, q->arena, q->ids[0], before, (size_t)limit + 1, &list, &n, w);
        if (e)
            return e;
        has_more = n > (size_t)limit; /* the oldest one is only the sign that there are more */
        return reply_list(s, &MESSAGE, has_more ? list + 1 : list, has_more ? n - 1 : n, has_more,
                          has_more ? arena_printf(q->arena, "%" PRId64, list[1].id) : NULL);
    }
    if ((e = message_list(q->tx, q->arena, q->ids[0], after, (size_t)limit + 1, &list, &n, w)))
        return e;
    has_more = n > (size_t)limit;
    n = has_more ? (size_t)limit : n;
    return reply_list(s, &MESSAGE, list, n, has_more,
                      has_more ? arena_printf(q->arena, "%" PRId64, list[n - 1].id) : NULL);
}

enum err draft_list_get(struct req *q, struct res *s, struct why *w)
{
    struct draft *list;
    struct ticket t;
    size_t n;
    enum err e;

    if ((e = ticket_view_for(q->tx, q->arena, q->ids[0], q->who, &t, w)) ||
        (e = drafts_of(q->tx, q->arena, q->ids[0], q->who->id, &list, &n, w)))
        return e;
    return reply_list(s, &DRAFT, list, n, false, NULL);
}

enum err draft_put(struct req *q, struct res *s, struct why *w)
{
    const struct draft_in *in = q->in;
    int64_t kind = strcmp(q->texts[0], "note") == 0 ? MESSAGE_NOTE : MESSAGE_REPLY;
    enum err e;

    if (kind == MESSAGE_REPLY && strcmp(q->texts[0], "reply") != 0)
        return fail(w, E_NOT_FOUND, "a draft is a reply or a note");
    if ((e = ticket_act_draft(q->tx, q->arena, q->ids[0], kind, in->text, q->who, w)))
        return e;
    return reply_empty(s);
}

enum err tag_list_get(struct req *q, struct res *s, struct why *w)
{
    struct tag *list;
    size_t n;
    enum err e;

    if ((e = tags_all(q->tx, q->arena, &list, &n, w)))
        return e;
    return reply_list(s, &TAG, list, n, false, NULL);
}

enum err status_list_get(struct req *q, struct res *s, struct why *w)
{
    struct status *list;
    size_t n;
    enum err e;

    if ((e = statuses_all(q->tx, q->arena, &list, &n, w)))
        return e;
    return reply_list(s, &STATUS, list, n, false, NULL);
}

enum err status_post(struct req *q, struct res *s, struct why *w)
{
    const struct status_in *in = q->in;
    struct status out = {.key = in->key,
                         .name = in->name,
                         .category = in->category,
                         .position = in->position ? in->position : 100};
    enum err e;

    if ((e = status_make(q->tx, q->arena, q->who, &out, w)))
        return e;
    return reply(s, 201, &STATUS, &out);
}

enum err status_patch(struct req *q, struct res *s, struct why *w)
{
    const struct status_in *in = q->in;
    enum err e;

    if ((e = status_change(q->tx, q->who, q->ids[0], in->name, in->position, w)))
        return e;
    return reply_empty(s);
}
