/* letter.h: a mail of the house's own: a new password's link, an unread answer of the chat.
 * Goes out through the first mail inbox that really sends.
 * Used by: people (through people_app.h), unread.c, main (the job's table). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "jobs/jobs.h"

struct tx;

struct letter {
    const char *key; /* once per key */
    const char *to, *to_name, *subject, *text;
};
CHECKED enum err letter_add(struct tx *tx, struct arena *a, const struct letter *l, struct why *w);
/* Is there a mail inbox to send it through? */
CHECKED enum err letter_may(struct tx *tx, struct arena *a, bool *ret, struct why *w);
/* The "letter" job. Without a mail inbox it ends quietly: an admin hands the link out. */
enum err letter_job(void *app, struct job *j, struct why *w);
