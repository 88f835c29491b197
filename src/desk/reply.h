/* reply.h: an agent answers. Writing it and delivering it, in order.
 *
 * A reply is a message row and a send job in one transaction; the job delivers it outside any
 * transaction. `sending` is stored just before the point of no return: what is found there
 * after a crash becomes `unknown` and waits for a person, unless the channel dedupes.
 * Used by: desk's _api files, import, demo, main (the job's table). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "channels/channel.h"
#include "jobs/jobs.h"
#include "people/principal.h"

struct tx;

struct reply_in {
    int64_t ticket_id;
    const char *kind; /* "reply" or "note" */
    const char *text;
    struct shape_texts attachments; /* tokens of uploads */
    const char *status;             /* set after it: a status' key, or NULL */
    int64_t seen_message_id;        /* E_CONFLICT if the customer wrote since; 0: do not ask */
    int64_t reply_to_id;            /* the message answered; 0: the customer's last */
};

/* Write it down and queue it. *ret_id is the new message's. E_INVALID: there is nothing to
 * answer, or the channel cannot carry it. */
CHECKED enum err reply_write(struct tx *tx, struct arena *a, const struct reply_in *in,
                             const struct principal *who, int64_t *ret_id, struct why *w);

/* A reply that was made elsewhere, long ago: imported history. */
struct reply_history {
    int64_t inbox_id, ticket_id;
    const char *external_id, *author_name, *text, *html;
    msec sent_at;
    const char *state;      /* NULL: "sent"; demo: "failed", "unknown" */
    const char *state_text; /* why, or NULL */
    const char *kind;       /* NULL: "reply"; or "note" */
    int64_t author_id;      /* an agent of ours, or 0 */
};
CHECKED enum err reply_keep_history(struct tx *tx, struct arena *a, const struct reply_history *h,
                                    int64_t *ret_id, bool *ret_is_duplicate, struct why *w);

/* A reply in state unknown or failed goes out once more, with the same key. */
CHECKED enum err reply_send_again(struct tx *tx, struct arena *a, int64_t message_id,
                                  const struct principal *who, struct why *w);

/* The "send" job. */
enum err reply_send_job(void *app, struct job *j, struct why *w);
enum err reply_send_give_up(void *app, struct job *j, struct why *w);
