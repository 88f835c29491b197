#include "tickets/ticket_act.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "jobs/jobs.h"
#include "people/people.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_store.h"

#define FIELD(name, type, flags, member, ...)                                                      \
    {                                                                                              \
        name, type, flags, offsetof(struct ticket_patch, member), __VA_ARGS__                      \
    }

SHAPE_WITH_PRESENT(
    TICKET_PATCH, "TicketPatch", struct ticket_patch, "What to change; the rest stays",
    {FIELD("status", SHAPE_TEXT, 0, status, .min = 1, .max = 60, .doc = "a status' key"),
     FIELD("priority", SHAPE_ENUM, 0, priority, .names = PRIORITY_NAMES),
     FIELD("category", SHAPE_TEXT, SHAPE_NULLABLE, category, .max = 100),
     FIELD("subject", SHAPE_TEXT, 0, subject, .max = LIMIT_SUBJECT_CHARS),
     FIELD("tags", SHAPE_TEXTS, 0, tags, .max = LIMIT_TAGS),
     FIELD("assignee_id", SHAPE_I64, SHAPE_NULLABLE, assignee_id, .doc = "null: nobody"),
     FIELD("team_id", SHAPE_I64, SHAPE_NULLABLE, team_id, .doc = "null: no team"),
     FIELD("is_spam", SHAPE_BOOL, 0, is_spam), FIELD("is_deleted", SHAPE_BOOL, 0, is_deleted)});

#define HAS(p, field) SHAPE_HAS(p, &TICKET_PATCH, field)

static CHECKED enum err load_for(struct tx *tx, struct arena *a, int64_t id,
                                 const struct principal *who, struct ticket_whole *ret,
                                 struct why *w)
{
    struct ticket_whole t;
    enum err e;

    if ((e = ticket_load(tx, a, id, &t, w)))
        return e;
    if (!policy_sees_inbox(who, t.inbox_id))
        return fail(w, E_NOT_FOUND, "there is no ticket %" PRId64, id);
    *ret = t;
    return OK;
}

/* One change of a patch: what it was and is, in words for the thread. */
struct change {
    const char *what, *from, *to;
};
#define MOST_CHANGES 10
struct changes {
    struct change v[MOST_CHANGES];
    size_t n;
};

static void note(struct changes *c, const char *what, const char *from, const char *to)
{
    if (c->n < MOST_CHANGES)
        c->v[c->n++] = (struct change){what, from, to};
}

static CHECKED enum err patch_status(struct tx *tx, struct arena *a, const struct ticket_whole *t,
                                     const char *key, struct ticket_core *next, struct changes *c,
                                     struct why *w)
{
    struct status_by_key_row *s;
    enum err e;

    if ((e = q_status_by_key(tx, (struct status_by_key_in){.key = key}, a, &s, w)))
        return e;
    if (!s)
        return fail_field(w, E_INVALID, "status", "there is no status \"%s\"", key);
    if (s->id != t->core.status_id || t->core.snoozed_until)
        note(c, "status", t->status_key, key);
    ticket_set_status(next, s->id, (enum category)s->category, tx_now(tx));
    return OK;
}

static CHECKED enum err patch_people(struct tx *tx, struct arena *a, const struct ticket_patch *p,
                                     struct ticket_core *next, struct changes *c, struct why *w)
{
    const char *from, *to;
    enum err e;

    if (HAS(p, "assignee_id") && p->assignee_id != next->assignee_id) {
        if ((e = agent_name(tx, a, next->assignee_id, false, &from, w)))
            return e;
        if ((e = agent_name(tx, a, p->assignee_id, true, &to, w)))
            return e;
        note(c, "assignee", from, to);
        next->assignee_id = p->assignee_id;
    }
    if (HAS(p, "team_id") && p->team_id != next->team_id) {
        if ((e = team_name(tx, a, next->team_id, false, &from, w)))
            return e;
        if ((e = team_name(tx, a, p->team_id, true, &to, w)))
            return e;
        note(c, "team", from, to);
        next->team_id = p->team_id;
    }
    return OK;
}

static void patch_words(const struct ticket_patch *p, struct ticket_core *next, struct changes *c)
{
    int64_t priority = next->priority;
    enum category was = next->category;

    if (HAS(p, "priority") && p->priority && priority_parse(p->priority, &priority) &&
        priority != next->priority) {
        note(c, "priority", priority_name(next->priority), p->priority);
        next->priority = priority;
    }
    if (HAS(p, "category") &&
        strcmp(p->category ? p->category : "", next->topic ? next->topic : "") != 0) {
        note(c, "category", next->topic, p->category);
        next->topic = p->category && *p->category ? p->category : NULL;
    }
    if (HAS(p, "subject") && p->subject && strcmp(p->subject, next->subject) != 0) {
        note(c, "subject", next->subject, p->subject);
        next->subject = p->subject;
    }
    if (HAS(p, "is_spam") && p->is_spam != (next->bucket == BUCKET_SPAM)) {
        note(c, p->is_spam ? "spam" : "not_spam", NULL, NULL);
        ticket_set_spam(next, p->is_spam);
    }
    if (HAS(p, "is_deleted") && p->is_deleted != (next->bucket == BUCKET_DELETED)) {
        note(c, p->is_deleted ? "deleted" : "restored", NULL, NULL);
        ticket_set_deleted(next, p->is_deleted);
    }
    if (next->category != was) /* by what was written under spam */
        note(c, "reopened", category_name(was), category_name(next->category));
}

enum err ticket_tags_set(struct tx *tx, struct arena *a, int64_t id, const struct shape_texts *tags,
                         struct why *w)
{
    enum err e;

    if ((e = q_ticket_tag_clear(tx, (struct ticket_tag_clear_in){.ticket_id = id}, NULL, w)))
        return e;
    for (size_t i = 0; i < tags->n; i++) {
        struct tag_by_name_in name = {.name = tags->v[i]};
        struct tag_by_name_row *tag;
        size_t chars = utf8_count(name.name, strlen(name.name));

        if (chars == 0 || chars > LIMIT_TAG_CHARS)
            return fail_field(w, E_INVALID, "tags", "a tag has 1 to %d characters",
                              LIMIT_TAG_CHARS);
        e = q_tag_insert(tx, (struct tag_insert_in){.id = tx_id(tx), .name = name.name}, NULL, w);
        if (e)
            return e;
        if ((e = q_tag_by_name(tx, name, a, &tag, w)))
            return e;
        if (!tag)
            return fail(w, E_BUSY, "the tag \"%s\" is being made elsewhere", name.name);
        e = q_ticket_tag_add(tx, (struct ticket_tag_add_in){.tag_id = tag->id, .ticket_id = id},
                             NULL, w);
        if (e)
            return e;
    }
    return OK;
}

static const char *joined(struct arena *a, const char *const *v, size_t n)
{
    const char *text = n ? v[0] : NULL;

    for (size_t i = 1; i < n; i++)
        text = arena_printf(a, "%s, %s", text, v[i]);
    return text;
}

static CHECKED enum err patch_tags(struct tx *tx, struct arena *a, const struct ticket_whole *t,
                                   const struct shape_texts *tags, struct changes *c, struct why *w)
{
    struct ticket_tag_list_rows was;
    const char **names;
    enum err e;

    e = q_ticket_tag_list(tx, (struct ticket_tag_list_in){.ids = {&t->core.id, 1}}, a, &was, w);
    if (e)
        return e;
    names = arena_array(a, was.n + 1, sizeof *names);
    for (size_t i = 0; i < was.n; i++)
        names[i] = was.v[i].name;
    note(c, "tags", joined(a, names, was.n), joined(a, tags->v, tags->n));
    return ticket_tags_set(tx, a, t->core.id, tags, w);
}

enum err ticket_act_patch(struct tx *tx, struct arena *a, int64_t id, int64_t if_rev,
                          const struct ticket_patch *p, const struct principal *who, struct why *w)
{
    struct changes c = {.n = 0};
    struct ticket_whole t;
    struct ticket_core next;
    enum err e;

    if ((e = load_for(tx, a, id, who, &t, w)))
        return e;
    if (if_rev && if_rev != t.rev)
        return fail(w, E_STALE, "the ticket is at revision %" PRId64 ", not %" PRId64, t.rev,
                    if_rev);
    next = t.core;
    if (HAS(p, "status") && (e = patch_status(tx, a, &t, p->status, &next, &c, w)))
        return e;
    if ((e = patch_people(tx, a, p, &next, &c, w)))
        return e;
    patch_words(p, &next, &c);
    if (HAS(p, "tags") && (e = patch_tags(tx, a, &t, &p->tags, &c, w)))
        return e;
    if (c.n == 0)
        return OK;
    if (t.core.snoozed_until && !next.snoozed_until &&
        (e = jobs_cancel(tx, "snooze", arena_printf(a, "%" PRId64, id), w)))
        return e;
    for (size_t i = 0; i < c.n; i++)
        if ((e = record_activity(tx, a, &t, who, c.v[i].what, c.v[i].from, c.v[i].to, w)))
            return e;
    return record_change(tx, &t, &next, who, w);
}

enum err ticket_act_snooze(struct tx *tx, struct arena *a, int64_t id, msec until,
                           const struct principal *who, struct why *w)
{
    char text[TIME_TEXT_BYTES];
    struct job_new wake = {.kind = "snooze", .run_at = until, .subject_id = id, .may_move = true};
    struct ticket_whole t;
    struct ticket_core next;
    enum err e;

    if (until && until <= tx_now(tx))
        return fail_field(w, E_INVALID, "until", "a snooze ends in the future");
    if ((e = load_for(tx, a, id, who, &t, w)))
        return e;
    next = t.core;
    ticket_snooze(&next, until, tx_now(tx));
    if (next.snoozed_until == t.core.snoozed_until)
        return OK;
    e = until ? jobs_add(tx, &wake, w)
              : jobs_cancel(tx, "snooze", arena_printf(a, "%" PRId64, id), w);
    if (e)
        return e;
    time_format(text, until);
    if ((e = record_activity(tx, a, &t, who, until ? "snoozed" : "woken", NULL, until ? text : NULL,
                             w)))
        return e;
    return record_change(tx, &t, &next, who, w);
}

enum err ticket_act_seen(struct tx *tx, struct arena *a, int64_t id, int64_t message_id,
                         const struct principal *who, struct why *w)
{
    struct ticket_whole t;
    int64_t changed = 0;
    enum err e;

    if ((e = load_for(tx, a, id, who, &t, w)))
        return e;
    if (message_id > t.last_message_id)
        message_id = t.last_message_id;
    e = q_seen_set(
        tx, (struct seen_set_in){.agent_id = who->id, .ticket_id = id, .message_id = message_id},
        &changed, w);
    if (e || changed == 0)
        return e;
    return record_message(tx, EVENT_TICKET_SEEN, &t, message_id, who->id, NULL, w);
}

enum err ticket_act_draft(struct tx *tx, struct arena *a, int64_t id, int64_t kind,
                          const char *text, const struct principal *who, struct why *w)
{
    struct ticket_whole t;
    enum err e;

    if ((e = load_for(tx, a, id, who, &t, w)))
        return e;
    if (!*text)
        return q_draft_delete(
            tx, (struct draft_delete_in){.ticket_id = id, .agent_id = who->id, .kind = kind}, NULL,
            w);
    return q_draft_set(
        tx,
        (struct draft_set_in){
            .ticket_id = id, .agent_id = who->id, .kind = kind, .text = text, .now = tx_now(tx)},
        NULL, w);
}
