/* What do JSON lines say? Each line is the body of POST /api/v1/inboxes/{id}/messages, given in
 * the order of the file; `kind` and `author_name` tell what we answered. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "import/reader.h"

struct line_contact {
    const char *external_id, *name, *email, *phone, *locale;
    struct shape_map attributes;
};

struct line_message {
    const char *external_id;
    struct line_contact *contact;
    const char *text, *subject, *thread_external_id;
    msec sent_at;
    const char *context;
    const char *kind, *author_name, *category;
};

static const char *const KINDS[] = {"incoming", "reply", "note", NULL};

#define CONTACT(name, flags, max)                                                                  \
    {                                                                                              \
#name, SHAPE_TEXT, flags, offsetof(struct line_contact, name), 0, max                      \
    }

static SHAPE(IMPORT_CONTACT, "ImportContact", struct line_contact, NULL,
             {{"external_id", SHAPE_TEXT, SHAPE_REQUIRED,
               offsetof(struct line_contact, external_id), 1, LIMIT_EXTERNAL_ID_CHARS},
              CONTACT(name, SHAPE_NULLABLE, LIMIT_NAME_CHARS),
              CONTACT(email, SHAPE_NULLABLE, LIMIT_ADDRESS_CHARS),
              CONTACT(phone, SHAPE_NULLABLE, 40),
              CONTACT(locale, SHAPE_NULLABLE, 40),
              {"attributes", SHAPE_MAP, SHAPE_NULLABLE, offsetof(struct line_contact, attributes),
               0, LIMIT_ATTRIBUTES}});

SHAPE(IMPORT_LINE, "ImportLine", struct line_message, "One line of a file for antiphon import",
      {{"external_id", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct line_message, external_id), 1,
        LIMIT_EXTERNAL_ID_CHARS},
       {"contact", SHAPE_OBJECT, SHAPE_REQUIRED, offsetof(struct line_message, contact),
        .of = &IMPORT_CONTACT},
       {"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct line_message, text), 1,
        LIMIT_TEXT_CHARS},
       {"subject", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct line_message, subject), 0,
        LIMIT_SUBJECT_CHARS},
       {"thread_external_id", SHAPE_TEXT, SHAPE_NULLABLE,
        offsetof(struct line_message, thread_external_id), 1, LIMIT_EXTERNAL_ID_CHARS},
       {"sent_at", SHAPE_TIME, SHAPE_NULLABLE, offsetof(struct line_message, sent_at)},
       {"context", SHAPE_RAW, SHAPE_NULLABLE, offsetof(struct line_message, context), 0, 8192},
       {"kind", SHAPE_ENUM, SHAPE_NULLABLE, offsetof(struct line_message, kind), .names = KINDS},
       {"author_name", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct line_message, author_name), 0,
        LIMIT_NAME_CHARS},
       {"category", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct line_message, category), 1, 60}});

struct jsonl {
    struct import_reader base;
    struct lines lines;
    int64_t line;
};

static void fill(const struct line_message *m, struct import_item *ret)
{
    const struct line_contact *c = m->contact;

    ret->kind = IMPORT_INCOMING;
    if (m->kind && m->kind[0] != 'i')
        ret->kind = m->kind[0] == 'r' ? IMPORT_REPLY : IMPORT_NOTE;
    ret->author = m->author_name;
    ret->in = (struct incoming){
        .external_id = m->external_id,
        .contact = {.external_id = c->external_id,
                    .name = c->name,
                    .email = c->email,
                    .phone = c->phone,
                    .locale = c->locale,
                    .attributes = c->attributes,
                    .state = IDENTITY_CLAIMED},
        .text = m->text,
        .subject = m->subject,
        /* Each without a thread is a matter of its own: what is closed is not joined. */
        .thread_external_id = m->thread_external_id ? m->thread_external_id : m->external_id,
        .sent_at = m->sent_at,
        .context = m->context,
        .category = m->category,
        .is_imported = true,
    };
}

/* The rest of a line that is too long to be one. */
static enum err skip_line(struct jsonl *j, struct line *line, struct why *w)
{
    enum err e;

    while (!line->is_end)
        if ((e = lines_next(&j->lines, line, w)))
            return e;
    return OK;
}

static enum err jsonl_next(struct import_reader *base, struct arena *a, struct import_item *ret,
                           struct why *w)
{
    struct jsonl *j = (struct jsonl *)base;
    struct line_message m = {0};
    struct line line;
    struct str s;
    enum err e;

    if ((e = lines_next(&j->lines, &line, w)))
        return e;
    base->done = j->lines.offset;
    if (line.text.n == 0) {
        ret->kind = IMPORT_END;
        return OK;
    }
    snprintf(ret->where, sizeof(ret->where), "line %" PRId64, ++j->line);
    if (!line.is_end) {
        if ((e = skip_line(j, &line, w)))
            return e;
        return fail(w, E_INVALID, "is longer than %d bytes", LINES_ROOM_BYTES);
    }
    s = line_bare(line.text);
    if (j->line == 1 && str_starts(s, STR("\xEF\xBB\xBF")))
        s = (struct str){s.p + 3, s.n - 3};
    ret->kind = IMPORT_NOTHING;
    if (str_trim(s).n == 0)
        return OK;
    e = shape_parse(&IMPORT_LINE, s.p, s.n, a, &m, w);
    if (e)
        return e == E_MALFORMED ? E_INVALID : e;
    fill(&m, ret);
    return OK;
}

static void jsonl_close(struct import_reader *base)
{
    struct jsonl *j = (struct jsonl *)base;

    lines_close(&j->lines);
    free(j);
}

enum err jsonl_open(const char *path, struct import_reader **ret, struct why *w)
{
    struct jsonl *j = calloc(1, sizeof(*j));
    enum err e;

    if (!j)
        abort();
    if ((e = lines_open(&j->lines, path, w))) {
        free(j);
        return e;
    }
    j->base = (struct import_reader){jsonl_next, jsonl_close, 0, j->lines.bytes};
    *ret = &j->base;
    return OK;
}
