/* channel.h: what does it take to be a channel?
 *
 * A channel turns what a service gives us into `struct incoming`, and a reply of ours into
 * one delivery. It sees neither the store nor the desk: what it needs from the house comes
 * through `struct channel_host`, given by desk/.
 * Used by: desk/, main. May use: base, sys. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_shape.h"

/* An inbox as a channel sees it. */
struct inbox {
    int64_t id;
    const char *name;
    const char *channel;
    const char *settings; /* JSON object, checked by channel->settings */
    const char *secret;   /* random 32 bytes in hex: signs reply tokens and widget identities */
    bool is_active;
};

enum identity_state { IDENTITY_UNKNOWN, IDENTITY_CLAIMED, IDENTITY_VERIFIED };

struct attachment {
    const char *name;       /* display text only, never a path */
    const char *type;       /* declared media type, lower case */
    const char *content_id; /* of a mail part, without <>; NULL */
    const char *hash;       /* SHA-256 in hex of the blob, once stored */
    const char *path;       /* or: a file that holds it, to be moved into the blobs */
    const void *bytes;      /* or: in memory */
    int64_t n_bytes;
    bool is_inline;
};

/* One thing a customer said. Everything but inbox, external_id, contact and text may be
 * NULL or 0. */
struct incoming {
    int64_t inbox_id;
    const char *external_id; /* unique in the inbox; a repeat changes nothing */
    /* Two different mails can carry one Message-ID: where external_id is taken by a message
     * with another text, this id is used instead. NULL: a repeat is a repeat. */
    const char *second_id;
    struct incoming_contact {
        const char *external_id; /* who this is on the channel (an address, an account id) */
        const char *name, *email, *phone, *locale;
        struct shape_map attributes;
        enum identity_state state;
    } contact;
    const char *text; /* plain, UTF-8 */
    const char *html; /* sanitised already, or NULL */
    const char *subject;
    const char *thread_external_id;
    msec sent_at;        /* what the sender's side says; 0: unknown */
    const char *context; /* JSON: device, os, … or NULL */
    /* Mail threading: */
    const char *const *refs; /* Message-IDs without <>, nearest first */
    size_t n_refs;
    int64_t token_ticket_id;   /* a reply token of ours, its signature checked; 0 */
    const char *raw_hash;      /* the original, kept as a blob */
    const char *meta;          /* JSON for the thread view: to, cc, … or NULL */
    const char *const *others; /* further addresses of the mail: shown, never written to */
    size_t n_others;
    struct attachment *attachments;
    size_t n_attachments;
    bool is_automatic;    /* out of office, list, bounce: kept, never answered by a machine */
    const char *category; /* of imported history: what its ticket was about; NULL */
    bool is_imported;     /* history: nobody is told, no timer starts, nothing is sent */
    int import_status;    /* an imported message's new ticket: its status' category; 0: closed */
};

/* One reply on its way out. */
struct outgoing {
    int64_t message_id, ticket_id;
    int64_t ticket_number;
    const char *key; /* idempotency key; mail: the Message-ID, made and stored before */
    const char *to;  /* the contact's external id in this inbox */
    const char *to_name;
    const char *from_name; /* the agent, or the inbox's name */
    const char *subject;
    const char *text;
    const char *html;        /* may be NULL */
    const char *in_reply_to; /* external id of the message answered */
    const char *const *refs; /* oldest first */
    size_t n_refs;
    const char *reply_token;        /* for the reply address; NULL where the channel has none */
    struct attachment *attachments; /* with path set */
    size_t n_attachments;
};

/* What the house offers a running channel. */
struct channel_host {
    void *house;
    /* Store raw input durably, keyed (inbox, external_id); parsing follows behind. A repeat is
     * OK and changes nothing. E_FULL, E_BUSY: keep it at the source and come again. */
    enum err (*spool)(const struct channel_host *h, const struct inbox *inbox,
                      const char *external_id, const void *raw, size_t n, struct why *w);
    /* A small durable note per inbox ("imap": uidvalidity and uid). Empty text if none. */
    enum err (*note_get)(const struct channel_host *h, int64_t inbox_id, const char *name,
                         struct arena *a, const char **ret, struct why *w);
    enum err (*note_set)(const struct channel_host *h, int64_t inbox_id, const char *name,
                         const char *value, struct why *w);
    /* For the console: is this inbox well? `text` says what is wrong, NULL: all is well. */
    void (*health)(const struct channel_host *h, int64_t inbox_id, enum err e, const char *text);
    /* True once the house wants the channel's threads to end. */
    bool (*is_ending)(const struct channel_host *h);
};

struct channel_run; /* a channel's own running state for one inbox */

struct channel {
    const char *name;           /* "email": in URLs, config and the database */
    const char *label;          /* "mail": on the send button: "Send to Ana by mail" */
    int32_t max_text;           /* longest text one message can carry [characters] */
    bool threads, edits, media; /* what the UI may offer */
    bool opens_anew; /* a message that names no ticket opens one (mail); else it joins the newest */
    bool dedupes;    /* the service itself refuses our key twice */
    bool sends;      /* has a send; else a reply is delivered by being read (chat, api) */
    const struct shape *settings;
    size_t settings_bytes;
    /* Rules of the settings that a table cannot say; NULL: there are none. */
    enum err (*settings_check)(const char *json, struct arena *a, struct why *w);

    /* Keep something running for an inbox (an IMAP connection with IDLE). Returns at once;
     * stop ends it and joins. NULL: nothing runs. */
    enum err (*start)(const struct inbox *inbox, const struct channel_host *h,
                      struct channel_run **ret, struct why *w);
    void (*stop)(struct channel_run *run);

    /* Raw spooled input into one message. E_INVALID: cannot be parsed, goes to quarantine.
     * Untrusted decoding runs in a child process. */
    enum err (*parse)(const struct inbox *inbox, const void *raw, size_t n, struct arena *a,
                      struct incoming *ret, struct why *w);

    /* What a web page needs to reach this inbox, and what its server signs its users with (chat
     * has both). NULL: nothing. */
    const char *(*page_token)(int64_t inbox_id, const char *inbox_secret, struct arena *a);
    const char *(*identity_secret)(int64_t inbox_id, const char *inbox_secret, struct arena *a);

    /* The key of a reply, made once and stored before the first try (mail: its Message-ID,
     * without <>). NULL: "antiphon.ID" will do. */
    const char *(*key)(const struct inbox *inbox, int64_t ticket_id, int64_t message_id,
                       struct arena *a);

    /* Deliver one reply. E_BUSY: surely not taken, jobs/ retries with the same key.
     * E_UNKNOWN: may have been taken; retried only where `dedupes`. Any other error goes back
     * to the agent. `sending` must be called (and return OK) just before the point of no
     * return: it is stored before it returns. */
    enum err (*send)(const struct inbox *inbox, const struct outgoing *m,
                     enum err (*sending)(void *arg, struct why *w), void *arg, struct arena *a,
                     const char **ret_external_id, struct why *w);

    /* Does this inbox work with these settings? For the console's "Check" button. */
    enum err (*check)(const struct inbox *inbox, struct arena *a, struct why *w);
};

/* registry.c: NULL if there is none of that name. */
const struct channel *channel_named(const char *name);
const struct channel *const *channels_all(size_t *ret_n);
