/* chat_api.h: the chat on a web site, /chat/v1/{widget_token}: open to strangers.
 *
 * What a stranger may do, and what stops them (docs/widget.md, tests/e2e/widget-*):
 *   guess a token          80 bits; PER_IP rate; absent and switched off answer alike
 *   embed it elsewhere     listed origins only, checked on every request
 *   be somebody else       sessions and identities are signed (channels/webchat/token.h)
 *   read others' words     every query goes by the session's own contact
 *   flood                  PER_IP rate; 30 messages a minute and 20 waiting uploads a visitor
 *   send huge bodies       each route's own limit, refused before it is read
 * A session, a typing sign or a look costs no row. The stream carries no words, only that there
 * are some: what was said is asked for again by id, under the same rule. */
#pragma once

#include "http/http.h"

enum err chat_preflight(struct req *q, struct res *s, struct why *w);
enum err chat_config_get(struct req *q, struct res *s, struct why *w);
enum err chat_session_post(struct req *q, struct res *s, struct why *w);
enum err chat_messages_get(struct req *q, struct res *s, struct why *w);
enum err chat_message_post(struct req *q, struct res *s, struct why *w);
enum err chat_upload_post(struct req *q, struct res *s, struct why *w);
enum err chat_typing_post(struct req *q, struct res *s, struct why *w);
enum err chat_read_post(struct req *q, struct res *s, struct why *w);
enum err chat_stream_get(struct req *q, struct res *s, struct why *w);

/* The demo's customer: a phone with the widget (ui/widget/public/demo). */
enum err chat_phone_get(struct req *q, struct res *s, struct why *w);

/* Reads what a visitor says before the writer has it (http_conf.prepare). */
void chat_prepare(struct req *q);

/* http_conf.problem: a page of another origin can read only an error that allows it to. */
void chat_problem(const struct req *q, struct res *s);

/* JSON of one chat message: 10,000 characters escaped, its context and its frame. */
#define CHAT_MESSAGE_BYTES ((size_t)128 * 1024)
#define CHAT_SMALL_BYTES   ((size_t)8 * 1024)

extern const struct shape CHAT_CONFIG, CHAT_SESSION_IN, CHAT_SESSION, CHAT_MESSAGE, CHAT_SAY,
    CHAT_SAID, CHAT_TYPING, CHAT_READ;
