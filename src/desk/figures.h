/* figures.h: what do readings add up to, by week, language, queue and category?
 *
 * Counted behind the messages, in steps, so that no hot row stands on their way. Each reading is
 * counted once: its mark and the sums change in one transaction.
 * Used by: main (the job's table). */
#pragma once

#include "jobs/jobs.h"

/* "figures": every ten seconds. */
enum err figures_job(void *app, struct job *j, struct why *w);
