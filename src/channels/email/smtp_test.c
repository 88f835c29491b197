/* smtp_test.c: is what we say of a delivery the truth, whatever the server does and whenever
 * the line is cut? Against a scripted server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "channels/email/compose.h"
#include "channels/email/fake_server.h"
#include "channels/email/rules.h"
#include "channels/email/smtp.h"
#include "sys/secret.h"

static const struct smtp_times QUICK = {
    .connect_ms = 3000, .silence_s = 1, .silence_bytes = 1, .whole_ms = 6000};

static const char MAIL[] =
    "From: help@example.com\r\nTo: ana@example.org\r\nSubject: Re: x\r\n"
    "\r\nA line of an answer that is long enough to be held back in part.\r\n"
    ".a line that begins with a dot\r\nThe end.\r\n";

struct watch {
    struct fake *f;
    int called;
    bool had_end; /* the final dot had left when `sending` was called */
    enum err answer;
};

static enum err sending(void *arg, struct why *w)
{
    struct watch *v = arg;

    v->called++;
    v->had_end = fake_heard(v->f, "\r\n.\r\n");
    return v->answer ? fail(w, v->answer, "the store said no") : OK;
}

#define HELLO                                                                                      \
    {FAKE_SAY, "220 fake ESMTP\r\n"},                                                              \
    {                                                                                              \
        FAKE_HEAR, "EHLO"                                                                          \
    }
#define OFFERS(what)                                                                               \
    {                                                                                              \
        FAKE_SAY, "250-fake\r\n250 " what "\r\n"                                                   \
    }
#define OPEN HELLO, OFFERS("8BITMIME")
#define FROM                                                                                       \
    {FAKE_HEAR, "MAIL FROM"},                                                                      \
    {                                                                                              \
        FAKE_SAY, "250 fine\r\n"                                                                   \
    }
#define RCPT                                                                                       \
    {FAKE_HEAR, "RCPT TO"},                                                                        \
    {                                                                                              \
        FAKE_SAY, "250 fine\r\n"                                                                   \
    }
#define DATA                                                                                       \
    {FAKE_HEAR, "DATA"},                                                                           \
    {                                                                                              \
        FAKE_SAY, "354 go on\r\n"                                                                  \
    }
#define LOGIN                                                                                      \
    {FAKE_HEAR, "AUTH PLAIN"}, {FAKE_SAY, "334 \r\n"}, {FAKE_HEAR, "\n"},                          \
    {                                                                                              \
        FAKE_SAY, "235 in\r\n"                                                                     \
    }
/* After a refusal or the mail they part; a server that is silent to the end does not. */
#define END                                                                                        \
    {FAKE_HEAR, "QUIT"}, {FAKE_SAY, "221 bye\r\n"},                                                \
    {                                                                                              \
        FAKE_CLOSE, NULL                                                                           \
    }
#define SILENT                                                                                     \
    {                                                                                              \
        FAKE_STALL, NULL                                                                           \
    }

static const struct fake_step takes[] = {
    OPEN, FROM, RCPT, DATA, {FAKE_DATA, NULL}, {FAKE_SAY, "250 2.0.0 queued as 7\r\n"}, END};
static const struct fake_step takes_then_dies[] = {OPEN,
                                                   FROM,
                                                   RCPT,
                                                   DATA,
                                                   {FAKE_DATA, NULL},
                                                   {FAKE_SAY, "250 2.0.0 queued\r\n"},
                                                   {FAKE_RESET, NULL}};
static const struct fake_step busy_now[] = {{FAKE_SAY, "421 too many\r\n"}, {FAKE_CLOSE, NULL}};
static const struct fake_step greylists[] = {
    OPEN, FROM, {FAKE_HEAR, "RCPT TO"}, {FAKE_SAY, "451 4.7.1 come again\r\n"}, END};
static const struct fake_step no_such[] = {
    OPEN, FROM, {FAKE_HEAR, "RCPT TO"}, {FAKE_SAY, "550 5.1.1 no such user\r\n"}, END};
static const struct fake_step no_from[] = {
    OPEN, {FAKE_HEAR, "MAIL FROM"}, {FAKE_SAY, "553 5.7.1 not your address\r\n"}, END};
static const struct fake_step later[] = {
    OPEN, FROM, RCPT, DATA, {FAKE_DATA, NULL}, {FAKE_SAY, "452 4.3.1 disk full\r\n"}, END};
static const struct fake_step spam[] = {
    OPEN, FROM, RCPT, DATA, {FAKE_DATA, NULL}, {FAKE_SAY, "554 5.7.1 looks like spam\r\n"}, END};
static const struct fake_step lost_after[] = {
    OPEN, FROM, RCPT, DATA, {FAKE_DATA, NULL}, {FAKE_CLOSE, NULL}};
static const struct fake_step reset_after[] = {
    OPEN, FROM, RCPT, DATA, {FAKE_DATA, NULL}, {FAKE_RESET, NULL}};
static const struct fake_step silent_after[] = {OPEN, FROM, RCPT, DATA, {FAKE_DATA, NULL}, SILENT};
static const struct fake_step lost_before[] = {
    OPEN, FROM, RCPT, {FAKE_HEAR, "DATA"}, {FAKE_CLOSE, NULL}};
static const struct fake_step silent[] = {SILENT};
static const struct fake_step silent_mid[] = {OPEN, FROM, SILENT};
static const struct fake_step garbage[] = {{FAKE_SAY, "\xff\xfe nonsense\r\n"}, SILENT};
static const struct fake_step plain_only[] = {
    OPEN, {FAKE_HEAR, ""}, {FAKE_SAY, "502 what?\r\n"}, END};
static const struct fake_step starttls[] = {HELLO,
                                            OFFERS("STARTTLS"),
                                            {FAKE_HEAR, "STARTTLS"},
                                            {FAKE_SAY, "220 go\r\n"},
                                            {FAKE_TLS, NULL},
                                            {FAKE_HEAR, "EHLO"},
                                            OFFERS("AUTH PLAIN"),
                                            LOGIN,
                                            FROM,
                                            RCPT,
                                            DATA,
                                            {FAKE_DATA, NULL},
                                            {FAKE_SAY, "250 ok\r\n"},
                                            END};
static const struct fake_step tls[] = {
    {FAKE_TLS, NULL}, OPEN, FROM, RCPT, DATA, {FAKE_DATA, NULL}, {FAKE_SAY, "250 ok\r\n"}, END};
static const struct fake_step no_login[] = {HELLO,
                                            OFFERS("AUTH PLAIN"),
                                            {FAKE_HEAR, "AUTH"},
                                            {FAKE_SAY, "535 5.7.8 wrong password\r\n"},
                                            END};

static const struct {
    const char *says, *security, *user;
    const struct fake_step *steps;
    enum fake_cert cert;
    enum err answer, want;
    const char *word;
    int called;
    bool is_silent; /* then the wait is short; where an answer is expected it costs nothing */
} rows[] = {
    {"it is taken", "none", NULL, takes, CERT_GOOD, OK, OK, "", 1},
    {"taken, then the line is cut", "none", NULL, takes_then_dies, CERT_GOOD, OK, OK, "", 1},
    {"too busy to greet", "none", NULL, busy_now, CERT_GOOD, OK, E_BUSY, "", 0},
    {"greylisted", "none", NULL, greylists, CERT_GOOD, OK, E_BUSY, "come again", 0},
    {"no such user", "none", NULL, no_such, CERT_GOOD, OK, E_INVALID, "no such user", 0},
    {"sender refused", "none", NULL, no_from, CERT_GOOD, OK, E_INVALID, "not your address", 0},
    {"full after the dot", "none", NULL, later, CERT_GOOD, OK, E_BUSY, "disk full", 1},
    {"refused after the dot", "none", NULL, spam, CERT_GOOD, OK, E_INVALID, "looks like spam", 1},
    {"closed after the dot", "none", NULL, lost_after, CERT_GOOD, OK, E_UNKNOWN, "lost", 1},
    {"reset after the dot", "none", NULL, reset_after, CERT_GOOD, OK, E_UNKNOWN, "lost", 1},
    {"silent after the dot", "none", NULL, silent_after, CERT_GOOD, OK, E_UNKNOWN, "lost", 1, true},
    {"closed before the mail", "none", NULL, lost_before, CERT_GOOD, OK, E_BUSY, "", 0},
    {"the store says no", "none", NULL, takes, CERT_GOOD, E_FULL, E_FULL, "store said no", 1},
    {"silent", "none", NULL, silent, CERT_GOOD, OK, E_BUSY, "", 0, true},
    {"silent in the middle", "none", NULL, silent_mid, CERT_GOOD, OK, E_BUSY, "", 0, true},
    {"garbage", "none", NULL, garbage, CERT_GOOD, OK, E_BUSY, "", 0, true},
    {"STARTTLS is not offered", "starttls", "u", plain_only, CERT_GOOD, OK, E_DENIED,
     "no encryption", 0},
    {"STARTTLS, login, taken", "starttls", "u", starttls, CERT_GOOD, OK, OK, "", 1},
    {"STARTTLS, self-signed", "starttls", "u", starttls, CERT_SELF_SIGNED, OK, E_DENIED,
     "not trusted", 0},
    {"STARTTLS, expired", "starttls", "u", starttls, CERT_EXPIRED, OK, E_DENIED, "not trusted", 0},
    {"STARTTLS, another host's", "starttls", "u", starttls, CERT_WRONG_HOST, OK, E_DENIED,
     "not trusted", 0},
    {"TLS, taken", "tls", NULL, tls, CERT_GOOD, OK, OK, "", 1},
    {"TLS, self-signed", "tls", NULL, tls, CERT_SELF_SIGNED, OK, E_DENIED, "not trusted", 0},
    {"TLS, another host's", "tls", NULL, tls, CERT_WRONG_HOST, OK, E_DENIED, "not trusted", 0},
    {"wrong password", "none", "u", no_login, CERT_GOOD, OK, E_BUSY, "login", 0},
};

static void every_end_is_told_truly(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = fake_start(rows[i].steps, rows[i].cert);
        struct mail_server server = {.host = "localhost",
                                     .port = fake_port(f),
                                     .security = rows[i].security,
                                     .user = rows[i].user,
                                     .password = "secret-pass",
                                     .ca_file = fake_ca_file(f)};
        struct watch v = {.f = f, .answer = rows[i].answer};
        struct why w = {0};
        enum err e =
            smtp_send(&server, rows[i].is_silent ? &QUICK : &smtp_times_usual, "help@example.com",
                      "ana@example.org", (struct str){MAIL, sizeof MAIL - 1}, sending, &v, &w);
        bool is_wrong = e != rows[i].want || !strstr(w.text, rows[i].word) ||
                        v.called != rows[i].called || v.had_end;

        if (rows[i].cert != CERT_GOOD) /* no login for a stranger */
            is_wrong = is_wrong || fake_heard(f, "AUTH") || fake_heard(f, "MAIL FROM");
        if (rows[i].answer)
            is_wrong = is_wrong || fake_heard(f, "The end.");
        fake_stop(f);
        if (is_wrong) {
            print_error("%s: error %d \"%s\", sending called %d times%s\n", rows[i].says, (int)e,
                        w.text, v.called, v.had_end ? ", too late" : "");
            assert_true(false);
        }
    }
}

static void a_closed_port_is_busy(void **state)
{
    struct mail_server server = {.host = "127.0.0.1", .port = 1, .security = "none"};
    struct why w = {0};

    assert_int_equal(smtp_check(&server, &smtp_times_usual, &w), E_BUSY);
}

static void check_logs_in_and_sends_nothing(void **state)
{
    static const struct fake_step steps[] = {HELLO,
                                             OFFERS("AUTH PLAIN"),
                                             LOGIN,
                                             {FAKE_HEAR, "NOOP"},
                                             {FAKE_SAY, "250 fine\r\n"},
                                             {FAKE_HEAR, "QUIT"},
                                             {FAKE_SAY, "221 bye\r\n"},
                                             {FAKE_CLOSE, NULL}};
    struct fake *f = fake_start(steps, CERT_GOOD);
    struct mail_server server = {.host = "127.0.0.1",
                                 .port = fake_port(f),
                                 .security = "none",
                                 .user = "u",
                                 .password = "p"};
    struct why w = {0};
    enum err e = smtp_check(&server, &smtp_times_usual, &w);

    assert_false(fake_heard(f, "MAIL FROM"));
    fake_stop(f);
    assert_well(e, w);
}

/* --- what is sent ------------------------------------------------------------------------ */

static const struct inbox INBOX = {.id = 3, .name = "Help", .secret = "0011223344556677"};
static const struct mail_settings SETTINGS = {.address = "help@example.com",
                                              .name = "Nocturne Care"};

static const char *composed(const struct outgoing *m, const struct mail_settings *set,
                            struct arena *a, const char **ret_id)
{
    struct str bytes = {"", 0};
    struct why w = {0};

    assert_int_equal(compose(&INBOX, set, m, 1795424400000, a, &bytes, ret_id, &w), OK);
    return arena_dup(a, bytes.p, bytes.n);
}

static void has(const char *mail, const char *what)
{
    if (strstr(mail, what))
        return;
    print_error("no \"%s\" in:\n%s\n", what, mail);
    assert_true(false);
}

static void an_answer_names_what_it_answers(void **state)
{
    const char *refs[] = {"first@example.org", "second@example.com"};
    struct outgoing m = {.message_id = 8,
                         .ticket_id = 7,
                         .to = "Ana@Example.org",
                         .to_name = "Ana P",
                         .from_name = "Kim",
                         .subject = "Shuffle",
                         .text = "Hello,\nplease restart.",
                         .in_reply_to = "third@example.org",
                         .refs = refs,
                         .n_refs = 2,
                         .key = "antiphon.7.8.sig@example.com"};
    struct arena *a = arena_new(4096);
    const char *id = NULL, *mail = composed(&m, &SETTINGS, a, &id);

    assert_string_equal(id, "antiphon.7.8.sig@example.com");
    has(mail, "From: \"Kim (Nocturne Care)\" <help@example.com>\r\n");
    has(mail, "To: Ana P <ana@example.org>\r\n");
    has(mail, "Subject: Re: Shuffle\r\n");
    has(mail, "Message-Id: <antiphon.7.8.sig@example.com>\r\n");
    has(mail, "In-Reply-To: <third@example.org>\r\n");
    has(mail, "<first@example.org>");
    has(mail, "<third@example.org>\r\n");
    has(mail, "\r\n\r\nHello,\r\nplease restart.\r\n");
    assert_null(strstr(mail, "Auto-Submitted"));
    assert_null(strstr(mail, "\r\nReply-To:"));
    arena_free(a);
}

static void nothing_typed_becomes_a_header(void **state)
{
    struct outgoing m = {.message_id = 8,
                         .ticket_id = 7,
                         .to = "ana@example.org",
                         .to_name = "Ana\r\nBcc: victim@example.net",
                         .from_name = "Kim\nX-Evil: 1",
                         .subject = "Hi\r\nBcc: victim@example.net\r\n\r\nbody",
                         .in_reply_to = "x@y>\r\nBcc: <victim@example.net",
                         .text = "x"};
    struct arena *a = arena_new(4096);
    const char *id, *mail = composed(&m, &SETTINGS, a, &id);

    assert_null(strstr(mail, "\nBcc:"));
    assert_null(strstr(mail, "\nX-Evil:"));
    assert_null(strstr(mail, "In-Reply-To"));
    assert_non_null(strstr(id, "antiphon.7.8."));
    assert_int_equal(token_in_message_id(id, INBOX.secret), 7);
    arena_free(a);
}

static void names_words_and_long_lines_arrive(void **state)
{
    struct attachment files[] = {{.name = "r\xC3\xA9"
                                          "cu \"1\".pdf",
                                  .type = "application/pdf",
                                  .bytes = "%PDF",
                                  .n_bytes = 4}};
    struct mail_settings set = SETTINGS;
    struct arena *a = arena_new(4096);
    char *line = arena_alloc(a, 3001);
    struct outgoing m = {.message_id = 8,
                         .ticket_id = 7,
                         .to = "ana@example.org",
                         .subject = "Stra\xC3\x9F"
                                    "e",
                         .html = "<p>Gr\xC3\xBC\xC3\x9F"
                                 "e</p>",
                         .attachments = files,
                         .n_attachments = 1,
                         .in_reply_to = "a@b"};
    const char *id, *mail;
    size_t longest = 0;

    memset(line, 'x', 3000);
    m.text = line;
    set.signature = "Nocturne";
    set.subaddress = true;
    mail = composed(&m, &set, a, &id);
    has(mail, "multipart/mixed");
    has(mail, "multipart/alternative");
    has(mail, "=?UTF-8?");
    has(mail, "JVBERg==");
    has(mail, "Reply-To: ");
    has(mail, "help+7.");
    for (const char *p = mail; *p; p += strcspn(p, "\n") + 1) {
        size_t n = strcspn(p, "\r\n");

        longest = n > longest ? n : longest;
        if (!p[strcspn(p, "\n")])
            break;
    }
    assert_true(longest <= 998);
    arena_free(a);
}

static void nobody_is_no_recipient(void **state)
{
    struct outgoing m = {.to = "ana@example.org, victim@example.net", .text = "x"};
    struct arena *a = arena_new(4096);
    struct str bytes;
    const char *id;
    struct why w;

    assert_int_equal(compose(&INBOX, &SETTINGS, &m, 0, a, &bytes, &id, &w), E_INVALID);
    m.to = NULL;
    assert_int_equal(compose(&INBOX, &SETTINGS, &m, 0, a, &bytes, &id, &w), E_INVALID);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_end_is_told_truly),
        cmocka_unit_test(a_closed_port_is_busy),
        cmocka_unit_test(check_logs_in_and_sends_nothing),
        cmocka_unit_test(an_answer_names_what_it_answers),
        cmocka_unit_test(nothing_typed_becomes_a_header),
        cmocka_unit_test(names_words_and_long_lines_arrive),
        cmocka_unit_test(nobody_is_no_recipient),
    };

    if (!secret_init())
        return 1;
    return cmocka_run_group_tests_name("smtp", tests, NULL, NULL);
}
