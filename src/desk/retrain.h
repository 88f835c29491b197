/* retrain.h: a new model in the background, in force only where it is not worse.
 *
 * Trains on lessons.h, holds the new against the old on the golden set (McNemar's exact test),
 * and replaces it with one row; five models are kept, and one step goes back to any of them.
 * Used by: main (the job's table), desk's routes, cli. */
#pragma once

#include "base/err.h"
#include "jobs/jobs.h"
#include "people/principal.h"

struct app;
struct tx;

#define MODELS_KEPT 5

/* In the database: never renumber. */
enum model_state { MODEL_LIVE = 1, MODEL_KEPT, MODEL_REFUSED };

/* The "retrain" job. */
enum err retrain_job(void *app, struct job *j, struct why *w);
/* Now, or as soon as the one that runs is through. */
CHECKED enum err retrain_ask(struct tx *tx, struct why *w);
/* Soon, because much was corrected; at most once an hour, so that a lesson that makes models worse
 * does not keep the machine busy. */
CHECKED enum err retrain_soon(struct tx *tx, struct arena *a, struct why *w);
/* The next night, 03:00 UTC, unless it is asked for already. */
CHECKED enum err retrain_tonight(struct tx *tx, struct why *w);
/* Back to a model that is kept. E_NOT_FOUND; E_CONFLICT: it was refused. */
CHECKED enum err retrain_use(struct tx *tx, struct arena *a, const char *version,
                             const struct principal *who, struct why *w);

/* How far is the training of this process? 0-1; below 0: none runs. */
struct retrain_progress {
    double done;
    const char *what;
};
struct retrain_progress retrain_progress(const struct app *app);

/* Is the new model worse: among the golden rows where just one of the two is right, is it that
 * rarely the new one that chance alone would not do it (p < 0.05, one-sided)? Pure. */
bool retrain_is_worse(int64_t only_old_right, int64_t only_new_right);
