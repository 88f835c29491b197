#include "triage/view.h"

#include <string.h>

const char *const URGENCY_NAMES[] = {"P1", "P2", "P3", "P4", NULL};
const char *const MOOD_NAMES[] = {"negative", "neutral", "positive", NULL};
const char *const DECISION_NAMES[] = {"routed", "suggested", "blind", "person", "none", NULL};

#define AT(type, name, kind, flags, ...)                                                           \
    {                                                                                              \
#name, kind, flags, offsetof(struct type, name), __VA_ARGS__                               \
    }

#define GUESS(name, kind, flags)   AT(triage_guess_view, name, kind, flags)
#define BECAUSE(name, kind, flags) AT(triage_because_view, name, kind, flags)
#define REASON(name, kind, flags)  AT(triage_reason_view, name, kind, flags)
#define FACT(name, kind, flags)    AT(triage_fact_view, name, kind, flags)

static SHAPE(TRIAGE_GUESS, "TriageGuess", struct triage_guess_view, "A category it may be",
             {GUESS(category, SHAPE_TEXT, 0), GUESS(name, SHAPE_TEXT, SHAPE_NULLABLE),
              GUESS(p, SHAPE_REAL, 0)});

static SHAPE(TRIAGE_BECAUSE, "TriageBecause", struct triage_because_view,
             "Words that spoke for the category",
             {BECAUSE(at, SHAPE_I64, 0), BECAUSE(n, SHAPE_I64, 0), BECAUSE(words, SHAPE_TEXT, 0)});

static SHAPE(TRIAGE_REASON, "TriageReason", struct triage_reason_view, "Why it is so urgent",
             {REASON(kind, SHAPE_TEXT, 0), REASON(level, SHAPE_TEXT, 0), REASON(at, SHAPE_I64, 0),
              REASON(n, SHAPE_I64, 0), REASON(words, SHAPE_TEXT, SHAPE_NULLABLE)});

static SHAPE(TRIAGE_FACT, "TriageFact", struct triage_fact_view, "What is known of the matter",
             {FACT(kind, SHAPE_TEXT, 0), FACT(value, SHAPE_TEXT, 0), FACT(source, SHAPE_TEXT, 0),
              FACT(message_id, SHAPE_I64, SHAPE_NULLABLE), FACT(at, SHAPE_I64, 0),
              FACT(n, SHAPE_I64, 0)});

#define DETAIL(name, kind, ...) AT(reading_detail, name, kind, 0, __VA_ARGS__)
SHAPE(READING_DETAIL, "ReadingDetail", struct reading_detail, "What stands in reading.detail",
      {DETAIL(top, SHAPE_LIST, .of = &TRIAGE_GUESS),
       DETAIL(because, SHAPE_LIST, .of = &TRIAGE_BECAUSE),
       DETAIL(reasons, SHAPE_LIST, .of = &TRIAGE_REASON), DETAIL(language_p, SHAPE_REAL),
       DETAIL(sentiment_p, SHAPE_REAL), DETAIL(is_recalled, SHAPE_BOOL)});

#define VIEW(name, kind, flags, ...) AT(ticket_triage, name, kind, flags, __VA_ARGS__)
SHAPE(TICKET_TRIAGE, "TicketTriage", struct ticket_triage, "What was read of a ticket",
      {VIEW(ticket_id, SHAPE_I64, 0),
       VIEW(message_id, SHAPE_I64, SHAPE_NULLABLE),
       VIEW(decision, SHAPE_ENUM, 0, .names = DECISION_NAMES),
       VIEW(category, SHAPE_TEXT, SHAPE_NULLABLE),
       VIEW(category_name, SHAPE_TEXT, SHAPE_NULLABLE),
       VIEW(queue, SHAPE_TEXT, SHAPE_NULLABLE),
       VIEW(p, SHAPE_REAL, 0, .doc = "calibrated, of category; 0: none"),
       VIEW(oos, SHAPE_REAL, 0, .doc = "that it is about nothing of ours"),
       VIEW(top, SHAPE_LIST, 0, .of = &TRIAGE_GUESS),
       VIEW(because, SHAPE_LIST, 0, .of = &TRIAGE_BECAUSE),
       VIEW(language, SHAPE_TEXT, SHAPE_NULLABLE),
       VIEW(language_p, SHAPE_REAL, 0),
       VIEW(sentiment, SHAPE_ENUM, SHAPE_NULLABLE, .names = MOOD_NAMES),
       VIEW(sentiment_p, SHAPE_REAL, 0),
       VIEW(urgency, SHAPE_ENUM, SHAPE_NULLABLE, .names = URGENCY_NAMES),
       VIEW(reasons, SHAPE_LIST, 0, .of = &TRIAGE_REASON),
       VIEW(facts, SHAPE_LIST, 0, .of = &TRIAGE_FACT),
       VIEW(is_corrected, SHAPE_BOOL, 0),
       VIEW(is_recalled, SHAPE_BOOL, 0, .doc = "people had said so of a near copy"),
       VIEW(model, SHAPE_TEXT, SHAPE_NULLABLE)});

int64_t urgency_of_name(const char *name)
{
    for (int64_t i = 0; name && URGENCY_NAMES[i]; i++)
        if (strcmp(URGENCY_NAMES[i], name) == 0)
            return i + 1;
    return 0;
}
