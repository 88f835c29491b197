/* page.h: P1: who is told, and until when?
 *
 * A page is a row, at most one open a ticket. The "page" job (its subject is the ticket) tells
 * the next person on call every five minutes, round and round, in and out of hours, until
 * somebody says that they have it, an agent answers, the ticket is over, or a person says that it
 * is no P1. With nobody on call who may see the inbox, all leads and admins are told. Told is by
 * mail (letter.h): number, reason, link, no word of the customer's. A demo inbox has pages, and
 * tells nobody; imported history has none. What a person calls P1 pages nobody: one is there.
 * Used by: weigh.c, desk's routes, people (through people_app.h), main (the job's table). */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "jobs/jobs.h"
#include "people/principal.h"
#include "tickets/ticket_store.h"
#include "triage/urgency.h"

struct tx;

/* In the database: never renumber. */
enum page_ended {
    PAGE_OPEN,
    PAGE_ACKED,    /* somebody said that they have it       */
    PAGE_ANSWERED, /* an agent answered                     */
    PAGE_OVER,     /* solved, closed, spam, deleted         */
    PAGE_LOWERED   /* a person said that it is no P1        */
};

#define PAGE_EVERY_MS ((msec)5 * 60 * 1000)
/* Two hours of one person every five minutes: who has not come by then will not by mail. */
#define PAGE_LETTERS 24
/* Whoever took or answered the last page of a ticket has so long before a next one calls. */
#define PAGE_QUIET_MS ((msec)15 * 60 * 1000)

/* A customer's message reads as P1. Changes nothing where a page of the ticket is open. */
CHECKED enum err page_add(struct tx *tx, struct arena *a, const struct ticket_whole *t,
                          int64_t message_id, enum urgency_kind kind, struct why *w);
CHECKED enum err page_is_open(struct tx *tx, struct arena *a, int64_t ticket_id, bool *ret,
                              struct why *w);
/* "I have it." Of a page that has ended it changes nothing. E_NOT_FOUND for absent and forbidden
 * alike. */
CHECKED enum err page_ack(struct tx *tx, struct arena *a, int64_t id, const struct principal *who,
                          struct why *w);
/* The "page" job. */
enum err page_job(void *app, struct job *j, struct why *w);
