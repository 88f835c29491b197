/* letter.h: a mail of the house's own (a new password's link), to somebody who is no contact.
 * Used by: people (through people_app.h), main (the job's table). */
#pragma once

#include "jobs/jobs.h"

/* The "letter" job. Without a mail inbox it ends quietly: an admin hands the link out. */
enum err letter_job(void *app, struct job *j, struct why *w);
