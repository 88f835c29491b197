/* api.h: the channel of programs. What comes in comes by POST /inboxes/{id}/messages, and a
 * reply is delivered by being read; so nothing runs, parses or sends here.
 * Used by: channels/registry.c. */
#pragma once

#include "channels/channel.h"

extern const struct channel api_channel;
