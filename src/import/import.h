/* import.h: what did people say to us before we were here?
 *
 * Reads an export of another program, piece by piece, whatever its size: an mbox file, a
 * Maildir, JSON lines in the shape of the API, or the CSV of the public "Customer Support on
 * Twitter" corpus. It gives items one at a time; one that cannot be read is refused with its
 * place and reason, and the next is as good as if it had not been there.
 * It knows no store: import_act.c writes what this gives. Used by: cli. May use: base. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "channels/channel.h"

enum import_format {
    IMPORT_AUTO,
    IMPORT_MBOX,
    IMPORT_MAILDIR,
    IMPORT_JSONL,
    IMPORT_TWITTER,
    IMPORT_FORMATS
};

enum import_kind {
    IMPORT_END,      /* there is no more                                             */
    IMPORT_NOTHING,  /* still looking: a moment to show progress                     */
    IMPORT_REPEAT,   /* the same thing stood in the file before                      */
    IMPORT_INCOMING, /* in: a customer said it                                       */
    IMPORT_REPLY,    /* in: we said it to that contact; author is who                */
    IMPORT_NOTE,     /* in: a private note                                           */
    IMPORT_MAIL      /* raw: one mail as it was on the wire, for the mail channel    */
};

struct import_item {
    enum import_kind kind;
    struct incoming in; /* without inbox_id; is_imported is set */
    const char *author; /* of a reply or note; NULL: not said */
    struct str raw;     /* of a mail */
    msec at;            /* of a mail: what its place says, or 0 */
    char where[80];     /* "line 12", "mail 3 at byte 901", "cur/17.eml" */
};

struct import_source;

/* "mbox", …; false: there is no such format. */
bool import_format_parse(const char *name, enum import_format *ret);
const char *import_format_name(enum import_format f);

/* What is at `path`? A folder with cur/ or new/ is a Maildir; else the first bytes decide.
 * E_NOT_FOUND: there is nothing; E_INVALID: none of the formats. */
CHECKED enum err import_detect(const char *path, enum import_format *ret, struct why *w);

/* Open `path`. E_NOT_FOUND, E_INVALID as above; E_INVALID too for a CSV without the columns. */
CHECKED enum err import_open(const char *path, enum import_format format,
                             struct import_source **ret, struct why *w);
void import_close(struct import_source *s); /* takes NULL */

/* The next item; its texts live in `a`. E_INVALID: this one is refused (ret->where and w say
 * where and why), go on with the next. Any other error ends the import. */
CHECKED enum err import_next(struct import_source *s, struct arena *a, struct import_item *ret,
                             struct why *w);
/* How far it is, in steps of its own: bytes read over all passes, or files. */
void import_progress(const struct import_source *s, int64_t *ret_done, int64_t *ret_all);

/* JSON lines: the fields of POST /inboxes/{id}/messages, and two more for what was answered:
 * `kind` (incoming, reply or note) and `author_name`. */
extern const struct shape IMPORT_LINE;
