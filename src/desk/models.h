/* models.h: which model, which corrections and which taxonomy are in force?
 *
 * Loads them from the store; made and replaced by retrain.c. Used by: reader.c. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "triage/taxonomy.h"
#include "triage/triage.h"

struct store;

struct models {
    struct triage triage;
    struct taxonomy taxonomy;
    char version[17]; /* of the model, hex; "": none */
    struct model *model;
    struct memory *memory;
    size_t n_corrections; /* that the model has not learnt yet */
    bool is_builtin;      /* the model */
    /* Of a damaged blob, or one of another version of this program: why what is built in reads
     * instead. Empty: all is well. */
    struct why problem;
};

/* `s` NULL: what is built in. Free it after use, also after a failure. */
CHECKED enum err models_load(struct store *s, struct arena *a, struct models *ret, struct why *w);
void models_free(struct models *m);
