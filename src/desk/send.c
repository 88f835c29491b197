#include "desk/send.h"

#include <inttypes.h>

#include "base/limits.h"
#include "desk/desk.h"
#include "inboxes/inbox.sql.h"
#include "store/blob.h"
#include "store/store.h"
#include "tickets/message.sql.h"

/* References of an answer: the last few are what mail programs look at. */
#define REFS_MOST 20

struct inbox send_inbox(const struct inbox_get_row *row)
{
    return (struct inbox){.id = row->id,
                          .name = row->name,
                          .channel = row->channel,
                          .settings = row->settings,
                          .secret = row->secret,
                          .is_active = row->is_active};
}

const char *send_key(struct arena *a, const struct channel *c, const struct inbox *inbox,
                     int64_t ticket_id, int64_t message_id)
{
    return c->key ? c->key(inbox, ticket_id, message_id, a)
                  : arena_printf(a, "antiphon.%" PRId64, message_id);
}

struct load {
    struct arena *a;
    int64_t id;
    struct send_load *ret;
};

static CHECKED enum err load_files(struct tx *tx, struct load *l, struct why *w)
{
    struct attachment_list_in of = {.message_ids = {&l->id, 1}};
    struct attachment_list_rows rows;
    enum err e;

    if ((e = q_attachment_list(tx, of, l->a, &rows, w)))
        return e;
    l->ret->out.attachments = arena_array(l->a, rows.n + 1, sizeof(struct attachment));
    for (size_t i = 0; i < rows.n; i++) {
        struct attachment *f = &l->ret->out.attachments[i];
        struct str bytes;

        if ((e = blob_read(tx_store(tx), rows.v[i].hash, LIMIT_ATTACHMENT_BYTES, l->a, &bytes, w)))
            return e;
        *f = (struct attachment){.name = rows.v[i].name,
                                 .type = rows.v[i].type,
                                 .hash = rows.v[i].hash,
                                 .bytes = bytes.p,
                                 .n_bytes = (int64_t)bytes.n,
                                 .content_id = rows.v[i].content_id,
                                 .is_inline = rows.v[i].is_inline};
    }
    l->ret->out.n_attachments = rows.n;
    return OK;
}

/* Whom it goes to and what it answers, from the message answered. */
static CHECKED enum err load_answered(struct tx *tx, struct load *l, struct why *w)
{
    struct outgoing *out = &l->ret->out;
    struct message_refs_in of = {
        .ticket_id = l->ret->ticket.core.id, .before = l->id, .limit = REFS_MOST};
    struct message_address_row *to;
    struct message_refs_rows refs;
    const char **v;
    enum err e;

    e = q_message_address(tx, (struct message_address_in){.id = l->ret->message.reply_to_id}, l->a,
                          &to, w);
    if (e)
        return e;
    if (!to)
        return fail(w, E_INVALID, "the person answered has no address on this channel any more");
    out->to = to->address;
    out->to_name = to->name;
    out->in_reply_to = to->external_id;
    if ((e = q_message_refs(tx, of, l->a, &refs, w)))
        return e;
    v = arena_array(l->a, refs.n + 1, sizeof *v);
    for (size_t i = 0; i < refs.n; i++) /* newest first in the store, oldest first in a mail */
        v[refs.n - 1 - i] = refs.v[i].external_id;
    out->refs = v;
    out->n_refs = refs.n;
    return OK;
}

static enum err load(struct tx *tx, void *arg, struct why *w)
{
    struct load *l = arg;
    struct send_load *r = l->ret;
    struct message m;
    struct ticket_whole t;
    struct inbox_get_row *inbox;
    enum err e;

    arena_reset(l->a);
    if ((e = message_load(tx, l->a, l->id, &m, w)) ||
        (e = ticket_load(tx, l->a, m.ticket_id, &t, w)) ||
        (e = q_inbox_get(tx, (struct inbox_get_in){.id = m.inbox_id}, l->a, &inbox, w)))
        return e;
    if (!inbox)
        return fail(w, E_NOT_FOUND, "the inbox is gone");
    *r = (struct send_load){.message = m,
                            .ticket = t,
                            .inbox = send_inbox(inbox),
                            .channel = channel_named(inbox->channel)};
    if (!r->channel || !r->channel->send)
        return fail(w, E_INVALID, "the channel \"%s\" sends nothing", inbox->channel);
    r->out = (struct outgoing){.message_id = l->id,
                               .ticket_id = t.core.id,
                               .ticket_number = t.number,
                               .key = m.external_id,
                               .from_name = m.author->name,
                               .subject = t.core.subject,
                               .text = m.text};
    if ((e = load_answered(tx, l, w)))
        return e;
    return load_files(tx, l, w);
}

enum err send_load(struct app *app, struct arena *a, int64_t message_id, struct send_load *ret,
                   struct why *w)
{
    struct arena *own = arena_new(4096);
    struct load l = {.a = own, .id = message_id, .ret = ret};

    /* Everything loaded lives as long as the job: its own arena goes with the job's. */
    arena_defer(a, (void (*)(void *))arena_free, own);
    return store_read(app->store, load, &l, w);
}
