/* tick.h: time has passed. Snoozes end, old things are tidied away, counts are folded.
 * Used by: main (the jobs' table). */
#pragma once

#include "jobs/jobs.h"

struct app;

/* "snooze": a ticket's snooze is over. */
enum err tick_snooze_job(void *app, struct job *j, struct why *w);
/* "tidy": once an hour. Old sessions, answers kept for repeats, uploads nobody sent, events,
 * blobs that nothing points at. */
enum err tick_tidy_job(void *app, struct job *j, struct why *w);
/* "fold": PostgreSQL only: adds the deltas of counts up, every two seconds while there are any. */
enum err tick_fold_job(void *app, struct job *j, struct why *w);
/* At start: the jobs that always are. */
CHECKED enum err tick_begin(struct app *app, struct why *w);
