/* counts_test.c: whatever is done to tickets in whatever order, the counts that were kept equal
 * the tickets counted, and the lists show as many as the counts say. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/test.h"
#include "desk/desk.h"
#include "desk/intake.h"
#include "desk/reader.h"
#include "desk/reply.h"
#include "inboxes/inbox_store.h"
#include "people/people.h"
#include "store/test_store.h"
#include "tickets/ticket.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_act.h"
#include "tickets/ticket_read.h"
#include "tickets/ticket_store.h"

#define STEPS     400
#define PEOPLE    12
#define TICKETS   512
#define PAGE_SIZE 7

static const struct principal ANA = {
    .kind = WHO_AGENT, .id = 77, .role = ROLE_ADMIN, .name = "Ana", .sees_all = true};

static struct test_store db;
static struct store *store;
static struct arena *a;
static struct why why;
static int64_t inboxes[2], agents[3], tickets[TICKETS];
static size_t n_tickets;
static unsigned seed;

static unsigned any(unsigned below)
{
    seed = seed * 1103515245U + 12345U; /* the generator of ISO C's example: the same anywhere */
    return (seed >> 16) % below;
}

static enum err begin(struct tx *tx, void *arg, struct why *w)
{
    enum err e = OK;

    (void)arg;
    for (int i = 0; i < 2 && !e; i++) {
        struct inbox_new in = {.name = i ? "two" : "one", .channel = "api"};

        e = inbox_make(tx, a, &in, &ANA, &inboxes[i], w);
    }
    for (int i = 1; i < 3 && !e; i++) {
        struct agent_new in = {.email = arena_printf(a, "a%d@example.org", i),
                               .name = "x",
                               .role = "agent",
                               .password_hash = "x"};

        e = agent_make(tx, a, &in, &ANA, &agents[i], w);
    }
    return e;
}

struct step {
    unsigned what, x, y;
    int64_t id;
    struct intake_result taken;
};

static enum err write_in(struct tx *tx, struct step *s, struct why *w)
{
    static const char *const TEXTS[] = {"it is gone again", "thanks!", "where is it?"};
    struct incoming m = {.inbox_id = inboxes[s->x % 2],
                         .external_id = arena_printf(a, "m%u.%u", s->x, s->y),
                         .text = TEXTS[s->y % 3],
                         .is_automatic = s->y % 17 == 0};

    m.contact.external_id = arena_printf(a, "c%u", s->x % PEOPLE);
    return intake(tx, a, &m, reader_read(NULL, a, &m), &s->taken, w);
}

static enum err change(struct tx *tx, const struct step *s, struct why *w)
{
    static const char *const STATUSES[] = {"new", "open", "pending", "hold", "solved", "closed"};
    struct ticket_patch p = {.status = STATUSES[s->x % 6],
                             .assignee_id = agents[s->x % 3],
                             .is_spam = s->y % 2,
                             .is_deleted = s->y % 2};
    const char *field = s->what == 2   ? "status"
                        : s->what == 3 ? "assignee_id"
                        : s->what == 4 ? "is_spam"
                                       : "is_deleted";

    p.present = (uint64_t)1 << shape_field_index(&TICKET_PATCH, field);
    return ticket_act_patch(tx, a, s->id, 0, &p, &ANA, w);
}

static enum err do_step(struct tx *tx, void *arg, struct why *w)
{
    struct step *s = arg;
    int64_t id;

    switch (s->what) {
    case 0:
        return write_in(tx, s, w);
    case 1:
        return reply_write(tx, a,
                           &(struct reply_in){.ticket_id = s->id,
                                              .kind = s->x % 2 ? "reply" : "note",
                                              .text = "hi",
                                              .status = s->y % 3 ? NULL : "solved"},
                           &ANA, &id, w);
    case 6:
        return ticket_act_snooze(tx, a, s->id, s->x % 2 ? tx_now(tx) + 3600000 : 0, &ANA, w);
    default:
        return change(tx, s, w);
    }
}

static int64_t sum_of(const struct count_list_rows *kept, enum bucket b, int64_t assignee)
{
    int64_t n = 0;

    for (size_t i = 0; i < kept->n; i++)
        if (kept->v[i].bucket == b && (assignee < 0 || kept->v[i].assignee_id == assignee))
            n += kept->v[i].n;
    return n;
}

/* Page by page to the end: each ticket once, in order. */
static CHECKED enum err walk(struct tx *tx, enum bucket b, int64_t assignee, bool is_by_waiting,
                             int64_t *ret, struct why *w)
{
    struct ticket_filter f = {.buckets = 1U << b,
                              .has_assignee = assignee >= 0,
                              .assignee_id = assignee >= 0 ? assignee : 0,
                              .is_by_waiting = is_by_waiting,
                              .limit = PAGE_SIZE};
    int64_t last_key = is_by_waiting ? -1 : INT64_MAX;

    *ret = 0;
    do {
        struct ticket *list;
        size_t n;
        enum err e = ticket_page(tx, a, &f, &ANA, &list, &n, &f.after, w);

        if (e)
            return e;
        for (size_t i = 0; i < n; i++) {
            int64_t key = is_by_waiting ? list[i].sort_key : list[i].id;

            if (is_by_waiting ? key < last_key : key >= last_key)
                return fail(w, E_INTERNAL, "ticket %" PRId64 " is out of order", list[i].id);
            last_key = key;
        }
        *ret += (int64_t)n;
    } while (f.after);
    return OK;
}

static int by_key(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(int64_t) * 5);
}

static CHECKED enum err compare_lists(struct tx *tx, const struct count_list_rows *kept,
                                      struct why *w)
{
    int64_t n;
    enum err e;

    for (unsigned b = BUCKET_NEW; b < BUCKET_END; b++) {
        for (int who = -1; who < 6; who++) {
            int64_t assignee = who < 0 ? -1 : agents[who / 2], want;

            want = sum_of(kept, (enum bucket)b, assignee);
            if ((e = walk(tx, (enum bucket)b, assignee, who % 2 != 0, &n, w)))
                return e;
            if (n != want)
                return fail(w, E_INTERNAL,
                            "%s of %" PRId64 ": %" PRId64 " listed, %" PRId64 " counted",
                            bucket_name((enum bucket)b), assignee, n, want);
        }
    }
    return OK;
}

static enum err compare(struct tx *tx, void *arg, struct why *w)
{
    struct count_list_rows kept;
    struct count_recount_rows real;
    enum err e;

    (void)arg;
    if ((e = q_count_list(tx, a, &kept, w)) || (e = q_count_recount(tx, a, &real, w)))
        return e;
    if (kept.n != real.n)
        return fail(w, E_INTERNAL, "%zu rows kept, %zu counted", kept.n, real.n);
    qsort(kept.v, kept.n, sizeof *kept.v, by_key);
    qsort(real.v, real.n, sizeof *real.v, by_key);
    if (memcmp(kept.v, real.v, kept.n * sizeof *kept.v) != 0)
        return fail(w, E_INTERNAL, "the counts kept are not the tickets counted");
    return compare_lists(tx, &kept, w);
}

static enum err fold(struct tx *tx, void *arg, struct why *w)
{
    (void)arg;
    return q_count_fold(tx, NULL, w);
}

static void step_on(unsigned i)
{
    struct step s = {.what = n_tickets ? any(7) : 0, .x = any(1000), .y = i};
    enum err e;

    if (n_tickets)
        s.id = tickets[any((unsigned)n_tickets)];
    e = store_write(store, do_step, &s, &why);
    if (e && e != E_INVALID && e != E_CONFLICT)
        fail_msg("step %u: %s", i, why.text);
    if (!e && s.what == 0 && s.taken.is_new_ticket && n_tickets < TICKETS)
        tickets[n_tickets++] = s.taken.ticket_id;
}

static void the_counts_are_the_tickets_counted(void **state)
{
    const char *given = getenv("ANTIPHON_SEED");
    unsigned begun = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

    print_message("seed %u (ANTIPHON_SEED=%u does the same again)\n", begun, begun);
    seed = begun;
    n_tickets = 0;
    test_store_init(&db, *(const enum store_engine *)*state);
    a = arena_new(65536);
    assert_int_equal(store_open(&db.conf, &store, &why), OK);
    assert_int_equal(store_write(store, begin, NULL, &why), OK);
    for (unsigned i = 1; i <= STEPS; i++) {
        step_on(i);
        if (db.engine == STORE_POSTGRESQL && i % 90 == 0)
            assert_int_equal(store_write(store, fold, NULL, &why), OK);
        if (i % 100 == 0 && store_read(store, compare, NULL, &why))
            fail_msg("after step %u of seed %u: %s", i, begun, why.text);
    }
    store_close(store);
    test_store_done(&db);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES(the_counts_are_the_tickets_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
