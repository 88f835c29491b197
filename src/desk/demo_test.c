/* Does the demo desk come whole, with every state in its place, and go without a trace? */
#include "desk/demo.h"

#include <string.h>

#include "base/scope.h"
#include "base/test.h"
#include "demo/demo.sql.h"
#include "desk/intake.h"
#include "inboxes/inbox_store.h"
#include "people/people.h"
#include "store/store.h"
#include "store/test_store.h"
#include "sys/secret.h"
#include "tickets/record.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_store.h"

SCOPED_FREE(struct arena, arena_free)

static struct test_store db;
static struct store *store;
static const struct principal ADMIN = {
    .kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = "", .sees_all = true};

static int begin(void **state)
{
    struct why w = {0};

    if (!secret_init())
        return -1;
    test_store_init(&db, *(const enum store_engine *)*state);
    if (store_open(&db.conf, &store, &w)) {
        print_error("%s\n", w.text);
        return -1;
    }
    return 0;
}

static int end(void **state)
{
    store_close(store);
    test_store_done(&db);
    return 0;
}

/* What is there now. */
struct census {
    struct arena *a;
    int64_t in_bucket[BUCKET_END];
    size_t n_inboxes, n_agents, n_tickets, n_teams, n_tags;
    int64_t n_messages, n_waiting, n_linked, n_imported;
    bool is_there, is_counted; /* the counts equal the recount */
};

static CHECKED enum err count_buckets(struct tx *tx, struct census *c, struct why *w)
{
    struct count_recount_rows truth;
    struct count_list_rows kept;
    int64_t sum_truth[BUCKET_END] = {0};
    enum err e;

    if ((e = q_count_recount(tx, c->a, &truth, w)) || (e = q_count_list(tx, c->a, &kept, w)))
        return e;
    for (size_t i = 0; i < truth.n; i++)
        sum_truth[truth.v[i].bucket] += truth.v[i].n;
    for (size_t i = 0; i < kept.n; i++)
        c->in_bucket[kept.v[i].bucket] += kept.v[i].n;
    c->is_counted = truth.n == kept.n && memcmp(sum_truth, c->in_bucket, sizeof sum_truth) == 0;
    return OK;
}

static enum err take(struct tx *tx, void *arg, struct why *w)
{
    struct census *c = arg;
    struct demo_inbox_list_rows inboxes;
    struct demo_agent_list_rows agents;
    struct ticket_filter all = {.buckets = ~0u, .limit = 1000};
    struct tag_list_rows tags;
    const char *cursor = NULL;
    struct ticket *v;
    struct team *teams;
    enum err e;

    if ((e = q_demo_inbox_list(tx, c->a, &inboxes, w)) ||
        (e = q_demo_agent_list(tx, c->a, &agents, w)) ||
        (e = teams_all(tx, c->a, &teams, &c->n_teams, w)) || (e = q_tag_list(tx, c->a, &tags, w)) ||
        (e = ticket_page(tx, c->a, &all, &ADMIN, &v, &c->n_tickets, &cursor, w)) ||
        (e = count_buckets(tx, c, w)) || (e = demo_is_there(tx, &c->is_there, w)))
        return e;
    c->n_inboxes = inboxes.n;
    c->n_agents = agents.n;
    c->n_tags = tags.n;
    for (size_t i = 0; i < c->n_tickets; i++) {
        c->n_messages += v[i].messages;
        c->n_waiting += v[i].waiting_since != 0;
        c->n_linked += v[i].linked_id != 0;
        c->n_imported += v[i].is_imported;
        if (i && v[i - 1].id < v[i].id)
            fail_msg("tickets are not newest first");
    }
    return OK;
}

static const struct census *look(struct arena *a)
{
    struct census *c = arena_new_of(a, struct census);
    struct why w = {0};

    c->a = a;
    if (store_read(store, take, c, &w))
        fail_msg("%s", w.text);
    return c;
}

static void it_comes_and_goes(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    const struct census *before = look(a), *c;
    struct why w = {0};

    assert_int_equal(demo_clear(store, &w), E_NOT_FOUND);
    for (int round = 0; round < 2; round++) {
        if (demo_load(store, NULL, NULL, &w))
            fail_msg("%s", w.text);
        assert_int_equal(demo_load(store, NULL, NULL, &w), E_CONFLICT);
        c = look(a);
        assert_true(c->is_there && c->is_counted);
        assert_true(c->n_tickets >= 80 && c->n_messages >= 300 && c->n_tags > 20);
        assert_int_equal(c->n_agents, 5);
        assert_int_equal(c->n_inboxes, 4);
        assert_int_equal(c->n_teams, 3);
        for (int b = BUCKET_NEW; b <= BUCKET_SPAM; b++)
            if (c->in_bucket[b] < 1)
                fail_msg("bucket %s is empty", bucket_name((enum bucket)b));
        assert_true(c->n_waiting > 20 && c->n_linked == 1 && c->n_imported == 0);
        if (demo_clear(store, &w))
            fail_msg("%s", w.text);
        c = look(a);
        assert_false(c->is_there);
        assert_true(c->is_counted);
        assert_int_equal(c->n_tickets + c->n_agents + c->n_inboxes + c->n_tags + c->n_teams, 0);
    }
    assert_int_equal(before->n_tickets, 0);
    if (store_check(store, &w))
        fail_msg("%s", w.text);
}

struct real {
    struct arena *a;
    int64_t inbox_id, ticket_id, assignee_id;
};

static enum err make_real(struct tx *tx, void *arg, struct why *w)
{
    struct real *r = arg;
    struct inbox_new in = {.name = "Real", .channel = "api"};
    struct incoming m = {.external_id = "1", .contact = {.external_id = "c"}, .text = "real"};
    struct demo_agent_list_rows agents;
    struct intake_result done;
    struct ticket_whole whole;
    struct ticket_core core;
    enum err e;

    if ((e = inbox_make(tx, r->a, &in, &ADMIN, &r->inbox_id, w)))
        return e;
    m.inbox_id = r->inbox_id;
    if ((e = intake(tx, r->a, &m, NULL, &done, w)) ||
        (e = q_demo_agent_list(tx, r->a, &agents, w)) ||
        (e = ticket_load(tx, r->a, done.ticket_id, &whole, w)))
        return e;
    core = whole.core;
    core.assignee_id = agents.v[0].id;
    r->ticket_id = done.ticket_id;
    return record_change(tx, &whole, &core, &ADMIN, w);
}

static enum err look_real(struct tx *tx, void *arg, struct why *w)
{
    struct real *r = arg;
    struct ticket_whole whole;
    enum err e = ticket_load(tx, r->a, r->ticket_id, &whole, w);

    r->assignee_id = e ? -1 : whole.core.assignee_id;
    return e;
}

/* A real ticket that an invented agent took is there afterwards, and nobody's. */
static void what_is_real_stays(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct real real = {.a = a};
    struct why w = {0};

    if (demo_load(store, NULL, NULL, &w) || store_write(store, make_real, &real, &w) ||
        demo_clear(store, &w) || store_read(store, look_real, &real, &w))
        fail_msg("%s", w.text);
    assert_int_equal(real.assignee_id, 0);
    assert_int_equal(look(a)->n_tickets, 1);
    assert_true(look(a)->is_counted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES_WITH(it_comes_and_goes, begin, end),
        ON_BOTH_STORES_WITH(what_is_real_stays, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
