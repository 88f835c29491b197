/* pages_test.c: whoever sees only some inboxes turns full pages, up to the last. */
#include <string.h>

#include "base/limits.h"
#include "base/test.h"
#include "contacts/contact_api.h"
#include "desk/desk_api.h"
#include "desk/house.h"
#include "desk/intake.h"
#include "desk/page_api.h"
#include "http/http.h"
#include "inboxes/inbox.sql.h"
#include "inboxes/inbox_store.h"
#include "people/principal.h"
#include "store/test_store.h"
#include "tickets/message.sql.h"
#include "tickets/ticket_act.h"
#include "triage/page.sql.h"

#define N       60
#define OURS(i) ((i) % 4 == 1) /* of every four, one is in our inbox */
#define SIZE    4
#define N_OURS  (N / 4)
#define PAGES   100

static const struct principal ANA = {
    .kind = WHO_AGENT, .id = 77, .role = ROLE_ADMIN, .name = "Ana", .sees_all = true};

static struct test_store db;
static struct store *store;
static struct arena *a;
static struct why why;
static int64_t inboxes[3]; /* two of ours, one of others */
static struct principal bo = {.kind = WHO_AGENT, .id = 78, .role = ROLE_AGENT, .name = "Bo"};

static enum err make_inboxes(struct tx *tx, void *arg, struct why *w)
{
    enum err e = OK;

    (void)arg;
    for (int i = 0; i < 3 && !e; i++) {
        struct inbox_new in = {.name = arena_printf(a, "inbox %d", i), .channel = "api"};

        e = inbox_make(tx, a, &in, &ANA, &inboxes[i], w);
    }
    return e;
}

/* Each ticket called somebody; of the first half they have come. */
static CHECKED enum err call_for(struct tx *tx, int64_t ticket_id, int64_t inbox, int i,
                                 struct why *w)
{
    struct page_insert_in p = {
        .id = tx_id(tx), .ticket_id = ticket_id, .inbox_id = inbox, .kind = 1, .now = tx_now(tx)};
    struct page_end_in end = {.id = p.id, .ended = 1, .name = "Bo", .now = tx_now(tx)};
    enum err e = q_page_insert(tx, p, NULL, w);

    return e || i >= N / 2 ? e : q_page_end(tx, end, NULL, w);
}

/* Messages, each of another person; ours come by two inboxes. */
static enum err fill(struct tx *tx, void *arg, struct why *w)
{
    (void)arg;
    for (int i = 0; i < N; i++) {
        struct incoming m = {.inbox_id = inboxes[OURS(i) ? i % 8 == 1 : 2],
                             .external_id = arena_printf(a, "m%d", i),
                             .text = "moss grows",
                             .contact = {.external_id = arena_printf(a, "c%d", i),
                                         .name = arena_printf(a, "Moss %d", i)}};
        struct spool_insert_in raw = {.id = tx_id(tx),
                                      .inbox_id = m.inbox_id,
                                      .external_id = m.external_id,
                                      .hash = "x",
                                      .state = SPOOL_QUARANTINE,
                                      .now = tx_now(tx)};
        struct spool_insert_row *row;
        struct intake_result r;
        enum err e;

        if ((e = intake(tx, a, &m, NULL, &r, w)) || (e = q_spool_insert(tx, raw, a, &row, w)) ||
            (e = call_for(tx, r.ticket_id, m.inbox_id, i, w)))
            return e;
    }
    return OK;
}

static int begin(void **state)
{
    a = arena_new(65536);
    test_store_init(&db, *(const enum store_engine *)*state);
    assert_int_equal(store_open(&db.conf, &store, &why), OK);
    assert_int_equal(store_write(store, make_inboxes, NULL, &why), OK);
    assert_int_equal(store_write(store, fill, NULL, &why), OK);
    bo.inbox_ids = inboxes;
    bo.n_inboxes = 2;
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    test_store_done(&db);
    arena_free(a);
    return 0;
}

struct turn {
    handler *run;
    const struct principal *who;
    const char *query;
    struct buf out;
};

static enum err turn(struct tx *tx, void *arg, struct why *w)
{
    struct turn *t = arg;
    struct principal who = *t->who;
    struct req q = {.arena = a, .tx = tx, .who = &who, .path = "/"};
    struct res s = {.req = &q, .file_fd = -1};
    enum err e;

    q.query = str_of(t->query);
    buf_init(&s.body, LIMIT_ANSWER_BYTES);
    e = t->run(&q, &s, w);
    buf_reset(&t->out);
    buf_add(&t->out, s.body.p ? s.body.p : "", s.body.n);
    buf_done(&s.body);
    return e;
}

static int times(const char *text, const char *part)
{
    int n = 0;

    for (const char *p = text; (p = strstr(p, part)); p++)
        n++;
    return n;
}

/* Every page but the last holds SIZE items (each has one `mark`), and all hold `want`. */
static void pages_are_full(handler *run, const struct principal *who, const char *query,
                           const char *mark, int want)
{
    struct turn t = {.run = run, .who = who, .query = query};
    int seen = 0;

    buf_init(&t.out, LIMIT_ANSWER_BYTES);
    for (int page = 0;; page++) {
        const char *cursor;
        int n;

        assert_in_range(page, 0, PAGES);
        assert_int_equal(store_read(store, turn, &t, &why), OK);
        n = times(t.out.p, mark);
        seen += n;
        cursor = strstr(t.out.p, "\"after_cursor\":\"");
        if (!cursor)
            break;
        if (n != SIZE)
            fail_msg("%s: page %d has %d items, and there are more", query, page, n);
        cursor += strlen("\"after_cursor\":\"");
        t.query = arena_printf(a, "%s&after=%.*s", query, (int)strcspn(cursor, "\""), cursor);
    }
    if (seen != want)
        fail_msg("%s: %d items, not %d", query, seen, want);
    buf_done(&t.out);
}

static void contacts(void **state)
{
    (void)state;
    pages_are_full(contact_list_get, &bo, "limit=4", "\"locale\"", N_OURS);
    pages_are_full(contact_list_get, &bo, "limit=4&q=moss", "\"locale\"", N_OURS);
    pages_are_full(contact_list_get, &ANA, "limit=4", "\"locale\"", N);
    pages_are_full(contact_list_get, &ANA, "limit=4&q=moss", "\"locale\"", N);
}

static void quarantine(void **state)
{
    (void)state;
    pages_are_full(quarantine_get, &bo, "limit=4", "\"inbox_name\"", N_OURS);
    pages_are_full(quarantine_get, &ANA, "limit=4", "\"inbox_name\"", N);
}

static void called(void **state)
{
    (void)state;
    pages_are_full(page_list_get, &bo, "limit=4", "\"number\"", N_OURS);
    pages_are_full(page_list_get, &ANA, "limit=4", "\"number\"", N);
}

static void found(void **state)
{
    (void)state;
    pages_are_full(search_get, &bo, "limit=4&kind=message&q=grows", "\"kind\"", N_OURS);
    pages_are_full(search_get, &bo, "limit=4&kind=contact&q=moss", "\"kind\"", N_OURS);
    pages_are_full(search_get, &bo, "limit=4&q=grows", "\"kind\"", N_OURS);
    pages_are_full(search_get, &ANA, "limit=4&kind=message&q=grows", "\"kind\"", N);
}

/* Two of three, the newest among them. */
static enum err delete_some(struct tx *tx, void *arg, struct why *w)
{
    struct ticket_patch p = {.present = (uint64_t)1
                                        << shape_field_index(&TICKET_PATCH, "is_deleted"),
                             .is_deleted = true};

    (void)arg;
    for (int i = 0; i < N; i++) {
        struct message_by_key_in key = {.inbox_id = inboxes[OURS(i) ? i % 8 == 1 : 2],
                                        .external_id = arena_printf(a, "m%d", i)};
        struct message_by_key_row *m;
        enum err e;

        if (i % 3 == 0)
            continue;
        if ((e = q_message_by_key(tx, key, a, &m, w)) ||
            (e = ticket_act_patch(tx, a, m->ticket_id, 0, &p, &ANA, w)))
            return e;
    }
    return OK;
}

static void what_was_deleted_leaves_no_gap(void **state)
{
    (void)state;
    assert_int_equal(store_write(store, delete_some, NULL, &why), OK);
    pages_are_full(search_get, &ANA, "limit=4&kind=message&q=grows", "\"kind\"", N / 3);
    pages_are_full(search_get, &bo, "limit=4&kind=message&q=grows", "\"kind\"", N_OURS / 3);
}

static void nothing_is_nothing(void **state)
{
    static const struct principal nowhere = {.kind = WHO_KEY, .id = 79, .role = ROLE_AGENT};

    (void)state;
    pages_are_full(contact_list_get, &nowhere, "limit=4", "\"locale\"", 0);
    pages_are_full(contact_list_get, &nowhere, "limit=4&q=moss", "\"locale\"", 0);
    pages_are_full(quarantine_get, &nowhere, "limit=4", "\"inbox_name\"", 0);
    pages_are_full(search_get, &nowhere, "limit=4&q=moss", "\"kind\"", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES_WITH(contacts, begin, end),
        ON_BOTH_STORES_WITH(quarantine, begin, end),
        ON_BOTH_STORES_WITH(called, begin, end),
        ON_BOTH_STORES_WITH(found, begin, end),
        ON_BOTH_STORES_WITH(what_was_deleted_leaves_no_gap, begin, end),
        ON_BOTH_STORES_WITH(nothing_is_nothing, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
