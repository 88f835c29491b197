#include "tickets/record.h"

#include <string.h>

#include "base/limits.h"
#include "jobs/jobs.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/ticket.sql.h"
#include "triage/urgency.h"

static CHECKED enum err count(struct tx *tx, const struct ticket_core *t, int64_t inbox_id,
                              int64_t n, struct why *w)
{
    if (tx_engine(tx) == STORE_POSTGRESQL)
        return q_count_delta(tx,
                             (struct count_delta_in){.bucket = t->bucket,
                                                     .team_id = t->team_id,
                                                     .assignee_id = t->assignee_id,
                                                     .inbox_id = inbox_id,
                                                     .n = n},
                             NULL, w);
    return q_count_add(tx,
                       (struct count_add_in){.bucket = t->bucket,
                                             .team_id = t->team_id,
                                             .assignee_id = t->assignee_id,
                                             .inbox_id = inbox_id,
                                             .n = n},
                       NULL, w);
}

/* The same for its category; tickets without one are not counted here. */
static CHECKED enum err count_topic(struct tx *tx, const struct ticket_core *t, int64_t inbox_id,
                                    int64_t n, struct why *w)
{
    if (!t->topic)
        return OK;
    if (tx_engine(tx) == STORE_POSTGRESQL)
        return q_topic_delta(
            tx,
            (struct topic_delta_in){
                .bucket = t->bucket, .category = t->topic, .inbox_id = inbox_id, .n = n},
            NULL, w);
    return q_topic_add(tx,
                       (struct topic_add_in){
                           .bucket = t->bucket, .category = t->topic, .inbox_id = inbox_id, .n = n},
                       NULL, w);
}

static bool same_topic(const struct ticket_core *a, const struct ticket_core *b)
{
    return a->bucket == b->bucket &&
           strcmp(a->topic ? a->topic : "", b->topic ? b->topic : "") == 0;
}

static CHECKED enum err tell(struct tx *tx, const char *kind, const struct ticket_whole *t,
                             int64_t actor_id, int64_t message_id, const char *data, struct why *w)
{
    struct event ev = {.kind = kind,
                       .at = tx_now(tx),
                       .actor_id = actor_id,
                       .inbox_id = t->inbox_id,
                       .ticket_id = t->core.id,
                       .message_id = message_id,
                       .contact_id = t->contact_id,
                       .data = data};

    return tx_event(tx, &ev, w);
}

enum author_kind author_kind_of(const struct principal *who)
{
    switch (who->kind) {
    case WHO_AGENT:
        return AUTHOR_AGENT;
    case WHO_KEY:
        return AUTHOR_KEY;
    case WHO_NOBODY:
    case WHO_SYSTEM:
        break;
    }
    return AUTHOR_SYSTEM;
}

/* What may end a page (desk/page.h): its job looks again at once. */
static CHECKED enum err hurry_page(struct tx *tx, const struct ticket_core *before,
                                   const struct ticket_core *after, struct why *w)
{
    bool is_seen_to = after->urgency != before->urgency || after->bucket != before->bucket ||
                      (before->waiting_since && !after->waiting_since);
    struct job_new job = {
        .kind = "page", .run_at = tx_now(tx), .subject_id = after->id, .may_move = true};

    return before->urgency == P1 && is_seen_to ? jobs_add(tx, &job, w) : OK;
}

enum err record_change(struct tx *tx, struct ticket_whole *t, const struct ticket_core *after,
                       const struct principal *who, struct why *w)
{
    const struct ticket_core *before = &t->core;
    int64_t changed = 0;
    struct ticket_change_in row = {.id = after->id,
                                   .rev = t->rev,
                                   .subject = after->subject,
                                   .status_id = after->status_id,
                                   .bucket = after->bucket,
                                   .snoozed_until = after->snoozed_until,
                                   .priority = after->priority,
                                   .urgency = after->urgency,
                                   .category = after->topic,
                                   .assignee_id = after->assignee_id,
                                   .team_id = after->team_id,
                                   .waiting_since = after->waiting_since,
                                   .wait_key = ticket_wait_key(after),
                                   .solved_at = after->solved_at,
                                   .first_reply_at = after->first_reply_at,
                                   .now = tx_now(tx)};
    enum err e;

    if ((e = q_ticket_change(tx, row, &changed, w)))
        return e;
    if (changed == 0)
        return fail(w, E_CONFLICT, "somebody else changed ticket %lld first", (long long)after->id);
    if (before->bucket != after->bucket || before->team_id != after->team_id ||
        before->assignee_id != after->assignee_id) {
        if ((e = count(tx, before, t->inbox_id, -1, w)))
            return e;
        if ((e = count(tx, after, t->inbox_id, 1, w)))
            return e;
    }
    if (!same_topic(before, after) && ((e = count_topic(tx, before, t->inbox_id, -1, w)) ||
                                       (e = count_topic(tx, after, t->inbox_id, 1, w))))
        return e;
    if ((e = hurry_page(tx, before, after, w)))
        return e;
    t->core = *after;
    t->rev++;
    return tell(tx, EVENT_TICKET_CHANGED, t, who->kind == WHO_AGENT ? who->id : 0, 0, NULL, w);
}

enum err record_created(struct tx *tx, const struct ticket_whole *t, struct why *w)
{
    enum err e;

    if ((e = count(tx, &t->core, t->inbox_id, 1, w)) ||
        (e = count_topic(tx, &t->core, t->inbox_id, 1, w)))
        return e;
    return t->is_imported ? OK : tell(tx, EVENT_TICKET_CREATED, t, 0, 0, NULL, w);
}

enum err record_message(struct tx *tx, const char *kind, const struct ticket_whole *t,
                        int64_t message_id, int64_t actor_id, const char *data, struct why *w)
{
    return tell(tx, kind, t, actor_id, message_id, data, w);
}

enum err record_activity(struct tx *tx, struct arena *a, const struct ticket_whole *t,
                         const struct principal *who, const char *what, const char *from,
                         const char *to, struct why *w)
{
    struct message_new m = {.id = tx_id(tx),
                            .ticket_id = t->core.id,
                            .inbox_id = t->inbox_id,
                            .kind = MESSAGE_ACTIVITY,
                            .author_kind = author_kind_of(who),
                            .author_id = who->id,
                            .author_name = who->name,
                            .state = STATE_STORED,
                            .created_at = tx_now(tx)};
    struct buf b;
    enum err e;

    buf_init(&b, LIMIT_JSON_BYTES); /* all tags before and after, escaped */
    buf_str(&b, "{\"what\":");
    buf_json(&b, what, strlen(what));
    buf_str(&b, ",\"from\":");
    if (from)
        buf_json(&b, from, strlen(from));
    else
        buf_str(&b, "null");
    buf_str(&b, ",\"to\":");
    if (to)
        buf_json(&b, to, strlen(to));
    else
        buf_str(&b, "null");
    buf_char(&b, '}');
    m.meta = arena_dup(a, b.p, b.n);
    buf_done(&b);
    m.text = arena_printf(a, "%s: %s → %s", what, from ? from : "–", to ? to : "–");
    if ((e = message_save(tx, a, &m, w)))
        return e;
    e = q_ticket_counted(
        tx, (struct ticket_counted_in){.id = m.ticket_id, .message_id = m.id, .at = m.created_at},
        NULL, w);
    if (e)
        return e;
    return tell(tx, EVENT_MESSAGE_CREATED, t, who->kind == WHO_AGENT ? who->id : 0, m.id,
                "{\"kind\":\"activity\"}", w);
}
