/* send.h: what a channel needs to deliver one reply, gathered from the store.
 * Used by: reply.c alone. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "channels/channel.h"
#include "tickets/message.h"
#include "tickets/ticket_store.h"

struct app;
struct inbox_get_row;

struct send_load {
    struct message message;
    struct ticket_whole ticket;
    struct inbox inbox;
    const struct channel *channel;
    struct outgoing out;
};

struct inbox send_inbox(const struct inbox_get_row *row);
/* The key of a reply: the channel's (mail: a Message-ID), else "antiphon.ID". */
const char *send_key(struct arena *a, const struct channel *c, const struct inbox *inbox,
                     int64_t ticket_id, int64_t message_id);
/* In a read transaction of its own; attachments are read into the arena. */
CHECKED enum err send_load(struct app *app, struct arena *a, int64_t message_id,
                           struct send_load *ret, struct why *w);
