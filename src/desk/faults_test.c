/* faults_test.c: intake and reply with the n-th database call failing, n = 1, 2, … until none
 * is left to fail: nothing acknowledged is lost, nothing refused stays, nothing goes out twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "desk/desk.h"
#include "desk/faults_test.sql.h"
#include "desk/intake.h"
#include "desk/reader.h"
#include "desk/reply.h"
#include "inboxes/inbox.sql.h"
#include "store/test_store.h"
#include "tickets/message.sql.h"
#include "tickets/message.h"
#include "tickets/ticket.sql.h"

#define N_MOST 200 /* more calls than a story may need */

static struct test_store db;
static struct why why;
static struct app app;
static struct arena *arena;
static int64_t inbox_id;
static char sink[128];

static const struct principal AGENT = {
    .kind = WHO_AGENT, .id = 1, .role = ROLE_ADMIN, .name = "Lea", .sees_all = true};

static void must(enum err e, const char *doing)
{
    if (e)
        fail_msg("%s: %s: %s", doing, err_name(e), why.text);
}

static enum err make_inbox(struct tx *tx, void *arg, struct why *w)
{
    struct inbox_insert_in in = {.id = tx_id(tx),
                                 .name = "echo",
                                 .channel = "echo",
                                 .settings = arg,
                                 .secret = "x",
                                 .now = tx_now(tx)};

    inbox_id = in.id;
    return q_inbox_insert(tx, in, NULL, w);
}

static int make_desk(void **state)
{
    char settings[256];

    test_store_init(&db, *(const enum store_engine *)*state);
    memset(&app, 0, sizeof app);
    must(store_open(&db.conf, &app.store, &why), "open");
    arena = arena_new(65536);
    snprintf(sink, sizeof sink, "%s/sink", db.dir);
    snprintf(settings, sizeof settings, "{\"file\":\"%s\"}", sink);
    must(store_write(app.store, make_inbox, settings, &why), "make the inbox");
    return 0;
}

static int remove_desk(void **state)
{
    (void)state;
    store_close(app.store);
    arena_free(arena);
    test_store_done(&db);
    return 0;
}

/* What the rows say */

struct question {
    const char *external_id;
    int64_t id, answer;
    enum { BY_KEY, REPLIES, JOB, STATE, PAGES } about;
};

static enum err ask(struct tx *tx, void *arg, struct why *w)
{
    struct question *q = arg;
    struct arena *a = arena_new(4096);
    struct test_by_key_row *by_key;
    struct test_replies_row *replies;
    struct test_send_job_row *job;
    struct message_get_row *message;
    struct test_pages_row *pages;
    enum err e = OK;

    switch (q->about) {
    case BY_KEY:
        if (!(e = q_test_by_key(tx, (struct test_by_key_in){inbox_id, q->external_id}, a, &by_key,
                                w)))
            q->answer = by_key->n;
        break;
    case REPLIES:
        if (!(e = q_test_replies(tx, (struct test_replies_in){q->id}, a, &replies, w)))
            q->answer = replies->n;
        break;
    case JOB:
        if (!(e = q_test_send_job(tx, (struct test_send_job_in){q->id}, a, &job, w)))
            q->answer = job ? job->id : 0;
        break;
    case PAGES:
        if (!(e = q_test_pages(tx, (struct test_pages_in){q->id}, a, &pages, w)))
            q->answer = pages->n;
        break;
    case STATE:
        if (!(e = q_message_get(tx, (struct message_get_in){.id = q->id}, a, &message, w)))
            q->answer = message->state;
        break;
    }
    arena_free(a);
    return e;
}

static int64_t asked(struct question q)
{
    must(store_read(app.store, ask, &q, &why), "look");
    return q.answer;
}

static enum err counts(struct tx *tx, void *arg, struct why *w)
{
    struct arena *a = arena_new(4096);
    struct count_list_rows kept;
    struct count_recount_rows truth;
    int64_t n_kept = 0, n_truth = 0;
    enum err e;

    if (!(e = q_count_list(tx, a, &kept, w)) && !(e = q_count_recount(tx, a, &truth, w))) {
        for (size_t i = 0; i < kept.n; i++)
            n_kept += kept.v[i].n * (kept.v[i].bucket + 1);
        for (size_t i = 0; i < truth.n; i++)
            n_truth += truth.v[i].n * (truth.v[i].bucket + 1);
        *(bool *)arg = kept.n == truth.n && n_kept == n_truth;
    }
    arena_free(a);
    return e;
}

static void counts_are_true(void)
{
    bool are_true = false;

    must(store_read(app.store, counts, &are_true, &why), "count");
    assert_true(are_true);
}

/* Intake */

struct arrival {
    const char *external_id;
    struct intake_result result;
};

static enum err take(struct tx *tx, void *arg, struct why *w)
{
    struct arrival *v = arg;
    struct incoming m = {.inbox_id = inbox_id,
                         .external_id = v->external_id,
                         .text = "the app stops when I press shuffle",
                         .contact = {.external_id = "ana", .name = "Ana"}};

    return intake(tx, arena, &m, reader_read(NULL, arena, &m), &v->result, w);
}

/* Ana's messages come to one ticket; every other one comes from somebody new. */
static enum err take_from_new(struct tx *tx, void *arg, struct why *w)
{
    struct arrival *v = arg;
    struct incoming m = {.inbox_id = inbox_id,
                         .external_id = v->external_id,
                         .text = "hello",
                         .contact = {.external_id = v->external_id, .name = "New"}};

    struct read r = *reader_read(NULL, arena, &m);

    r.reading.urgency.level = P1; /* so that somebody is called, with the same transaction */
    return intake(tx, arena, &m, &r, &v->result, w);
}

static void intake_with_each_call_failing(void **state)
{
    int64_t ran = 0;
    int n;

    (void)state;
    for (n = 1; n <= ran + 1 && n < N_MOST; n++) { /* the last one is not hit */
        struct arrival v = {.external_id = arena_printf(arena, "m-%d", n)};
        store_fn *story = n % 2 ? take_from_new : take;
        enum err first;

        store_fail_nth(app.store, n / 2 + 1);
        first = store_write(app.store, story, &v, &why);
        ran = 2 * store_fail_nth(app.store, 0) + 1;
        assert_int_equal(asked((struct question){.about = BY_KEY, .external_id = v.external_id}),
                         first == OK);
        /* The service brings it again, as it will. */
        must(store_write(app.store, story, &v, &why), "take it again");
        assert_int_equal(v.result.is_duplicate, first == OK);
        assert_int_equal(asked((struct question){.about = BY_KEY, .external_id = v.external_id}),
                         1);
        assert_int_equal(asked((struct question){.about = PAGES, .id = v.result.ticket_id}), n % 2);
    }
    assert_true(n > 10 && n < N_MOST);
    counts_are_true();
}

/* Reply */

struct answer {
    int64_t ticket_id, id;
};

static enum err write_reply(struct tx *tx, void *arg, struct why *w)
{
    struct answer *v = arg;
    struct reply_in in = {.ticket_id = v->ticket_id, .kind = "reply", .text = "try again now"};

    return reply_write(tx, arena, &in, &AGENT, &v->id, w);
}

static struct answer new_ticket(int n, const char *kind)
{
    struct arrival v = {.external_id = arena_printf(arena, "%s-%d", kind, n)};

    must(store_write(app.store, take_from_new, &v, &why), "take");
    return (struct answer){.ticket_id = v.result.ticket_id};
}

static void reply_with_each_call_failing(void **state)
{
    int64_t ran = 0;
    int n;

    (void)state;
    for (n = 1; n <= ran + 1 && n < N_MOST; n++) { /* the last one is not hit */
        struct answer v = new_ticket(n, "asks");
        enum err e;

        store_fail_nth(app.store, n);
        e = store_write(app.store, write_reply, &v, &why);
        ran = store_fail_nth(app.store, 0);
        assert_int_equal(asked((struct question){.about = REPLIES, .id = v.ticket_id}), e == OK);
        if (e)
            must(store_write(app.store, write_reply, &v, &why), "write it again");
        assert_int_equal(asked((struct question){.about = REPLIES, .id = v.ticket_id}), 1);
        assert_int_not_equal(asked((struct question){.about = JOB, .id = v.id}), 0);
    }
    assert_true(n > 5 && n < N_MOST);
    counts_are_true();
}

static int times_sent(int64_t message_id)
{
    FILE *f = fopen(sink, "r");
    char line[4096], want[64];
    int n = 0;

    snprintf(want, sizeof want, "\"message_id\":%lld,", (long long)message_id);
    while (f && fgets(line, sizeof line, f))
        n += strstr(line, want) != NULL;
    if (f)
        fclose(f);
    return n;
}

static enum err run_send(int64_t message_id)
{
    struct job j = {.id = asked((struct question){.about = JOB, .id = message_id}),
                    .kind = "send",
                    .subject_id = message_id,
                    .arena = arena_new(4096)};
    enum err e = reply_send_job(&app, &j, &why);

    arena_free(j.arena);
    return e;
}

static void send_with_each_call_failing(void **state)
{
    int64_t ran = 0;
    int n, n_unknown = 0;

    (void)state;
    for (n = 1; n <= ran + 1 && n < N_MOST; n++) { /* the last one is not hit */
        struct answer v = new_ticket(n, "waits");
        int64_t job;

        must(store_write(app.store, write_reply, &v, &why), "write");
        store_fail_nth(app.store, n);
        if (run_send(v.id))
            arena_reset(arena); /* refused; the job stays and runs again */
        ran = store_fail_nth(app.store, 0);
        for (int i = 0; i < 3 && (job = asked((struct question){.about = JOB, .id = v.id})); i++)
            if (run_send(v.id) == OK)
                break;
        switch (asked((struct question){.about = STATE, .id = v.id})) {
        case STATE_SENT:
            assert_int_equal(times_sent(v.id), 1);
            break;
        case STATE_UNKNOWN: /* a person looks */
            assert_true(times_sent(v.id) <= 1);
            n_unknown++;
            break;
        default:
            fail_msg("call %d: the message is neither sent nor unknown", n);
        }
    }
    assert_true(n > 4 && n < N_MOST);
    assert_true(n_unknown < n - 1);
}

int main(void)
{
#define TEST(f) ON_BOTH_STORES_WITH(f, make_desk, remove_desk)
    const struct CMUnitTest tests[] = {
        TEST(intake_with_each_call_failing),
        TEST(reply_with_each_call_failing),
        TEST(send_with_each_call_failing),
    };

    setenv("ANTIPHON_ECHO", "1", 1); /* echo may write files */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
