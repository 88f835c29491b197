/* What doctor says of nodes and their leases: rows that say their story in words, and the same
 * asked of both engines. */
#include "cli/doctor_leases.h"

#include <inttypes.h>
#include <string.h>

#include "base/test.h"
#include "inboxes/inbox.sql.h"
#include "inboxes/inbox_store.h"
#include "people/principal.h"
#include "store/test_store.h"

#define NOW    ((msec)1800000000000)
#define SECOND ((msec)1000)
#define MINUTE (60 * SECOND)

static void a_node_holds_its_number_or_died(void **state)
{
    static const struct {
        const char *says, *holder;
        msec until;
        bool is_locked;
        enum verdict want;
    } rows[] = {
        {"a node that lives", "a", NOW + 14 * SECOND, true, VERDICT_WELL},
        {"one that is a little late", "a", NOW - 20 * SECOND, true, VERDICT_WELL},
        {"one that hangs", "a", NOW - 2 * MINUTE, true, VERDICT_FOUND},
        {"a lock that nobody's row tells of", "", 0, true, VERDICT_FOUND},
        {"one that was killed just now", "a", NOW + 3 * SECOND, false, VERDICT_NOTE},
        {"one that was killed last week", "a", NOW - 10000 * MINUTE, false, VERDICT_NOTE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct node_seen v = {3, rows[i].holder, rows[i].until, rows[i].is_locked};
        const char *says = "";

        if (node_judge(&v, NOW, &says) != rows[i].want || !*says != (rows[i].want == VERDICT_WELL))
            fail_msg("%s", rows[i].says);
    }
}

static void a_lease_is_held_passes_on_or_is_left(void **state)
{
    static const struct {
        const char *says;
        msec until;
        bool is_wanted, is_node_there, is_any_there;
        enum verdict want;
    } rows[] = {
        {"held by a node that lives", NOW + 20 * SECOND, true, true, true, VERDICT_WELL},
        {"its node died, another will take it", NOW + 20 * SECOND, true, false, true, VERDICT_NOTE},
        {"it ran out just now", NOW - 20 * SECOND, true, false, true, VERDICT_WELL},
        {"it ran out, and a node is there", NOW - 2 * MINUTE, true, false, true, VERDICT_FOUND},
        {"its own node let it run out", NOW - 2 * MINUTE, true, true, true, VERDICT_FOUND},
        {"it ran out, and no server runs", NOW - 2 * MINUTE, true, false, false, VERDICT_NOTE},
        {"the inbox is watched no more", NOW - 2 * MINUTE, false, false, true, VERDICT_WELL},
        {"a clock an hour ahead", NOW + 60 * MINUTE, true, true, true, VERDICT_FOUND},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lease_seen v = {rows[i].until, rows[i].is_wanted, rows[i].is_node_there,
                               rows[i].is_any_there};
        const char *says = "";

        if (lease_judge(&v, NOW, &says) != rows[i].want || !*says != (rows[i].want == VERDICT_WELL))
            fail_msg("%s", rows[i].says);
    }
}

/* ------- of a store */

static struct test_store db;
static struct store *store;
static struct arena *a;
static struct why why;

static const struct principal ADMIN = {
    .kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = "", .sees_all = true};

struct holding {
    int64_t inbox_id, node;
    msec until_from_now;
};

static enum err make_mailbox(struct tx *tx, void *arg, struct why *w)
{
    struct inbox_new in = {
        .name = "help",
        .channel = "email",
        .settings = "{\"address\":\"a@example.org\",\"imap\":{\"host\":\"mail.example.org\","
                    "\"security\":\"tls\",\"user\":\"a\",\"password\":\"b\"}}"};

    return inbox_make(tx, a, &in, &ADMIN, &((struct holding *)arg)->inbox_id, w);
}

static enum err hold(struct tx *tx, void *arg, struct why *w)
{
    const struct holding *h = arg;
    struct lease_take_in in = {.name = arena_printf(a, "inbox:%" PRId64, h->inbox_id),
                               .node = h->node,
                               .now = INT64_MAX / 2, /* whatever is there ran out */
                               .until = tx_now(tx) + h->until_from_now};
    struct lease_take_row *row;

    return q_lease_take(tx, in, a, &row, w);
}

static void looks(struct holding h, bool is_running, enum verdict want, const char *words)
{
    struct lease_lines lines;

    assert_int_equal(store_write(store, hold, &h, &why), OK);
    assert_int_equal(leases_look(store, a, is_running, &lines, &why), OK);
    if (want == VERDICT_WELL) {
        assert_int_equal(lines.n, 0);
        return;
    }
    assert_int_equal(lines.n, 1);
    assert_int_equal(lines.v[0].verdict, want);
    if (!strstr(lines.v[0].text, words))
        fail_msg("\"%s\" does not say \"%s\"", lines.v[0].text, words);
}

static void leases_of_a_store(void **state)
{
    struct holding h = {0};
    struct lease_lines lines;

    a = arena_new(65536);
    test_store_init(&db, *(const enum store_engine *)*state);
    assert_int_equal(store_open(&db.conf, &store, &why), OK);
    assert_int_equal(leases_look(store, a, true, &lines, &why), OK);
    assert_int_equal(lines.n, 0);
    assert_int_equal(store_write(store, make_mailbox, &h, &why), OK);
    h.node = store_node(store);
    h.until_from_now = 20 * SECOND;
    looks(h, true, VERDICT_WELL, "");
    looks(h, false, VERDICT_NOTE, "\"help\"");
    h.until_from_now = 60 * MINUTE;
    looks(h, true, VERDICT_FOUND, "clock");
    h.until_from_now = -2 * MINUTE;
    looks(h, true, VERDICT_FOUND, "nobody has taken it");
    looks(h, false, VERDICT_NOTE, "the next server");
    h.node = 9;
    h.until_from_now = 20 * SECOND;
    looks(h, true, VERDICT_NOTE, "by node 9");
    store_close(store);
    test_store_done(&db);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_holds_its_number_or_died),
        cmocka_unit_test(a_lease_is_held_passes_on_or_is_left),
        ON_BOTH_STORES(leases_of_a_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
