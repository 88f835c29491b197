/* unread.h: an answer in the chat that nobody has read follows its customer by mail, once.
 *
 * Who wrote at night and left an address closes the page and hears nothing otherwise. Goes out
 * as a letter (letter.h) if there is a mail inbox, to the address that the contact has now.
 * Used by: reply.c, main (the job's table). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "jobs/jobs.h"

struct tx;
struct inbox_get_row;

/* With the answer's own transaction, if it was given in a chat: look later whether it was read. */
CHECKED enum err unread_watch(struct tx *tx, const struct inbox_get_row *inbox, int64_t message_id,
                              struct why *w);
/* The "unread" job. */
enum err unread_job(void *app, struct job *j, struct why *w);
