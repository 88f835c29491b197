/* live_test.c: rights that end while a stream opens end the stream, at whatever instant. */
#include <time.h>

#include "base/test.h"
#include "live/live.h"
#include "people/people.h"
#include "store/test_store.h"

#define ANA 7
#define BO  8

static struct test_store db;
static struct store *store;
static struct live *live;
static struct why why;

static enum err end_rights(struct tx *tx, void *arg, struct why *w)
{
    static const struct principal by = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN};
    struct arena *a = arena_new(512);
    enum err e = rights_changed(tx, a, &by, WHO_AGENT, *(int64_t *)arg, w);

    arena_free(a);
    return e;
}

/* Ends somebody's rights and waits until that was heard. */
static void end_and_hear(int64_t id)
{
    static const struct timespec nap = {.tv_nsec = 2000000};
    int64_t before = live_rights(live);

    assert_int_equal(store_write(store, end_rights, &id, &why), OK);
    while (live_rights(live) == before)
        nanosleep(&nap, NULL);
}

static int begin(void **state)
{
    test_store_init(&db, *(const enum store_engine *)*state);
    assert_int_equal(store_open(&db.conf, &store, &why), OK);
    assert_int_equal(live_start(store, &live, &why), OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    live_stop(live);
    store_close(store);
    test_store_done(&db);
    return 0;
}

static const struct principal ana = {.kind = WHO_AGENT, .id = ANA, .role = ROLE_AGENT};

static void it_ends_after_the_stream_is_there(void **state)
{
    void *who = live_who(live, &ana, live_rights(live));

    (void)state;
    assert_false(live_is_over(who));
    end_and_hear(BO);
    assert_false(live_is_over(who));
    end_and_hear(ANA);
    assert_true(live_is_over(who));
    live_who_free(who);
}

static void it_ends_between_the_read_and_the_stream(void **state)
{
    int64_t before_the_read = live_rights(live);
    void *who;

    (void)state;
    end_and_hear(ANA);
    who = live_who(live, &ana, before_the_read);
    assert_true(live_is_over(who));
    live_who_free(who);
}

static void it_ended_before_and_what_is_read_is_new(void **state)
{
    void *who;

    (void)state;
    end_and_hear(ANA);
    who = live_who(live, &ana, live_rights(live));
    assert_false(live_is_over(who));
    live_who_free(who);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES_WITH(it_ends_after_the_stream_is_there, begin, end),
        ON_BOTH_STORES_WITH(it_ends_between_the_read_and_the_stream, begin, end),
        ON_BOTH_STORES_WITH(it_ended_before_and_what_is_read_is_new, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
