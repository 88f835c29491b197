/* story_test.c: the desk's stories as traces. Somebody writes, somebody answers, and what the
 * desk then looks like is compared as text; then each story again with the n-th database call
 * and the n-th send failing, n = 1, 2, … until clean: nothing lost, nothing twice. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "desk/desk.h"
#include "desk/intake.h"
#include "desk/reader.h"
#include "desk/reply.h"
#include "desk/story_test.sql.h"
#include "inboxes/inbox_store.h"
#include "store/test_store.h"
#include "tickets/message.h"
#include "tickets/ticket.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_act.h"

/* A story of this size makes fewer calls than this; a loop that never gets clean ends here. */
#define CALLS_MOST 2000

static const struct principal ANA = {
    .kind = WHO_AGENT, .id = 77, .role = ROLE_ADMIN, .name = "Ana", .sees_all = true};
static const struct job_kind KINDS[] = {{"send", reply_send_job, reply_send_give_up, 30},
                                        {NULL, NULL, NULL, 0}};

static struct test_store db;
static struct app app;
static struct arena *a;
static struct why why;
static int64_t inbox_id;
static char sink[128]; /* where echo writes what it sent */

/* ------- the stage */

struct stage {
    const char *channel, *settings;
};

static enum err make_inbox(struct tx *tx, void *arg, struct why *w)
{
    const struct stage *s = arg;
    struct inbox_new in = {.name = "help", .channel = s->channel, .settings = s->settings};

    return inbox_make(tx, a, &in, &ANA, &inbox_id, w);
}

static void open_desk(enum store_engine engine, const char *channel, const char *fails)
{
    struct stage s = {channel, NULL};

    test_store_init(&db, engine);
    a = arena_new(65536);
    snprintf(sink, sizeof sink, "%s/sent", db.dir);
    if (strcmp(channel, "echo") == 0)
        s.settings = arena_printf(a, "{\"file\":\"%s\"%s}", sink, fails);
    assert_int_equal(store_open(&db.conf, &app.store, &why), OK);
    assert_int_equal(store_write(app.store, make_inbox, &s, &why), OK);
}

static void close_desk(void)
{
    store_close(app.store);
    unlink(sink);
    test_store_done(&db);
    arena_free(a);
}

/* ------- what people do */

struct said {
    const char *who, *key, *text, *thread, *second_id;
    struct intake_result result;
};

static enum err take(struct tx *tx, void *arg, struct why *w)
{
    struct said *s = arg;
    struct incoming m = {.inbox_id = inbox_id,
                         .external_id = s->key,
                         .second_id = s->second_id,
                         .text = s->text,
                         .thread_external_id = s->thread,
                         .contact = {.external_id = s->who, .name = s->who}};

    return intake(tx, a, &m, reader_read(NULL, a, &m), &s->result, w);
}

static enum err tell_desk(struct said s, struct intake_result *ret)
{
    enum err e = store_write(app.store, take, &s, &why);

    if (!e && ret)
        *ret = s.result;
    return e;
}

static enum err customer_writes(const char *who, const char *key, const char *text,
                                struct intake_result *ret)
{
    return tell_desk((struct said){.who = who, .key = key, .text = text}, ret);
}

/* Into one thread, which finds its ticket whatever lies over it. */
static void writes_in_thread(const char *key, const char *text, struct intake_result *ret)
{
    struct said s = {.who = "Bo", .key = key, .text = text, .thread = "t-1"};

    assert_int_equal(tell_desk(s, ret), OK);
}

static enum err answer(struct tx *tx, void *arg, struct why *w)
{
    int64_t id;

    return reply_write(tx, a, arg, &ANA, &id, w);
}

static enum err agent_answers(int64_t ticket_id, const char *text, const char *status)
{
    struct reply_in in = {.ticket_id = ticket_id, .kind = "reply", .text = text, .status = status};

    return store_write(app.store, answer, &in, &why);
}

static enum err make_due(struct tx *tx, void *arg, struct why *w)
{
    (void)arg;
    return q_story_due_now(tx, NULL, w);
}

/* Time passes: every send that waits is tried. */
static void time_passes(void)
{
    struct why ignored;

    if (store_write(app.store, make_due, NULL, &ignored) == OK)
        (void)!jobs_run_due(app.store, KINDS, &app, &ignored);
}

/* ------- what the desk looks like */

static int sent_lines(const char *result)
{
    char line[4096];
    FILE *f = fopen(sink, "re");
    int n = 0;

    while (f && fgets(line, sizeof line, f))
        n += !result || strstr(line, result) != NULL;
    if (f)
        fclose(f);
    return n;
}

static enum err write_trace(struct tx *tx, void *arg, struct why *w)
{
    struct buf *b = arg;
    struct story_tickets_rows t;
    enum err e = q_story_tickets(tx, a, &t, w);

    buf_reset(b);
    for (size_t i = 0; !e && i < t.n; i++) {
        struct story_messages_rows m;

        buf_printf(b, "#%" PRId64 " %s %s%s%s\n", t.v[i].number, t.v[i].contact,
                   bucket_name((enum bucket)t.v[i].bucket), t.v[i].waiting ? " waits" : "",
                   t.v[i].linked ? " linked" : "");
        e = q_story_messages(tx, (struct story_messages_in){.ticket_id = t.v[i].id}, a, &m, w);
        for (size_t k = 0; !e && k < m.n; k++)
            buf_printf(b, "  %s %s: %s\n", message_kind_name((enum message_kind)m.v[k].kind),
                       message_state_name((enum message_state)m.v[k].state), m.v[k].text);
    }
    return e;
}

static void desk_looks_like(const char *want)
{
    struct buf b;

    buf_init(&b, 65536);
    assert_int_equal(store_read(app.store, write_trace, &b, &why), OK);
    if (strcmp(b.n ? b.p : "", want) != 0)
        fail_msg("the desk looks like\n%s\nand not like\n%s", b.n ? b.p : "", want);
    buf_done(&b);
}

static int by_count(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(int64_t) * 5);
}

/* The counts that were kept equal the tickets counted. */
static enum err compare_counts(struct tx *tx, void *arg, struct why *w)
{
    struct count_list_rows kept;
    struct count_recount_rows true_ones;
    enum err e;

    (void)arg;
    if ((e = q_count_list(tx, a, &kept, w)) || (e = q_count_recount(tx, a, &true_ones, w)))
        return e;
    assert_int_equal(kept.n, true_ones.n);
    qsort(kept.v, kept.n, sizeof *kept.v, by_count);
    qsort(true_ones.v, true_ones.n, sizeof *true_ones.v, by_count);
    assert_memory_equal(kept.v, true_ones.v, kept.n * sizeof *kept.v);
    return OK;
}

static void counts_are_true(void)
{
    assert_int_equal(store_read(app.store, compare_counts, NULL, &why), OK);
}

/* ------- stories */

static void a_message_is_answered(void **state)
{
    struct intake_result r = {0};

    open_desk(*(const enum store_engine *)*state, "echo", "");
    assert_int_equal(customer_writes("Bo", "m1", "my playlist is gone", &r), OK);
    assert_int_equal(customer_writes("Bo", "m2", "it was for my daughter", NULL), OK);
    desk_looks_like("#1 Bo new waits\n"
                    "  incoming received: my playlist is gone\n"
                    "  incoming received: it was for my daughter\n");
    assert_int_equal(agent_answers(r.ticket_id, "open Library and pull down", NULL), OK);
    desk_looks_like("#1 Bo open\n"
                    "  incoming received: my playlist is gone\n"
                    "  incoming received: it was for my daughter\n"
                    "  reply queued: open Library and pull down\n");
    time_passes();
    desk_looks_like("#1 Bo open\n"
                    "  incoming received: my playlist is gone\n"
                    "  incoming received: it was for my daughter\n"
                    "  reply sent: open Library and pull down\n");
    assert_int_equal(sent_lines(NULL), 1);
    counts_are_true();
    close_desk();
}

static void a_repeat_changes_nothing(void **state)
{
    struct intake_result first = {0}, again = {0};

    open_desk(*(const enum store_engine *)*state, "echo", "");
    assert_int_equal(customer_writes("Bo", "m1", "hello", &first), OK);
    assert_int_equal(customer_writes("Bo", "m1", "something else", &again), OK);
    assert_true(again.is_duplicate);
    assert_int_equal(again.message_id, first.message_id);
    assert_int_equal(again.ticket_id, first.ticket_id);
    desk_looks_like("#1 Bo new waits\n  incoming received: hello\n");
    counts_are_true();
    close_desk();
}

static enum err agent_notes(int64_t ticket_id, const char *text)
{
    struct reply_in in = {.ticket_id = ticket_id, .kind = "note", .text = text};

    return store_write(app.store, answer, &in, &why);
}

static void a_card_is_seen_by_nobody(void **state)
{
    static const char CARD[] = "my card is 4111 1111 1111 1111";
    struct said s = {.who = "Bo", .key = "m1", .second_id = "m1 other", .text = CARD};
    struct intake_result r = {0}, again = {0};

    open_desk(*(const enum store_engine *)*state, "echo", "");
    assert_int_equal(tell_desk(s, &r), OK);
    assert_int_equal(tell_desk(s, &again), OK);
    assert_true(again.is_duplicate); /* the same words, though one copy is masked by now */
    assert_int_equal(agent_notes(r.ticket_id, "charged 4111 1111 1111 1111 twice"), OK);
    assert_int_equal(agent_answers(r.ticket_id, "do not write 4111 1111 1111 1111", NULL), OK);
    desk_looks_like("#1 Bo open\n"
                    "  incoming received: my card is [card]\n"
                    "  note stored: charged [card] twice\n"
                    "  reply queued: do not write 4111 1111 1111 1111\n"); /* as it goes out */
    close_desk();
}

static void a_solved_ticket_reopens_and_thanks_do_not(void **state)
{
    struct intake_result r = {0};

    open_desk(*(const enum store_engine *)*state, "echo", "");
    assert_int_equal(customer_writes("Bo", "m1", "it skips", &r), OK);
    assert_int_equal(agent_answers(r.ticket_id, "update the app", "solved"), OK);
    assert_int_equal(customer_writes("Bo", "m2", "Thank you so much!", NULL), OK);
    desk_looks_like("#1 Bo solved\n"
                    "  incoming received: it skips\n"
                    "  reply queued: update the app\n"
                    "  activity stored: status: open → solved\n"
                    "  incoming received: Thank you so much!\n");
    assert_int_equal(customer_writes("Bo", "m3", "it skips again", NULL), OK);
    desk_looks_like("#1 Bo open waits\n"
                    "  incoming received: it skips\n"
                    "  reply queued: update the app\n"
                    "  activity stored: status: open → solved\n"
                    "  incoming received: Thank you so much!\n"
                    "  activity stored: reopened: solved → open\n"
                    "  incoming received: it skips again\n");
    counts_are_true();
    close_desk();
}

static enum err flag(struct tx *tx, void *arg, struct why *w)
{
    const struct ticket_patch *p = arg;
    struct story_tickets_rows t;
    enum err e = q_story_tickets(tx, a, &t, w);

    return e ? e : ticket_act_patch(tx, a, t.v[0].id, 0, p, &ANA, w);
}

static void the_agent_flags_it(const char *field, bool on)
{
    struct ticket_patch p = {.present = (uint64_t)1 << shape_field_index(&TICKET_PATCH, field),
                             .is_spam = on,
                             .is_deleted = on};

    assert_int_equal(store_write(app.store, flag, &p, &why), OK);
    counts_are_true();
}

static void what_was_no_spam_waits_again(void **state)
{
    struct intake_result r = {0};

    open_desk(*(const enum store_engine *)*state, "echo", "");
    writes_in_thread("m1", "cheap gold for my playlist?", &r);
    the_agent_flags_it("is_spam", true);
    writes_in_thread("m2", "no, really: it is gone", NULL);
    desk_looks_like("#1 Bo spam\n"
                    "  incoming received: cheap gold for my playlist?\n"
                    "  activity stored: spam: – → –\n"
                    "  incoming received: no, really: it is gone\n");
    the_agent_flags_it("is_spam", false);
    desk_looks_like("#1 Bo new waits\n"
                    "  incoming received: cheap gold for my playlist?\n"
                    "  activity stored: spam: – → –\n"
                    "  incoming received: no, really: it is gone\n"
                    "  activity stored: not_spam: – → –\n");
    the_agent_flags_it("is_deleted", true);
    the_agent_flags_it("is_deleted", false);
    desk_looks_like("#1 Bo new waits\n"
                    "  incoming received: cheap gold for my playlist?\n"
                    "  activity stored: spam: – → –\n"
                    "  incoming received: no, really: it is gone\n"
                    "  activity stored: not_spam: – → –\n"
                    "  activity stored: deleted: – → –\n"
                    "  activity stored: restored: – → –\n");
    close_desk();
}

static void what_was_written_under_spam_reopens(void **state)
{
    struct intake_result r = {0};

    open_desk(*(const enum store_engine *)*state, "echo", "");
    writes_in_thread("m1", "hello", &r);
    assert_int_equal(agent_answers(r.ticket_id, "hi", "solved"), OK);
    the_agent_flags_it("is_spam", true);
    writes_in_thread("m2", "it skips", NULL);
    the_agent_flags_it("is_spam", false);
    desk_looks_like("#1 Bo open waits\n"
                    "  incoming received: hello\n"
                    "  reply queued: hi\n"
                    "  activity stored: status: open → solved\n"
                    "  activity stored: spam: – → –\n"
                    "  incoming received: it skips\n"
                    "  activity stored: not_spam: – → –\n"
                    "  activity stored: reopened: solved → open\n");
    close_desk();
}

static void nobody_answers_a_closed_ticket(void **state)
{
    struct intake_result r = {0}, next = {0};

    open_desk(*(const enum store_engine *)*state, "echo", "");
    assert_int_equal(customer_writes("Bo", "m1", "hello", &r), OK);
    assert_int_equal(agent_answers(r.ticket_id, "hello", "closed"), OK);
    assert_int_equal(customer_writes("Bo", "m2", "one more thing", &next), OK);
    assert_true(next.is_new_ticket);
    counts_are_true();
    close_desk();
}

static void an_unknown_send_waits_for_a_person(void **state)
{
    struct intake_result r = {0};

    open_desk(*(const enum store_engine *)*state, "echo", ",\"fail\":\"unknown\"");
    assert_int_equal(customer_writes("Bo", "m1", "hello", &r), OK);
    assert_int_equal(agent_answers(r.ticket_id, "hi", NULL), OK);
    time_passes();
    time_passes();
    desk_looks_like("#1 Bo open\n  incoming received: hello\n  reply unknown: hi\n");
    assert_int_equal(sent_lines(NULL), 1); /* it is not tried again by itself */
    close_desk();
}

static void a_refused_send_goes_back_to_the_agent(void **state)
{
    struct intake_result r = {0};

    open_desk(*(const enum store_engine *)*state, "echo", ",\"fail\":\"invalid\"");
    assert_int_equal(customer_writes("Bo", "m1", "hello", &r), OK);
    assert_int_equal(agent_answers(r.ticket_id, "hi", NULL), OK);
    time_passes();
    desk_looks_like("#1 Bo open\n  incoming received: hello\n  reply failed: hi\n");
    close_desk();
}

/* ------- and again, with everything failing once */

/* One story with retries, as a client with keys tells it: true once all of it was told. */
static bool told(int64_t *ticket_id, int *step)
{
    struct intake_result r = {0};

    switch (*step) {
    case 0:
        if (customer_writes("Bo", "m1", "hello", &r))
            return false;
        *ticket_id = r.ticket_id;
        (*step)++;
        __attribute__((fallthrough));
    case 1:
        if (customer_writes("Bo", "m2", "still there?", &r))
            return false;
        (*step)++;
        __attribute__((fallthrough));
    case 2:
        if (agent_answers(*ticket_id, "yes", NULL))
            return false;
        (*step)++;
        __attribute__((fallthrough));
    default:
        return true;
    }
}

static void the_nth_database_call_fails(void **state)
{
    bool is_clean = false;

    for (int64_t n = 1; !is_clean && n < CALLS_MOST; n++) {
        int64_t ticket_id = 0;
        int step = 0;

        open_desk(*(const enum store_engine *)*state, "echo", "");
        store_fail_nth(app.store, n);
        while (!told(&ticket_id, &step))
            continue;
        time_passes();
        is_clean = store_fail_nth(app.store, 0) < n;
        time_passes();
        desk_looks_like("#1 Bo open\n"
                        "  incoming received: hello\n"
                        "  incoming received: still there?\n"
                        "  reply sent: yes\n");
        assert_int_equal(sent_lines("\"result\":\"ok\""), 1);
        counts_are_true();
        close_desk();
    }
    assert_true(is_clean);
}

static void the_nth_send_fails(void **state)
{
    for (int n = 1; n <= 3; n++) {
        struct intake_result r = {0};
        char fails[64];

        snprintf(fails, sizeof fails, ",\"fail\":\"busy\",\"fail_at\":%d", n);
        open_desk(*(const enum store_engine *)*state, "echo", fails);
        assert_int_equal(customer_writes("Bo", "m1", "hello", &r), OK);
        assert_int_equal(agent_answers(r.ticket_id, "one", NULL), OK);
        assert_int_equal(agent_answers(r.ticket_id, "two", NULL), OK);
        for (int i = 0; i < 3; i++)
            time_passes();
        desk_looks_like("#1 Bo open\n"
                        "  incoming received: hello\n"
                        "  reply sent: one\n"
                        "  reply sent: two\n");
        assert_int_equal(sent_lines("\"result\":\"ok\""), 2);
        close_desk();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES(a_message_is_answered),
        ON_BOTH_STORES(a_repeat_changes_nothing),
        ON_BOTH_STORES(a_card_is_seen_by_nobody),
        ON_BOTH_STORES(a_solved_ticket_reopens_and_thanks_do_not),
        ON_BOTH_STORES(nobody_answers_a_closed_ticket),
        ON_BOTH_STORES(what_was_no_spam_waits_again),
        ON_BOTH_STORES(what_was_written_under_spam_reopens),
        ON_BOTH_STORES(an_unknown_send_waits_for_a_person),
        ON_BOTH_STORES(a_refused_send_goes_back_to_the_agent),
        ON_STORE(SQLITE, the_nth_database_call_fails),
        ON_BOTH_STORES(the_nth_send_fails),
    };

    setenv("ANTIPHON_ECHO", "1", 1); /* echo may write files */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
