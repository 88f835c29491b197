/* message_api.h: messages in and out over HTTP. routes.c says who may call what. */
#pragma once

#include "channels/channel.h"
#include "http/http.h"

enum err message_take_post(struct req *q, struct res *s, struct why *w);
enum err message_one_get(struct req *q, struct res *s, struct why *w);
enum err message_html_get(struct req *q, struct res *s, struct why *w);
enum err message_raw_get(struct req *q, struct res *s, struct why *w);
enum err ticket_reply_post(struct req *q, struct res *s, struct why *w);
enum err message_again_post(struct req *q, struct res *s, struct why *w);

/* http_conf.part: writes about one person, or one ticket, go the same way. */
uint64_t message_part(const struct req *q);
/* Reads a customer's message before the writer has it (http_conf.prepare). */
void message_prepare(struct req *q);

extern const struct shape MESSAGE_IN, MESSAGE_TAKEN, REPLY_IN, MESSAGE_HTML;
/* For `antiphon import`: a line of the API's shape as one incoming message. */
CHECKED enum err message_in_read(const char *json, size_t n, struct arena *a, struct incoming *ret,
                                 struct why *w);
