/* triage.h: what is a message about, how urgent, in which mood and language, and how sure is it?
 *
 * One door to everything that is read from a text. `struct triage` is the models of one moment:
 * immutable, shared by all threads; the same text gives the same reading for the same triage.
 * No clock but for `us`, no store, no I/O here.
 * May use: base.  Used by: desk, cli, triage's own files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "triage/facts.h"
#include "triage/language.h"
#include "triage/near.h"
#include "triage/pii.h"
#include "triage/sentiment.h"
#include "triage/urgency.h"

struct model;
struct memory; /* triage/memory.h: what agents corrected since the model was trained */

/* What the desk knows beside the text; all may be NULL or 0. */
struct triage_hints {
    const char *locale;   /* the account's: "pt-BR" */
    const char *subject;  /* of a mail: read as a first line of the text */
    const char *plan;     /* "family": as the channel sent it */
    int contacts_in_week; /* earlier tickets of this person in 7 days */
    bool is_minor;        /* the account says so */
    bool is_cluster_growing;
};

#define TRIAGE_TOP     3
#define TRIAGE_BECAUSE 6
#define TRIAGE_FACTS   16
#define TRIAGE_PII     32

struct triage_reading {
    /* Category. NULL where there is no model. */
    const char *label; /* belongs to the model or the memory */
    float p;           /* calibrated probability of `label`, 0-1 */
    float oos;         /* 0-1: how likely this is about nothing we have a category for */
    float sure;        /* 0-1: how likely `label` is right and the message in scope */
    bool is_sure;      /* `sure` passes the threshold: may be routed by itself */
    bool is_recalled;  /* agents said so of a near copy: triage/memory.h */
    struct triage_guess {
        const char *label;
        float p;
    } top[TRIAGE_TOP];
    size_t n_top;
    size_t n_set; /* the conformal set: so many of the best are worth showing */
    /* The pieces of the text that spoke most for `label`, strongest first. */
    struct triage_because {
        uint32_t at, n; /* bytes in the text */
        float weight;   /* logit it added, > 0 */
    } because[TRIAGE_BECAUSE];
    size_t n_because;

    struct language language;
    struct sentiment sentiment;
    struct urgency urgency;
    struct fact facts[TRIAGE_FACTS];
    size_t n_facts;
    struct pii_span pii[TRIAGE_PII];
    size_t n_pii;
    struct near_sketch sketch;
    uint32_t us; /* CPU time it took [us] */
};

struct triage {
    const struct model *model;   /* NULL: language, sentiment, urgency and the rest only */
    const struct memory *memory; /* NULL: nothing was corrected */
};

/* Read one message. `text` is UTF-8 (broken bytes are stepped over), at most `n` bytes; only the
 * first 16 KiB are read for the category. Strings in the reading live in the arena, the model or
 * the program. Never fails. */
void triage_read(const struct triage *t, const char *text, size_t n,
                 const struct triage_hints *hints, struct arena *a, struct triage_reading *ret);
