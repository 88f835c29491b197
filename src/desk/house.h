/* house.h: the channels that run (mailboxes being watched), and what the house gives them:
 * durable spooling, notes, health. An inbox is pulled by the node that holds its lease.
 * Used by: main, inbox_api (after a change), the parse job. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "channels/channel.h"
#include "jobs/jobs.h"

struct app;
struct house;

/* Starts a keeper thread that holds leases and starts and stops channels as inboxes change. */
CHECKED enum err house_start(struct app *app, struct house **ret, struct why *w);
void house_stop(struct house *h); /* takes NULL */
/* An inbox was made or changed: look again now. From any thread. */
void house_wake(struct house *h);

/* The "parse" job: spooled raw input becomes a message, or a visible quarantine item. */
enum err house_parse_job(void *app, struct job *j, struct why *w);

/* Store raw input durably; its parse job follows. A repeat is OK and changes nothing. */
CHECKED enum err house_spool(struct app *app, int64_t inbox_id, const char *external_id,
                             const void *raw, size_t n, struct why *w);

enum spool_state { SPOOL_WAITING = 1, SPOOL_DONE, SPOOL_QUARANTINE, SPOOL_DISMISSED };
