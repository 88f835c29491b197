/* live_chat.h: what of an event may the customer in a chat hear?
 *
 * That there is something to read (not what), that an agent is writing, that an agent has
 * looked. Nothing of notes, tags, other people. Used by: live.c. */
#pragma once

#include "store/event.h"

struct http_server;

void live_chat(struct http_server *http, const struct event *e);
