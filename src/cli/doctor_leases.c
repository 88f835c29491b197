#include "cli/doctor_leases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "channels/channel.h"
#include "cli/doctor.sql.h"
#include "inboxes/inbox.sql.h"
#include "store/store.h"

/* Leases last 15 s (nodes) and 30 s (mailboxes): late by so much is no accident of the moment,
 * and no right clock gives one for longer. */
#define LATE_MS  ((msec)60 * 1000)
#define AHEAD_MS ((msec)5 * 60 * 1000)

bool node_is_there(const struct node_seen *v, msec now)
{
    return *v->holder && v->lease_until > now;
}

enum verdict node_judge(const struct node_seen *v, msec now, const char **ret_says)
{
    bool is_late = !*v->holder || v->lease_until + LATE_MS <= now;

    if (v->is_locked && is_late) {
        *ret_says = "keeps its number and has not renewed it for a minute: its process hangs, or "
                    "its clock does";
        return VERDICT_FOUND;
    }
    if (!v->is_locked && *v->holder) {
        *ret_says = "ended without giving its number back; the next to start may take it";
        return VERDICT_NOTE;
    }
    return VERDICT_WELL;
}

enum verdict lease_judge(const struct lease_seen *v, msec now, const char **ret_says)
{
    if (v->expires_at > now + AHEAD_MS) {
        *ret_says = "lasts longer than any may: that node's clock is ahead, and nobody else gets "
                    "it until then";
        return VERDICT_FOUND;
    }
    if (!v->is_wanted)
        return VERDICT_WELL;
    if (v->expires_at > now) {
        if (v->is_node_there)
            return VERDICT_WELL;
        *ret_says = "is that of a node which is gone; it passes on within a minute";
        return VERDICT_NOTE;
    }
    if (!v->is_any_there) {
        *ret_says = "ran out with its node; the next server takes it";
        return VERDICT_NOTE;
    }
    if (v->expires_at + LATE_MS > now)
        return VERDICT_WELL;
    *ret_says = "ran out, and nobody has taken it: nothing is fetched";
    return VERDICT_FOUND;
}

struct look {
    struct arena *a;
    bool is_running;
    int own; /* this process's node number */
    msec now;
    struct doctor_nodes_rows nodes;
    struct doctor_leases_rows leases;
    struct inbox_list_rows inboxes;
};

static enum err look_fn(struct tx *tx, void *arg, struct why *w)
{
    struct look *l = arg;
    enum err e;

    l->now = tx_now(tx);
    l->nodes.n = 0;
    if (tx_engine(tx) == STORE_POSTGRESQL && (e = q_doctor_nodes(tx, l->a, &l->nodes, w)))
        return e;
    if ((e = q_doctor_leases(tx, l->a, &l->leases, w)))
        return e;
    return q_inbox_list(tx, l->a, &l->inboxes, w);
}

static struct node_seen seen(const struct doctor_nodes_row *r)
{
    return (struct node_seen){r->n, r->holder, r->lease_until, r->is_locked};
}

/* Doctor takes a number too while it looks; it fetches nothing. */
static bool is_there(const struct look *l, int64_t n)
{
    if (!l->nodes.n)
        return l->is_running && n == l->own;
    for (size_t i = 0; i < l->nodes.n; i++) {
        struct node_seen v = seen(&l->nodes.v[i]);

        if (v.n == n && (l->is_running || n != l->own))
            return node_is_there(&v, l->nodes.v[i].now_ms);
    }
    return false;
}

static bool is_any_there(const struct look *l)
{
    if (!l->nodes.n)
        return l->is_running;
    for (size_t i = 0; i < l->nodes.n; i++)
        if (is_there(l, l->nodes.v[i].n))
            return true;
    return false;
}

/* "inbox:17"; NULL: no such inbox any more. */
static const struct inbox_list_row *inbox_of(const struct look *l, const char *name)
{
    for (size_t i = 0; i < l->inboxes.n; i++)
        if (strcmp(arena_printf(l->a, "inbox:%" PRId64, l->inboxes.v[i].id), name) == 0)
            return &l->inboxes.v[i];
    return NULL;
}

static bool is_watched(const struct inbox_list_row *row)
{
    const struct channel *c = row ? channel_named(row->channel) : NULL;

    return c && c->start && row->is_active && !row->is_demo;
}

static void say(struct lease_lines *lines, enum verdict verdict, const char *text)
{
    if (verdict != VERDICT_WELL)
        lines->v[lines->n++] = (struct lease_line){verdict, text};
}

static void judge_nodes(const struct look *l, struct lease_lines *lines)
{
    for (size_t i = 0; i < l->nodes.n; i++) {
        struct node_seen v = seen(&l->nodes.v[i]);
        const char *says = "";
        enum verdict verdict = node_judge(&v, l->nodes.v[i].now_ms, &says);

        say(lines, verdict, arena_printf(l->a, "node %" PRId64 " %s", v.n, says));
        for (size_t k = 0; k < i; k++)
            if (*v.holder && strcmp(l->nodes.v[k].holder, v.holder) == 0)
                say(lines, VERDICT_FOUND,
                    arena_printf(l->a, "nodes %" PRId64 " and %" PRId64 " have one holder",
                                 l->nodes.v[k].n, v.n));
    }
}

static void judge_leases(const struct look *l, struct lease_lines *lines)
{
    for (size_t i = 0; i < l->leases.n; i++) {
        const struct doctor_leases_row *r = &l->leases.v[i];
        const struct inbox_list_row *inbox = inbox_of(l, r->name);
        struct lease_seen v = {.expires_at = r->expires_at,
                               .is_wanted = is_watched(inbox),
                               .is_node_there = is_there(l, r->node),
                               .is_any_there = is_any_there(l)};
        const char *says = "";
        enum verdict verdict = lease_judge(&v, l->now, &says);

        say(lines, verdict,
            arena_printf(l->a, "the lease of %s by node %" PRId64 " %s",
                         inbox ? arena_printf(l->a, "inbox \"%s\"", inbox->name) : r->name, r->node,
                         says));
    }
}

enum err leases_look(struct store *s, struct arena *a, bool is_running, struct lease_lines *ret,
                     struct why *w)
{
    struct look l = {.a = a, .is_running = is_running, .own = store_node(s)};
    struct lease_lines lines = {0};
    enum err e;

    if ((e = store_read(s, look_fn, &l, w)))
        return e;
    /* A line a node and one for each pair of one holder, a line a lease. */
    lines.v = arena_array(a, l.nodes.n * (l.nodes.n + 1) + l.leases.n + 1, sizeof *lines.v);
    judge_nodes(&l, &lines);
    judge_leases(&l, &lines);
    *ret = lines;
    return OK;
}
