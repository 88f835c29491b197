/* demo_load.h: what is known while the demo desk is being written.
 *
 * Used by: desk/demo_load.c and desk/demo_talk.c only; all others see demo.h. */
#pragma once

#include "base/clock.h"
#include "channels/channel.h"
#include "demo/demo_desk.h"

#define DEMO_MINUTE ((msec)60 * 1000)

struct tx;

/* What became of a ticket of the file. */
struct demo_made {
    int64_t id, contact_id;
    int64_t last_message_id, before_last_id, last_incoming_id;
    msec waiting_since, first_reply_at, solved_at, last_at;
};

struct demo_load {
    struct reader *reader;
    struct demo_desk desk;
    const char *password_hash;
    struct attachment *files; /* as stored, by position */
    struct str *brokens;      /* their blobs' hashes */
    /* Made anew by every run: */
    struct tx *tx;
    struct arena *a;
    msec now;
    int64_t *agents, *inboxes;
    struct demo_made *made;
};

/* Write what was said, the oldest first, and fill l->made. Agents and inboxes stand already. */
CHECKED enum err demo_talk(struct demo_load *l, struct why *w);
