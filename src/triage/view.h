/* view.h: how does the API show what was read of a ticket?
 *
 * Shapes only. `detail` of a row in `reading` is READING_DETAIL as JSON.
 * Used by: triage's own _store and _api files, desk. */
#pragma once

#include "base/json_shape.h"

struct triage_guess_view {
    const char *category, *name; /* name NULL: the taxonomy no longer has it */
    double p;
};

/* Words of the message. `at`, `n`: bytes in its text; 0, 0 where it is not from the text. */
struct triage_because_view {
    int64_t at, n;
    const char *words;
};

struct triage_reason_view {
    const char *kind, *level; /* "account_takeover", "P1" */
    int64_t at, n;
    const char *words;
};

struct triage_fact_view {
    const char *kind, *value, *source; /* source: text, channel, person */
    int64_t message_id, at, n;
};

struct reading_detail {
    struct shape_list top;     /* struct triage_guess_view, likeliest first; those worth showing */
    struct shape_list because; /* struct triage_because_view */
    struct shape_list reasons; /* struct triage_reason_view, strongest first */
    double language_p, sentiment_p;
    bool is_recalled; /* agents had said so of a near copy */
};
extern const struct shape READING_DETAIL;

/* GET /tickets/:id/triage. Of a blind sample that nobody has answered yet the category, its
 * reasons and guesses are left out. */
struct ticket_triage {
    int64_t ticket_id, message_id;
    const char *decision; /* triage/decide.h */
    const char *category, *category_name, *queue;
    double p, oos;
    struct shape_list top, because;
    const char *language;
    double language_p;
    const char *sentiment;
    double sentiment_p;
    const char *urgency;
    struct shape_list reasons, facts; /* struct triage_fact_view: what holds, of each kind one */
    bool is_corrected, is_recalled;
    const char *model; /* its version; NULL: none */
};
extern const struct shape TICKET_TRIAGE;

extern const char *const URGENCY_NAMES[];  /* "P1".."P4", NULL-ended */
extern const char *const MOOD_NAMES[];     /* as sentiment.h numbers them; rows: from 1 */
extern const char *const DECISION_NAMES[]; /* as decide.h numbers them, from 1 */
/* 0: no such name. */
int64_t urgency_of_name(const char *name);
