/* page.h: P1: who is told, and until when?
 *
 * A page is a row; a job tells the next person on call every five minutes until somebody says
 * that they have it. Used by: weigh.c, desk's routes, main (the job's table). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "tickets/ticket_store.h"
#include "triage/urgency.h"

struct tx;

#define EVENT_PAGE_CHANGED "page.changed"

CHECKED enum err page_add(struct tx *tx, const struct ticket_whole *t, int64_t message_id,
                          enum urgency_kind kind, struct why *w);
