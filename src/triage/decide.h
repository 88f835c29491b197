/* decide.h: what is done with a reading: routed, suggested, or kept back for a blind look?
 *
 * The promise of an inbox: of what is routed by itself, at least so much is right. Only messages
 * that a person judged without seeing the machine's answer measure it. Until they support it,
 * nothing is routed. Pure. Used by: desk. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In the database: never renumber. */
enum decision {
    DECIDED_ROUTED = 1, /* category, queue and team were set                             */
    DECIDED_SUGGESTED,  /* a person chooses, with suggestions                            */
    DECIDED_BLIND,      /* would have been routed: a person chooses, without suggestions */
    DECIDED_PERSON,     /* P1: no automation of any kind                                 */
    DECIDED_NONE        /* there was nothing to decide                                   */
};

/* What the blind sample of an inbox has shown so far. */
struct promise {
    double share; /* that must be right, 0.5-0.999 */
    int64_t n;    /* answered */
    int64_t n_right;
};

#define PROMISE_DEFAULT    0.98
#define PROMISE_CONFIDENCE 0.95
/* About so many answers are needed for 98 %: with one error among them, 236; with two, 313. */
#define PROMISE_ABOUT 300

/* Does the sample support the promise: is the share of errors, at 95 % confidence, at most what
 * the promise leaves room for? */
bool promise_is_supported(const struct promise *p);

/* The share of sure messages that go to a person blind, 0-1: 30 % until the promise is
 * supported, then 0.3 * 300 / n, never below 2 %. */
double promise_sample(const struct promise *p);

struct decide_input {
    bool has_label, is_sure;
    bool is_first;    /* the ticket has no category yet, and no person has said one */
    bool is_p1;       /* this message, or the ticket before it */
    bool is_imported; /* history: suggestions, and nothing else */
    uint64_t coin;    /* evenly spread: a hash of the message's id */
};
enum decision decide(const struct decide_input *in, const struct promise *p);

/* A spread of an id over 64 bits, the same on every node (splitmix64). */
uint64_t decide_coin(int64_t id);
const char *decision_name(enum decision d); /* "routed" */
