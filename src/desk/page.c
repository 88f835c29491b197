#include "desk/page.h"

#include "jobs/jobs.h"
#include "store/store.h"
#include "triage/page.sql.h"

enum err page_add(struct tx *tx, const struct ticket_whole *t, int64_t message_id,
                  enum urgency_kind kind, struct why *w)
{
    int64_t id = tx_id(tx);
    struct event ev = {.kind = EVENT_PAGE_CHANGED,
                       .at = tx_now(tx),
                       .inbox_id = t->inbox_id,
                       .ticket_id = t->core.id,
                       .message_id = message_id};
    struct page_insert_in row = {.id = id,
                                 .ticket_id = t->core.id,
                                 .message_id = message_id,
                                 .inbox_id = t->inbox_id,
                                 .kind = kind,
                                 .now = tx_now(tx)};
    enum err e;

    if ((e = q_page_insert(tx, row, NULL, w)) ||
        (e = jobs_add(tx, &(struct job_new){.kind = "page", .run_at = tx_now(tx), .subject_id = id},
                      w)))
        return e;
    return tx_event(tx, &ev, w);
}
