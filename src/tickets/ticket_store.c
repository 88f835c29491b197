#include "tickets/ticket_store.h"

#include "channels/channel.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/ticket.sql.h"

/* Triage's words, as rows number them (migration 0005). */
static const char *const URGENCIES[] = {"P1", "P2", "P3", "P4", NULL};
static const char *const MOODS[] = {"negative", "neutral", "positive", NULL};

#define FIELD(name, type, flags, member, ...)                                                      \
    {                                                                                              \
        name, type, flags, offsetof(struct ticket, member), __VA_ARGS__                            \
    }

SHAPE(TICKET, "Ticket", struct ticket, "One matter of one contact",
      {FIELD("id", SHAPE_I64, 0, id),
       FIELD("number", SHAPE_I64, 0, number),
       FIELD("subject", SHAPE_TEXT, 0, subject),
       FIELD("status", SHAPE_TEXT, 0, status),
       FIELD("status_name", SHAPE_TEXT, 0, status_name),
       FIELD("status_category", SHAPE_ENUM, 0, status_category, .names = CATEGORY_NAMES),
       FIELD("priority", SHAPE_ENUM, 0, priority, .names = PRIORITY_NAMES),
       FIELD("category", SHAPE_TEXT, SHAPE_NULLABLE, category),
       FIELD("urgency", SHAPE_ENUM, SHAPE_NULLABLE, urgency, .names = URGENCIES),
       FIELD("language", SHAPE_TEXT, SHAPE_NULLABLE, language, .doc = "of the first message"),
       FIELD("sentiment", SHAPE_ENUM, SHAPE_NULLABLE, sentiment, .names = MOODS),
       FIELD("is_spam", SHAPE_BOOL, 0, is_spam),
       FIELD("is_deleted", SHAPE_BOOL, 0, is_deleted),
       FIELD("snoozed_until", SHAPE_TIME, SHAPE_NULLABLE, snoozed_until),
       FIELD("inbox_id", SHAPE_I64, 0, inbox_id),
       FIELD("inbox_name", SHAPE_TEXT, 0, inbox_name),
       FIELD("channel", SHAPE_TEXT, 0, channel),
       FIELD("channel_label", SHAPE_TEXT, 0, channel_label),
       FIELD("contact", SHAPE_OBJECT, 0, contact, .of = &CONTACT_REF),
       FIELD("assignee_id", SHAPE_I64, SHAPE_NULLABLE, assignee_id),
       FIELD("assignee_name", SHAPE_TEXT, SHAPE_NULLABLE, assignee_name),
       FIELD("team_id", SHAPE_I64, SHAPE_NULLABLE, team_id),
       FIELD("tags", SHAPE_TEXTS, 0, tags),
       FIELD("waiting_since", SHAPE_TIME, SHAPE_NULLABLE, waiting_since),
       FIELD("created_at", SHAPE_TIME, 0, created_at),
       FIELD("updated_at", SHAPE_TIME, 0, updated_at),
       FIELD("solved_at", SHAPE_TIME, SHAPE_NULLABLE, solved_at),
       FIELD("last_at", SHAPE_TIME, 0, last_at),
       FIELD("last_kind", SHAPE_ENUM, 0, last_kind, .names = MESSAGE_KIND_NAMES),
       FIELD("last_author", SHAPE_TEXT, 0, last_author),
       FIELD("preview", SHAPE_TEXT, 0, preview),
       FIELD("last_message_id", SHAPE_I64, 0, last_message_id),
       FIELD("unread", SHAPE_BOOL, 0, is_unread),
       FIELD("messages", SHAPE_I64, 0, messages),
       FIELD("linked_id", SHAPE_I64, SHAPE_NULLABLE, linked_id),
       FIELD("is_automatic", SHAPE_BOOL, 0, is_automatic),
       FIELD("is_imported", SHAPE_BOOL, 0, is_imported),
       FIELD("rev", SHAPE_I64, 0, rev)});

enum err ticket_load(struct tx *tx, struct arena *a, int64_t id, struct ticket_whole *ret,
                     struct why *w)
{
    struct ticket_state_row *r;
    struct ticket_lock_row *locked;
    enum err e;

    if (tx_engine(tx) == STORE_POSTGRESQL && tx_may_write(tx) &&
        (e = q_ticket_lock(tx, (struct ticket_lock_in){.id = id}, a, &locked, w)))
        return e;
    if ((e = q_ticket_state(tx, (struct ticket_state_in){.id = id}, a, &r, w)))
        return e;
    if (!r)
        return fail(w, E_NOT_FOUND, "there is no ticket %lld", (long long)id);
    *ret = (struct ticket_whole){.core = {.id = r->id,
                                          .status_id = r->status_id,
                                          .category = (enum category)r->status_category,
                                          .bucket = (enum bucket)r->bucket,
                                          .snoozed_until = r->snoozed_until,
                                          .priority = r->priority,
                                          .urgency = r->urgency,
                                          .assignee_id = r->assignee_id,
                                          .team_id = r->team_id,
                                          .waiting_since = r->waiting_since,
                                          .solved_at = r->solved_at,
                                          .first_reply_at = r->first_reply_at,
                                          .subject = r->subject,
                                          .topic = r->category},
                                 .number = r->number,
                                 .contact_id = r->contact_id,
                                 .inbox_id = r->inbox_id,
                                 .last_message_id = r->last_message_id,
                                 .rev = r->rev,
                                 .thread_id = r->thread_id,
                                 .status_key = r->status_key,
                                 .is_imported = r->is_imported};
    return OK;
}

static const char *label_of(const char *channel)
{
    const struct channel *c = channel_named(channel);

    return c ? c->label : channel;
}

static struct ticket view_of(struct arena *a, const struct ticket_view_row *r, int64_t agent_id)
{
    struct contact_ref *c = arena_new_of(a, struct contact_ref);
    bool is_over = r->bucket == BUCKET_SPAM || r->bucket == BUCKET_DELETED; /* ticket_is_waiting */

    *c = (struct contact_ref){r->contact_id, r->contact_name, r->contact_email, false};
    return (struct ticket){.id = r->id,
                           .number = r->number,
                           .subject = r->subject,
                           .status = r->status_key,
                           .status_name = r->status_name,
                           .status_category = category_name((enum category)r->status_category),
                           .priority = priority_name(r->priority),
                           .urgency = r->urgency ? URGENCIES[r->urgency - 1] : NULL,
                           .category = r->category,
                           .language = r->language,
                           .sentiment = r->mood ? MOODS[r->mood - 1] : NULL,
                           .is_spam = r->bucket == BUCKET_SPAM,
                           .is_deleted = r->bucket == BUCKET_DELETED,
                           .snoozed_until = r->snoozed_until,
                           .inbox_id = r->inbox_id,
                           .inbox_name = r->inbox_name,
                           .channel = r->channel,
                           .channel_label = label_of(r->channel),
                           .contact = c,
                           .assignee_id = r->assignee_id,
                           .assignee_name = r->assignee_name,
                           .team_id = r->team_id,
                           .waiting_since = is_over ? 0 : r->waiting_since,
                           .created_at = r->created_at,
                           .updated_at = r->updated_at,
                           .solved_at = r->solved_at,
                           .last_at = r->last_at,
                           .last_kind = message_kind_name((enum message_kind)r->last_kind),
                           .last_author = r->last_author,
                           .preview = r->preview,
                           .last_message_id = r->last_message_id,
                           .is_unread = agent_id && r->last_message_id > r->seen_id,
                           .messages = r->messages,
                           .linked_id = r->linked_id,
                           .is_automatic = r->is_automatic,
                           .is_imported = r->is_imported,
                           .rev = r->rev,
                           .sort_key = r->wait_key};
}

static CHECKED enum err tags_fill(struct tx *tx, struct arena *a, const int64_t *ids, size_t n,
                                  struct ticket *list, size_t n_list, struct why *w)
{
    struct ticket_tag_list_rows tags;
    enum err e;

    if ((e = q_ticket_tag_list(tx, (struct ticket_tag_list_in){.ids = {ids, n}}, a, &tags, w)))
        return e;
    for (size_t i = 0; i < n_list; i++) {
        struct shape_texts *of = &list[i].tags;

        for (size_t k = 0; k < tags.n; k++) {
            if (tags.v[k].ticket_id != list[i].id)
                continue;
            if (!of->v)
                of->v = arena_array(a, tags.n, sizeof *of->v);
            of->v[of->n++] = tags.v[k].name;
        }
    }
    return OK;
}

enum err ticket_views(struct tx *tx, struct arena *a, const int64_t *ids, size_t n,
                      int64_t agent_id, struct ticket **ret, size_t *ret_n, struct why *w)
{
    struct ticket *list = arena_array(a, n + 1, sizeof *list);
    struct ticket_view_rows rows;
    size_t count = 0;
    enum err e;

    e = q_ticket_view(tx, (struct ticket_view_in){.ids = {ids, n}, .agent_id = agent_id}, a, &rows,
                      w);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < rows.n; k++) {
            if (rows.v[k].id == ids[i]) {
                list[count++] = view_of(a, &rows.v[k], agent_id);
                break;
            }
        }
    }
    if ((e = tags_fill(tx, a, ids, n, list, count, w)))
        return e;
    *ret = list;
    *ret_n = count;
    return OK;
}

enum err ticket_view_for(struct tx *tx, struct arena *a, int64_t id, const struct principal *who,
                         struct ticket *ret, struct why *w)
{
    struct ticket *list;
    size_t n;
    enum err e;

    if ((e = ticket_views(tx, a, &id, 1, who->kind == WHO_AGENT ? who->id : 0, &list, &n, w)))
        return e;
    if (n == 0 || !policy_sees_inbox(who, list[0].inbox_id))
        return fail(w, E_NOT_FOUND, "there is no ticket %lld", (long long)id);
    *ret = list[0];
    return OK;
}
