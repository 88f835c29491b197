/* reading_store.h: readings as rows, and as the API shows them.
 * Used by: desk. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "triage/decide.h"
#include "triage/taxonomy.h"
#include "triage/triage.h"
#include "triage/view.h"

struct tx;

struct reading_new {
    int64_t message_id, ticket_id, inbox_id;
    const char *text;  /* what the places in `reading` are places in */
    const char *model; /* its version; "": none */
    const struct triage_reading *reading;
    const struct taxonomy *taxonomy; /* for the names of queues; may be NULL */
    enum decision decision;
};

/* The reading and the facts of its text. */
CHECKED enum err reading_save(struct tx *tx, struct arena *a, const struct reading_new *n,
                              struct why *w);

/* What holds of a ticket now. `context`: JSON of the channel, of the newest message that has
 * one, or NULL. A ticket without a reading: decision "none", all else empty. */
CHECKED enum err reading_view(struct tx *tx, struct arena *a, int64_t ticket_id,
                              const char *context, const struct taxonomy *taxonomy,
                              struct ticket_triage *ret, struct why *w);

/* The reading that a person's word about the category is about. message_id 0: there is none. */
struct reading_decided {
    int64_t message_id, inbox_id;
    const char *model, *category, *language;
    bool is_sure;
    enum decision decision;
    bool is_answered; /* a person said something of it already */
};
CHECKED enum err reading_decided(struct tx *tx, struct arena *a, int64_t ticket_id,
                                 struct reading_decided *ret, struct why *w);
/* The same for a word that is said now: where nothing was decided, it is about what the customer
 * said first, read or not. message_id 0: the customer said nothing. */
CHECKED enum err reading_to_judge(struct tx *tx, struct arena *a, int64_t ticket_id,
                                  struct reading_decided *ret, struct why *w);

/* What the blind sample of an inbox showed in the last quarter of a year, and its promise. */
CHECKED enum err promise_get(struct tx *tx, struct arena *a, int64_t inbox_id, double share,
                             struct promise *ret, struct why *w);
/* kind of triage_sum (migration 0005) */
enum { SUM_LANGUAGE = 1, SUM_QUEUE, SUM_CATEGORY, SUM_CONFUSION };

/* Weeks that a promise looks back: long enough for 300 answers, short enough to notice a change. */
#define PROMISE_WEEKS 13

/* The Monday, 00:00 UTC, of the week of `t` [ms]. */
msec week_of(msec t);
