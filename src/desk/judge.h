/* judge.h: a person says what a ticket is about, how urgent it is, or what holds of it.
 *
 * One click; the word is the ticket's from then on, triage learns from it, and where it answered
 * the blind sample it measures the promise. Part of the story that reply.c and intake.c tell.
 * Used by: desk's routes, intake.c (history). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "people/principal.h"
#include "triage/taxonomy.h"

struct tx;
struct ticket_whole;

/* What people said of readings changed; readers on all nodes load it. */
#define EVENT_TRIAGE_CHANGED "triage.changed"

/* In the database: never renumber. */
enum verdict_kind {
    VERDICT_CORRECTED = 1,
    VERDICT_BLIND,
    VERDICT_AGREED,
    VERDICT_DOUBTFUL,
    VERDICT_HISTORY
};

struct judge_fact {
    const char *kind, *value; /* value NULL: it does not hold */
};
/* The body of POST /tickets/:id/triage; `present` says which fields stood in it. */
struct judge_in {
    uint64_t present;
    const char *category; /* NULL: about nothing of ours */
    const char *urgency, *language;
    struct shape_list facts; /* struct judge_fact */
};
extern const struct shape JUDGE_IN;

/* E_NOT_FOUND for absent and forbidden alike; E_INVALID: the taxonomy has no such category, or
 * there is no such kind of fact. */
CHECKED enum err judge(struct tx *tx, struct arena *a, int64_t ticket_id, const struct judge_in *in,
                       const struct taxonomy *taxonomy, const struct principal *who, struct why *w);
/* What people said long ago, elsewhere: the category that an imported ticket came with is a
 * lesson, whether the taxonomy has it today or not. */
CHECKED enum err judge_history(struct tx *tx, struct arena *a, const struct ticket_whole *t,
                               struct why *w);
