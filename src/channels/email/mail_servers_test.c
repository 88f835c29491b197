/* mail_servers_test.c: does the channel work with real servers, Dovecot and OpenSMTPD?
 *
 * tests/fixtures/mail/servers.py starts them. Mail handed over by SMTP must arrive by IDLE in
 * the spool, an answer must land in the customer's Maildir with the right headers, and a
 * certificate of an authority that was not named must be refused. */
#include <dirent.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/json_shape.h"
#include "base/test.h"
#include "channels/email/email.h"
#include "channels/email/imap.h"
#include "channels/email/mail_case.h"
#include "channels/email/rules.h"
#include "channels/email/smtp.h"
#include "sys/secret.h"

#define PATIENCE 4000 /* times 5 ms: a hang is an error, slowness is not */

struct servers {
    pid_t pid;
    int in;
    int64_t imap, imaps, submission, lmtp, smtp;
    const char *folder, *mail, *ca_file, *odd_password;
    struct arena *arena;
};

#define TEXT(name)                                                                                 \
    {                                                                                              \
#name, SHAPE_TEXT, 0, offsetof(struct servers, name), 0, 0, NULL, NULL, #name              \
    }
#define PORT(name)                                                                                 \
    {                                                                                              \
#name, SHAPE_I64, 0, offsetof(struct servers, name), 1, 65535, NULL, NULL, #name           \
    }
static SHAPE(SERVERS, "Servers", struct servers, "servers.py's line",
             {PORT(imap), PORT(imaps), PORT(submission), PORT(lmtp), PORT(smtp), TEXT(folder),
              TEXT(mail), TEXT(ca_file), TEXT(odd_password)});

static int servers_start(void **state)
{
    struct servers *s = heap_new(sizeof *s);
    static char python[] = "python3", script[] = SOURCE_ROOT "/tests/fixtures/mail/servers.py";
    char *argv[] = {python, script, NULL};
    posix_spawn_file_actions_t fa;
    int to[2], from[2];
    char line[2000];
    struct why w;
    FILE *f;

    *state = s; /* what is begun here, servers_stop ends */
    if (pipe(to) || pipe(from))
        return -1;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_adddup2(&fa, to[0], 0);
    posix_spawn_file_actions_adddup2(&fa, from[1], 1);
    posix_spawn_file_actions_addclosefrom_np(&fa, 3);
    if (posix_spawnp(&s->pid, python, &fa, NULL, argv, environ))
        return -1;
    posix_spawn_file_actions_destroy(&fa);
    close(to[0]);
    close(from[1]);
    s->in = to[1];
    s->arena = arena_new(4096);
    f = fdopen(from[0], "r");
    if (!f || !fgets(line, sizeof line, f)) {
        print_error("the mail servers did not start\n");
        return -1;
    }
    fclose(f);
    return shape_parse(&SERVERS, line, strlen(line), s->arena, s, &w) ? -1 : 0;
}

static int servers_stop(void **state)
{
    struct servers *s = *state;

    if (!s)
        return 0;
    if (s->pid) {
        close(s->in);
        waitpid(s->pid, NULL, 0);
    }
    arena_free(s->arena);
    free(s);
    return 0;
}

static bool wait_for(atomic_int *n, int want)
{
    for (int i = 0; i < PATIENCE && *n < want; i++)
        usleep(5000);
    return *n >= want;
}

/* Both of care's servers, as they were started. */
static struct mail_server imap_at(const struct servers *s, const char *security, int64_t port)
{
    return (struct mail_server){.host = "localhost",
                                .port = port,
                                .security = security,
                                .user = "care@localhost",
                                .password = "care-pass",
                                .ca_file = s->ca_file};
}

static struct mail_server smtp_at(const struct servers *s)
{
    return imap_at(s, "starttls", s->submission);
}

/* A customer sends by plain SMTP, straight to OpenSMTPD. */
static void customer_sends(struct servers *s, const char *mail)
{
    struct mail_server server = {.host = "127.0.0.1", .port = s->smtp, .security = "none"};
    struct why w = {0};
    enum err e = smtp_send(&server, &smtp_times_usual, "ana@example.org", "care@localhost",
                           str_of(mail), NULL, NULL, &w);

    assert_well(e, w);
}

/* Either server may be NULL. */
static struct inbox inbox_of(struct arena *a, struct mail_server *imap, struct mail_server *smtp)
{
    struct mail_settings settings = {.address = "care@localhost",
                                     .name = "Care",
                                     .subaddress = true,
                                     .imap = imap,
                                     .smtp = smtp};

    return (struct inbox){.id = 3,
                          .name = "Care",
                          .channel = "email",
                          .settings = settings_json(a, &settings),
                          .secret = "00112233445566778899aabbccddeeff",
                          .is_active = true};
}

/* Care's own inbox, mail fetched so. */
static struct inbox inbox_at(const struct servers *s, const char *imap_security, int64_t port)
{
    struct mail_server imap = imap_at(s, imap_security, port), smtp = smtp_at(s);

    return inbox_of(s->arena, &imap, &smtp);
}

/* --- stories ----------------------------------------------------------------------------- */

static void round_trip(struct servers *s, const char *imap_security, int64_t port)
{
    struct inbox inbox = inbox_at(s, imap_security, port);
    struct house *h = house_new();
    struct channel_run *run = NULL;
    struct arena *a = arena_new(4096);
    struct incoming in = {0};
    struct why w = {0};
    int had;

    assert_well(email_channel.start(&inbox, &h->host, &run, &w), w);
    if (!wait_for(&h->wells, 1))
        print_error("%s\n", h->ill);
    assert_true(h->wells >= 1);
    had = h->spooled;
    usleep(50000); /* into IDLE */
    customer_sends(s, "From: Ana <ana@example.org>\r\nTo: care@localhost\r\nSubject: Shuffle\r\n"
                      "Message-ID: <round@example.org>\r\n\r\nIt repeats.\r\n");
    assert_true(wait_for(&h->spooled, had + 1));
    email_channel.stop(run);
    assert_int_equal(email_channel.parse(&inbox, h->items[had].p, h->items[had].n, a, &in, &w), OK);
    assert_string_equal(in.external_id, "round@example.org");
    assert_string_equal(in.contact.external_id, "ana@example.org");
    assert_string_equal(in.text, "It repeats.");
    house_free(h);
    arena_free(a);
}

static void mail_arrives_by_idle_over_tls(void **state)
{
    struct servers *s = *state;

    round_trip(s, "tls", s->imaps);
}

static void mail_arrives_over_starttls(void **state)
{
    struct servers *s = *state;

    round_trip(s, "starttls", s->imap);
}

static void a_second_look_brings_nothing_twice(void **state)
{
    struct servers *s = *state;
    struct inbox inbox = inbox_at(s, "none", s->imap);
    struct house *h = house_new();
    struct channel_run *run = NULL;
    struct why w = {0};
    int first;

    assert_well(email_channel.start(&inbox, &h->host, &run, &w), w);
    assert_true(wait_for(&h->wells, 1));
    email_channel.stop(run);
    first = h->tries;
    assert_true(first >= 2);
    assert_well(email_channel.start(&inbox, &h->host, &run, &w), w);
    assert_true(wait_for(&h->wells, 2));
    email_channel.stop(run);
    assert_int_equal(h->tries, first);
    house_free(h);
}

static char *newest_in(const char *folder)
{
    char path[600] = "";
    struct buf b;
    DIR *d = opendir(folder);
    FILE *f;

    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    if (d)
        closedir(d);
    f = *path ? fopen(path, "r") : NULL;
    if (!f)
        return NULL;
    buf_init(&b, 1024 * 1024);
    for (int c; (c = fgetc(f)) != EOF;)
        buf_char(&b, (char)c);
    fclose(f);
    return b.p;
}

static enum err sending(void *arg, struct why *w)
{
    ++*(int *)arg;
    return OK;
}

static void an_answer_lands_with_the_right_headers(void **state)
{
    struct servers *s = *state;
    struct inbox inbox = inbox_at(s, "tls", s->imaps);
    const char *refs[] = {"older@example.org"};
    struct arena *a = arena_new(4096);
    struct outgoing m = {.message_id = 8,
                         .ticket_id = 7,
                         .to = "bo@example.org",
                         .to_name = "Bo",
                         .from_name = "Kim",
                         .subject = "Shuffle",
                         .text = "Please restart.\n.\nKim",
                         .in_reply_to = "round@example.org",
                         .refs = refs,
                         .n_refs = 1};
    struct why w = {0};
    const char *id = NULL;
    char *mail = NULL;
    int called = 0;
    enum err e;

    m.key = email_channel.key(&inbox, 7, 8, a);
    e = email_channel.send(&inbox, &m, sending, &called, a, &id, &w);
    assert_well(e, w);
    assert_int_equal(called, 1);
    assert_string_equal(id, m.key);
    for (int i = 0; i < PATIENCE && !mail; i++) {
        mail = newest_in(arena_printf(a, "%s/bo/new", s->mail));
        usleep(5000);
    }
    if (!mail)
        fail_msg("the answer did not arrive");
    assert_non_null(strstr(mail, arena_printf(a, "<%s>", m.key)));
    assert_non_null(strstr(mail, "In-Reply-To: <round@example.org>"));
    assert_non_null(strstr(mail, "<older@example.org> <round@example.org>"));
    assert_non_null(strstr(mail, "Subject: Re: Shuffle"));
    assert_non_null(strstr(mail, "Reply-To: "));
    assert_non_null(strstr(mail, "Please restart.\n.\nKim"));
    assert_null(strstr(mail, "Auto-Submitted"));
    assert_int_equal(token_in_message_id(id, inbox.secret), 7);
    free(mail);
    arena_free(a);
}

static void check_tells_which_side_is_wrong(void **state)
{
    struct servers *s = *state;
    struct arena *a = arena_new(4096);
    struct inbox good = inbox_at(s, "tls", s->imaps);
    struct inbox tls_on_plain = inbox_at(s, "tls", s->imap);
    struct mail_server unsigned_imap = imap_at(s, "tls", s->imaps), by_number = unsigned_imap,
                       wrong_smtp = smtp_at(s);
    struct inbox stranger, wrong_host, bad_smtp;
    struct why w = {0};

    unsigned_imap.ca_file = NULL;
    by_number.host = "127.0.0.1";
    wrong_smtp.password = "nope";
    stranger = inbox_of(a, &unsigned_imap, NULL);
    wrong_host = inbox_of(a, &by_number, NULL);
    bad_smtp = inbox_of(a, NULL, &wrong_smtp);
    assert_well(email_channel.check(&good, a, &w), w);
    assert_int_not_equal(email_channel.check(&tls_on_plain, a, &w), OK);
    assert_string_equal(w.field, "settings.imap");
    assert_int_equal(email_channel.check(&stranger, a, &w), E_DENIED);
    assert_int_equal(email_channel.check(&wrong_host, a, &w), E_DENIED);
    assert_int_not_equal(email_channel.check(&bad_smtp, a, &w), OK);
    assert_string_equal(w.field, "settings.smtp");
    arena_free(a);
}

static void odd_passwords_arrive_whole(void **state)
{
    struct servers *s = *state;
    struct mail_server server = imap_at(s, "tls", s->imaps);
    struct imap *i = NULL;
    struct why w = {0};

    server.user = "odd@localhost";
    server.password = s->odd_password;
    assert_well(imap_open(&server, &imap_times_usual, -1, &i, &w), w);
    imap_close(i);
}

static void stopping_does_not_wait_for_idle(void **state)
{
    struct servers *s = *state;
    struct inbox inbox = inbox_at(s, "tls", s->imaps);
    struct house *h = house_new();
    struct channel_run *run = NULL;
    struct why w = {0};

    assert_well(email_channel.start(&inbox, &h->host, &run, &w), w);
    assert_true(wait_for(&h->wells, 1));
    usleep(50000);
    email_channel.stop(run); /* IDLE would last nine minutes; the test's own limit is two */
    house_free(h);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_arrives_by_idle_over_tls),
        cmocka_unit_test(mail_arrives_over_starttls),
        cmocka_unit_test(a_second_look_brings_nothing_twice),
        cmocka_unit_test(an_answer_lands_with_the_right_headers),
        cmocka_unit_test(check_tells_which_side_is_wrong),
        cmocka_unit_test(odd_passwords_arrive_whole),
        cmocka_unit_test(stopping_does_not_wait_for_idle),
    };

    if (sandbox_is_child(argc, argv))
        return sandbox_child(email_decoders, email_decoders_n);
    if (!secret_init())
        return 1;
    signal(SIGPIPE, SIG_IGN);
    if (geteuid() != 0) {
        print_message("NOT TESTED: the mail servers want root\n");
        return 0;
    }
    return cmocka_run_group_tests_name("mail_servers", tests, servers_start, servers_stop);
}
