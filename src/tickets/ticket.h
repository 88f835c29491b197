/* ticket.h: what state is a matter in, and what does an event do to it?
 *
 * Pure rules: no clock, no store. The caller passes "now" in.
 * Used by: desk, tickets' own files. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum category {
    CATEGORY_NEW = 1,
    CATEGORY_OPEN,
    CATEGORY_PENDING,
    CATEGORY_HOLD,
    CATEGORY_SOLVED,
    CATEGORY_CLOSED
};

/* Where lists and counts put a ticket: its status' category, unless something lies over it. */
enum bucket {
    BUCKET_NEW = 1,
    BUCKET_OPEN,
    BUCKET_PENDING,
    BUCKET_HOLD,
    BUCKET_SOLVED,
    BUCKET_CLOSED,
    BUCKET_SNOOZED,
    BUCKET_SPAM,
    BUCKET_DELETED,
    BUCKET_END
};

enum priority { PRIORITY_LOW = 1, PRIORITY_NORMAL, PRIORITY_HIGH, PRIORITY_URGENT };

/* The six rows that every desk has: their id is their category (migration 0003). */
#define STATUS_OF(category) ((int64_t)(category))

/* All of a ticket that a rule may read or change. */
struct ticket_core {
    int64_t id;
    int64_t status_id;
    enum category category; /* of the status */
    enum bucket bucket;
    msec snoozed_until; /* 0: not snoozed */
    int64_t priority;
    int64_t urgency;                /* triage's, 1-4 for P1-P4; 0: not read */
    int64_t assignee_id, team_id;   /* 0: nobody */
    msec waiting_since;             /* 0: nobody waits; kept under spam and deleted */
    msec solved_at, first_reply_at; /* 0: not yet */
    const char *subject;
    const char *topic; /* triage's category, "billing"; NULL: not said */
};

/* What a customer's message did. */
enum heard {
    HEARD_JOINED,   /* one more message                                 */
    HEARD_REOPENED, /* it was pending, snoozed or solved, and is open   */
    HEARD_KEPT      /* kept and shown, nothing to be seen started: thanks, or spam */
};

/* The bucket that follows from the rest; spam and deleted stay until they are lifted. */
enum bucket ticket_bucket(const struct ticket_core *t);

/* Does a customer wait here? Under spam and deleted nobody does, whatever is kept there. */
bool ticket_is_waiting(const struct ticket_core *t);

/* The sort key of "waiting longest first": the instant it began to wait [ms], or, for those
 * that do not wait, a number past all instants that falls with the id (newest first). */
int64_t ticket_wait_key(const struct ticket_core *t);

/* A customer's message arrived. `only_thanks`: says nothing but thank you; `is_automatic`: an
 * out-of-office. Not for closed or deleted tickets: those get a new one. */
enum heard ticket_hear(struct ticket_core *t, bool only_thanks, bool is_automatic, msec now);
/* An agent answered. */
void ticket_answer(struct ticket_core *t, msec now);
void ticket_set_status(struct ticket_core *t, int64_t status_id, enum category c, msec now);
/* Lay a snooze over it until `until`; 0 wakes it. */
void ticket_snooze(struct ticket_core *t, msec until, msec now);
/* Spam and deleted lie over the status, as a snooze does: lifted, the ticket waits as before, and
 * what a customer wrote under spam to a pending or solved one reopens it now. */
void ticket_set_spam(struct ticket_core *t, bool is_spam);
void ticket_set_deleted(struct ticket_core *t, bool is_deleted);

/* Does a customer's message to this ticket need a new, linked one? */
bool ticket_is_over(const struct ticket_core *t);

/* Does the text say thank you and nothing else? A list of words in some languages, until
 * triage knows better; at most 60 characters, no question mark, no digit. */
bool says_only_thanks(const char *text);

const char *bucket_name(enum bucket b);
/* "open,pending" → bits (1 << bucket); false: a word is unknown. Empty text: no bits. */
bool buckets_parse(const char *text, unsigned *ret);
extern const char *const PRIORITY_NAMES[]; /* from 1; NULL-ended; [0] is "low" */
const char *priority_name(int64_t p);
bool priority_parse(const char *s, int64_t *ret);
const char *category_name(enum category c);
extern const char *const CATEGORY_NAMES[]; /* as PRIORITY_NAMES; [0] is "new" */
