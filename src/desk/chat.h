/* chat.h: a visitor of a web page talks to us: whose chat is it, and what may they see?
 *
 * Between the public routes (chat_api.c) and the stories (intake.c). Everything a visitor can
 * reach goes by (inbox, contact) here, so no route can show anybody else's words.
 * Used by: chat_api.c alone. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "channels/webchat/token.h"
#include "channels/webchat/webchat.h"
#include "http/http.h"

struct tx;
struct inbox_get_row;

/* One conversation holds this much, so that one visitor cannot fill a desk alone. */
#define CHAT_MESSAGES_A_MINUTE 30
#define CHAT_UPLOADS_PENDING   20
#define CHAT_PAGE              100

struct chat {
    struct tx *tx;
    struct arena *a;
    struct inbox_get_row *inbox;
    struct webchat_settings settings;
    bool is_open;
    struct webchat_session who; /* set by chat_enter */
    int64_t contact_id;         /* 0: they have not said anything yet */
    bool has_contact_name;
};

/* The chat that the path's token names, for the page that asks. Sets the CORS headers.
 * E_NOT_FOUND: no such chat, or it is switched off; E_DENIED: the page is not listed. */
CHECKED enum err chat_find(struct req *q, struct res *s, struct tx *tx, struct chat *ret,
                           struct why *w);
/* Whose session the request carries, in a chat that was found. */
CHECKED enum err chat_resume(struct req *q, struct chat *c, struct why *w);
/* Both: find the chat, and whose session it is. E_UNKNOWN_WHO: none of ours, or over; E_DENIED:
 * this chat is for signed-in customers only. */
CHECKED enum err chat_enter(struct req *q, struct res *s, struct tx *tx, struct chat *ret,
                            struct why *w);
/* Who `external_id` is in this inbox, into c->contact_id. */
CHECKED enum err chat_contact(struct chat *c, const char *external_id, struct why *w);

struct chat_file {
    int64_t n, bytes;
    const char *name, *type, *url;
};

struct chat_message {
    int64_t id;
    const char *from, *author_name, *text, *client_id;
    msec created_at;
    struct shape_list attachments; /* struct chat_file */
};
extern const struct shape CHAT_MESSAGE;

/* Oldest first. before > 0: the last ones below it; else those above `after`, or with
 * after < 0 the newest. */
CHECKED enum err chat_read(struct chat *c, int64_t after, int64_t before, int64_t limit,
                           struct chat_message **ret, size_t *ret_n, struct why *w);

struct read;

struct chat_say {
    const char *client_id, *text, *email, *name, *locale;
    struct shape_texts attachments;
    struct shape_map context;
};
/* The visitor says something: intake's message, its files taken. The same client_id again
 * changes nothing. `r`: what was read of it (reader.h). E_LIMIT: too fast; E_INVALID: nothing said,
 * or a file that is not theirs. */
CHECKED enum err chat_say(struct chat *c, const struct chat_say *in, const struct read *r,
                          int64_t *ret_id, struct why *w);
/* Whose uploads: "chat:…" of upload.owner. */
const char *chat_owner(const struct chat *c);
/* The topic of live.h that this visitor's stream follows. */
const char *chat_topic(const struct chat *c);
