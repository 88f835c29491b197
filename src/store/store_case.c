#include "store/store_case.h"

#include "base/test.h"
#include "store/store_test.sql.h"

struct test_store db;
struct why why;

void assert_ok_(enum err e, const char *what, int line)
{
    if (e)
        fail_msg("line %d: %s: %s: %s", line, what, err_name(e), why.text);
}

struct store *opened(void)
{
    struct store *s = NULL;

    assert_ok(store_open(&db.conf, &s, &why));
    return s;
}

int make_db(void **state)
{
    test_store_init(&db, *(const enum store_engine *)*state);
    return 0;
}

int remove_db(void **state)
{
    (void)state;
    test_store_done(&db);
    return 0;
}

enum err put(struct tx *tx, void *arg, struct why *w)
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

int64_t counted(struct store *s, const char *like)
{
    struct count c = {.like = like};

    assert_ok(store_read(s, count, &c, &why));
    return c.n;
}

enum err cursor_now(struct tx *tx, void *arg, struct why *w)
{
    return store_cursor_now(tx, arg, w);
}
