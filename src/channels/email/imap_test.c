/* imap_test.c: does a slow, stalling or lying server hold up only itself, and does no password
 * leave for a server that is not the right one? Against a scripted server; the waits are
 * injected, and nothing is judged by the clock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "channels/email/email.h"
#include "channels/email/fake_server.h"
#include "channels/email/imap_pull.h"
#include "channels/email/mail_case.h"
#include "sys/secret.h"

/* libetpan forgets a greeting of "BYE": 49 bytes each time, no more often than we try again. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:mailimap_greeting_new\n";
}

/* For servers that never answer. Where an answer is expected, waiting long costs nothing. */
static const struct imap_times PATIENT = {
    .connect_ms = 20000,
    .silence_ms = 20000,
    .command_ms = 30000,
    .bytes_per_s = 10 * 1024,
    .idle_ms = 100,
    .poll_ms = 50,
    .retry_ms = 10,
    .retry_max_ms = 40,
};
static const struct imap_times QUICK = {
    .connect_ms = 2000,
    .silence_ms = 300,
    .command_ms = 1000,
    .bytes_per_s = 10 * 1024,
    .idle_ms = 100,
    .poll_ms = 50,
    .retry_ms = 10,
    .retry_max_ms = 40,
};

#define GREETING                                                                                   \
    {                                                                                              \
        FAKE_SAY, "* OK [CAPABILITY IMAP4rev1] ready\r\n"                                          \
    }
#define CAPABLE                                                                                    \
    {FAKE_HEAR, "CAPABILITY"},                                                                     \
    {                                                                                              \
        FAKE_SAY, "* CAPABILITY IMAP4rev1 STARTTLS IDLE\r\n$T OK done\r\n"                         \
    }
#define LOGIN                                                                                      \
    {FAKE_HEAR, "LOGIN"},                                                                          \
    {                                                                                              \
        FAKE_SAY, "$T OK in\r\n"                                                                   \
    }
#define EXAMINE                                                                                    \
    {FAKE_HEAR, "EXAMINE"},                                                                        \
    {                                                                                              \
        FAKE_SAY, "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n$T OK [READ-ONLY] examined\r\n"         \
    }

#define IN_BOX GREETING, LOGIN, CAPABLE, EXAMINE

static enum err try_open(const struct fake_step *steps, const struct imap_times *times,
                         enum fake_cert cert, const char *security, char why[WHY_TEXT_BYTES],
                         bool *ret_saw_login)
{
    struct fake *f = fake_start(steps, cert);
    struct mail_server server = {.host = "localhost",
                                 .port = fake_port(f),
                                 .security = security,
                                 .user = "care@localhost",
                                 .password = "care-pass",
                                 .ca_file = fake_ca_file(f)};
    struct imap *i = NULL;
    struct why w = {0};
    uint32_t validity = 0;
    enum err e = imap_open(&server, times, -1, &i, &w);

    if (!e)
        e = imap_examine(i, "INBOX", &validity, &w);
    imap_close(i);
    *ret_saw_login = fake_heard(f, "care-pass");
    fake_stop(f);
    snprintf(why, WHY_TEXT_BYTES, "%s", w.text);
    return e;
}

static void no_password_for_strangers(void **state)
{
    static const struct fake_step whole[] = {{FAKE_TLS, NULL}, IN_BOX, {FAKE_STALL, NULL}};
    static const struct fake_step starttls[] = {GREETING,
                                                {FAKE_HEAR, "STARTTLS"},
                                                {FAKE_SAY, "$T OK go\r\n"},
                                                {FAKE_TLS, NULL},
                                                LOGIN,
                                                CAPABLE,
                                                EXAMINE,
                                                {FAKE_STALL, NULL}};
    static const struct fake_step stripped[] = {GREETING,
                                                {FAKE_HEAR, "STARTTLS"},
                                                {FAKE_SAY, "$T BAD what?\r\n"},
                                                LOGIN,
                                                {FAKE_STALL, NULL}};
    static const struct fake_step injected[] = {
        GREETING,
        {FAKE_HEAR, "STARTTLS"},
        {FAKE_SAY, "$T OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"},
        {FAKE_TLS, NULL},
        LOGIN,
        {FAKE_STALL, NULL}};
    static const struct fake_step preauth[] = {
        {FAKE_SAY, "* PREAUTH welcome\r\n"}, LOGIN, {FAKE_STALL, NULL}};
    static const struct {
        const char *says, *security;
        const struct fake_step *steps;
        enum fake_cert cert;
        enum err want;
        const char *word;
    } rows[] = {
        {"TLS, right certificate", "tls", whole, CERT_GOOD, OK, ""},
        {"STARTTLS, right certificate", "starttls", starttls, CERT_GOOD, OK, ""},
        {"TLS, self-signed", "tls", whole, CERT_SELF_SIGNED, E_DENIED, "not trusted"},
        {"TLS, expired", "tls", whole, CERT_EXPIRED, E_DENIED, "expired"},
        {"TLS, another host's", "tls", whole, CERT_WRONG_HOST, E_DENIED, "mismatch"},
        {"STARTTLS, self-signed", "starttls", starttls, CERT_SELF_SIGNED, E_DENIED, "not trusted"},
        {"STARTTLS, expired", "starttls", starttls, CERT_EXPIRED, E_DENIED, "expired"},
        {"STARTTLS, another host's", "starttls", starttls, CERT_WRONG_HOST, E_DENIED, "mismatch"},
        {"STARTTLS stripped", "starttls", stripped, CERT_GOOD, E_DENIED, "no encryption"},
        {"words before the encryption", "starttls", injected, CERT_GOOD, E_DENIED, "encryption"},
        {"already logged in, says it", "starttls", preauth, CERT_GOOD, E_DENIED, "no login"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[WHY_TEXT_BYTES];
        bool saw_login;
        enum err e =
            try_open(rows[i].steps, &PATIENT, rows[i].cert, rows[i].security, why, &saw_login);

        if (e != rows[i].want || !strstr(why, rows[i].word) || saw_login != (rows[i].want == OK)) {
            print_error("%s: error %d \"%s\", the password %s\n", rows[i].says, (int)e, why,
                        saw_login ? "was sent" : "was kept");
            assert_true(false);
        }
    }
}

static void a_bad_server_is_one_error(void **state)
{
    static char brackets[4096], spaces[70000];
    const struct fake_step deep[] = {
        GREETING, {FAKE_HEAR, "LOGIN"}, {FAKE_SAY, brackets}, {FAKE_STALL, NULL}};
    const struct fake_step silent[] = {{FAKE_STALL, NULL}};
    const struct fake_step slow[] = {
        {FAKE_TRICKLE, "* OK [CAPABILITY IMAP4rev1 a b c d e] hello\r\n"}, {FAKE_STALL, NULL}};
    const struct fake_step reset[] = {{FAKE_RESET, NULL}};
    const struct fake_step closes[] = {{FAKE_CLOSE, NULL}};
    const struct fake_step bye[] = {{FAKE_SAY, "* BYE too busy\r\n"}, {FAKE_CLOSE, NULL}};
    const struct fake_step garbage[] = {{FAKE_FLOOD, "\x01)))*({99}\r\n\xff"}};
    const struct fake_step endless[] = {{FAKE_SAY, "* OK "}, {FAKE_FLOOD, spaces}};
    const struct fake_step huge[] = {GREETING,
                                     {FAKE_HEAR, "LOGIN"},
                                     {FAKE_SAY, "* 1 FETCH (UID 1 BODY[] {9999999999}\r\n"},
                                     {FAKE_FLOOD, spaces}};
    const struct fake_step refuses[] = {
        GREETING, {FAKE_HEAR, "LOGIN"}, {FAKE_SAY, "$T NO who are you?\r\n"}, {FAKE_STALL, NULL}};
    const struct fake_step stalls[] = {GREETING, LOGIN, CAPABLE, {FAKE_STALL, NULL}};
    const struct fake_step no_numbers[] = {GREETING,
                                           LOGIN,
                                           CAPABLE,
                                           {FAKE_HEAR, "EXAMINE"},
                                           {FAKE_SAY, "* 3 EXISTS\r\n$T OK done\r\n"},
                                           {FAKE_STALL, NULL}};
    const struct {
        const char *says;
        const struct fake_step *steps;
        const struct imap_times *times;
        enum err want;
        const char *word;
    } rows[] = {
        {"silent", silent, &QUICK, E_BUSY, "silent"},
        {"a byte at a time", slow, &QUICK, E_BUSY, "too slow"},
        {"reset", reset, &PATIENT, E_BUSY, ""},
        {"closes", closes, &PATIENT, E_BUSY, "closed"},
        {"says bye", bye, &PATIENT, E_BUSY, ""},
        {"garbage", garbage, &PATIENT, E_BUSY, ""},
        {"a line without an end", endless, &PATIENT, E_BUSY, "too long"},
        {"ten gigabytes announced", huge, &PATIENT, E_BUSY, "larger than any mail"},
        {"brackets in brackets", deep, &PATIENT, E_BUSY, "nested too deep"},
        {"login refused", refuses, &PATIENT, E_DENIED, "refused the login"},
        {"stalls after the login", stalls, &QUICK, E_BUSY, "silent"},
        {"no UIDVALIDITY", no_numbers, &PATIENT, E_BUSY, "UIDVALIDITY"},
    };

    snprintf(brackets, sizeof brackets, "* 1 FETCH (BODYSTRUCTURE %01000d\r\n", 0);
    for (char *c = strchr(brackets, '0'); c && *c == '0'; c++)
        *c = '(';
    memset(spaces, 'x', sizeof spaces - 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[WHY_TEXT_BYTES];
        bool saw_login;
        enum err e = try_open(rows[i].steps, rows[i].times, CERT_GOOD, "none", why, &saw_login);

        if (e != rows[i].want || !strstr(why, rows[i].word)) {
            print_error("%s: error %d \"%s\"\n", rows[i].says, (int)e, why);
            assert_true(false);
        }
    }
}

static void the_guard_follows_the_framing(void **state)
{
    static const struct {
        const char *says, *bytes;
        bool want;
    } rows[] = {
        {"plain", "* OK hello\r\n", true},
        {"a literal is skipped", "* 1 FETCH (BODY[] {4}\r\n(((( UID 5)\r\n", true},
        {"a quoted brace is none", "* OK \"{99999999999}\"\r\n", true},
        {"a brace inside a line is none", "* OK {99999999999} x\r\n", true},
        {"a literal too large", "* 1 FETCH (BODY[] {99999999}\r\n", false},
        {"a number beyond all types", "* {99999999999999999999999999}\r\n", false},
        {"LITERAL+ too", "* {99999999+}\r\n", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct guard whole = {.most_bytes = 10000}, bytewise = {.most_bytes = 10000};
        size_t n = strlen(rows[i].bytes);
        bool is_good = true;

        assert_int_equal(guard_take(&whole, rows[i].bytes, n), rows[i].want);
        for (size_t k = 0; k < n && is_good; k++)
            is_good = guard_take(&bytewise, rows[i].bytes + k, 1);
        assert_int_equal(is_good, rows[i].want);
    }
}

/* --- the thread of one inbox ------------------------------------------------------------- */

/* Run against the script until `done`, or far too long. */
static void pull_until(struct house *h, const struct fake_step *steps, bool (*done)(struct house *),
                       int *ret_connections)
{
    struct fake *f = fake_start(steps, CERT_GOOD);
    struct channel_run *run = NULL;
    struct mail_server imap = {.host = "localhost",
                               .port = fake_port(f),
                               .security = "none",
                               .user = "care",
                               .password = "p"};
    struct mail_settings settings = {.address = "care@localhost", .imap = &imap};
    struct arena *a = arena_new(4096);
    struct inbox inbox = {.id = 5,
                          .name = "Help",
                          .channel = "email",
                          .secret = "00",
                          .settings = settings_json(a, &settings)};
    struct why w = {0};

    assert_well(imap_pull_start(&inbox, &PATIENT, &h->host, &run, &w), w);
    for (int i = 0; i < 2000 && !done(h); i++)
        usleep(5000);
    imap_pull_stop(run);
    arena_free(a);
    if (ret_connections)
        *ret_connections = fake_connections(f);
    fake_stop(f);
}

#define SEARCH(uids)                                                                               \
    {FAKE_HEAR, "UID SEARCH"},                                                                     \
    {                                                                                              \
        FAKE_SAY, "* SEARCH" uids "\r\n$T OK done\r\n"                                             \
    }
#define SIZE(n, uid, bytes)                                                                        \
    {FAKE_HEAR, "RFC822.SIZE"},                                                                    \
    {                                                                                              \
        FAKE_SAY, "* " n " FETCH (UID " uid " RFC822.SIZE " bytes ")\r\n$T OK done\r\n"            \
    }
#define MAIL(n, uid, words)                                                                        \
    SIZE(n, uid, "30"), {FAKE_HEAR, "BODY.PEEK[]"},                                                \
    {                                                                                              \
        FAKE_SAY, "* " n " FETCH (UID " uid " BODY[] {30}\r\nFrom: a@example.org\r\n\r\n" words    \
                  ")\r\n$T OK done\r\n"                                                            \
    }

static bool has_two(struct house *h)
{
    return h->spooled >= 2 && h->wells > 0;
}

static void new_mail_is_spooled_once_and_noted(void **state)
{
    static const struct fake_step steps[] = {IN_BOX,
                                             SEARCH(" 5 4 5 4"),
                                             MAIL("1", "4", "four..."),
                                             MAIL("2", "5", "five..."),
                                             {FAKE_STALL, NULL}};
    struct house *h = house_new();

    pull_until(h, steps, has_two, NULL);
    assert_int_equal(h->spooled, 2);
    assert_non_null(strstr(h->items[0].p, "four"));
    assert_non_null(strstr(h->items[1].p, "five"));
    assert_int_equal(strncmp(h->note, "7 5 ", 4), 0);
    house_free(h);
}

static bool has_three(struct house *h)
{
    return h->spooled >= 3;
}

static void other_numbers_mean_looking_again_without_doubles(void **state)
{
    static const struct fake_step steps[] = {
        GREETING,
        LOGIN,
        CAPABLE,
        {FAKE_HEAR, "EXAMINE"},
        {FAKE_SAY, "* 3 EXISTS\r\n* OK [UIDVALIDITY 8] new\r\n$T OK done\r\n"},
        {FAKE_HEAR, "UID 1:*"},
        {FAKE_SAY, "* SEARCH 1 2 3\r\n$T OK done\r\n"},
        MAIL("1", "1", "four..."),
        MAIL("2", "2", "five..."),
        MAIL("3", "3", "six...."),
        {FAKE_STALL, NULL}};
    static const struct fake_step before[] = {IN_BOX,
                                              SEARCH(" 4 5"),
                                              MAIL("1", "4", "four..."),
                                              MAIL("2", "5", "five..."),
                                              {FAKE_STALL, NULL}};
    struct house *h = house_new();

    pull_until(h, before, has_two, NULL);
    pull_until(h, steps, has_three, NULL);
    assert_int_equal(h->spooled, 3);
    assert_int_equal(strncmp(h->note, "8 3 ", 4), 0);
    house_free(h);
}

static bool was_full(struct house *h)
{
    return h->spooled >= 1;
}

static void a_full_disk_leaves_the_mail_where_it_is(void **state)
{
    static const struct fake_step steps[] = {
        IN_BOX, SEARCH(" 4"), MAIL("1", "4", "four..."), {FAKE_STALL, NULL}};
    struct house *h = house_new();
    int connections = 0;

    h->full = 3;
    pull_until(h, steps, was_full, &connections);
    assert_int_equal(h->spooled, 1);
    assert_true(h->tries >= 4);
    assert_true(h->ills > 0);
    assert_non_null(strstr(h->ill, "disk is full"));
    assert_true(connections >= 4);
    house_free(h);
}

static void a_mail_too_big_leaves_a_visible_sign(void **state)
{
    static const struct fake_step steps[] = {IN_BOX,
                                             SEARCH(" 4 5"),
                                             SIZE("1", "4", "99000000"),
                                             MAIL("2", "5", "five..."),
                                             {FAKE_STALL, NULL}};
    struct house *h = house_new();
    struct inbox inbox = {.settings = "{\"address\":\"care@localhost\"}", .secret = "00"};
    struct arena *a = arena_new(4096);
    struct incoming in;
    struct why w = {0};

    pull_until(h, steps, has_two, NULL);
    assert_int_equal(h->spooled, 2);
    assert_int_equal(email_channel.parse(&inbox, h->items[0].p, h->items[0].n, a, &in, &w),
                     E_INVALID);
    assert_non_null(strstr(w.text, "95 MB"));
    assert_non_null(strstr(w.text, "number 4"));
    arena_free(a);
    house_free(h);
}

/* However a server says it, an empty mail is an empty mail: seen, and in nobody's way. */
static void an_empty_mail_stops_nothing(void **state)
{
    static const struct {
        const char *says, *answer;
    } rows[] = {
        {"a literal", "* 1 FETCH (UID 4 BODY[] {0}\r\n)\r\n$T OK done\r\n"},
        {"quotes", "* 1 FETCH (UID 4 BODY[] \"\")\r\n$T OK done\r\n"},
        {"nothing", "* 1 FETCH (UID 4 BODY[] NIL)\r\n$T OK done\r\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fake_step steps[] = {IN_BOX,
                                          SEARCH(" 4 5"),
                                          SIZE("1", "4", "0"),
                                          {FAKE_HEAR, "BODY.PEEK[]"},
                                          {FAKE_SAY, rows[i].answer},
                                          MAIL("2", "5", "five..."),
                                          {FAKE_STALL, NULL}};
        struct house *h = house_new();

        pull_until(h, steps, has_two, NULL);
        if (h->spooled != 2 || h->items[0].n != 0)
            fail_msg("%s: %d kept, the first of %zu bytes", rows[i].says, h->spooled,
                     h->items[0].n);
        house_free(h);
    }
}

static bool has_tried_thrice(struct house *h)
{
    return h->ills >= 2;
}

static void hanging_up_in_the_middle_loses_nothing(void **state)
{
    static const struct fake_step steps[] = {
        IN_BOX,
        SEARCH(" 4"),
        SIZE("1", "4", "30"),
        {FAKE_HEAR, "BODY.PEEK[]"},
        {FAKE_SAY, "* 1 FETCH (UID 4 BODY[] {30}\r\nFrom: a@exa"},
        {FAKE_CLOSE, NULL}};
    struct house *h = house_new();

    pull_until(h, steps, has_tried_thrice, NULL);
    assert_int_equal(h->spooled, 0);
    assert_int_equal(h->wells, 0);
    assert_true(h->note[0] == 0 || strstr(h->note, " 0 "));
    house_free(h);
}

static void an_answer_for_another_mail_is_not_taken(void **state)
{
    static const struct fake_step steps[] = {IN_BOX,
                                             SEARCH(" 4 5"),
                                             SIZE("1", "99", "30"),
                                             MAIL("2", "5", "five..."),
                                             {FAKE_STALL, NULL}};
    struct house *h = house_new();

    pull_until(h, steps, was_full, NULL);
    assert_int_equal(h->spooled, 1);
    assert_non_null(strstr(h->items[0].p, "five"));
    house_free(h);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_password_for_strangers),
        cmocka_unit_test(a_bad_server_is_one_error),
        cmocka_unit_test(the_guard_follows_the_framing),
        cmocka_unit_test(new_mail_is_spooled_once_and_noted),
        cmocka_unit_test(other_numbers_mean_looking_again_without_doubles),
        cmocka_unit_test(a_full_disk_leaves_the_mail_where_it_is),
        cmocka_unit_test(a_mail_too_big_leaves_a_visible_sign),
        cmocka_unit_test(an_empty_mail_stops_nothing),
        cmocka_unit_test(hanging_up_in_the_middle_loses_nothing),
        cmocka_unit_test(an_answer_for_another_mail_is_not_taken),
    };

    if (sandbox_is_child(argc, argv))
        return sandbox_child(email_decoders, email_decoders_n);
    if (!secret_init())
        return 1;
    return cmocka_run_group_tests_name("imap", tests, NULL, NULL);
}
