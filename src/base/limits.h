/* limits.h: every limit on what comes from outside, with its reason. */
#pragma once

/* HTTP. Header block: browsers send 1-4 KB, proxies stop at 8-16; a cookie or a long
 * referrer still fits. */
#define LIMIT_HEADER_BYTES (32 * 1024)
#define LIMIT_HEADERS      100
#define LIMIT_TARGET_BYTES (8 * 1024)
/* Deadlines per phase [ms]: header, first byte on a new or idle connection, body. */
#define LIMIT_HEADER_MS   5000
#define LIMIT_IDLE_MS     15000
#define LIMIT_BODY_MS     30000
#define LIMIT_CONNECTIONS 20000
/* A body or an answer moves at least this much in each LIMIT_BODY_MS: 2 KB/s [bytes]. */
#define LIMIT_PROGRESS_BYTES (64 * 1024)
/* Closing politely: what a client still sends is read and dropped, so that it can read our
 * last answer; this long, this much. */
#define LIMIT_LINGER_MS    2000
#define LIMIT_LINGER_BYTES (1024 * 1024)
/* All bodies being received, together: over it, new ones get 503 [bytes]. */
#define LIMIT_BODIES_BYTES (256L * 1024 * 1024)
/* All answers waiting for slow readers, together: the client that makes it more is closed. */
#define LIMIT_UNSENT_BYTES (256L * 1024 * 1024)
/* One answer that is built in memory: 100 messages of the longest text, escaped. */
#define LIMIT_ANSWER_BYTES (64 * 1024 * 1024)
/* Event streams: a write every 100 ms at most, a comment when all is quiet so that proxies
 * keep the connection, and a browser that is this far behind starts again [bytes]. */
#define LIMIT_STREAM_TICK_MS      100
#define LIMIT_STREAM_QUIET_MS     15000
#define LIMIT_STREAM_BEHIND_BYTES (256 * 1024)

/* JSON bodies of the API: a long message (64 KiB of text, twice when escaped) and its frame. */
#define LIMIT_JSON_BYTES (256 * 1024)
#define LIMIT_JSON_DEPTH 64
#define LIMIT_JSON_LIST                                                                            \
    1000 /* entries of a list, members of a free object, unless the table says */

/* One message's text: mail is cut there and kept whole as its raw file. */
#define LIMIT_TEXT_CHARS        65536
#define LIMIT_SUBJECT_CHARS     500
#define LIMIT_NAME_CHARS        200
#define LIMIT_ADDRESS_CHARS     320 /* RFC 5321: 64 + 1 + 255 */
#define LIMIT_EXTERNAL_ID_CHARS 255
#define LIMIT_TAGS              50
#define LIMIT_TAG_CHARS         60
#define LIMIT_ATTRIBUTES        50
#define LIMIT_ATTRIBUTE_CHARS   2000

/* A step of what is done at a P1: read in a hurry. */
#define LIMIT_PROTOCOL_STEP_CHARS 1000

/* Mail, raw: what the large providers let through. */
#define LIMIT_MAIL_BYTES       (35 * 1024 * 1024)
#define LIMIT_ATTACHMENT_BYTES (25 * 1024 * 1024)
#define LIMIT_ATTACHMENTS      50

/* Lists. */
#define LIMIT_PAGE               100
#define LIMIT_PAGE_DEFAULT       25
#define LIMIT_QUERY_CHARS        400
#define LIMIT_PASSWORD_CHARS     200
#define LIMIT_PASSWORD_MIN_CHARS 10
