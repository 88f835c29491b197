/* What we said long ago, elsewhere: kept as it was, and nothing follows from it. */
#include <inttypes.h>
#include <string.h>

#include "desk/reply.h"
#include "desk/seal.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/ticket.sql.h"

static enum message_state state_of(const struct reply_history *h, bool is_note)
{
    if (is_note)
        return STATE_STORED;
    if (h->state && strcmp(h->state, "failed") == 0)
        return STATE_FAILED;
    return h->state && strcmp(h->state, "unknown") == 0 ? STATE_UNKNOWN : STATE_SENT;
}

static struct message_new row_of(const struct reply_history *h, int64_t id, msec now)
{
    bool is_note = h->kind && strcmp(h->kind, "note") == 0;
    msec at = h->sent_at > 0 && h->sent_at < now ? h->sent_at : now;

    return (struct message_new){.id = id,
                                .ticket_id = h->ticket_id,
                                .inbox_id = h->inbox_id,
                                .kind = is_note ? MESSAGE_NOTE : MESSAGE_REPLY,
                                .external_id = h->external_id,
                                .author_kind = h->author_id ? AUTHOR_AGENT : AUTHOR_SYSTEM,
                                .author_id = h->author_id,
                                .author_name = h->author_name,
                                .text = h->text,
                                .html = h->html,
                                .state = state_of(h, is_note),
                                .created_at = at,
                                .sent_at = is_note ? 0 : at};
}

enum err reply_keep_history(struct tx *tx, struct arena *a, const struct reply_history *h,
                            int64_t *ret_id, bool *ret_is_duplicate, struct why *w)
{
    struct message_by_key_in key = {.inbox_id = h->inbox_id, .external_id = h->external_id};
    struct message_new row = row_of(h, tx_id(tx), tx_now(tx));
    struct message_state_in state = {
        .id = row.id, .was = row.state, .state = row.state, .state_text = h->state_text};
    struct message_by_key_row *old;
    struct sealed words;
    enum err e;

    if ((e = q_message_by_key(tx, key, a, &old, w)))
        return e;
    if (old) {
        *ret_id = old->id;
        *ret_is_duplicate = true;
        return OK;
    }
    words = row.kind == MESSAGE_NOTE ? seal(a, row.text) : (struct sealed){.text = row.text};
    row.text = words.text;
    if ((e = message_save(tx, a, &row, w)) ||
        (e = seal_keep(tx, row.id, words.original, words.places, w)) ||
        (h->state_text && (e = q_message_state(tx, state, NULL, w))))
        return e;
    e = q_ticket_heard(tx,
                       (struct ticket_heard_in){.id = row.ticket_id,
                                                .message_id = row.id,
                                                .at = row.created_at,
                                                .kind = row.kind,
                                                .author = row.author_name ? row.author_name : "",
                                                .preview = message_preview(a, row.text)},
                       NULL, w);
    if (e)
        return e;
    *ret_id = row.id;
    *ret_is_duplicate = false;
    return OK;
}
