/* edges_test.c: the desk where people and programs go to its limits, or do two things at once. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/test.h"
#include "contacts/contact.h"
#include "desk/desk.h"
#include "desk/desk_api.h"
#include "desk/edges_test.sql.h"
#include "desk/intake.h"
#include "desk/reply.h"
#include "desk/tick.h"
#include "http/http.h"
#include "inboxes/inbox_store.h"
#include "store/test_store.h"
#include "tickets/message.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_act.h"
#include "tickets/ticket_store.h"

#define ROUNDS 60

static const struct principal ANA = {
    .kind = WHO_AGENT, .id = 77, .role = ROLE_ADMIN, .name = "Ana", .sees_all = true};

static struct test_store db;
static struct app app;
static struct arena *a;
static struct why why;
static int64_t inbox_id;

static enum err make_inbox(struct tx *tx, void *arg, struct why *w)
{
    struct inbox_new in = {.name = "help", .channel = arg};

    return inbox_make(tx, a, &in, &ANA, &inbox_id, w);
}

static void open_desk(void **state, const char *channel)
{
    test_store_init(&db, *(const enum store_engine *)*state);
    a = arena_new(65536);
    app = (struct app){.started_at = 1};
    assert_int_equal(store_open(&db.conf, &app.store, &why), OK);
    assert_int_equal(store_write(app.store, make_inbox, (void *)(uintptr_t)channel, &why), OK);
}

static void close_desk(void)
{
    store_close(app.store);
    test_store_done(&db);
    arena_free(a);
}

struct said {
    struct arena *a;
    const char *who, *key, *text, *thread;
    struct shape_map attributes;
    struct intake_result result;
};

static enum err take(struct tx *tx, void *arg, struct why *w)
{
    struct said *s = arg;
    struct incoming m = {.inbox_id = inbox_id,
                         .external_id = s->key,
                         .text = s->text,
                         .thread_external_id = s->thread,
                         .contact = {.external_id = s->who,
                                     .name = s->who,
                                     .attributes = s->attributes,
                                     .state = IDENTITY_VERIFIED}};

    return intake(tx, s->a, &m, NULL, &s->result, w);
}

static struct intake_result writes(const char *who, const char *key, const char *text)
{
    struct said s = {.a = a, .who = who, .key = key, .text = text};

    assert_int_equal(store_write(app.store, take, &s, &why), OK);
    return s.result;
}

/* ------- lists keep to their limit */

struct asked {
    const char *query;
    struct principal who;
    struct buf out; /* the answer's body */
};

static enum err search(struct tx *tx, void *arg, struct why *w)
{
    struct asked *v = arg;
    struct req q = {.arena = a, .app = &app, .tx = tx, .who = &v->who, .path = "/api/v1/search"};
    struct res s = {.req = &q, .file_fd = -1};
    enum err e;

    q.query = str_of(v->query);
    buf_init(&s.body, LIMIT_ANSWER_BYTES);
    e = search_get(&q, &s, w);
    buf_reset(&v->out);
    buf_add(&v->out, s.body.p ? s.body.p : "", s.body.n);
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

static void a_search_shows_no_more_than_was_asked_for(void **state)
{
    struct asked asked = {.query = "q=moss&limit=1", .who = ANA};

    open_desk(state, "api");
    for (int i = 0; i < 8; i++)
        (void)writes(arena_printf(a, "moss %d", i), arena_printf(a, "m%d", i), "moss grows");
    buf_init(&asked.out, LIMIT_ANSWER_BYTES);
    assert_int_equal(store_read(app.store, search, &asked, &why), OK);
    assert_int_equal(times(asked.out.p, "\"kind\":"), 1);
    buf_done(&asked.out);
    close_desk();
}

static void a_number_finds_its_ticket_first(void **state)
{
    static const struct {
        const char *query;
        bool sees, is_first;
        int hits;
    } rows[] = {
        {"q=2&limit=25", true, true, 3},
        {"q=%232&limit=25", true, true, 3},
        {"q=2&limit=1", true, true, 1},
        {"q=2&limit=1&after=9223372036854775806", true, false, 1},
        {"q=2&kind=message", true, false, 1},
        {"q=2&limit=25", false, false, 0},
        {"q=77&limit=25", true, false, 0},
        {"q=2+songs&limit=25", true, false, 1},
    };
    struct asked asked = {0};

    open_desk(state, "api");
    (void)writes("Bo", "m1", "hello");
    (void)writes("Number 2", "m2", "it stops");
    (void)writes("Cy", "m3", "I miss 2 songs");
    buf_init(&asked.out, LIMIT_ANSWER_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        asked.query = rows[i].query;
        asked.who = ANA;
        asked.who.sees_all = rows[i].sees;
        assert_int_equal(store_read(app.store, search, &asked, &why), OK);
        if (times(asked.out.p, "\"kind\":") != rows[i].hits ||
            times(asked.out.p, "{\"data\":[{\"kind\":\"ticket\"") != rows[i].is_first ||
            (rows[i].is_first && !strstr(asked.out.p, "\"ticket_number\":2")))
            fail_msg("%s: %s", rows[i].query, asked.out.p);
    }
    buf_done(&asked.out);
    close_desk();
}

/* ------- what was let in can be read again */

struct tagging {
    int64_t ticket_id;
    struct ticket_patch patch;
};

static enum err tag(struct tx *tx, void *arg, struct why *w)
{
    struct tagging *t = arg;

    return ticket_act_patch(tx, a, t->ticket_id, 0, &t->patch, &ANA, w);
}

struct reading {
    int64_t ticket_id;
    struct message *list;
    size_t n;
};

static enum err read_thread(struct tx *tx, void *arg, struct why *w)
{
    struct reading *r = arg;

    return message_list(tx, a, r->ticket_id, 0, 100, &r->list, &r->n, w);
}

static void many_long_tags_leave_the_thread_readable(void **state)
{
    static const char *const FACE = "\xF0\x9F\x98\x80";
    const char *names[LIMIT_TAGS];
    struct tagging t = {0};
    struct reading r = {0};

    open_desk(state, "api");
    t.ticket_id = r.ticket_id = writes("Bo", "m1", "hello").ticket_id;
    t.patch.present = (uint64_t)1 << shape_field_index(&TICKET_PATCH, "tags");
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < LIMIT_TAGS; i++) {
            names[i] = arena_printf(a, "%d.%02d", round, i);
            for (int k = 4; k < LIMIT_TAG_CHARS; k++)
                names[i] = arena_printf(a, "%s%s", names[i], FACE);
        }
        t.patch.tags = (struct shape_texts){names, LIMIT_TAGS};
        assert_int_equal(store_write(app.store, tag, &t, &why), OK);
    }
    assert_int_equal(store_read(app.store, read_thread, &r, &why), OK);
    assert_int_equal(r.n, 3);
    for (size_t i = 1; i < r.n; i++)
        assert_int_equal(json_check(r.list[i].meta, strlen(r.list[i].meta), &why), OK);
    close_desk();
}

static enum err read_contact(struct tx *tx, void *arg, struct why *w)
{
    struct contact c;

    return contact_get(tx, a, *(int64_t *)arg, &c, w);
}

static void attributes_that_pile_up_leave_the_contact_readable(void **state)
{
    struct shape_pair pairs[LIMIT_ATTRIBUTES / 2];
    struct said s = {.who = "Bo", .text = "hello"};
    char *value;

    open_desk(state, "api");
    s.a = a;
    value = arena_alloc(a, 4 * LIMIT_ATTRIBUTE_CHARS + 1);
    for (int i = 0; i < LIMIT_ATTRIBUTE_CHARS; i++)
        memcpy(value + 4 * i, "\xF0\x9F\x98\x80", 4);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < LIMIT_ATTRIBUTES / 2; i++)
            pairs[i] = (struct shape_pair){arena_printf(a, "%d-%d", round, i), value};
        s.key = arena_printf(a, "m%d", round);
        s.attributes = (struct shape_map){pairs, LIMIT_ATTRIBUTES / 2};
        assert_int_equal(store_write(app.store, take, &s, &why), OK);
        assert_int_equal(store_read(app.store, read_contact, &s.result.contact_id, &why), OK);
    }
    close_desk();
}

/* ------- a password stays with its server */

static void a_mail_password_does_not_follow_to_another_host(void **state)
{
#define MAIL(host, password)                                                                       \
    "{\"address\":\"a@example.org\",\"imap\":{\"host\":\"" host                                    \
    "\",\"security\":\"tls\",\"user\":\"a\",\"password\":\"" password "\"}}"
    const char *old = MAIL("one.example", "moss"), *text;

    (void)state;
    a = arena_new(4096);
    assert_int_equal(inbox_settings_merge(a, "email", old, MAIL("one.example", ""), &text, &why),
                     OK);
    assert_non_null(strstr(text, "moss"));
    assert_int_equal(inbox_settings_merge(a, "email", old, MAIL("two.example", ""), &text, &why),
                     OK);
    assert_null(strstr(text, "moss"));
    arena_free(a);
}

/* ------- what cannot be sent is seen */

static enum err answer(struct tx *tx, void *arg, struct why *w)
{
    int64_t id;

    return reply_write(tx, a, arg, &ANA, &id, w);
}

static enum err forget_address(struct tx *tx, void *arg, struct why *w)
{
    (void)arg;
    return q_edges_forget_identities(tx, NULL, w);
}

static void a_reply_to_nobody_fails_in_sight(void **state)
{
    static const struct job_kind kinds[] = {{"send", reply_send_job, reply_send_give_up, 30, true},
                                            {NULL, NULL, NULL, 0, false}};
    struct reply_in in = {.kind = "reply", .text = "hi"};
    struct reading r = {0};

    open_desk(state, "echo");
    in.ticket_id = r.ticket_id = writes("Bo", "m1", "hello").ticket_id;
    assert_int_equal(store_write(app.store, answer, &in, &why), OK);
    assert_int_equal(store_write(app.store, forget_address, NULL, &why), OK);
    assert_int_equal(jobs_run_due(app.store, kinds, &app, &why), OK);
    assert_int_equal(store_read(app.store, read_thread, &r, &why), OK);
    assert_string_equal(r.list[1].state, "failed");
    assert_non_null(r.list[1].state_text);
    close_desk();
}

/* ------- a last word */

static enum err close_it(struct tx *tx, void *arg, struct why *w)
{
    struct ticket_patch p = {.status = "closed"};

    p.present = (uint64_t)1 << shape_field_index(&TICKET_PATCH, "status");
    return ticket_act_patch(tx, a, *(int64_t *)arg, 0, &p, &ANA, w);
}

static void thanks_on_a_closed_ticket_open_nothing(void **state)
{
    struct said s = {.who = "Bo", .key = "m1", .text = "it is gone", .thread = "t"};
    int64_t ticket_id;

    open_desk(state, "api");
    s.a = a;
    assert_int_equal(store_write(app.store, take, &s, &why), OK);
    ticket_id = s.result.ticket_id;
    assert_int_equal(store_write(app.store, close_it, &ticket_id, &why), OK);
    s.key = "m2";
    s.text = "Thanks a lot!";
    assert_int_equal(store_write(app.store, take, &s, &why), OK);
    assert_int_equal(s.result.ticket_id, ticket_id);
    s.key = "m3";
    s.text = "Thanks, but it is gone again";
    assert_int_equal(store_write(app.store, take, &s, &why), OK);
    assert_true(s.result.is_new_ticket);
    close_desk();
}

/* ------- two things at once */

struct snoozing {
    int64_t ticket_id;
    msec in_ms;
};

static enum err snooze(struct tx *tx, void *arg, struct why *w)
{
    const struct snoozing *s = arg;

    return ticket_act_snooze(tx, a, s->ticket_id, tx_now(tx) + s->in_ms, &ANA, w);
}

static enum err first_job(struct tx *tx, void *arg, struct why *w)
{
    struct edges_job_row *row;
    enum err e = q_edges_job(tx, a, &row, w);

    *(int64_t *)arg = !e && row ? row->id : 0;
    return e;
}

/* The job had begun when the agent put the ticket off further: it still wakes, later. */
static void a_snooze_put_off_at_its_end_still_wakes(void **state)
{
    struct snoozing s = {.in_ms = 1};
    struct job job = {.kind = "snooze"};
    int64_t id;

    open_desk(state, "api");
    s.ticket_id = job.subject_id = writes("Bo", "m1", "hello").ticket_id;
    job.arena = a;
    assert_int_equal(store_write(app.store, snooze, &s, &why), OK);
    assert_int_equal(store_read(app.store, first_job, &job.id, &why), OK);
    s.in_ms = 3600000;
    assert_int_equal(store_write(app.store, snooze, &s, &why), OK);
    assert_int_equal(tick_snooze_job(&app, &job, &why), OK);
    assert_int_equal(store_read(app.store, first_job, &id, &why), OK);
    assert_int_equal(id, job.id);
    assert_false(job.is_finished);
    assert_true(job.again_at > 0);
    close_desk();
}

struct doing {
    struct store_write op;
    struct said said;
    struct tagging tagging;
    struct arena *a;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static int n_done;

static void done(struct store_write *op)
{
    (void)op;
    pthread_mutex_lock(&lock);
    n_done++;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
}

static enum err do_take(struct tx *tx, void *arg, struct why *w)
{
    struct doing *d = arg;

    arena_reset(d->a);
    d->said.a = d->a;
    return take(tx, &d->said, w);
}

static enum err do_tag(struct tx *tx, void *arg, struct why *w)
{
    struct doing *d = arg;

    arena_reset(d->a);
    return ticket_act_patch(tx, d->a, d->tagging.ticket_id, 0, &d->tagging.patch, &ANA, w);
}

/* The customer writes at one node while an agent changes the ticket at another: who is second
 * waits; nobody is refused for it. */
static void nobody_is_refused_for_being_second(void **state)
{
    static const char *const PRIORITIES[] = {"low", "high"};
    static const char *const STATUSES[] = {"pending", "solved"};
    struct store *other = NULL;
    struct doing *v;
    int64_t ticket_id;

    open_desk(state, "api");
    ticket_id = writes("Bo", "m", "hello").ticket_id;
    if (db.engine == STORE_POSTGRESQL)
        assert_int_equal(store_open(&db.conf, &other, &why), OK);
    v = arena_array(a, ROUNDS, sizeof *v);
    n_done = 0;
    for (int i = 0; i < ROUNDS; i++) {
        v[i].a = arena_new(4096);
        v[i].op = (struct store_write){
            .run = i % 2 ? do_tag : do_take, .done = done, .arg = &v[i], .part = (uint64_t)i};
        v[i].said = (struct said){
            .who = "Bo", .key = arena_printf(a, "m%d", i), .text = "still waiting for it"};
        v[i].tagging.ticket_id = ticket_id;
        v[i].tagging.patch.priority = PRIORITIES[i / 2 % 2];
        v[i].tagging.patch.status = STATUSES[i / 2 % 2];
        v[i].tagging.patch.present = (uint64_t)1 << shape_field_index(&TICKET_PATCH, "priority") |
                                     (uint64_t)1 << shape_field_index(&TICKET_PATCH, "status");
        store_post(other && i % 2 ? other : app.store, &v[i].op);
    }
    pthread_mutex_lock(&lock);
    while (n_done < ROUNDS)
        pthread_cond_wait(&wake, &lock);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < ROUNDS; i++) {
        if (v[i].op.err)
            fail_msg("write %d: %s", i, v[i].op.why.text);
        arena_free(v[i].a);
    }
    store_close(other);
    close_desk();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES(a_search_shows_no_more_than_was_asked_for),
        ON_BOTH_STORES(a_number_finds_its_ticket_first),
        ON_BOTH_STORES(many_long_tags_leave_the_thread_readable),
        ON_BOTH_STORES(attributes_that_pile_up_leave_the_contact_readable),
        cmocka_unit_test(a_mail_password_does_not_follow_to_another_host),
        ON_BOTH_STORES(a_reply_to_nobody_fails_in_sight),
        ON_BOTH_STORES(thanks_on_a_closed_ticket_open_nothing),
        ON_BOTH_STORES(a_snooze_put_off_at_its_end_still_wakes),
        ON_BOTH_STORES(nobody_is_refused_for_being_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
