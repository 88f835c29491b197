/* people_test.c: two admins take each other's rights at the same instant, and the desk still
 * has one of them. */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/test.h"
#include "people/people.h"
#include "people/people_api.h"
#include "store/test_store.h"

/* How long the first waits for the second to get as far, before it commits. Where a lock keeps
 * the second back this passes in full; no verdict hangs on it. */
#define MEET_MS 700

static const struct principal ADMIN = {
    .kind = WHO_AGENT, .id = 1, .role = ROLE_ADMIN, .name = "Ana", .sees_all = true};

static struct test_store db;
static struct why why;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static int n_met, n_done;

struct demotion {
    struct store_write op;
    struct arena *a;
    int64_t id;
    const char *body;
};

/* Both have done all but commit, or the time is over. */
static void meet(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += MEET_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&lock);
    n_met++;
    pthread_cond_broadcast(&wake);
    while (n_met < 2 && pthread_cond_timedwait(&wake, &lock, &until) == 0)
        ;
    pthread_mutex_unlock(&lock);
}

static enum err demote(struct tx *tx, void *arg, struct why *w)
{
    struct demotion *d = arg;
    struct req q = {.arena = d->a, .tx = tx, .ids = {d->id}};
    struct res s = {.req = &q, .file_fd = -1};
    struct principal who = ADMIN;
    void *in = arena_alloc(d->a, AGENT_PATCH.size);
    enum err e;

    q.who = &who;
    q.in = in;
    buf_init(&s.body, 65536);
    e = shape_parse(&AGENT_PATCH, d->body, strlen(d->body), d->a, in, w);
    if (!e)
        e = agent_patch(&q, &s, w);
    buf_done(&s.body);
    if (!e)
        meet();
    return e;
}

static void done(struct store_write *op)
{
    (void)op;
    pthread_mutex_lock(&lock);
    n_done++;
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
}

static enum err make_admins(struct tx *tx, void *arg, struct why *w)
{
    struct demotion *d = arg;
    enum err e = OK;

    for (int i = 0; i < 2 && !e; i++) {
        struct agent_new in = {.email = i ? "bo@example.org" : "ana@example.org",
                               .name = i ? "Bo" : "Ana",
                               .role = "admin",
                               .password_hash = "x"};

        e = agent_make(tx, d[i].a, &in, &ADMIN, &d[i].id, w);
    }
    return e;
}

static enum err has_admin(struct tx *tx, void *arg, struct why *w)
{
    struct arena *a = arena_new(256);
    enum err e = people_is_set_up(tx, a, arg, w);

    arena_free(a);
    return e;
}

static void one_admin_is_left(enum store_engine engine, const char *one, const char *other)
{
    struct demotion d[2] = {{.body = one}, {.body = other}};
    struct store *store = NULL;
    bool is_left = false;
    int n_ok = 0;

    test_store_init(&db, engine);
    assert_int_equal(store_open(&db.conf, &store, &why), OK);
    for (int i = 0; i < 2; i++)
        d[i].a = arena_new(4096);
    assert_int_equal(store_write(store, make_admins, d, &why), OK);
    n_met = n_done = 0;
    for (unsigned i = 0; i < 2; i++) {
        d[i].op = (struct store_write){.run = demote, .done = done, .arg = &d[i], .part = i};
        store_post(store, &d[i].op);
    }
    pthread_mutex_lock(&lock);
    while (n_done < 2)
        pthread_cond_wait(&wake, &lock);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < 2; i++) {
        n_ok += d[i].op.err == OK;
        if (d[i].op.err)
            assert_int_equal(d[i].op.err, E_CONFLICT);
        arena_free(d[i].a);
    }
    assert_int_equal(store_read(store, has_admin, &is_left, &why), OK);
    assert_true(is_left);
    assert_int_equal(n_ok, 1);
    store_close(store);
    test_store_done(&db);
}

static void two_admins_demote_each_other(void **state)
{
    one_admin_is_left(*(const enum store_engine *)*state, "{\"role\":\"agent\"}",
                      "{\"role\":\"agent\"}");
}

static void one_is_demoted_the_other_closed(void **state)
{
    one_admin_is_left(*(const enum store_engine *)*state, "{\"role\":\"lead\"}",
                      "{\"is_active\":false}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES(two_admins_demote_each_other),
        ON_BOTH_STORES(one_is_demoted_the_other_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
