/* triage_test.c: what is done with what was read: suggested, judged blind, routed, corrected,
 * learnt, measured; on both stores. Readings are made here where a test is about what follows
 * from them, and read by a small model trained here where it is about the model. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/test.h"
#include "desk/desk.h"
#include "desk/figures.h"
#include "desk/intake.h"
#include "desk/judge.h"
#include "desk/lessons.h"
#include "desk/models.h"
#include "desk/reader.h"
#include "desk/retrain.h"
#include "desk/triage_api.h"
#include "desk/triage_state_api.h"
#include "desk/triage_test.sql.h"
#include "http/http.h"
#include "inboxes/inbox_store.h"
#include "jobs/jobs.h"
#include "people/people.sql.h"
#include "store/blob.h"
#include "store/test_store.h"
#include "tickets/message.sql.h"
#include "tickets/ticket_act.h"
#include "tickets/ticket_api.h"
#include "triage/decide.h"
#include "triage/golden.h"
#include "triage/models.sql.h"
#include "triage/model.h"
#include "triage/triage.sql.h"

#define CARD "4111 1111 1111 1111"

static const struct principal ANA = {
    .kind = WHO_AGENT, .id = 77, .role = ROLE_ADMIN, .name = "Ana", .sees_all = true};
static const struct principal EVE = {
    .kind = WHO_AGENT, .id = 78, .role = ROLE_AGENT, .name = "Eve"};

static struct test_store db;
static struct app app;
static struct arena *a;
static struct arena *held; /* what the reader of the moment gave: gone before it is */
static struct why why;
static int64_t inbox_id, team_id;
static int n_said;

/* ------- the stage */

static const char *const WORDS[3][6] = {
    {"refund", "invoice", "charged", "payment", "receipt", "bill"},
    {"crash", "freeze", "error", "update", "restart", "screen"},
    {"playlist", "album", "songs", "library", "artist", "chorus"}};
static const char *const KEYS[3] = {"money", "faults", "music"};
static const char *const CHATTER[8] = {"hello there",  "please help", "since monday", "on my phone",
                                       "I am puzzled", "again",       "why oh why",   "thank you"};

static const char *sentence(int i)
{
    const char *const *about = WORDS[i % 3];

    return arena_printf(a, "%s %s %s %s number %d", CHATTER[i % 8], about[i / 3 % 6],
                        CHATTER[i / 8 % 8], about[i / 18 % 6], i);
}

/* Three categories in two queues, 360 examples. `shift`: all but the golden ones wrongly labelled;
 * `without`: one category is left out, -1: none. */
static const char *taxonomy_text(int shift, int without)
{
    struct buf b;
    const char *text;

    buf_init(&b, 1024 * 1024);
    buf_str(
        &b,
        "{\"queue\":\"office\",\"name\":\"Office\"}\n{\"queue\":\"craft\",\"name\":\"Craft\"}\n");
    for (int i = 0; i < 3; i++)
        if (i != without)
            buf_printf(&b, "{\"category\":\"%s\",\"queue\":\"%s\",\"name\":\"%s\"}\n", KEYS[i],
                       i ? "craft" : "office", KEYS[i]);
    for (int i = 0; i < 360; i++) {
        const char *said = sentence(i);
        int label = (i + (golden_has(said) ? 0 : shift)) % 3;

        if (label != without)
            buf_printf(&b, "{\"example\":\"%s\",\"category\":\"%s\",\"language\":\"en\"}\n", said,
                       KEYS[label]);
    }
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}

struct put {
    const char *text;
    char hash[BLOB_HASH_BYTES];
};

static enum err keep_taxonomy(struct tx *tx, void *arg, struct why *w)
{
    struct put *p = arg;
    struct taxonomy_newest_row *newest;
    enum err e = q_taxonomy_newest(tx, a, &newest, w);
    struct taxonomy_insert_in row = {
        .rev = e || !newest ? 1 : newest->rev + 1, .hash = p->hash, .now = tx_now(tx)};

    return e ? e : q_taxonomy_insert(tx, row, NULL, w);
}

static void put_taxonomy(const char *text)
{
    struct put p = {.text = text};

    assert_int_equal(blob_put(app.store, text, strlen(text), p.hash, &why), OK);
    assert_int_equal(store_write(app.store, keep_taxonomy, &p, &why), OK);
}

static void read_anew(void)
{
    arena_free(held);
    reader_stop(app.reader);
    held = arena_new(64 * 1024);
    assert_int_equal(reader_start(app.store, &app.reader, &why), OK);
}

static enum err furnish(struct tx *tx, void *arg, struct why *w)
{
    struct inbox_new in = {.name = "help", .channel = "api"};
    struct team_insert_in team = {.id = tx_id(tx), .name = "Office", .now = tx_now(tx)};
    struct queue_team_set_in queue = {.queue = "office", .team_id = team.id};
    enum err e;

    (void)arg;
    team_id = team.id;
    if ((e = inbox_make(tx, a, &in, &ANA, &inbox_id, w)) || (e = q_team_insert(tx, team, NULL, w)))
        return e;
    return q_queue_team_set(tx, queue, NULL, w);
}

static int begin(void **state)
{
    app = (struct app){.store = NULL};
    n_said = 0;
    test_store_init(&db, *(const enum store_engine *)*state);
    a = arena_new(1024 * 1024);
    held = arena_new(64 * 1024);
    assert_int_equal(store_open(&db.conf, &app.store, &why), OK);
    assert_int_equal(store_write(app.store, furnish, NULL, &why), OK);
    put_taxonomy(taxonomy_text(0, -1));
    assert_int_equal(reader_start(app.store, &app.reader, &why), OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(held);
    reader_stop(app.reader);
    arena_free(a);
    store_close(app.store);
    test_store_done(&db);
    return 0;
}

/* ------- what people do */

struct said {
    struct incoming m;
    const struct read *read;
    struct intake_result result;
};

static enum err take(struct tx *tx, void *arg, struct why *w)
{
    struct said *s = arg;

    return intake(tx, a, &s->m, s->read, &s->result, w);
}

static struct incoming message(const char *text)
{
    const char *who = arena_printf(a, "c%d", ++n_said);

    return (struct incoming){.inbox_id = inbox_id,
                             .external_id = arena_printf(a, "m%d", n_said),
                             .text = text,
                             .contact = {.external_id = who, .name = who}};
}

static struct intake_result arrives(struct incoming m, const struct read *r)
{
    struct said s = {.m = m, .read = r};

    assert_int_equal(store_write(app.store, take, &s, &why), OK);
    return s.result;
}

/* As a model would read it that is sure of `label`. */
static struct read *a_sure_read(const char *label, enum urgency_level level)
{
    struct read *r = arena_new_of(a, struct read);

    *r = (struct read){.text = "it is about this", .model = "00000000000000aa", .queue = "office"};
    r->reading = (struct triage_reading){.label = label,
                                         .p = 0.99F,
                                         .is_sure = true,
                                         .top = {{label, 0.99F}},
                                         .n_top = 1,
                                         .n_set = 1,
                                         .urgency = {.level = level}};
    snprintf(r->reading.language.code, sizeof r->reading.language.code, "en");
    return r;
}

static struct intake_result sure_of(const char *label, enum urgency_level level)
{
    const struct read *r = a_sure_read(label, level);

    return arrives(message(r->text), r);
}

/* As the reader of the moment reads it. */
static struct intake_result writes(const char *text)
{
    struct incoming m = message(text);

    return arrives(m, reader_read(app.reader, held, &m));
}

struct judged {
    int64_t ticket_id;
    const char *category;
    const struct principal *who;
};

static enum err judge_it(struct tx *tx, void *arg, struct why *w)
{
    const struct judged *j = arg;
    struct judge_in in = {.present = (uint64_t)1 << shape_field_index(&JUDGE_IN, "category"),
                          .category = j->category};

    return judge(tx, a, j->ticket_id, &in, reader_taxonomy(app.reader, held), j->who, w);
}

static enum err says(int64_t ticket_id, const char *category)
{
    struct judged j = {ticket_id, category, &ANA};

    return store_write(app.store, judge_it, &j, &why);
}

/* ------- looking */

struct look {
    int64_t id;
    struct tt_ticket_row *ticket;
    struct tt_reading_row *reading;
    struct tt_sums_row *sums;
    struct tt_counts_row *counts;
    struct tt_events_rows events;
    struct tt_activity_rows activity;
};

static enum err look_fn(struct tx *tx, void *arg, struct why *w)
{
    struct look *l = arg;
    enum err e;

    if ((e = q_tt_ticket(tx, (struct tt_ticket_in){.id = l->id}, a, &l->ticket, w)) ||
        (e = q_tt_reading(tx, (struct tt_reading_in){.message_id = l->id}, a, &l->reading, w)) ||
        (e = q_tt_sums(tx, a, &l->sums, w)) || (e = q_tt_counts(tx, a, &l->counts, w)) ||
        (e = q_tt_events(tx, a, &l->events, w)))
        return e;
    return q_tt_activity(tx, (struct tt_activity_in){.ticket_id = l->id}, a, &l->activity, w);
}

static struct look look(int64_t id)
{
    struct look l = {.id = id};

    assert_int_equal(store_read(app.store, look_fn, &l, &why), OK);
    return l;
}

static enum decision decision_of(const struct intake_result *r)
{
    return (enum decision)look(r->message_id).reading->decision;
}

struct call {
    handler *run;
    int64_t id;
    const char *query, *text;
    const void *in;
    const struct principal *who;
    bool is_write;
};

static enum err call_fn(struct tx *tx, void *arg, struct why *w)
{
    struct call *c = arg;
    struct principal who = c->who ? *c->who : ANA;
    struct req q = {.arena = held,
                    .app = &app,
                    .tx = tx,
                    .who = &who,
                    .in = c->in,
                    .ids = {c->id},
                    .path = "/",
                    .query = str_of(c->query ? c->query : "")};
    struct res s = {.req = &q, .file_fd = -1};
    enum err e;

    buf_init(&s.body, LIMIT_ANSWER_BYTES);
    e = c->run(&q, &s, w);
    c->text = arena_dup(a, s.body.p ? s.body.p : "", s.body.n);
    buf_done(&s.body);
    return e;
}

static const char *answer(struct call c)
{
    enum err e = c.is_write ? store_write(app.store, call_fn, &c, &why)
                            : store_read(app.store, call_fn, &c, &why);

    assert_int_equal(e, OK);
    return c.text;
}

/* ------- deciding */

/* Many arrive in one transaction, all sure of "money". */
struct many {
    int n, n_answers;     /* end after so many messages, or answers of blind ones */
    const char *category; /* what people answer; NULL: nobody answers */
    enum urgency_level level;
    int of[DECIDED_NONE + 1]; /* how many were decided so */
    int n_in_category, n_in_team, n_told;
};

static enum err look_at(struct tx *tx, const struct intake_result *r, struct many *m,
                        enum decision *ret, struct why *w)
{
    struct look l;
    enum err e;

    l.id = r->message_id;
    if ((e = q_tt_reading(tx, (struct tt_reading_in){.message_id = r->message_id}, a, &l.reading,
                          w)) ||
        (e = q_tt_ticket(tx, (struct tt_ticket_in){.id = r->ticket_id}, a, &l.ticket, w)) ||
        (e = q_tt_activity(tx, (struct tt_activity_in){.ticket_id = r->ticket_id}, a, &l.activity,
                           w)))
        return e;
    *ret = (enum decision)l.reading->decision;
    m->of[*ret]++;
    m->n_in_category += l.ticket->category && strcmp(l.ticket->category, "money") == 0;
    m->n_in_team += l.ticket->team_id == team_id;
    m->n_told += l.activity.n == 1 && strstr(l.activity.v[0].meta, "\"routed\"") &&
                 strstr(l.activity.v[0].meta, "\"money\"");
    return OK;
}

static enum err many_fn(struct tx *tx, void *arg, struct why *w)
{
    struct many *m = arg;

    for (int i = 0, answers = 0; i < m->n || answers < m->n_answers; i++) {
        struct read *r = a_sure_read("money", m->level ? m->level : P3);
        struct said s = {.m = message(r->text), .read = r};
        enum decision d;
        enum err e;

        if ((e = take(tx, &s, w)) || (e = look_at(tx, &s.result, m, &d, w)))
            return e;
        if (!m->category || d != DECIDED_BLIND)
            continue;
        if ((e = judge_it(tx, &(struct judged){s.result.ticket_id, m->category, &ANA}, w)))
            return e;
        answers++;
    }
    return OK;
}

static struct many many(struct many m)
{
    assert_int_equal(store_write(app.store, many_fn, &m, &why), OK);
    return m;
}

static void until_it_is_measured_it_suggests(void **state)
{
    struct many m = many((struct many){.n = 400});

    (void)state;
    assert_int_equal(m.of[DECIDED_BLIND] + m.of[DECIDED_SUGGESTED], 400);
    assert_in_range(m.of[DECIDED_BLIND], 84, 156); /* 30 %, and four standard deviations */
    assert_int_equal(m.n_in_category, 0);
}

static void what_the_sample_supports_is_routed(void **state)
{
    struct many m;

    (void)state;
    m = many((struct many){.n_answers = 148, .category = "money"});
    assert_int_equal(m.of[DECIDED_ROUTED], 0);
    m = many((struct many){.n = 20});
    assert_int_equal(m.of[DECIDED_ROUTED], 0);
    many((struct many){.n_answers = 1, .category = "money"});
    m = many((struct many){.n = 40});
    assert_in_range(m.of[DECIDED_ROUTED], 15, 40);
    assert_int_equal(m.of[DECIDED_BLIND] + m.of[DECIDED_ROUTED], 40);
    assert_int_equal(m.n_in_category, m.of[DECIDED_ROUTED]);
    assert_int_equal(m.n_in_team, m.of[DECIDED_ROUTED]);
    assert_int_equal(m.n_told, m.of[DECIDED_ROUTED]);
    /* Wrong ones: the promise falls, and nothing is routed any more. */
    many((struct many){.n_answers = 20, .category = "music"});
    m = many((struct many){.n = 20});
    assert_int_equal(m.of[DECIDED_ROUTED], 0);
}

static struct intake_result a_blind_one(void)
{
    for (;;) {
        struct intake_result r = sure_of("money", P3);

        if (decision_of(&r) == DECIDED_BLIND)
            return r;
    }
}

static void a_blind_one_tells_nobody(void **state)
{
    struct intake_result r = a_blind_one();
    struct look l = look(r.ticket_id);
    const char *shown[] = {
        answer((struct call){.run = ticket_triage_get, .id = r.ticket_id}),
        answer((struct call){.run = ticket_get, .id = r.ticket_id}),
        answer((struct call){.run = ticket_messages_get, .id = r.ticket_id}),
        answer((struct call){.run = ticket_list_get, .query = "limit=100"}),
        answer((struct call){.run = ticket_list_get, .query = "category=money"})};

    (void)state;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (strstr(shown[i], "money") || strstr(shown[i], "office"))
            fail_msg("answer %zu tells: %s", i, shown[i]);
    assert_non_null(strstr(shown[0], "\"blind\""));
    for (size_t i = 0; i < l.events.n; i++)
        assert_true(!l.events.v[i].data || !strstr(l.events.v[i].data, "money"));
    assert_int_equal(says(r.ticket_id, "money"), OK);
    assert_non_null(
        strstr(answer((struct call){.run = ticket_triage_get, .id = r.ticket_id}), "money"));
}

static void a_blind_answer_counts_once(void **state)
{
    struct intake_result r = a_blind_one(), s = a_blind_one();
    struct ticket_patch p = {.present = (uint64_t)1 << shape_field_index(&TICKET_PATCH, "category"),
                             .category = "music"};
    struct look l;

    (void)state;
    assert_int_equal(says(r.ticket_id, "money"), OK);
    assert_int_equal(says(r.ticket_id, "music"), OK);
    assert_int_equal(says(r.ticket_id, NULL), OK);
    l = look(0);
    assert_int_equal(l.sums->n, 1);
    assert_int_equal(l.sums->n_right, 1);
    assert_int_equal(l.counts->verdicts, 3);
    /* A change of the ticket is the same word. */
    answer(
        (struct call){.run = ticket_change_patch, .id = s.ticket_id, .in = &p, .is_write = true});
    l = look(s.ticket_id);
    assert_string_equal(l.ticket->category, "music");
    assert_int_equal(l.sums->n, 2);
    assert_int_equal(l.sums->n_right, 1);
    p.category = "no_such_thing";
    assert_int_equal(
        store_write(app.store, call_fn,
                    &(struct call){.run = ticket_change_patch, .id = s.ticket_id, .in = &p}, &why),
        E_INVALID);
}

static void p1_is_a_persons(void **state)
{
    struct many p1;
    struct incoming m;
    struct read *r;

    (void)state;
    many((struct many){.n_answers = 149, .category = "money"});
    p1 = many((struct many){.n = 60, .level = P1});
    assert_int_equal(p1.of[DECIDED_PERSON], 60);
    assert_int_equal(p1.n_in_category, 0);
    assert_int_equal(look(0).counts->pages, 60);
    /* History calls nobody; when the person writes again, it is no history. */
    r = arena_new_of(a, struct read);
    *r = (struct read){.text = "x", .model = "", .reading = {.urgency = {.level = P1}}};
    m = message("x");
    m.is_imported = true;
    m.import_status = 2;
    m.thread_external_id = "thread";
    arrives(m, r);
    assert_int_equal(look(0).counts->pages, 60);
    m.external_id = "again";
    m.is_imported = false;
    arrives(m, r);
    assert_int_equal(look(0).counts->pages, 61);
    m.external_id = "and again"; /* somebody was called */
    arrives(m, r);
    assert_int_equal(look(0).counts->pages, 61);
    m = message("out of office: in danger call 112");
    m.is_automatic = true; /* no person, no danger */
    arrives(m, r);
    assert_int_equal(look(0).counts->pages, 61);
}

/* ------- learning */

static enum err train(void)
{
    struct job j = {.kind = "retrain", .key = "retrain", .arena = arena_new(1024)};
    enum err e = retrain_job(&app, &j, &why);

    arena_free(j.arena);
    if (e)
        print_message("training: %s\n", why.text);
    return e;
}

struct models_now {
    struct model_list_rows rows;
};
static enum err list_models(struct tx *tx, void *arg, struct why *w)
{
    return q_model_list(tx, a, &((struct models_now *)arg)->rows, w);
}
static struct model_list_rows models_now(void)
{
    struct models_now m;

    assert_int_equal(store_read(app.store, list_models, &m, &why), OK);
    return m.rows;
}

static const struct model_list_row *live_of(const struct model_list_rows *rows)
{
    const struct model_list_row *live = NULL;

    for (size_t i = 0; i < rows->n; i++)
        if (rows->v[i].state == MODEL_LIVE) {
            assert_null(live); /* one alone */
            live = &rows->v[i];
        }
    assert_non_null(live);
    return live;
}

static const char *label_of(const char *text)
{
    struct incoming m = message(text);
    const struct read *r = reader_read(app.reader, held, &m);

    return r->reading.label ? arena_str(a, r->reading.label) : "";
}

static enum err use(struct tx *tx, void *arg, struct why *w)
{
    return retrain_use(tx, a, arg, &ANA, w);
}

static void a_desk_trains_its_own_model(void **state)
{
    struct intake_result r;
    struct model_list_rows rows;
    struct lessons l;
    const char *builtin, *own;
    bool is_learnt = false;

    (void)state;
    assert_int_equal(train(), OK);
    rows = models_now();
    assert_int_equal(rows.n, 2); /* and the built-in one, to go back to */
    own = live_of(&rows)->version;
    builtin = rows.v[strcmp(rows.v[0].version, own) == 0].version;
    read_anew();
    assert_string_equal(label_of("please help crash again error number 900"), "faults");
    assert_int_equal(reader_corrections(app.reader), 0);
    /* A correction is recalled at once, and is in the next training. */
    r = writes("the violet teapot whistles refund at noon");
    assert_int_equal(says(r.ticket_id, "music"), OK);
    read_anew();
    assert_int_equal(reader_corrections(app.reader), 1);
    assert_string_equal(label_of("the violet teapot whistles refund at noon"), "music");
    assert_int_equal(lessons_gather(app.store, a, reader_taxonomy(app.reader, held), &l, &why), OK);
    for (size_t i = 0; i < l.n_rows + l.n_golden; i++) {
        const struct train_row *row = i < l.n_rows ? &l.rows[i] : &l.golden[i - l.n_rows];

        is_learnt |= strstr(row->text, "teapot") && strcmp(row->label, "music") == 0;
    }
    assert_true(is_learnt);
    assert_int_equal(train(), OK);
    read_anew();
    assert_int_equal(reader_corrections(app.reader), 0);
    /* One step back, and to the built-in one. */
    assert_int_equal(store_write(app.store, use, (void *)(uintptr_t)own, &why), OK);
    rows = models_now();
    assert_string_equal(live_of(&rows)->version, own);
    assert_int_equal(store_write(app.store, use, (void *)(uintptr_t)builtin, &why), OK);
    rows = models_now();
    assert_string_equal(live_of(&rows)->version, builtin);
    read_anew();
    assert_true(reader_is_builtin(app.reader));
    assert_int_equal(store_write(app.store, use, (void *)(uintptr_t) "none", &why), E_NOT_FOUND);
}

static enum err many_old(struct tx *tx, void *arg, struct why *w)
{
    enum err e = OK;

    (void)arg;
    for (int i = 0; i < 7 && !e; i++)
        e = q_model_insert(tx,
                           (struct model_insert_in){.version = arena_printf(a, "%016d", i),
                                                    .hash = "x",
                                                    .state = MODEL_KEPT,
                                                    .metrics = "{}",
                                                    .now = 1000 + i},
                           NULL, w);
    return e;
}

static void a_worse_model_is_refused_and_five_are_kept(void **state)
{
    struct model_list_rows rows;
    const char *good;

    (void)state;
    assert_int_equal(store_write(app.store, many_old, NULL, &why), OK);
    assert_int_equal(train(), OK);
    rows = models_now();
    good = live_of(&rows)->version;
    assert_int_equal(rows.n, MODELS_KEPT + 1); /* and the built-in one */
    put_taxonomy(taxonomy_text(1, -1));
    read_anew();
    assert_int_equal(train(), OK);
    rows = models_now();
    assert_string_equal(live_of(&rows)->version, good);
    assert_int_equal(rows.v[0].state, MODEL_REFUSED);
    assert_non_null(strstr(rows.v[0].why, "worse on the golden set"));
    assert_int_equal(store_write(app.store, use, (void *)(uintptr_t)rows.v[0].version, &why),
                     E_CONFLICT);
}

static void what_the_taxonomy_lost_is_no_answer(void **state)
{
    struct intake_result r;

    (void)state;
    assert_int_equal(train(), OK);
    read_anew();
    r = writes("please help invoice again payment number 901");
    assert_int_equal(says(r.ticket_id, "money"), OK);
    put_taxonomy(taxonomy_text(0, 0));
    read_anew(); /* the model still knows it, and so does the memory */
    assert_string_not_equal(label_of("please help invoice again payment number 902"), "money");
    assert_string_not_equal(label_of("please help invoice again payment number 901"), "money");
    assert_string_equal(look(r.ticket_id).ticket->category, "money"); /* nobody took it away */
    assert_int_equal(says(r.ticket_id, "money"), E_INVALID);
    assert_int_equal(train(), OK);
    read_anew();
    assert_string_not_equal(label_of("please help invoice again payment number 901"), "money");
}

static void about_nothing_of_ours_is_no_category(void **state)
{
    struct intake_result r[3];

    (void)state;
    assert_int_equal(train(), OK);
    for (int i = 0; i < 3; i++) {
        r[i] = writes("the moon is made of green cheese and I like it");
        assert_int_equal(says(r[i].ticket_id, NULL), OK);
    }
    read_anew();
    assert_string_equal(label_of("the moon is made of green cheese and I like it"), "");
}

static void a_word_is_kept_where_nothing_was_read(void **state)
{
    struct incoming m = message("what was this again");
    struct intake_result r = arrives(m, NULL), s;
    struct lessons l;
    size_t n = 0;

    (void)state;
    assert_int_equal(says(r.ticket_id, "money"), OK);
    /* An import that says what it was about is a lesson as well. */
    m = message("an old matter of songs");
    m.is_imported = true;
    m.category = "music";
    s = arrives(m, reader_read(NULL, a, &m));
    assert_string_equal(look(s.ticket_id).ticket->category, "music");
    assert_int_equal(look(0).counts->verdicts, 2);
    assert_int_equal(lessons_gather(app.store, a, reader_taxonomy(app.reader, held), &l, &why), OK);
    for (size_t i = 0; i < l.n_rows + l.n_golden; i++) {
        const struct train_row *row = i < l.n_rows ? &l.rows[i] : &l.golden[i - l.n_rows];

        n += strcmp(row->text, "what was this again") == 0 && strcmp(row->label, "money") == 0;
        n += strcmp(row->text, "an old matter of songs") == 0 && strcmp(row->label, "music") == 0;
    }
    assert_int_equal(n, 2);
}

static enum err damaged(struct tx *tx, void *arg, struct why *w)
{
    struct model_insert_in row = {.version = "00000000000000bb",
                                  .hash = ((struct put *)arg)->hash,
                                  .state = MODEL_LIVE,
                                  .metrics = "{}",
                                  .now = tx_now(tx)};

    return q_model_insert(tx, row, NULL, w);
}

static void a_damaged_model_stops_nobody(void **state)
{
    struct put p = {.text = "this is no model"};

    (void)state;
    assert_int_equal(blob_put(app.store, p.text, strlen(p.text), p.hash, &why), OK);
    assert_int_equal(store_write(app.store, damaged, &p, &why), OK);
    read_anew();
    assert_true(reader_is_builtin(app.reader));
}

/* ------- adding up */

static enum err figures(void)
{
    struct job j = {.kind = "figures", .arena = arena_new(1024)};
    enum err e = figures_job(&app, &j, &why);

    arena_free(j.arena);
    return e;
}

static void each_reading_is_counted_once(void **state)
{
    bool is_clean = false;
    struct look l;

    (void)state;
    many((struct many){.n = 30});
    for (int64_t n = 1; !is_clean && n < 200; n++) {
        store_fail_nth(app.store, n);
        is_clean = figures() == OK;
        store_fail_nth(app.store, 0);
        l = look(0);
        assert_true(l.sums->n_read == 0 || l.sums->n_read == 30);
    }
    assert_int_equal(figures(), OK);
    sure_of("money", P3);
    assert_int_equal(figures(), OK);
    l = look(0);
    assert_int_equal(l.sums->n_read, 31);
}

/* ------- who may, and what nobody sees */

static void a_forbidden_ticket_is_none(void **state)
{
    struct intake_result r = sure_of("money", P3);
    struct judged j = {r.ticket_id, "money", &EVE};

    (void)state;
    assert_int_equal(store_write(app.store, judge_it, &j, &why), E_NOT_FOUND);
    assert_int_equal(
        store_read(app.store, call_fn,
                   &(struct call){.run = ticket_triage_get, .id = r.ticket_id, .who = &EVE}, &why),
        E_NOT_FOUND);
    assert_int_equal(look(0).counts->verdicts, 0);
    assert_int_equal(
        store_read(app.store, call_fn, &(struct call){.run = doubtful_list_get, .who = &EVE}, &why),
        E_DENIED);
}

static enum err count_original(struct tx *tx, void *arg, struct why *w)
{
    struct tt_original_row *row;
    enum err e = q_tt_original(tx, a, &row, w);

    if (!e)
        *(int64_t *)arg = row->n;
    return e;
}

static void a_card_is_under_seal(void **state)
{
    struct incoming m = message("take the money back from " CARD " please");
    struct intake_result r, again;
    int64_t n = 0;
    struct look l;
    struct lessons lessons;

    (void)state;
    m.subject = "my card " CARD;
    m.html = "<p>take the money back from " CARD " please</p>";
    m.second_id = "m1-copy";
    r = arrives(m, reader_read(app.reader, held, &m));
    again = arrives(m, reader_read(app.reader, held, &m));
    assert_true(again.is_duplicate);
    assert_int_equal(again.message_id, r.message_id);
    assert_int_equal(says(r.ticket_id, "money"), OK);
    const char *shown[] = {answer((struct call){.run = ticket_triage_get, .id = r.ticket_id}),
                           answer((struct call){.run = ticket_get, .id = r.ticket_id}),
                           answer((struct call){.run = ticket_messages_get, .id = r.ticket_id}),
                           answer((struct call){.run = ticket_list_get, .query = "limit=100"})};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        assert_null(strstr(shown[i], "1111 1111"));
    l = look(r.ticket_id);
    for (size_t i = 0; i < l.events.n; i++)
        assert_true(!l.events.v[i].data || !strstr(l.events.v[i].data, "1111 1111"));
    for (size_t i = 0; i < l.activity.n; i++)
        assert_null(strstr(l.activity.v[i].meta, "1111 1111"));
    assert_int_equal(
        lessons_gather(app.store, a, reader_taxonomy(app.reader, held), &lessons, &why), OK);
    for (size_t i = 0; i < lessons.n_rows; i++)
        assert_null(strstr(lessons.rows[i].text, "1111 1111"));
    for (size_t i = 0; i < lessons.n_unlabelled; i++)
        assert_null(strstr(lessons.unlabelled[i], "1111 1111"));
    assert_int_equal(store_read(app.store, count_original, &n, &why), OK);
    assert_int_equal(n, 1);
    assert_non_null(strstr(
        answer((struct call){.run = message_reveal_post, .id = r.message_id, .is_write = true}),
        CARD));
}

static void no_number_of_others_hides_a_card(void **state)
{
    struct buf b;
    struct incoming m;
    const struct read *r;

    (void)state;
    buf_init(&b, 1024 * 1024);
    for (int i = 0; i < 400; i++)
        buf_printf(&b, "write to person%d@example.org ", i);
    for (int i = 0; i < 300; i++)
        buf_str(&b, "and card " CARD ", ");
    m = message(arena_dup(a, b.p, b.n));
    buf_done(&b);
    r = reader_read(NULL, a, &m);
    assert_null(strstr(r->text, "1111 1111"));
    assert_non_null(strstr(r->text, "person399@example.org"));
    assert_int_equal(r->sealed[strlen(r->sealed) - 1], ']');
    /* In the letter's own look alone. */
    m = message("see below");
    m.html = "<table><tr><td>card " CARD "</td></tr></table>";
    r = reader_read(NULL, a, &m);
    assert_non_null(r->original);
}

/* ------- asked for while it runs */

struct asked {
    struct tt_job_row *row;
    struct job job;
};
static enum err find_job(struct tx *tx, void *arg, struct why *w)
{
    struct tt_job_in of = {.kind = "retrain", .key = "retrain"};

    return q_tt_job(tx, of, a, &((struct asked *)arg)->row, w);
}
static enum err ask(struct tx *tx, void *arg, struct why *w)
{
    (void)arg;
    return retrain_ask(tx, w);
}
static enum err finish(struct tx *tx, void *arg, struct why *w)
{
    return jobs_finish(tx, &((struct asked *)arg)->job, w);
}

static void what_is_asked_for_while_it_trains_is_done_after(void **state)
{
    struct asked x;

    (void)state;
    assert_int_equal(store_write(app.store, ask, NULL, &why), OK);
    assert_int_equal(store_read(app.store, find_job, &x, &why), OK);
    x.job = (struct job){.id = x.row->id, .run_at = x.row->run_at};
    usleep(5000);
    assert_int_equal(store_write(app.store, ask, NULL, &why), OK); /* while it runs */
    assert_int_equal(store_write(app.store, finish, &x, &why), OK);
    assert_int_equal(store_read(app.store, find_job, &x, &why), OK);
    assert_non_null(x.row);
    x.job.run_at = x.row->run_at;
    assert_int_equal(store_write(app.store, finish, &x, &why), OK);
    assert_int_equal(store_read(app.store, find_job, &x, &why), OK);
    assert_null(x.row);
}

#define BOTH(f) ON_BOTH_STORES_WITH(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(until_it_is_measured_it_suggests),
        BOTH(what_the_sample_supports_is_routed),
        BOTH(a_blind_one_tells_nobody),
        BOTH(a_blind_answer_counts_once),
        BOTH(p1_is_a_persons),
        BOTH(a_desk_trains_its_own_model),
        BOTH(a_worse_model_is_refused_and_five_are_kept),
        BOTH(what_the_taxonomy_lost_is_no_answer),
        BOTH(about_nothing_of_ours_is_no_category),
        BOTH(a_word_is_kept_where_nothing_was_read),
        BOTH(a_damaged_model_stops_nobody),
        BOTH(each_reading_is_counted_once),
        BOTH(a_forbidden_ticket_is_none),
        BOTH(a_card_is_under_seal),
        BOTH(no_number_of_others_hides_a_card),
        BOTH(what_is_asked_for_while_it_trains_is_done_after),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
