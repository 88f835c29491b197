/* memory.h: what did agents correct since the model was trained?
 *
 * A snapshot that never changes; a new one is made for each new correction, which is cheap. Two
 * layers: a small step (each correction adds its gradient, in the dual form of a step of
 * stochastic gradient, to messages that share its features), and exact memory: what one agent
 * said of the same text, or three agreeing ones of near copies, is said again.
 * Pure. Used by: triage.c, desk (which builds it). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "triage/near.h"
#include "triage/net.h"

struct model;

/* More are not kept: a retrain is due long before. The oldest fall out. */
#define MEMORY_STEPS 256
#define MEMORY_TEXTS 1024

struct correction {
    const char *text;
    const char *label; /* what a person said; a label the model does not know is remembered too */
};

struct memory;

/* `v`: oldest first. `m` outlives it; the texts need not. */
struct memory *memory_new(const struct model *m, const struct correction *v, size_t n);
void memory_free(struct memory *mem); /* takes NULL */

/* Add the small steps to the logits of a message. */
void memory_add(const struct memory *mem, const struct net_input *x, struct arena *a, float *z);

struct recalled {
    const char *label; /* belongs to the memory; NULL: nothing is remembered */
    size_t n;          /* how many said so */
};

/* What was said of this message, or of near copies of it. */
struct recalled memory_recall(const struct memory *mem, const struct text *t,
                              const struct near_sketch *sketch);
