/* store_test.c: both engines must keep the same promises. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"
#include "store/store.h"
#include "store/store_test.sql.h"

static char folder[64];
static struct why why;

#define assert_ok(expr) assert_ok_(expr, #expr, __LINE__)

static void assert_ok_(enum err e, const char *what, int line)
{
    if (e)
        fail_msg("line %d: %s: %s: %s", line, what, err_name(e), why.text);
}

static struct store *opened(void)
{
    struct store_conf conf = {.data_dir = folder, .node = -1, .is_migrating = true};
    struct store *s = NULL;

    assert_ok(store_open(&conf, &s, &why));
    return s;
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/antiphon-store-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
    return system(command);
}

/* One value put under a name; may refuse itself afterwards. */
struct put {
    const char *name, *value;
    enum err refuse;
    int64_t id, number;
};

static enum err put(struct tx *tx, void *arg, struct why *w)
{
    struct put *p = arg;
    struct event event = {.kind = "test", .ticket_id = tx_id(tx), .data = p->name};
    enum err e;

    p->id = event.ticket_id;
    if ((e = tx_number(tx, &p->number, w)) ||
        (e = q_test_put(tx, (struct test_put_in){p->name, p->value}, NULL, w)) ||
        (e = tx_event(tx, &event, w)))
        return e;
    return p->refuse ? fail(w, p->refuse, "refused by its own rule") : OK;
}

struct count {
    const char *like;
    int64_t n;
};

static enum err count(struct tx *tx, void *arg, struct why *w)
{
    struct count *c = arg;
    struct arena *a = arena_new(256);
    struct test_count_row *row;
    enum err e = q_test_count(tx, (struct test_count_in){c->like}, a, &row, w);

    if (!e)
        c->n = row->n;
    arena_free(a);
    return e;
}

static int64_t counted(struct store *s, const char *like)
{
    struct count c = {.like = like};

    assert_ok(store_read(s, count, &c, &why));
    return c.n;
}

static void what_was_written_is_read_after_a_restart(void **state)
{
    struct store *s = opened();
    struct put a = {"a", "1", OK, 0, 0}, b = {"b", "2", OK, 0, 0};

    (void)state;
    assert_ok(store_write(s, put, &a, &why));
    assert_int_equal(counted(s, "%"), 1);
    store_close(s);
    s = opened();
    assert_ok(store_write(s, put, &b, &why));
    assert_int_equal(counted(s, "%"), 2);
    assert_true(b.id > a.id);
    assert_int_equal(b.number, a.number + 1);
    assert_ok(store_check(s, &why));
    store_close(s);
}

static enum err types(struct tx *tx, void *arg, struct why *w)
{
    static const int64_t ids[] = {7, 9};
    static const char hash[] = {0, 1, 2, (char)255};
    struct arena *a = arena_new(256);
    struct test_bits_row *r;

    (void)arg;
    (void)w;
    assert_ok(
        q_test_bits(tx, (struct test_bits_in){7, "\"ü\" \\ '", {hash, sizeof hash}, {ids, 2}, 0.5},
                    a, &r, &why));
    assert_int_equal(r->id, 7);
    assert_int_equal(r->one, 7);
    assert_string_equal(r->ip, "\"ü\" \\ '");
    assert_int_equal(r->hash.n, sizeof hash);
    assert_memory_equal(r->hash.p, hash, sizeof hash);
    assert_true(r->is_in);
    assert_true(r->real > 0.4 && r->real < 0.6);
    assert_ok(
        q_test_bits(tx, (struct test_bits_in){1, NULL, {NULL, 0}, {NULL, 0}, NAN}, a, &r, &why));
    assert_int_equal(r->one, 0);
    assert_null(r->ip);
    assert_int_equal(r->hash.n, 0);
    assert_false(r->is_in);
    assert_true(isnan(r->real));
    arena_free(a);
    return OK;
}

static void values_come_back_as_they_went_in(void **state)
{
    struct store *s = opened();

    (void)state;
    assert_ok(store_read(s, types, NULL, &why));
    store_close(s);
}

static void a_refusal_costs_only_itself(void **state)
{
    struct store *s = opened();
    struct put good = {"good", "1", OK, 0, 0}, bad = {"bad", "1", E_INVALID, 0, 0}, twice = good;

    (void)state;
    assert_ok(store_write(s, put, &good, &why));
    assert_int_equal(store_write(s, put, &bad, &why), E_INVALID);
    assert_int_equal(store_write(s, put, &twice, &why), E_CONFLICT);
    assert_int_equal(counted(s, "%"), 1);
    store_close(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_after_a_restart),
        TEST(values_come_back_as_they_went_in),
        TEST(a_refusal_costs_only_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
