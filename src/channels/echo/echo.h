/* echo.h: the smallest channel, and the tests' double.
 *
 * Raw input is the JSON of `struct incoming`'s main fields; what is sent goes, one JSON line a
 * try, to a file; it can be told to fail. It keeps nothing in memory, so that it tells the
 * same story after a crash.
 * Used by: channels/registry.c, tests. */
#pragma once

#include "channels/channel.h"

/* Settings, all optional:
 *   file     every try to send is appended here as one JSON line (and synced):
 *            {"key","message_id","ticket_id","to","text","result"}
 *   fail     "busy", "invalid", "upstream" or "unknown": how a failing try fails
 *   fail_at  only the n-th try fails, counted in the file; 0: each one
 * Input: {"external_id"?, "from", "name"?, "email"?, "text", "subject"?, "thread"?}. */
extern const struct channel echo_channel;
