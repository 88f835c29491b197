#include "desk/weigh.h"

#include <string.h>

#include "desk/page.h"
#include "desk/reader.h"
#include "desk/seal.h"
#include "store/store.h"
#include "tickets/record.h"
#include "triage/reading_store.h"
#include "triage/triage.sql.h"

#define WEEK_MS ((msec)7 * 86400 * 1000)
/* The third matter of one person within a week is raised by one, but never to P1: that stands
 * for danger, not for annoyance. */
#define CONTACTS_MANY 3

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};

/* FNV-1a of what makes the message one: the same coin for a repeat, on every node. */
static uint64_t coin_of(const struct weigh_input *in)
{
    uint64_t h = 14695981039346656037U ^ (uint64_t)in->inbox_id;

    for (const char *p = in->external_id; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211U;
    return decide_coin((int64_t)h);
}

static CHECKED enum err level_of(struct tx *tx, struct arena *a, const struct weigh_input *in,
                                 int64_t *ret, struct why *w)
{
    int64_t level = in->read->reading.urgency.level;
    struct ticket_recent_in since = {.contact_id = in->contact_id, .since = tx_now(tx) - WEEK_MS};
    struct ticket_recent_row *row;
    enum err e;

    if (level > P2 && !in->ticket && !in->is_imported) {
        if ((e = q_ticket_recent(tx, since, a, &row, w)))
            return e;
        if (row && row->n + 1 >= CONTACTS_MANY)
            level--;
    }
    /* A machine that answers a machine is in no danger. */
    if (level == P1 && in->is_automatic)
        level = P2;
    /* What waits for an answer does not grow less urgent by a calmer word. */
    if (in->ticket && in->ticket->urgency && in->ticket->urgency < level)
        level = in->ticket->urgency;
    *ret = level;
    return OK;
}

static int64_t priority_of(int64_t level)
{
    return level == P1 ? PRIORITY_URGENT : level == P2 ? PRIORITY_HIGH : PRIORITY_NORMAL;
}

/* Nobody has said what it is about, nor is a blind answer awaited. */
static CHECKED enum err is_open_question(struct tx *tx, struct arena *a,
                                         const struct weigh_input *in, bool *ret, struct why *w)
{
    struct reading_decided before;
    enum err e;

    *ret = !in->ticket;
    if (!in->ticket || in->ticket->topic)
        return OK;
    if ((e = reading_decided(tx, a, in->ticket->id, &before, w)))
        return e;
    *ret = before.message_id == 0 ||
           (!before.is_answered && before.decision == DECIDED_SUGGESTED && !before.is_sure);
    return OK;
}

static CHECKED enum err route_to(struct tx *tx, struct arena *a, const struct read *r,
                                 struct weighed *out, struct why *w)
{
    struct queue_team_get_row *team = NULL;
    enum err e;

    out->topic = r->reading.label;
    if (r->queue &&
        (e = q_queue_team_get(tx, (struct queue_team_get_in){.queue = r->queue}, a, &team, w)))
        return e;
    out->team_id = team ? team->team_id : 0;
    return OK;
}

enum err weigh(struct tx *tx, struct arena *a, const struct weigh_input *in, struct weighed *ret,
               struct why *w)
{
    const struct triage_reading *r = &in->read->reading;
    struct decide_input d = {.has_label = r->label != NULL,
                             .is_sure = r->is_sure,
                             .is_imported = in->is_imported,
                             .coin = coin_of(in)};
    struct weighed out = {.language = *r->language.code ? r->language.code : NULL,
                          .mood = (int64_t)r->sentiment.mood + 1};
    struct promise p;
    enum err e;

    if ((e = level_of(tx, a, in, &out.urgency, w)) ||
        (e = is_open_question(tx, a, in, &d.is_first, w)) ||
        (e = promise_get(tx, a, in->inbox_id, in->promise, &p, w)))
        return e;
    d.is_p1 = out.urgency == P1;
    out.decision = decide(&d, &p);
    out.is_page = r->urgency.level == P1 && !in->is_imported && !in->is_automatic;
    if (!in->is_imported && (!in->ticket || in->ticket->urgency != out.urgency))
        out.priority = priority_of(out.urgency);
    if (out.decision == DECIDED_ROUTED && (e = route_to(tx, a, in->read, &out, w)))
        return e;
    out.is_change = in->ticket && (out.topic || in->ticket->urgency != out.urgency);
    *ret = out;
    return OK;
}

void weigh_ticket(struct ticket_core *t, const struct weighed *of)
{
    if (of->urgency)
        t->urgency = of->urgency;
    if (of->priority > t->priority)
        t->priority = of->priority;
    if (of->topic)
        t->topic = of->topic;
    if (of->team_id && !t->assignee_id)
        t->team_id = of->team_id;
}

enum err weigh_keep(struct tx *tx, struct arena *a, const struct read *r, const struct weighed *of,
                    const struct ticket_whole *t, int64_t message_id, struct why *w)
{
    struct reading_new row = {.message_id = message_id,
                              .ticket_id = t->core.id,
                              .inbox_id = t->inbox_id,
                              .text = r->text,
                              .model = r->model,
                              .reading = &r->reading,
                              .decision = of->decision};
    enum err e;

    if ((e = reading_save(tx, a, &row, w)))
        return e;
    if ((e = seal_keep(tx, message_id, r->original, r->sealed, w)))
        return e;
    if (of->decision == DECIDED_ROUTED &&
        (e = record_activity(tx, a, t, &SYSTEM, "routed", NULL, of->topic, w)))
        return e;
    if (of->is_page)
        return page_add(
            tx, a, t, message_id,
            r->reading.urgency.n_reasons ? r->reading.urgency.reasons[0].kind : URGENCY_MODEL, w);
    return OK;
}
