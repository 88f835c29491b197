/* urgency.h: how soon must a person look at this?
 *
 * The higher of rules and a small ordinal model. Rules are data (urgency_rules.*), shown with
 * their reason; they only ever raise. P1 comes first: rather one too many than one missed. Pure.
 * Used by: triage.h, desk. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum urgency_level { P1 = 1, P2, P3, P4 };

/* Why P1 stops all automation, and which protocol the desk shows. */
#define URGENCY_KIND_LIST(X)                                                                       \
    X(SELF_HARM, "self_harm")                                                                      \
    X(THREAT, "threat")                                                                            \
    X(MINOR, "minor")                                                                              \
    X(TAKEOVER, "account_takeover")                                                                \
    X(CHARGE, "unauthorised_charge")                                                               \
    X(LEGAL, "legal")                                                                              \
    X(PRIVACY, "privacy")                                                                          \
    X(OUTAGE, "outage")                                                                            \
    X(REPEAT, "repeat_contact")                                                                    \
    X(PLAN, "plan")                                                                                \
    X(MODEL, "model") /* no rule: the ordinal model alone */

#define URGENCY_KIND_ENUM(kind, name) URGENCY_##kind,
enum urgency_kind { URGENCY_NONE = 0, URGENCY_KIND_LIST(URGENCY_KIND_ENUM) URGENCY_KIND_COUNT };
#undef URGENCY_KIND_ENUM

#define URGENCY_REASONS 4

struct urgency {
    enum urgency_level level;
    struct urgency_reason {
        enum urgency_kind kind;
        enum urgency_level level; /* what this reason alone would make it */
        uint32_t at, n;           /* the words in the text that say so; 0, 0: a hint */
    } reasons[URGENCY_REASONS];   /* strongest first */
    size_t n_reasons;
};

/* What is known beside the text. */
struct urgency_hints {
    const char *language; /* of the text, "" unknown; then all rules are read */
    const char *plan;     /* "family"; NULL */
    float negative;       /* probability that the mood is negative, 0-1 */
    int contacts_in_week;
    bool is_minor, is_cluster_growing;
};

void urgency_read(const char *text, size_t n, const struct urgency_hints *hints,
                  struct urgency *ret);
const char *urgency_kind_name(enum urgency_kind k);
const char *urgency_level_name(enum urgency_level l); /* "P1" */
