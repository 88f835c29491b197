#include <string.h>

#include "base/scope.h"
#include "demo/demo.sql.h"
#include "demo/demo_desk.h"
#include "desk/demo.h"
#include "people/people.h"
#include "people/people.sql.h"
#include "store/store.h"
#include "tickets/record.h"
#include "tickets/ticket_store.h"

/* Tickets, or identities, of one step: some milliseconds of the writer's time. */
#define STEP 50

SCOPED_FREE(struct arena, arena_free)

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};

/* What one step is about, and whether there is more of it. */
struct step {
    int64_t id;
    bool is_done;
};

static struct i64_list list_of(struct arena *a, size_t n)
{
    return (struct i64_list){arena_array(a, n, sizeof(int64_t)), n};
}

/* `ids` behind the tickets' own: jobs are about either. */
static struct i64_list joined(struct arena *a, struct i64_list x, struct i64_list y)
{
    struct i64_list both = list_of(a, x.n + y.n);
    int64_t *v = arena_array(a, x.n + y.n, sizeof *v);

    memcpy(v, x.v, x.n * sizeof *v);
    memcpy(v + x.n, y.v, y.n * sizeof *v);
    both.v = v;
    return both;
}

static CHECKED enum err drop_messages(struct tx *tx, struct arena *a, struct i64_list tickets,
                                      struct why *w)
{
    struct demo_message_of_rows rows;
    struct i64_list ids;
    int64_t *v;
    enum err e;

    e = q_demo_message_of(tx, (struct demo_message_of_in){.ticket_ids = tickets}, a, &rows, w);
    if (e)
        return e;
    v = arena_array(a, rows.n, sizeof *v);
    for (size_t i = 0; i < rows.n; i++)
        v[i] = rows.v[i].id;
    ids = (struct i64_list){v, rows.n};
    if ((e = q_demo_html_drop(tx, (struct demo_html_drop_in){.ids = ids}, NULL, w)) ||
        (e = q_demo_reading_drop(tx, (struct demo_reading_drop_in){.ids = ids}, NULL, w)) ||
        (e = q_demo_verdict_drop(tx, (struct demo_verdict_drop_in){.ids = ids}, NULL, w)) ||
        (e = q_demo_original_drop(tx, (struct demo_original_drop_in){.ids = ids}, NULL, w)) ||
        (e = q_demo_attachment_drop(tx, (struct demo_attachment_drop_in){.ids = ids}, NULL, w)) ||
        (e = q_demo_job_drop(tx, (struct demo_job_drop_in){.ids = joined(a, ids, tickets)}, NULL,
                             w)))
        return e;
    return q_demo_message_drop(tx, (struct demo_message_drop_in){.ids = ids}, NULL, w);
}

/* Some tickets of an inbox with all that hangs on them. Their words in the search index go with
 * the next rebuild of it; what is not there any more is never shown. */
static enum err drop_tickets(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(64 * 1024);
    struct step *step = arg;
    struct demo_ticket_some_rows rows;
    struct i64_list ids;
    int64_t *v;
    enum err e;

    e = q_demo_ticket_some(tx, (struct demo_ticket_some_in){.inbox_id = step->id, .limit = STEP}, a,
                           &rows, w);
    if (e)
        return e;
    step->is_done = rows.n == 0;
    if (step->is_done)
        return OK;
    v = arena_array(a, rows.n, sizeof *v);
    for (size_t i = 0; i < rows.n; i++)
        v[i] = rows.v[i].id;
    ids = (struct i64_list){v, rows.n};
    if ((e = drop_messages(tx, a, ids, w)) ||
        (e = q_demo_tag_drop(tx, (struct demo_tag_drop_in){.ticket_ids = ids}, NULL, w)) ||
        (e = q_demo_fact_drop(tx, (struct demo_fact_drop_in){.ticket_ids = ids}, NULL, w)) ||
        (e = q_demo_page_call_drop(tx, (struct demo_page_call_drop_in){.ticket_ids = ids}, NULL,
                                   w)) ||
        (e = q_demo_page_drop(tx, (struct demo_page_drop_in){.ticket_ids = ids}, NULL, w)) ||
        (e = q_demo_draft_drop(tx, (struct demo_draft_drop_in){.ticket_ids = ids}, NULL, w)) ||
        (e = q_demo_seen_drop(tx, (struct demo_seen_drop_in){.ticket_ids = ids}, NULL, w)) ||
        (e = q_demo_participant_drop(tx, (struct demo_participant_drop_in){.ticket_ids = ids}, NULL,
                                     w)))
        return e;
    return q_demo_ticket_drop(tx, (struct demo_ticket_drop_in){.ticket_ids = ids}, NULL, w);
}

/* Some people of an inbox; those who are also known elsewhere stay. */
static enum err drop_people(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(64 * 1024);
    struct step *step = arg;
    struct demo_identity_some_rows rows;
    enum err e;

    e = q_demo_identity_some(
        tx, (struct demo_identity_some_in){.inbox_id = step->id, .limit = STEP}, a, &rows, w);
    if (e)
        return e;
    for (size_t i = 0; i < rows.n; i++) {
        struct demo_identity_drop_in of = {.inbox_id = step->id,
                                           .external_id = rows.v[i].external_id};

        if ((e = q_demo_identity_drop(tx, of, NULL, w)) ||
            (e = q_demo_contact_drop(tx, (struct demo_contact_drop_in){.id = rows.v[i].contact_id},
                                     NULL, w)))
            return e;
    }
    step->is_done = rows.n < STEP;
    return OK;
}

static enum err close_inbox(struct tx *tx, void *arg, struct why *w)
{
    const struct step *step = arg;

    return q_demo_inbox_close(tx, (struct demo_inbox_close_in){.id = step->id}, NULL, w);
}

/* The inbox itself, empty now, with its counts. */
static enum err drop_inbox(struct tx *tx, void *arg, struct why *w)
{
    const struct step *step = arg;
    int64_t id = step->id;
    enum err e;

    if ((e = q_demo_spool_drop(tx, (struct demo_spool_drop_in){.inbox_id = id}, NULL, w)) ||
        (e = q_demo_note_drop(tx, (struct demo_note_drop_in){.inbox_id = id}, NULL, w)) ||
        (e = q_demo_count_drop(tx, (struct demo_count_drop_in){.inbox_id = id}, NULL, w)) ||
        (e = q_demo_topic_drop(tx, (struct demo_topic_drop_in){.inbox_id = id}, NULL, w)) ||
        (e = q_demo_week_drop(tx, (struct demo_week_drop_in){.inbox_id = id}, NULL, w)))
        return e;
    if (tx_engine(tx) == STORE_POSTGRESQL &&
        ((e = q_demo_count_delta_drop(tx, (struct demo_count_delta_drop_in){.inbox_id = id}, NULL,
                                      w)) ||
         (e = q_demo_topic_delta_drop(tx, (struct demo_topic_delta_drop_in){.inbox_id = id}, NULL,
                                      w))))
        return e;
    if ((e = q_demo_inbox_members_drop(tx, (struct demo_inbox_members_drop_in){.id = id}, NULL, w)))
        return e;
    return q_demo_inbox_drop(tx, (struct demo_inbox_drop_in){.id = id}, NULL, w);
}

/* A real ticket that an invented agent was given is nobody's again. */
static CHECKED enum err free_tickets(struct tx *tx, struct arena *a, int64_t agent_id,
                                     struct why *w)
{
    for (;;) {
        struct demo_agent_ticket_row *row;
        struct ticket_whole whole;
        struct ticket_core core;
        enum err e;

        e = q_demo_agent_ticket(tx, (struct demo_agent_ticket_in){.agent_id = agent_id}, a, &row,
                                w);
        if (e || !row)
            return e;
        if ((e = ticket_load(tx, a, row->id, &whole, w)))
            return e;
        core = whole.core;
        core.assignee_id = 0;
        if ((e = record_change(tx, &whole, &core, &SYSTEM, w)))
            return e;
    }
}

static enum err drop_agents(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(16 * 1024);
    struct demo_agent_list_rows rows;
    enum err e;

    (void)arg;
    if ((e = q_demo_agent_list(tx, a, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n; i++) {
        int64_t id = rows.v[i].id;

        if ((e = free_tickets(tx, a, id, w)) ||
            (e = q_demo_agent_rows_drop(tx, (struct demo_agent_rows_drop_in){.id = id}, NULL, w)) ||
            (e = q_demo_agent_seen_drop(tx, (struct demo_agent_seen_drop_in){.id = id}, NULL, w)) ||
            (e = q_demo_agent_draft_drop(tx, (struct demo_agent_draft_drop_in){.id = id}, NULL,
                                         w)) ||
            (e = q_demo_agent_on_call_drop(tx, (struct demo_agent_on_call_drop_in){.id = id}, NULL,
                                           w)) ||
            (e = q_demo_agent_team_drop(tx, (struct demo_agent_team_drop_in){.id = id}, NULL, w)) ||
            (e = q_agent_inbox_clear(tx, (struct agent_inbox_clear_in){.agent_id = id}, NULL, w)) ||
            (e = q_demo_agent_drop(tx, (struct demo_agent_drop_in){.id = id}, NULL, w)))
            return e;
    }
    return OK;
}

static CHECKED enum err drop_team(struct tx *tx, struct arena *a, const char *name, struct why *w)
{
    struct team_by_name_row *team;
    enum err e;

    e = q_team_by_name(tx, (struct team_by_name_in){.name = name}, a, &team, w);
    if (e || !team)
        return e;
    return q_demo_team_drop(tx, (struct demo_team_drop_in){.id = team->id}, NULL, w);
}

/* Teams and tags that only the demo used, and the word that it was there. */
static enum err drop_rest(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256 * 1024);
    struct event told = {.kind = EVENT_DESK_CHANGED, .at = tx_now(tx)};
    struct demo_desk desk;
    enum err e;

    (void)arg;
    if ((e = demo_desk_read(demo_desk_text(), a, &desk, w)))
        return e;
    for (size_t i = 0; i < desk.n_agents; i++)
        for (size_t k = 0; k < desk.agents[i].teams.n; k++)
            if ((e = drop_team(tx, a, desk.agents[i].teams.v[k], w)))
                return e;
    for (size_t i = 0; i < desk.n_tickets; i++)
        for (size_t k = 0; k < desk.tickets[i].tags.n; k++) {
            struct demo_tag_unused_in tag = {.name = desk.tickets[i].tags.v[k]};

            if ((e = q_demo_tag_unused(tx, tag, NULL, w)))
                return e;
        }
    if ((e = q_setting_delete(tx, (struct setting_delete_in){.name = "demo"}, NULL, w)))
        return e;
    return tx_event(tx, &told, w);
}

struct look {
    struct arena *a;
    struct demo_inbox_list_rows inboxes;
    bool is_there;
};

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct look *l = arg;
    enum err e;

    if ((e = demo_is_there(tx, &l->is_there, w)))
        return e;
    return q_demo_inbox_list(tx, l->a, &l->inboxes, w);
}

/* The same step until there is nothing left of it. */
static CHECKED enum err repeat(struct store *s, store_fn *run, int64_t id, struct why *w)
{
    struct step step = {.id = id};
    enum err e = OK;

    while (!e && !step.is_done)
        e = store_write(s, run, &step, w);
    return e;
}

enum err demo_clear(struct store *s, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    struct look l = {.a = a};
    enum err e;

    if ((e = store_read(s, look, &l, w)))
        return e;
    if (!l.is_there)
        return fail(w, E_NOT_FOUND, "there is no demo desk");
    for (size_t i = 0; i < l.inboxes.n; i++) {
        struct step step = {.id = l.inboxes.v[i].id};

        if ((e = store_write(s, close_inbox, &step, w)) ||
            (e = repeat(s, drop_tickets, step.id, w)) || (e = repeat(s, drop_people, step.id, w)) ||
            (e = store_write(s, drop_inbox, &step, w)))
            return e;
    }
    if ((e = store_write(s, drop_agents, NULL, w)))
        return e;
    return store_write(s, drop_rest, NULL, w);
}
