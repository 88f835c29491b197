/* page_test.c: P1 calls a person: who, when, and what ends it. Letters are read where they wait to
 * be sent; time passes by bringing all that is to come nearer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "desk/automation.h"
#include "desk/desk.h"
#include "desk/intake.h"
#include "desk/judge.h"
#include "desk/page.h"
#include "desk/page_test.sql.h"
#include "desk/reader.h"
#include "desk/reply.h"
#include "inboxes/inbox.sql.h"
#include "people/people.h"
#include "store/test_store.h"
#include "tickets/ticket_act.h"
#include "triage/page.sql.h"

#define MINUTE ((msec)60 * 1000)
#define N_MOST 200 /* more calls than a story may need */

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};
static const struct job_kind KINDS[] = {{"page", page_job, NULL, 0}, {NULL, NULL, NULL, 0}};

static struct test_store db;
static struct app app;
static struct arena *a;
static struct why why;
static int64_t inbox_id;
/* An admin who is on call first, a lead, an agent on call second, one of whom nothing is known. */
enum { ADA, LEO, BO, CY, N_AGENTS };
static const struct agent_new AGENTS[] = {
    {.email = "ada@example.org", .name = "Ada", .role = "admin", .password_hash = "x"},
    {.email = "leo@example.org", .name = "Leo", .role = "lead", .password_hash = "x"},
    {.email = "bo@example.org", .name = "Bo", .role = "agent", .password_hash = "x"},
    {.email = "cy@example.org", .name = "Cy", .role = "agent", .password_hash = "x"}};
static int64_t agents[N_AGENTS];
static struct principal bo = {
    .kind = WHO_AGENT, .role = ROLE_AGENT, .name = "Bo", .sees_all = true};

static void must(enum err e, const char *doing)
{
    if (e)
        fail_msg("%s: %s: %s", doing, err_name(e), why.text);
}

/* ------- the stage */

static enum err furnish(struct tx *tx, void *arg, struct why *w)
{
    struct inbox_insert_in in = {.id = tx_id(tx),
                                 .name = "help",
                                 .channel = "echo",
                                 .settings = "{}",
                                 .secret = "x",
                                 .is_demo = *(const bool *)arg,
                                 .now = tx_now(tx)};
    enum err e;

    inbox_id = in.id;
    for (int i = 0; i < N_AGENTS; i++)
        if ((e = agent_make(tx, a, &AGENTS[i], &SYSTEM, &agents[i], w)))
            return e;
    bo.id = agents[BO];
    return q_inbox_insert(tx, in, NULL, w);
}

static void open_desk(void **state, bool is_demo)
{
    test_store_init(&db, *(const enum store_engine *)*state);
    a = arena_new(65536);
    app = (struct app){.base_url = "http://desk"};
    must(store_open(&db.conf, &app.store, &why), "open");
    must(store_write(app.store, furnish, &is_demo, &why), "furnish");
}

static void close_desk(void)
{
    store_close(app.store);
    test_store_done(&db);
    arena_free(a);
}

static enum err put_on_call(struct tx *tx, void *arg, struct why *w)
{
    return q_on_call_append(tx, (struct on_call_append_in){.agent_id = agents[*(const int *)arg]},
                            NULL, w);
}

static void is_on_call(int who)
{
    must(store_write(app.store, put_on_call, &who, &why), "put on call");
}

/* ------- what happens */

struct said {
    const char *key, *who; /* who: NULL: Kim */
    enum urgency_level level;
    bool is_imported, is_automatic;
    struct intake_result result;
};

static enum err take(struct tx *tx, void *arg, struct why *w)
{
    struct said *s = arg;
    struct incoming m = {.inbox_id = inbox_id,
                         .external_id = s->key,
                         .text = "hello",
                         .is_imported = s->is_imported,
                         .is_automatic = s->is_automatic,
                         .import_status = CATEGORY_OPEN,
                         .contact = {.external_id = s->who ? s->who : "kim", .name = "Kim"}};
    struct read r = *reader_read(NULL, a, &m);

    r.reading.urgency = (struct urgency){
        .level = s->level, .reasons = {{.kind = URGENCY_TAKEOVER, .level = P1}}, .n_reasons = 1};
    return intake(tx, a, &m, &r, &s->result, w);
}

static int64_t customer_writes(struct said s)
{
    must(store_write(app.store, take, &s, &why), "take");
    return s.result.ticket_id;
}

static int64_t p1(const char *key)
{
    return customer_writes((struct said){.key = key, .level = P1});
}

static enum err pass(struct tx *tx, void *arg, struct why *w)
{
    msec ms = *(const msec *)arg;
    enum err e = q_pt_later(tx, (struct pt_later_in){.ms = ms}, NULL, w);

    return e ? e : q_pt_pages_later(tx, (struct pt_pages_later_in){.ms = ms}, NULL, w);
}

static void time_passes(msec ms)
{
    must(store_write(app.store, pass, &ms, &why), "pass time");
    must(jobs_run_due(app.store, KINDS, &app, &why), "run jobs");
}

static enum err answer(struct tx *tx, void *arg, struct why *w)
{
    struct reply_in in = {
        .ticket_id = *(const int64_t *)arg, .kind = "reply", .text = "we are with you"};
    int64_t id;

    return reply_write(tx, a, &in, &bo, &id, w);
}

static void bo_answers(int64_t ticket_id)
{
    must(store_write(app.store, answer, &ticket_id, &why), "answer");
    time_passes(0);
}

static enum err solve(struct tx *tx, void *arg, struct why *w)
{
    struct ticket_patch p = {.status = "solved",
                             .present = (uint64_t)1 << shape_field_index(&TICKET_PATCH, "status")};

    return ticket_act_patch(tx, a, *(const int64_t *)arg, 0, &p, &bo, w);
}

static enum err lower(struct tx *tx, void *arg, struct why *w)
{
    struct judge_in in = {.urgency = "P3"};

    return judge(tx, a, *(const int64_t *)arg, &in, NULL, &bo, w);
}

static enum err ack(struct tx *tx, void *arg, struct why *w)
{
    return page_ack(tx, a, *(const int64_t *)arg, &bo, w);
}

/* ------- what it looks like */

/* "ada bo": to whom letters wait, in order; they are taken as sent. */
static enum err read_letters(struct tx *tx, void *arg, struct why *w)
{
    struct buf *b = arg;
    struct pt_letters_rows rows;
    enum err e = q_pt_letters(tx, a, &rows, w);

    buf_reset(b);
    for (size_t i = 0; !e && i < rows.n; i++) {
        const char *to = strstr(rows.v[i].payload, "\"to\":\"");

        assert_non_null(to);
        assert_non_null(strstr(rows.v[i].payload, "http://desk/t/"));
        assert_null(strstr(rows.v[i].payload, "hello")); /* no word of the customer's */
        to += strlen("\"to\":\"");
        buf_printf(b, "%s%.*s", i ? " " : "", (int)strcspn(to, "@"), to);
    }
    return e ? e : q_pt_letters_sent(tx, NULL, w);
}

static void letters_go_to(const char *want)
{
    struct buf b;

    buf_init(&b, 65536);
    must(store_write(app.store, read_letters, &b, &why), "read letters");
    assert_string_equal(b.n ? b.p : "", want);
    buf_done(&b);
}

static enum err read_pages(struct tx *tx, void *arg, struct why *w)
{
    return q_pt_pages(tx, a, arg, w);
}

static struct pt_pages_rows pages(void)
{
    struct pt_pages_rows rows;

    must(store_read(app.store, read_pages, &rows, &why), "read pages");
    return rows;
}

static enum err count_jobs(struct tx *tx, void *arg, struct why *w)
{
    struct pt_jobs_row *row;
    enum err e = q_pt_jobs(tx, a, &row, w);

    if (!e)
        *(int64_t *)arg = row->n;
    return e;
}

static void nobody_is_called_any_more(enum page_ended how, const char *by)
{
    struct pt_pages_rows rows = pages();
    int64_t n = -1;

    assert_int_equal(rows.v[rows.n - 1].ended, how);
    if (by)
        assert_string_equal(rows.v[rows.n - 1].acked_name, by);
    time_passes(PAGE_EVERY_MS);
    time_passes(PAGE_EVERY_MS);
    letters_go_to("");
    must(store_read(app.store, count_jobs, &n, &why), "count jobs");
    assert_int_equal(n, 0);
}

struct asked {
    int64_t ticket_id;
    const char *no;
};

static enum err ask_automation(struct tx *tx, void *arg, struct why *w)
{
    struct asked *q = arg;
    struct ticket_whole t;
    enum err e = ticket_load(tx, a, q->ticket_id, &t, w);

    return e ? e : automation_may(tx, a, &t, &q->no, w);
}

static bool may_automation(int64_t ticket_id)
{
    struct asked q = {.ticket_id = ticket_id};

    must(store_read(app.store, ask_automation, &q, &why), "ask");
    return q.no == NULL;
}

/* ------- stories */

static void the_next_person_is_called_every_five_minutes(void **state)
{
    open_desk(state, false);
    is_on_call(ADA);
    is_on_call(BO);
    p1("m1");
    time_passes(0);
    letters_go_to("ada");
    time_passes(PAGE_EVERY_MS - MINUTE);
    letters_go_to("");
    time_passes(MINUTE);
    letters_go_to("bo");
    time_passes(PAGE_EVERY_MS);
    letters_go_to("ada");
    close_desk();
}

static void an_ack_ends_it(void **state)
{
    int64_t id;

    open_desk(state, false);
    is_on_call(ADA);
    p1("m1");
    time_passes(0);
    id = pages().v[0].id;
    must(store_write(app.store, ack, &id, &why), "ack");
    letters_go_to(""); /* one that has not gone out yet does not go any more */
    must(store_write(app.store, ack, &id, &why), "ack again");
    nobody_is_called_any_more(PAGE_ACKED, "Bo");
    close_desk();
}

static void an_answer_ends_it(void **state)
{
    open_desk(state, false);
    is_on_call(ADA);
    bo_answers(p1("m1"));
    nobody_is_called_any_more(PAGE_ANSWERED, "Bo");
    close_desk();
}

static void a_solved_ticket_ends_it(void **state)
{
    int64_t ticket_id;

    open_desk(state, false);
    is_on_call(ADA);
    ticket_id = p1("m1");
    must(store_write(app.store, solve, &ticket_id, &why), "solve");
    time_passes(0);
    nobody_is_called_any_more(PAGE_OVER, NULL);
    assert_false(may_automation(ticket_id)); /* no survey after a P1 */
    close_desk();
}

static void a_person_says_it_is_no_p1(void **state)
{
    int64_t ticket_id;

    open_desk(state, false);
    is_on_call(ADA);
    ticket_id = p1("m1");
    assert_false(may_automation(ticket_id));
    must(store_write(app.store, lower, &ticket_id, &why), "lower");
    time_passes(0);
    nobody_is_called_any_more(PAGE_LOWERED, NULL);
    assert_true(may_automation(ticket_id));
    close_desk();
}

static void with_nobody_on_call_all_leads_and_admins_are_told(void **state)
{
    open_desk(state, false);
    p1("m1");
    time_passes(0);
    letters_go_to("ada leo");
    for (int i = 0; i < 2 * PAGE_LETTERS; i++)
        time_passes(PAGE_EVERY_MS);
    assert_int_equal(pages().v[0].tries, PAGE_LETTERS);
    assert_int_equal(pages().v[0].ended, PAGE_OPEN); /* nobody came: it stays in sight */
    close_desk();
}

static enum err leave(struct tx *tx, void *arg, struct why *w)
{
    enum err e = q_pt_agent_off(tx, (struct pt_agent_off_in){.id = agents[BO]}, NULL, w);

    (void)arg;
    return e ? e : q_pt_agent_narrow(tx, (struct pt_agent_narrow_in){.id = agents[CY]}, NULL, w);
}

static void who_has_left_or_may_not_see_it_is_not_told(void **state)
{
    open_desk(state, false);
    is_on_call(BO);
    is_on_call(CY);
    must(store_write(app.store, leave, NULL, &why), "leave");
    p1("m1");
    time_passes(0);
    letters_go_to("ada leo");
    close_desk();
}

static void a_demo_and_an_import_call_nobody(void **state)
{
    open_desk(state, true);
    is_on_call(ADA);
    p1("m1");
    time_passes(0);
    letters_go_to("");
    assert_int_equal(pages().n, 1); /* the console shows it */
    close_desk();

    open_desk(state, false);
    is_on_call(ADA);
    customer_writes((struct said){.key = "m1", .level = P1, .is_imported = true});
    customer_writes((struct said){.key = "m2", .level = P1, .is_automatic = true});
    time_passes(0);
    letters_go_to("");
    assert_int_equal(pages().n, 0);
    close_desk();
}

static void there_is_one_page_while_one_is_open(void **state)
{
    int64_t ticket_id;

    open_desk(state, false);
    is_on_call(ADA);
    ticket_id = p1("m1");
    assert_int_equal(p1("m2"), ticket_id);
    assert_int_equal(pages().n, 1);
    bo_answers(ticket_id);
    customer_writes((struct said){.key = "m3", .level = P4}); /* a calm word calls nobody */
    assert_int_equal(pages().n, 1);
    p1("m4");
    assert_int_equal(pages().n, 2);
    time_passes(0);
    letters_go_to(""); /* Bo has just been there */
    time_passes(PAGE_QUIET_MS);
    letters_go_to("ada");
    close_desk();
}

/* ------- and again, with everything failing once */

static enum err count_calls(struct tx *tx, void *arg, struct why *w)
{
    int64_t *ret = arg;
    struct pt_calls_row *row;
    enum err e = q_pt_calls(tx, (struct pt_calls_in){.ticket_id = *ret}, a, &row, w);

    if (!e)
        *ret = row->n;
    return e;
}

static void the_job_with_each_call_failing(void **state)
{
    int64_t ran = 0;
    int n;

    open_desk(state, false);
    is_on_call(ADA);
    for (n = 1; n <= ran + 1 && n < N_MOST; n++) { /* the last one is not hit */
        const char *key = arena_printf(a, "m%d", n);
        int64_t calls = customer_writes((struct said){.key = key, .who = key, .level = P1});

        store_fail_nth(app.store, n);
        if (jobs_run_due(app.store, KINDS, &app, &why))
            arena_reset(a);
        ran = store_fail_nth(app.store, 0);
        time_passes(MINUTE); /* tried again, before the next one's turn */
        letters_go_to("ada");
        must(store_read(app.store, count_calls, &calls, &why), "count calls");
        assert_int_equal(calls, 1);
        must(store_write(app.store, ack, &(int64_t){pages().v[n - 1].id}, &why), "ack");
    }
    assert_true(n > 5 && n < N_MOST);
    close_desk();
}

int main(void)
{
#define TEST(f) ON_BOTH_STORES(f)
    const struct CMUnitTest tests[] = {
        TEST(the_next_person_is_called_every_five_minutes),
        TEST(an_ack_ends_it),
        TEST(an_answer_ends_it),
        TEST(a_solved_ticket_ends_it),
        TEST(a_person_says_it_is_no_p1),
        TEST(with_nobody_on_call_all_leads_and_admins_are_told),
        TEST(who_has_left_or_may_not_see_it_is_not_told),
        TEST(a_demo_and_an_import_call_nobody),
        TEST(there_is_one_page_while_one_is_open),
        TEST(the_job_with_each_call_failing),
    };

    setenv("ANTIPHON_ECHO", "1", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
