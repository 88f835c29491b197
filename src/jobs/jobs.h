/* jobs.h: what must still be done, durably.
 *
 * A job is a row written in the same transaction as what caused it, so neither exists without
 * the other. (kind, key) is unique. A node leases it, runs it outside any transaction, and
 * takes it away or puts it off. Time is a queue here: snoozes, retries, tidying are rows with
 * a run_at. Used by: domains (to add), desk (to run). */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

struct tx;
struct store;
struct jobs;

struct job_new {
    const char *kind;
    const char *key; /* NULL: the subject's id */
    msec run_at;
    int64_t subject_id;  /* 0: about nothing that has an id */
    const char *payload; /* small JSON or NULL */
    bool may_move;       /* where (kind, key) is there already, it gets this time and payload */
};

/* Add; where (kind, key) is there already it stays as it is, unless it may move. */
CHECKED enum err jobs_add(struct tx *tx, const struct job_new *j, struct why *w);
CHECKED enum err jobs_cancel(struct tx *tx, const char *kind, const char *key, struct why *w);

struct job {
    int64_t id;
    const char *kind, *key, *payload;
    msec run_at;
    int64_t tries; /* before this one */
    int64_t subject_id;
    struct arena *arena;
    /* Set by a handler that has itself called jobs_finish in a transaction of its own. */
    bool is_finished;
    /* Set by a handler that wants to run again at this time although it went well. */
    msec again_at;
};

/* OK: done, the row goes. E_BUSY, E_LIMIT, E_UPSTREAM (may retry): again later, with backoff
 * (w->retry_after_s is honoured). Anything else: given up; the handler has seen to what that
 * means. Runs on a worker thread, outside any transaction. */
typedef enum err job_fn(void *app, struct job *j, struct why *w);

struct job_kind {
    const char *kind;
    job_fn *run;
    /* Called instead of a retry once `max_tries` were made; may be NULL. */
    job_fn *give_up;
    int max_tries;  /* 0: no end */
    bool is_serial; /* of those with one payload only one runs at a time on a node */
};

/* The row goes with the caller's transaction; one that was asked for anew meanwhile (may_move)
 * stays, to run again. */
CHECKED enum err jobs_finish(struct tx *tx, struct job *j, struct why *w);

/* When to try again after `tries` failures [ms from now]: 5 s doubling to an hour, a quarter of
 * it random (r in [0,1)). */
msec jobs_backoff(int64_t tries, double r);

/* Start a scheduler and `workers` threads. `kinds` ends with a NULL kind. */
CHECKED enum err jobs_start(struct store *s, const struct job_kind *kinds, void *app, int workers,
                            struct jobs **ret, struct why *w);
/* Let what runs finish, then join. Takes NULL. */
void jobs_stop(struct jobs *j);
/* Look for due jobs now. From any thread. */
void jobs_wake(void *jobs);

/* Run what is due now on this thread, one after the other, until nothing is: for tests and
 * tools that want no threads. Not beside jobs_start on the same store. */
CHECKED enum err jobs_run_due(struct store *s, const struct job_kind *kinds, void *app,
                              struct why *w);

struct jobs_stats {
    int64_t ran, failed, retried;
};
void jobs_stats(const struct jobs *j, struct jobs_stats *ret);
