/* mail.h: what is a mail, once it has been read?
 *
 * The model that the decoding process (mime.c) fills and hands to the server as bytes
 * (mail_code.c). The server trusts none of it: sizes and UTF-8 are checked again on reading.
 * May use: base. Used by: channels/email/. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

#define MAIL_DEPTH_MAX     100 /* parts inside parts; real mail stays under 10 */
#define MAIL_PARTS_MAX     1000
#define MAIL_REFS_MAX      50  /* the nearest ones are kept */
#define MAIL_ADDRESSES_MAX 100 /* of To, Cc and delivery headers each */

struct mail_address {
    const char *name;    /* NULL: none */
    const char *address; /* as written, trimmed */
};
struct mail_addresses {
    struct mail_address *v;
    size_t n;
};

struct mail_part {
    const char *name; /* a display name, never empty, no path in it */
    const char *type; /* "image/png", lower case */
    const char *content_id;
    bool is_inline;
    struct str bytes;
};

struct mail {
    const char *message_id; /* without <>; NULL: none */
    const char **refs;      /* In-Reply-To, then References, nearest first */
    size_t n_refs;
    struct mail_addresses from, sender, reply_to, to, cc;
    struct mail_addresses delivered; /* Delivered-To, X-Original-To, Envelope-To */
    const char *subject;
    msec date;                  /* 0: none, or not to be believed */
    const char *text;           /* never NULL */
    int64_t quote_at;           /* where the quoted history starts in text [UTF-16 units]; -1 */
    const char *html;           /* sanitised; NULL: there was none */
    const char *auto_submitted; /* lower case, without parameters */
    const char *precedence;     /* lower case */
    bool has_list;              /* List-Id, List-Unsubscribe, List-Post or Mailing-List */
    bool has_suppress;          /* X-Auto-Response-Suppress, X-Autoreply, X-Autorespond, … */
    bool has_null_return_path;  /* Return-Path: <> */
    bool is_report;             /* multipart/report: a delivery or reading notice */
    const char *report_status;  /* "5.1.1"; NULL */
    const char *report_to;      /* whom it could not reach */
    const char *remark;         /* what had to be left out, in words; NULL */
    struct mail_part *parts;
    size_t n_parts;
};

/* The model as bytes, and back. E_INVALID: not what mail_write writes. Strings live in `a`;
 * the parts' bytes still point into `in`. */
void mail_write(struct buf *out, const struct mail *m);
CHECKED enum err mail_read(struct str in, struct arena *a, struct mail *ret, struct why *w);
