#include "live/live_chat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_shape.h"
#include "base/limits.h"
#include "http/http.h"
#include "live/live.h"
#include "live/presence.h"
#include "tickets/record.h"

#define FRAME_BYTES ((size_t)4096)
#define TOPIC_BYTES 64

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

/* {"on":true,"name":"Ana"}: she writes; any other state: she does not. */
static void typing(struct buf *b, const struct event *e)
{
    struct arena *a = arena_new(512);
    struct live_viewer v = {0};
    struct why w;

    if (e->data && shape_parse(&PRESENCE_DATA, e->data, strlen(e->data), a, &v, &w) == OK) {
        buf_printf(b, "event: typing\ndata: {\"on\":%s,\"name\":",
                   is(v.state, "replying") ? "true" : "false");
        buf_json(b, v.name, strlen(v.name));
        buf_str(b, "}\n\n");
    }
    arena_free(a);
}

/* Nothing is added where the event is none of the customer's. */
static void frame(struct buf *b, const struct event *e)
{
    if (is(e->kind, EVENT_MESSAGE_CREATED)) {
        if (is(e->data, EVENT_DATA_INCOMING) || is(e->data, EVENT_DATA_REPLY))
            buf_printf(b, "event: message\ndata: {\"id\":%" PRId64 "}\n\n", e->message_id);
    } else if (is(e->kind, EVENT_PRESENCE_CHANGED)) {
        typing(b, e);
    } else if (is(e->kind, EVENT_TICKET_SEEN)) {
        buf_printf(b, "event: read\ndata: {\"message_id\":%" PRId64 "}\n\n", e->message_id);
    }
}

void live_chat(struct http_server *http, const struct event *e)
{
    char topic[TOPIC_BYTES], key[TOPIC_BYTES];
    struct buf b;

    if (!e->contact_id || !e->inbox_id)
        return;
    snprintf(topic, sizeof topic, LIVE_CHAT_TOPIC, e->inbox_id, e->contact_id);
    if (http_followers(http, topic) == 0)
        return;
    buf_init(&b, FRAME_BYTES);
    frame(&b, e);
    snprintf(key, sizeof key, "%s:%" PRId64, e->kind, e->message_id);
    if (b.n && !b.is_over)
        http_publish(http, topic, key, b.p, NULL, 0);
    buf_done(&b);
}
