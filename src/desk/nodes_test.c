/* nodes_test.c: the same new customer writes a hundred messages at once, and each reaches two
 * nodes: one contact, one ticket, each message once. */
#include <pthread.h>

#include "base/test.h"
#include "desk/intake.h"
#include "desk/reader.h"
#include "desk/nodes_test.sql.h"
#include "inboxes/inbox.sql.h"
#include "store/test_store.h"

#define N_MESSAGES 100

static struct test_store db;
static struct why why;

struct arrival {
    struct store_write op;
    struct arena *a;
    int64_t inbox_id;
    int n;
    struct intake_result result;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static int n_done;

static enum err take(struct tx *tx, void *arg, struct why *w)
{
    struct arrival *v = arg;
    struct incoming m = {.inbox_id = v->inbox_id,
                         .text = "where is my playlist",
                         .contact = {.external_id = "ana", .name = "Ana"}};

    arena_reset(v->a);
    m.external_id = arena_printf(v->a, "m-%d", v->n);
    return intake(tx, v->a, &m, reader_read(NULL, v->a, &m), &v->result, w);
}

static void took(struct store_write *op)
{
    (void)op;
    pthread_mutex_lock(&lock);
    n_done++;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
}

static enum err make_inbox(struct tx *tx, void *arg, struct why *w)
{
    struct inbox_insert_in in = {.id = tx_id(tx),
                                 .name = "help",
                                 .channel = "api",
                                 .settings = "{}",
                                 .secret = "x",
                                 .now = tx_now(tx)};

    *(int64_t *)arg = in.id;
    return q_inbox_insert(tx, in, NULL, w);
}

struct rows {
    int64_t inbox_id;
    struct test_rows_row row;
};

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct arena *a = arena_new(256);
    struct rows *rows = arg;
    struct test_rows_row *row;
    enum err e = q_test_rows(tx, (struct test_rows_in){rows->inbox_id}, a, &row, w);

    if (!e)
        rows->row = *row;
    arena_free(a);
    return e;
}

static void a_new_customer_at_two_nodes_is_one(void **state)
{
    static struct arrival v[2 * N_MESSAGES];
    struct store *nodes[2] = {NULL, NULL};
    struct rows rows = {0};
    int n_new = 0, n_tickets = 0;

    test_store_init(&db, *(const enum store_engine *)*state);
    n_done = 0;
    assert_int_equal(store_open(&db.conf, &nodes[0], &why), OK);
    if (db.engine == STORE_POSTGRESQL) /* on SQLite there is one; it gets all twice */
        assert_int_equal(store_open(&db.conf, &nodes[1], &why), OK);
    assert_int_equal(store_write(nodes[0], make_inbox, &rows.inbox_id, &why), OK);

    for (int i = 0; i < 2 * N_MESSAGES; i++) {
        v[i] = (struct arrival){.inbox_id = rows.inbox_id, .n = i / 2, .a = arena_new(4096)};
        /* Unequal parts: correctness may not hang on who writes. */
        v[i].op =
            (struct store_write){.run = take, .done = took, .arg = &v[i], .part = (uint64_t)i};
        store_post(nodes[1] ? nodes[i % 2] : nodes[0], &v[i].op);
    }
    pthread_mutex_lock(&lock);
    while (n_done < 2 * N_MESSAGES)
        pthread_cond_wait(&wake, &lock);
    pthread_mutex_unlock(&lock);

    for (int i = 0; i < 2 * N_MESSAGES; i++) {
        if (v[i].op.err)
            fail_msg("message %d: %s", v[i].n, v[i].op.why.text);
        n_new += !v[i].result.is_duplicate;
        n_tickets += v[i].result.is_new_ticket;
        assert_int_equal(v[i].result.ticket_id, v[0].result.ticket_id);
        assert_int_equal(v[i].result.message_id, v[i ^ 1].result.message_id);
        arena_free(v[i].a);
    }
    assert_int_equal(n_new, N_MESSAGES);
    assert_int_equal(n_tickets, 1);
    assert_int_equal(store_read(nodes[0], look, &rows, &why), OK);
    assert_int_equal(rows.row.contacts, 1);
    assert_int_equal(rows.row.tickets, 1);
    assert_int_equal(rows.row.messages, N_MESSAGES);
    assert_int_equal(rows.row.per_ticket, N_MESSAGES);
    assert_int_equal(rows.row.counted, 1);
    store_close(nodes[0]);
    store_close(nodes[1]);
    test_store_done(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES(a_new_customer_at_two_nodes_is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
