/* automation.h: may the program do something for a customer by itself: an automatic answer, a
 * survey, a song?
 *
 * Every feature that would asks here, at the moment it would act. (Routing and the blind sample
 * are decided from a reading: triage/decide.h, by the same rule.)
 * Used by: desk. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "tickets/ticket_store.h"

struct tx;

/* *ret_no: NULL, it may; else why not, in words for people. Not on what is P1: ticket.urgency, by
 * triage's or a person's word and until a person's, solved or not; nor while somebody is called
 * for it. Not under spam or deleted. */
CHECKED enum err automation_may(struct tx *tx, struct arena *a, const struct ticket_whole *t,
                                const char **ret_no, struct why *w);
