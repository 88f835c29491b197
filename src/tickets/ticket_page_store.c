/* One page of tickets. Each bucket is walked by its own index from where the page before
 * ended; the few sorted runs are merged here. So a page costs what it shows, whatever the
 * filter, and there is no offset. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "people/policy.h"
#include "search/query.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_store.h"

#define ALL_SHOWN (((1u << BUCKET_END) - 2) & ~(1u << BUCKET_SPAM) & ~(1u << BUCKET_DELETED))
/* Beyond every id and key. */
#define ID_END INT64_MAX
/* A tag or a search is read in steps of this many rows, at most STEPS of them for one page. */
#define STEP_ROWS 200
#define STEPS     10

struct key {
    int64_t sort, id;
};

struct page {
    struct tx *tx;
    struct arena *a;
    const struct ticket_filter *f;
    const struct principal *who;
    unsigned buckets;
    struct key from; /* where the page before ended */
    struct key *keys;
    size_t n, room;
};

/* Cursors are "sort.id" in decimal: nothing in them is secret, and all is checked. */
static CHECKED enum err cursor_read(const struct ticket_filter *f, struct key *ret, struct why *w)
{
    struct str rest = str_of(f->after), sort;
    struct key k = f->is_by_waiting ? (struct key){-1, -1} : (struct key){ID_END, ID_END};

    if (f->after) {
        sort = str_cut(&rest, '.');
        if (!str_i64(sort, 0, ID_END, &k.sort) || !str_i64(rest, 0, ID_END, &k.id))
            return fail_field(w, E_INVALID, "after", "this is no cursor of ours");
    }
    *ret = k;
    return OK;
}

static void keep(struct page *p, int64_t sort, int64_t id)
{
    if (p->n == p->room) {
        size_t room = p->room ? p->room * 2 : 256;
        struct key *keys = arena_array(p->a, room, sizeof *keys);

        if (p->n)
            memcpy(keys, p->keys, p->n * sizeof *keys);
        p->keys = keys;
        p->room = room;
    }
    p->keys[p->n++] = (struct key){sort, id};
}

static int by_key(const void *x, const void *y)
{
    const struct key *a = x, *b = y;

    if (a->sort != b->sort)
        return a->sort < b->sort ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int by_key_down(const void *x, const void *y)
{
    return by_key(y, x);
}

/* The most selective filter drives the index, the others sift (queries: by_… and and_…). */
static CHECKED enum err run_new(struct page *p, enum bucket b, int64_t inbox_id,
                                const char *category, struct why *w)
{
    const struct ticket_filter *f = p->f;
    bool is_one = f->has_assignee && f->assignee_id && !category, has_driver = is_one;
    struct ticket_page_new_in in = {.bucket = b,
                                    .before = p->from.id,
                                    .limit = (int64_t)f->limit + 1,
                                    .assignee_id = f->assignee_id,
                                    .team_id = f->team_id,
                                    .inbox_id = inbox_id,
                                    .contact_id = f->contact_id,
                                    .category = category};
    struct ticket_page_new_rows rows;
    enum err e;

    if (category) {
        in.with |= WITH_TICKET_PAGE_NEW_BY_CATEGORY;
        has_driver = true;
    }
    if (f->contact_id) {
        in.with |= WITH_TICKET_PAGE_NEW_BY_CONTACT;
        has_driver = true;
    }
    if (f->has_team) {
        in.with |= has_driver ? WITH_TICKET_PAGE_NEW_AND_TEAM : WITH_TICKET_PAGE_NEW_BY_TEAM;
        has_driver = true;
    }
    if (inbox_id) {
        in.with |= has_driver ? WITH_TICKET_PAGE_NEW_AND_INBOX : WITH_TICKET_PAGE_NEW_BY_INBOX;
        has_driver = true;
    }
    if (f->has_assignee)
        in.with |= is_one || !has_driver ? WITH_TICKET_PAGE_NEW_BY_ASSIGNEE
                                         : WITH_TICKET_PAGE_NEW_AND_ASSIGNEE;
    if ((e = q_ticket_page_new(p->tx, in, p->a, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n; i++)
        keep(p, rows.v[i].key, rows.v[i].id);
    return OK;
}

static CHECKED enum err run_wait(struct page *p, enum bucket b, int64_t inbox_id,
                                 const char *category, struct why *w)
{
    const struct ticket_filter *f = p->f;
    bool is_one = f->has_assignee && f->assignee_id && !category, has_driver = is_one;
    struct ticket_page_wait_in in = {.bucket = b,
                                     .after = p->from.sort,
                                     .after_id = p->from.id,
                                     .limit = (int64_t)f->limit + 1,
                                     .assignee_id = f->assignee_id,
                                     .team_id = f->team_id,
                                     .inbox_id = inbox_id,
                                     .category = category};
    struct ticket_page_wait_rows rows;
    enum err e;

    if (category) {
        in.with |= WITH_TICKET_PAGE_WAIT_BY_CATEGORY;
        has_driver = true;
    }
    if (f->has_team) {
        in.with |= has_driver ? WITH_TICKET_PAGE_WAIT_AND_TEAM : WITH_TICKET_PAGE_WAIT_BY_TEAM;
        has_driver = true;
    }
    if (inbox_id) {
        in.with |= has_driver ? WITH_TICKET_PAGE_WAIT_AND_INBOX : WITH_TICKET_PAGE_WAIT_BY_INBOX;
        has_driver = true;
    }
    if (f->has_assignee)
        in.with |= is_one || !has_driver ? WITH_TICKET_PAGE_WAIT_BY_ASSIGNEE
                                         : WITH_TICKET_PAGE_WAIT_AND_ASSIGNEE;
    if ((e = q_ticket_page_wait(p->tx, in, p->a, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n; i++)
        keep(p, rows.v[i].key, rows.v[i].id);
    return OK;
}

static CHECKED enum err run_one(struct page *p, enum bucket b, int64_t inbox_id,
                                const char *category, struct why *w)
{
    return p->f->is_by_waiting ? run_wait(p, b, inbox_id, category, w)
                               : run_new(p, b, inbox_id, category, w);
}

static CHECKED enum err run_bucket(struct page *p, enum bucket b, int64_t inbox_id, struct why *w)
{
    enum err e;

    if (p->f->categories.n == 0)
        return run_one(p, b, inbox_id, NULL, w);
    for (size_t i = 0; i < p->f->categories.n; i++)
        if ((e = run_one(p, b, inbox_id, p->f->categories.v[i], w)))
            return e;
    return OK;
}

/* Somebody who sees only some inboxes gets a run for each of them. */
static CHECKED enum err run_lists(struct page *p, struct why *w)
{
    enum err e;

    for (unsigned b = BUCKET_NEW; b < BUCKET_END; b++) {
        if (!(p->buckets >> b & 1))
            continue;
        if (p->f->inbox_id || p->who->sees_all || p->who->kind == WHO_SYSTEM) {
            if ((e = run_bucket(p, (enum bucket)b, p->f->inbox_id, w)))
                return e;
            continue;
        }
        for (size_t i = 0; i < p->who->n_inboxes; i++)
            if ((e = run_bucket(p, (enum bucket)b, p->who->inbox_ids[i], w)))
                return e;
    }
    return OK;
}

static bool has_category(const struct ticket_filter *f, const char *category)
{
    for (size_t i = 0; category && i < f->categories.n; i++)
        if (strcmp(f->categories.v[i], category) == 0)
            return true;
    return f->categories.n == 0;
}

static bool passes(const struct page *p, const struct ticket_sieve_row *r)
{
    const struct ticket_filter *f = p->f;

    return (p->buckets >> r->bucket & 1) &&
           (!f->has_assignee || r->assignee_id == f->assignee_id) &&
           (!f->has_team || r->team_id == f->team_id) &&
           (!f->inbox_id || r->inbox_id == f->inbox_id) &&
           (!f->contact_id || r->contact_id == f->contact_id) && has_category(f, r->category) &&
           policy_sees_inbox(p->who, r->inbox_id);
}

/* Keep what passes; by waiting only what stands behind the cursor. */
static void sift(struct page *p, const struct ticket_sieve_row *r)
{
    struct key k = {p->f->is_by_waiting ? r->wait_key : r->id, r->id};

    if (!passes(p, r) || (p->f->is_by_waiting && by_key(&k, &p->from) <= 0))
        return;
    for (size_t i = 0; i < p->n; i++)
        if (p->keys[i].id == r->id)
            return;
    keep(p, k.sort, k.id);
}

static CHECKED enum err run_tag(struct page *p, struct why *w)
{
    int64_t before = p->f->is_by_waiting ? ID_END : p->from.id;
    enum err e;

    for (int step = 0; step < STEPS; step++) {
        struct ticket_page_tag_rows rows;

        e = q_ticket_page_tag(p->tx,
                              (struct ticket_page_tag_in){
                                  .tag_id = p->f->tag_id, .before = before, .limit = STEP_ROWS},
                              p->a, &rows, w);
        if (e)
            return e;
        for (size_t i = 0; i < rows.n; i++) {
            struct ticket_sieve_row r = {.id = rows.v[i].id,
                                         .wait_key = rows.v[i].wait_key,
                                         .bucket = rows.v[i].bucket,
                                         .assignee_id = rows.v[i].assignee_id,
                                         .team_id = rows.v[i].team_id,
                                         .inbox_id = rows.v[i].inbox_id,
                                         .contact_id = rows.v[i].contact_id,
                                         .category = rows.v[i].category};

            before = r.id;
            sift(p, &r);
        }
        if (rows.n < STEP_ROWS || (!p->f->is_by_waiting && p->n > p->f->limit))
            break;
    }
    return OK;
}

/* The tickets of the newest messages that match, below message id *before. */
static CHECKED enum err found_step(struct page *p, const char *match, int64_t *before,
                                   size_t *ret_n, struct why *w)
{
    struct message_wanted wanted = {match, *before, STEP_ROWS, p->who};
    int64_t *ids = arena_array(p->a, STEP_ROWS, sizeof *ids);
    struct message_tickets_rows of;
    struct ticket_sieve_rows rows;
    enum err e;

    if ((e = message_find(p->tx, p->a, &wanted, ids, ret_n, w)))
        return e;
    if (*ret_n == 0)
        return OK;
    *before = ids[*ret_n - 1];
    if ((e = q_message_tickets(p->tx, (struct message_tickets_in){.ids = {ids, *ret_n}}, p->a, &of,
                               w)))
        return e;
    for (size_t i = 0; i < of.n; i++)
        ids[i] = of.v[i].ticket_id;
    if ((e = q_ticket_sieve(p->tx, (struct ticket_sieve_in){.ids = {ids, of.n}}, p->a, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n; i++)
        if (p->f->is_by_waiting || rows.v[i].id < p->from.id)
            sift(p, &rows.v[i]);
    return OK;
}

static CHECKED enum err run_search(struct page *p, struct why *w)
{
    const char *match = tx_engine(p->tx) == STORE_SQLITE ? query_fts5(p->a, p->f->search)
                                                         : query_tsquery(p->a, p->f->search);
    int64_t before = ID_END;
    size_t n = STEP_ROWS;
    enum err e;

    if (!match)
        return OK;
    for (int step = 0; step < STEPS && n == STEP_ROWS; step++)
        if ((e = found_step(p, match, &before, &n, w)))
            return e;
    return OK;
}

enum err ticket_page(struct tx *tx, struct arena *a, const struct ticket_filter *f,
                     const struct principal *who, struct ticket **ret, size_t *ret_n,
                     const char **ret_cursor, struct why *w)
{
    struct page p = {
        .tx = tx, .a = a, .f = f, .who = who, .buckets = f->buckets ? f->buckets : ALL_SHOWN};
    int64_t *ids;
    size_t n;
    enum err e;

    if ((e = cursor_read(f, &p.from, w)))
        return e;
    if (f->inbox_id && !policy_sees_inbox(who, f->inbox_id))
        e = OK; /* nothing of it is theirs to see: an empty page */
    else
        e = f->search ? run_search(&p, w) : f->tag_id ? run_tag(&p, w) : run_lists(&p, w);
    if (e)
        return e;
    if (p.n)
        qsort(p.keys, p.n, sizeof *p.keys, f->is_by_waiting ? by_key : by_key_down);
    n = p.n < f->limit ? p.n : f->limit;
    ids = arena_array(a, n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = p.keys[i].id;
    *ret_cursor =
        p.n > n ? arena_printf(a, "%" PRId64 ".%" PRId64, p.keys[n - 1].sort, p.keys[n - 1].id)
                : NULL;
    return ticket_views(tx, a, ids, n, who->kind == WHO_AGENT ? who->id : 0, ret, ret_n, w);
}
