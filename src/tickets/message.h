/* message.h: one thing said. Kinds, states, the API's shape, rows.
 * Used by: tickets, desk. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "channels/channel.h"

struct principal;
struct tx;

enum message_kind { MESSAGE_INCOMING = 1, MESSAGE_REPLY, MESSAGE_NOTE, MESSAGE_ACTIVITY };

enum author_kind { AUTHOR_CONTACT = 1, AUTHOR_AGENT, AUTHOR_KEY, AUTHOR_SYSTEM };

/* A reply goes queued → sending → sent (→ delivered), or ends failed or unknown. */
enum message_state {
    STATE_RECEIVED = 1, /* incoming: on disk                                         */
    STATE_STORED,       /* note, activity                                            */
    STATE_QUEUED,       /* a send job will take it                                   */
    STATE_SENDING,      /* stored just before the point of no return                 */
    STATE_SENT,         /* the channel's service has taken it                        */
    STATE_DELIVERED,    /* the customer's side has it                                */
    STATE_FAILED,       /* surely not sent; state_text says why                      */
    STATE_UNKNOWN       /* may have been sent: a person looks, and may send it again */
};

struct author {
    const char *kind;
    int64_t id;
    const char *name;
};

struct message_file {
    int64_t n;
    const char *name, *type, *url, *content_id;
    int64_t bytes;
    bool is_inline;
};

/* A mask in the text: [bytes]. */
struct message_sealed {
    int64_t at, n;
    const char *kind; /* "card": triage/pii.h */
};

struct message {
    int64_t id, ticket_id, inbox_id;
    enum message_kind kind_code;
    enum message_state state_code;
    const char *kind, *text;
    bool has_html;
    struct author *author;
    const char *state, *state_text;
    int64_t reply_to_id;
    msec created_at, sent_at;
    const char *context, *meta;    /* JSON or NULL */
    struct shape_list attachments; /* struct message_file */
    struct shape_list sealed;      /* struct message_sealed */
    const char *external_id, *raw_hash;
    const char *sealed_text; /* the same as JSON; NULL: nothing is sealed */
    int64_t n_files;
};

extern const struct shape MESSAGE;
extern const char *const MESSAGE_KIND_NAMES[]; /* NULL-ended, from incoming */

const char *message_kind_name(enum message_kind k);
const char *message_state_name(enum message_state s);

/* E_NOT_FOUND if there is none. */
CHECKED enum err message_load(struct tx *tx, struct arena *a, int64_t id, struct message *ret,
                              struct why *w);
/* A ticket's messages, oldest first, ids above `after`. */
CHECKED enum err message_list(struct tx *tx, struct arena *a, int64_t ticket_id, int64_t after,
                              size_t limit, struct message **ret, size_t *ret_n, struct why *w);
/* The last ones below `before`, still oldest first: a thread is opened at its end. */
CHECKED enum err message_list_back(struct tx *tx, struct arena *a, int64_t ticket_id,
                                   int64_t before, size_t limit, struct message **ret,
                                   size_t *ret_n, struct why *w);

/* What is to be written as a new message. */
struct message_new {
    int64_t id; /* given by the caller: tx_id() */
    int64_t ticket_id, inbox_id;
    enum message_kind kind;
    const char *external_id;
    enum author_kind author_kind;
    int64_t author_id;
    const char *author_name;
    const char *text, *html, *subject;
    enum message_state state;
    int64_t reply_to_id;
    msec created_at, sent_at;
    const char *context, *meta, *raw_hash;
    const struct attachment *attachments; /* with hash set */
    size_t n_attachments;
};
/* The message, its HTML, its attachments and its words in the search index. */
CHECKED enum err message_save(struct tx *tx, struct arena *a, const struct message_new *m,
                              struct why *w);

/* Which messages are looked for. `match` is in the engine's own query language
 * (search/query.h); where it ends in a beginning of a word, messages that hold the whole word
 * come alone, if there are any. */
struct message_wanted {
    const char *match;
    int64_t before; /* ids below this */
    size_t limit;
    const struct principal *who; /* in the inboxes that they see */
};
/* Their ids, newest first: at most `limit` into `ids`, fewer only at the end. */
CHECKED enum err message_find(struct tx *tx, struct arena *a, const struct message_wanted *in,
                              int64_t *ids, size_t *ret_n, struct why *w);

/* One line of at most 160 characters for lists. */
const char *message_preview(struct arena *a, const char *text);
