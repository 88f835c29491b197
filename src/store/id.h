/* id.h: what number does a new thing get?
 *
 * 41 bits of ms since 2026-01-01, 4 bits node, 8 bits sequence: 53 bits, exact in JSON,
 * roughly by age, never an order of commits. Never below the last one given: where the clock
 * stands still or goes back, the next ms is borrowed. The mark says up to where ids may have
 * been given by any run of this node; it is stored before a commit may use an id above it.
 * Safe to call from several threads.
 * Used by: store/ only. */
#pragma once

#include <pthread.h>

#include "base/clock.h"

#define ID_EPOCH_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define ID_NODES    16
#define ID_AHEAD_MS 1000 /* how far a stored mark stands ahead of the clock */

struct ids {
    pthread_mutex_t lock;
    int64_t node;
    int64_t last_ms; /* since ID_EPOCH_MS */
    int64_t seq;
    int64_t mark_ms; /* as stored in the database, ms since ID_EPOCH_MS */
};

/* Ids of `node` start above `mark_ms`, whatever the clock says. */
void ids_init(struct ids *ids, int64_t node, int64_t mark_ms);
void ids_done(struct ids *ids);
int64_t ids_next(struct ids *ids, msec now);
/* Go on as another node, above its mark and above all that was given. */
void ids_restart(struct ids *ids, int64_t node, int64_t mark_ms);
/* The mark that must be stored before what was given so far may be committed; 0: none. */
int64_t ids_mark_wanted(struct ids *ids, msec now);
/* A mark `ahead` of the clock and of all that was given. */
int64_t ids_mark_ahead(struct ids *ids, msec now, msec ahead);
void ids_mark_stored(struct ids *ids, int64_t mark_ms);
