/* antiphon import: history out of another program. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/import_write.h"
#include "desk/desk.h"
#include "desk/retrain.h"
#include "desk/send.h"
#include "inboxes/inbox.sql.h"
#include "inboxes/inbox_store.h"
#include "store/store.h"
#include "tickets/record.h"
#include "tickets/ticket.h"

/* Between two drawings of the bar. */
#define DRAW_US 100000

struct import {
    struct cli *c;
    struct import_target target;
    struct import_source *source;
    struct import_writer *writer;
    const char *reasons; /* path of the file that says why, once there is one */
    const char *wanted_reasons;
    int reasons_fd; /* -1: nothing was refused yet */
    bool is_terminal;
    int64_t begun_us, drawn_us;
};

/* ------- the inbox */

static enum err find_inbox(struct tx *tx, void *arg, struct why *w)
{
    struct import *m = arg;
    const char *name = cli_option(m->c, "inbox");
    struct inbox_by_name_row *found;
    struct inbox_get_row *row;
    enum err e;

    e = q_inbox_by_name(tx, (struct inbox_by_name_in){.name = name}, m->c->arena, &found, w);
    if (e)
        return e;
    if (!found)
        return fail(w, E_INVALID, "there is no inbox \"%s\"", name);
    if ((e = q_inbox_get(tx, (struct inbox_get_in){.id = found->id}, m->c->arena, &row, w)))
        return e;
    if (!row)
        return fail(w, E_INVALID, "there is no inbox \"%s\"", name);
    m->target.inbox = send_inbox(row);
    return OK;
}

/* ------- why each was refused */

/* Beside the export, else where temporary things go. */
static int open_reasons(struct import *m)
{
    const char *beside = arena_printf(m->c->arena, "%s.refused", m->wanted_reasons);
    const char *name = strrchr(beside, '/');
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    char *other;

    m->reasons = beside;
    if (fd >= 0)
        return fd;
    other = arena_printf(m->c->arena, "/tmp/antiphon-%s-XXXXXX", name ? name + 1 : beside);
    m->reasons = other;
    return mkostemp(other, O_CLOEXEC);
}

static void refused(void *arg, const char *where, const struct why *why)
{
    struct import *m = arg;

    if (m->reasons_fd < 0)
        m->reasons_fd = open_reasons(m);
    if (m->reasons_fd >= 0)
        dprintf(m->reasons_fd, "%s: %s%s%s\n", where, why->field, *why->field ? " " : "",
                why->text);
}

/* ------- the bar */

static void draw(struct import *m, bool is_last)
{
    struct import_figures f = import_writer_figures(m->writer);
    int64_t now = clock_mono_us(), done, all, us = now - m->begun_us;
    static const char FULL[] = "##############################";
    int64_t left_s, part;

    if (!m->is_terminal || (!is_last && now - m->drawn_us < DRAW_US))
        return;
    m->drawn_us = now;
    import_progress(m->source, &done, &all);
    part = all ? done * 100 / all : 100;
    left_s = done && us > 0 ? (int64_t)((double)(all - done) * (double)us / (double)done / 1e6) : 0;
    dprintf(m->c->err,
            "\r[%-30.*s] %3" PRId64 " %%  %" PRId64 " read  %" PRId64 "/s  %" PRId64 ":%02" PRId64
            " left \x1b[K%s",
            (int)(part * 30 / 100), FULL, part, f.read,
            us > 0 ? (int64_t)((double)f.read * 1e6 / (double)us) : 0, left_s / 60, left_s % 60,
            is_last ? "\n" : "");
}

/* ------- one after the other */

static bool is_ending(const struct import *m)
{
    return m->c->app && atomic_load(&m->c->app->is_ending);
}

static CHECKED enum err take_next(struct import *m, bool *ret_is_end, struct why *w)
{
    struct arena *a = arena_new(4096);
    struct import_item item;
    struct why why = {0};
    enum err e = import_next(m->source, a, &item, &why);

    if (!e && item.kind > IMPORT_REPEAT)
        return import_writer_take(m->writer, a, &item, w);
    if (e == E_INVALID)
        import_writer_refused(m->writer, &item, &why);
    else if (!e && item.kind == IMPORT_REPEAT)
        import_writer_repeat(m->writer);
    else if (!e)
        *ret_is_end = item.kind == IMPORT_END;
    arena_free(a);
    return e && e != E_INVALID ? fail(w, e, "%s", why.text) : OK;
}

/* Nobody is told of single messages; that the desk holds more now, screens may know. */
static enum err tell_desk(struct tx *tx, void *arg, struct why *w)
{
    const struct import *m = arg;
    struct event told = {
        .kind = EVENT_DESK_CHANGED, .at = tx_now(tx), .inbox_id = m->target.inbox.id};

    enum err e = retrain_tonight(tx, w); /* a past with categories is there to learn from */

    return e ? e : tx_event(tx, &told, w);
}

static CHECKED enum err take_all(struct import *m, struct why *w)
{
    bool is_end = false;
    struct why why = {0};
    enum err e = OK, last;

    while (!e && !is_end) {
        if (is_ending(m))
            e = fail(w, E_BUSY, "the server is ending; run the import again to go on");
        else if (!(e = take_next(m, &is_end, w)))
            draw(m, false);
    }
    last = import_writer_finish(m->writer, &why);
    if (!last && import_writer_figures(m->writer).stored)
        last = store_write(m->target.store, tell_desk, m, &why);
    if (last && !e)
        e = fail(w, last, "%s", why.text);
    draw(m, true);
    return e;
}

static void say_figures(const struct import *m)
{
    struct import_figures f = import_writer_figures(m->writer);
    int64_t us = clock_mono_us() - m->begun_us;

    if (m->reasons)
        cli_say(m->c, "the reasons are in %s", m->reasons);
    cli_say(m->c, "%" PRId64 ".%" PRId64 " s, %" PRId64 " a second", us / 1000000, us / 100000 % 10,
            us > 0 ? (int64_t)((double)f.read * 1e6 / (double)us) : 0);
    cli_say(m->c,
            "read %" PRId64 ", stored %" PRId64 ", duplicate %" PRId64 ", refused %" PRId64 "",
            f.read, f.stored, f.duplicate, f.refused);
}

static int run(struct import *m, const char *path, enum import_format format)
{
    struct why w = {0};
    enum err e;

    m->wanted_reasons = path;
    if ((e = import_open(path, format, &m->source, &w))) {
        cli_fail(m->c, &w);
        return e == E_NOT_FOUND || e == E_INVALID ? CLI_USAGE : CLI_FAILED;
    }
    m->begun_us = clock_mono_us();
    m->writer = import_writer_new(&m->target);
    if ((e = take_all(m, &w)))
        cli_say(m->c, "antiphon: %s", w.text);
    say_figures(m);
    import_writer_free(m->writer);
    import_close(m->source);
    if (m->reasons_fd >= 0)
        close(m->reasons_fd);
    return e ? CLI_FAILED : CLI_DONE;
}

/* "…/mail/" and "…/mail" are the same folder; reasons go beside it. */
static const char *without_slash(struct arena *a, const char *path)
{
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    return arena_dup(a, path, n);
}

int cmd_import(struct cli *c)
{
    const char *format_name = cli_option(c, "format"), *us = cli_option(c, "us");
    struct import m = {.c = c, .reasons_fd = -1, .is_terminal = isatty(c->err) == 1};
    enum import_format format = IMPORT_AUTO;
    struct why w = {0};

    if (!cli_option(c, "inbox"))
        return cli_usage(c, "usage: antiphon import PATH --inbox NAME [--format FORMAT]");
    if (format_name && !import_format_parse(format_name, &format))
        return cli_usage(c,
                         "antiphon: there is no format \"%s\"; there are auto, mbox, maildir, "
                         "jsonl, twitter",
                         format_name);
    if (us && (!strchr(us, '@') || strpbrk(us, "\"\\ \t")))
        return cli_usage(c, "antiphon: \"%s\" is no mail address", us);
    if (store_read(c->store, find_inbox, &m, &w))
        return cli_fail(c, &w);
    m.target.store = c->store;
    m.target.us = us;
    m.target.status = cli_option(c, "open") ? CATEGORY_OPEN : CATEGORY_CLOSED;
    m.target.refused = refused;
    m.target.arg = &m;
    return run(&m, without_slash(c->arena, cli_path(c, cli_arg(c, 0))), format);
}
