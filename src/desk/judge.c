#include "desk/judge.h"

#include <inttypes.h>
#include <string.h>

#include "desk/retrain.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_store.h"
#include "triage/reading_store.h"
#include "triage/triage.sql.h"

/* In sums, for "about nothing of ours". */
#define NOTHING "oos"

#define FACT_CHARS 200

static SHAPE(JUDGE_FACT, "TriageFactSaid", struct judge_fact, "What holds of the matter",
             {{"kind", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct judge_fact, kind), .min = 1,
               .max = 40},
              {"value", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct judge_fact, value), .min = 1,
               .max = FACT_CHARS, .doc = "null: it does not hold"}});

SHAPE_WITH_PRESENT(
    JUDGE_IN, "TriageSaid", struct judge_in, "What a person says of a reading",
    {{"category", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct judge_in, category), .min = 1,
      .max = 60, .doc = "null: about nothing of ours"},
     {"urgency", SHAPE_ENUM, 0, offsetof(struct judge_in, urgency), .names = URGENCY_NAMES},
     {"language", SHAPE_TEXT, 0, offsetof(struct judge_in, language), .min = 2, .max = 12},
     {"facts", SHAPE_LIST, 0, offsetof(struct judge_in, facts), .max = 20, .of = &JUDGE_FACT}});

struct judging {
    struct tx *tx;
    struct arena *a;
    const struct judge_in *in;
    const struct taxonomy *taxonomy;
    const struct principal *who;
    struct ticket_whole ticket;
    struct ticket_core next;
};

/* ------- what it adds up to */

static CHECKED enum err add_sum(struct judging *j, int64_t kind, const char *key, const char *other,
                                bool is_right, struct why *w)
{
    struct sum_add_in row = {.kind = kind, .key = key, .other = other, .n = 1, .n_right = is_right};

    return q_sum_add(j->tx, row, NULL, w);
}

static const char *queue_of(const struct judging *j, const char *category)
{
    const struct taxonomy_category *c = category ? taxonomy_category(j->taxonomy, category) : NULL;

    return c ? c->queue : NOTHING;
}

/* Only the blind sample measures: elsewhere the person had seen what the machine thinks. */
static CHECKED enum err measure(struct judging *j, const struct reading_decided *r, bool is_right,
                                struct why *w)
{
    struct week_judged_in week = {
        .inbox_id = r->inbox_id, .week = week_of(tx_now(j->tx)), .n = 1, .n_right = is_right};
    enum err e;

    if ((e = q_week_judged(j->tx, week, NULL, w)) ||
        (e = add_sum(j, SUM_LANGUAGE, r->language, "", is_right, w)) ||
        (e = add_sum(j, SUM_QUEUE, queue_of(j, r->category), "", is_right, w)))
        return e;
    return add_sum(j, SUM_CATEGORY, r->category ? r->category : NOTHING, "", is_right, w);
}

static bool same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static CHECKED enum err keep_verdict(struct judging *j, const struct reading_decided *r,
                                     const char *said, struct why *w)
{
    bool is_right = same(r->category, said), is_blind;
    int64_t is_first = 0;
    struct event ev = {
        .kind = EVENT_TRIAGE_CHANGED, .at = tx_now(j->tx), .data = "{\"what\":\"verdict\"}"};
    struct verdict_insert_in row = {.id = tx_id(j->tx),
                                    .message_id = r->message_id,
                                    .ticket_id = j->ticket.core.id,
                                    .inbox_id = r->inbox_id,
                                    .agent_id = j->who->id,
                                    .was = r->category,
                                    .said = said,
                                    .is_right = is_right,
                                    .model = r->model,
                                    .language = r->language,
                                    .now = tx_now(j->tx)};
    enum err e;

    /* Two may answer at once, on two nodes: one of them is the first. */
    e = q_reading_judge(j->tx, (struct reading_judge_in){.message_id = r->message_id}, &is_first,
                        w);
    if (e)
        return e;
    is_blind = r->decision == DECIDED_BLIND && is_first;
    row.kind = is_blind ? VERDICT_BLIND : is_right ? VERDICT_AGREED : VERDICT_CORRECTED;
    if ((e = q_verdict_insert(j->tx, row, NULL, w)) ||
        (is_blind && (e = measure(j, r, is_right, w))))
        return e;
    if (is_first && (e = add_sum(j, SUM_CONFUSION, r->category ? r->category : NOTHING,
                                 said ? said : NOTHING, is_right, w)))
        return e;
    if ((e = retrain_tonight(j->tx, w)))
        return e;
    return tx_event(j->tx, &ev, w);
}

/* ------- what changes on the ticket */

static CHECKED enum err say_category(struct judging *j, struct why *w)
{
    const char *said = j->in->category, *was = j->ticket.core.topic;
    struct queue_team_get_in queue = {.queue = queue_of(j, said)};
    struct queue_team_get_row *team;
    struct reading_decided r;
    enum err e;

    if (said && !taxonomy_category(j->taxonomy, said))
        return fail_field(w, E_INVALID, "category", "there is no category \"%s\"", said);
    if ((e = reading_to_judge(j->tx, j->a, j->ticket.core.id, &r, w)) ||
        (r.message_id && (e = keep_verdict(j, &r, said, w))))
        return e;
    if (same(said, was))
        return OK;
    if ((e = q_queue_team_get(j->tx, queue, j->a, &team, w)) ||
        (e = record_activity(j->tx, j->a, &j->ticket, j->who, "category", was, said, w)))
        return e;
    j->next.topic = said;
    if (team && team->team_id && !j->next.assignee_id)
        j->next.team_id = team->team_id;
    return OK;
}

static CHECKED enum err say_urgency(struct judging *j, struct why *w)
{
    int64_t was = j->ticket.core.urgency;

    j->next.urgency = urgency_of_name(j->in->urgency);
    if (j->next.urgency == was)
        return OK;
    return record_activity(j->tx, j->a, &j->ticket, j->who, "urgency",
                           was ? URGENCY_NAMES[was - 1] : NULL, j->in->urgency, w);
}

static enum fact_kind fact_of_name(const char *name)
{
    for (enum fact_kind k = FACT_NONE + 1; k < FACT_COUNT; k++)
        if (strcmp(fact_name(k), name) == 0)
            return k;
    return FACT_NONE;
}

static CHECKED enum err say_facts(struct judging *j, struct why *w)
{
    const struct judge_fact *v = j->in->facts.v;
    enum err e;

    for (size_t i = 0; i < j->in->facts.n; i++) {
        struct fact_set_in row = {.ticket_id = j->ticket.core.id,
                                  .kind = fact_of_name(v[i].kind),
                                  .source = FACT_FROM_PERSON,
                                  .value = v[i].value};

        if (row.kind == FACT_NONE)
            return fail_field(w, E_INVALID, "facts", "there is no kind of fact \"%s\"", v[i].kind);
        if ((e = q_fact_set(j->tx, row, NULL, w)))
            return e;
    }
    return OK;
}

static CHECKED enum err load_for(struct judging *j, int64_t id, struct why *w)
{
    enum err e;

    if ((e = ticket_load(j->tx, j->a, id, &j->ticket, w)))
        return e;
    if (!policy_sees_inbox(j->who, j->ticket.inbox_id))
        return fail(w, E_NOT_FOUND, "there is no ticket %" PRId64, id);
    j->next = j->ticket.core;
    return OK;
}

enum err judge(struct tx *tx, struct arena *a, int64_t ticket_id, const struct judge_in *in,
               const struct taxonomy *taxonomy, const struct principal *who, struct why *w)
{
    struct judging j = {.tx = tx, .a = a, .in = in, .taxonomy = taxonomy, .who = who};
    struct ticket_language_in language = {.id = ticket_id, .language = in->language};
    enum err e;

    if ((e = load_for(&j, ticket_id, w)))
        return e;
    if (SHAPE_HAS(in, &JUDGE_IN, "category") && (e = say_category(&j, w)))
        return e;
    if (in->urgency && (e = say_urgency(&j, w)))
        return e;
    if (in->language && (e = q_ticket_language(tx, language, NULL, w)))
        return e;
    if ((e = say_facts(&j, w)))
        return e;
    return record_change(tx, &j.ticket, &j.next, who, w);
}

enum err judge_history(struct tx *tx, struct arena *a, const struct ticket_whole *t, struct why *w)
{
    struct verdict_insert_in row = {.id = tx_id(tx),
                                    .ticket_id = t->core.id,
                                    .inbox_id = t->inbox_id,
                                    .kind = VERDICT_HISTORY,
                                    .said = t->core.topic,
                                    .now = tx_now(tx)};
    struct reading_decided r;
    enum err e;

    if ((e = reading_to_judge(tx, a, t->core.id, &r, w)) || !r.message_id)
        return e;
    row.message_id = r.message_id;
    row.was = r.category;
    row.is_right = same(r.category, row.said);
    row.model = r.model;
    row.language = r.language;
    if ((e = q_reading_judge(tx, (struct reading_judge_in){.message_id = r.message_id}, NULL, w)))
        return e;
    return q_verdict_insert(tx, row, NULL, w);
}
