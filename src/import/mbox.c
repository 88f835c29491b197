/* What mails are in an mbox? The file is walked once for their places and times, then given
 * oldest first: programs write them in any order, and a thread reads well only in its own.
 *
 * A mail begins at a line "From … date" that stands first or behind an empty line; a line
 * without a date is text. One ">" is taken from lines ">From ", ">>From " … (mboxrd; for mboxo
 * it is the same but for text that was quoted twice by hand). Content-Length is not believed.
 * Source: RFC 4155; https://www.loc.gov/preservation/digital/formats/fdd/fdd000385.shtml */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "import/reader.h"
#include "import/stamp.h"

struct mail {
    int64_t offset, bytes, at;
    int64_t n; /* its number in the file, from 1 */
};

struct mbox {
    struct import_reader base;
    struct lines lines;
    struct mail *mails;
    size_t n, room, next;
    bool is_walked, was_empty;
};

bool mbox_is_from(struct str line, msec *ret_at)
{
    struct str rest = line_bare(line);

    if (!str_starts(rest, STR("From ")))
        return false;
    rest.p += 5;
    rest.n -= 5;
    str_cut(&rest, ' '); /* the sender */
    return stamp_parse(rest, ret_at);
}

static void mail_add(struct mbox *m, const struct mail *mail)
{
    if (m->n == m->room) {
        m->room = m->room ? m->room * 2 : 1024;
        m->mails = reallocarray(m->mails, m->room, sizeof(*m->mails));
        if (!m->mails)
            abort();
    }
    m->mails[m->n++] = *mail;
}

/* The mail before ends at `offset`, without the empty line that parts it from the next. */
static void mail_end(struct mbox *m, int64_t offset, int64_t n_parting)
{
    if (m->n) {
        struct mail *last = &m->mails[m->n - 1];
        int64_t bytes = offset - last->offset - n_parting;

        last->bytes = bytes > 0 ? bytes : 0;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct mail *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->n < y->n ? -1 : 1;
}

/* Walk some of the file; a moment's work, so that progress can be shown. */
static enum err walk(struct mbox *m, struct why *w)
{
    struct line line;
    int64_t n_empty = 0;
    enum err e;

    for (int i = 0; i < 100000; i++) {
        msec at = 0;

        if ((e = lines_next(&m->lines, &line, w)))
            return e;
        if (line.text.n == 0) {
            mail_end(m, line.offset, m->was_empty ? n_empty : 0);
            if (m->n)
                qsort(m->mails, m->n, sizeof(*m->mails), by_time);
            m->is_walked = true;
            break;
        }
        if (line.is_start && (m->was_empty || line.offset == 0) && mbox_is_from(line.text, &at)) {
            mail_end(m, line.offset, n_empty);
            mail_add(m,
                     &(struct mail){line.offset + (int64_t)line.text.n, 0, at, (int64_t)m->n + 1});
        }
        m->was_empty = line.is_start && line.is_end && line_bare(line.text).n == 0;
        n_empty = m->was_empty ? (int64_t)line.text.n : 0;
    }
    m->base.done = m->lines.offset;
    return OK;
}

/* Take one ">" from every line that is ">…From ", in place. Returns the new length. */
static size_t unquote(char *p, size_t n)
{
    size_t to = 0, from = 0;

    while (from < n) {
        char *lf = memchr(p + from, '\n', n - from);
        size_t len = lf ? (size_t)(lf - (p + from)) + 1 : n - from;
        size_t marks = 0;

        while (marks < len && p[from + marks] == '>')
            marks++;
        if (marks && len - marks >= 5 && memcmp(p + from + marks, "From ", 5) == 0)
            from++, len--;
        memmove(p + to, p + from, len);
        to += len;
        from += len;
    }
    return to;
}

static enum err mbox_next(struct import_reader *base, struct arena *a, struct import_item *ret,
                          struct why *w)
{
    struct mbox *m = (struct mbox *)base;
    const struct mail *mail;
    enum err e;
    char *p;

    if (!m->is_walked) {
        ret->kind = IMPORT_NOTHING;
        return walk(m, w);
    }
    if (m->next == m->n) {
        base->done = base->all;
        ret->kind = IMPORT_END;
        return OK;
    }
    mail = &m->mails[m->next++];
    base->done += mail->bytes;
    snprintf(ret->where, sizeof(ret->where), "mail %" PRId64 " at byte %" PRId64, mail->n,
             mail->offset);
    if (mail->bytes > LIMIT_MAIL_BYTES)
        return fail(w, E_INVALID, "has %" PRId64 " bytes; the limit is %d", mail->bytes,
                    LIMIT_MAIL_BYTES);
    p = arena_alloc(a, (size_t)mail->bytes + 1);
    if ((e = lines_at(&m->lines, mail->offset, p, (size_t)mail->bytes, w)))
        return e;
    ret->kind = IMPORT_MAIL;
    ret->at = mail->at;
    ret->raw = (struct str){p, unquote(p, (size_t)mail->bytes)};
    return OK;
}

static void mbox_close(struct import_reader *base)
{
    struct mbox *m = (struct mbox *)base;

    lines_close(&m->lines);
    free(m->mails);
    free(m);
}

enum err mbox_open(const char *path, struct import_reader **ret, struct why *w)
{
    struct mbox *m = calloc(1, sizeof(*m));
    enum err e;

    if (!m)
        abort();
    if ((e = lines_open(&m->lines, path, w))) {
        free(m);
        return e;
    }
    m->base = (struct import_reader){mbox_next, mbox_close, 0, 2 * m->lines.bytes};
    *ret = &m->base;
    return OK;
}
