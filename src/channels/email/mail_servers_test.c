/* mail_servers_test.c: does the channel work with real servers, Dovecot and OpenSMTPD?
 *
 * tests/fixtures/mail/servers.py starts them. Mail handed over by SMTP must arrive by IDLE in
 * the spool, an answer must land in the customer's Maildir with the right headers, and a
 * certificate of an authority that was not named must be refused. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json_shape.h"
#include "channels/email/email.h"
#include "channels/email/imap.h"
#include "channels/email/rules.h"
#include "channels/email/smtp.h"
#include "sys/secret.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is base/err.h */

#define SPOOL_MAX 50
#define PATIENCE  4000 /* times 5 ms: a hang is an error, slowness is not */

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
    struct servers *s = calloc(1, sizeof *s);
    static char python[] = "python3", script[] = SOURCE_ROOT "/tests/fixtures/mail/servers.py";
    char *argv[] = {python, script, NULL};
    posix_spawn_file_actions_t fa;
    int to[2], from[2];
    char line[2000];
    struct why w;
    FILE *f;

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
    *state = s;
    return shape_parse(&SERVERS, line, strlen(line), s->arena, s, &w) ? -1 : 0;
}

static int servers_stop(void **state)
{
    struct servers *s = *state;

    if (!s)
        return 0;
    close(s->in);
    waitpid(s->pid, NULL, 0);
    arena_free(s->arena);
    free(s);
    return 0;
}

/* --- a house that keeps what comes -------------------------------------------------------- */

struct house {
    struct channel_host host;
    atomic_int spooled, ending, wells;
    struct str items[SPOOL_MAX];
    char note[100], ill[WHY_TEXT_BYTES];
};

static enum err spool(const struct channel_host *h, const struct inbox *inbox,
                      const char *external_id, const void *raw, size_t n, struct why *w)
{
    struct house *house = h->house;
    char *copy = malloc(n + 1);

    if (house->spooled == SPOOL_MAX || !copy) {
        free(copy);
        return fail(w, E_BUSY, "enough");
    }
    memcpy(copy, raw, n);
    copy[n] = 0;
    house->items[house->spooled] = (struct str){copy, n};
    house->spooled++;
    return OK;
}

static enum err note_get(const struct channel_host *h, int64_t inbox_id, const char *name,
                         struct arena *a, const char **ret, struct why *w)
{
    *ret = arena_str(a, ((struct house *)h->house)->note);
    return OK;
}

static enum err note_set(const struct channel_host *h, int64_t inbox_id, const char *name,
                         const char *value, struct why *w)
{
    struct house *house = h->house;

    snprintf(house->note, sizeof house->note, "%s", value);
    return OK;
}

static void health(const struct channel_host *h, int64_t inbox_id, enum err e, const char *text)
{
    struct house *house = h->house;

    if (e)
        snprintf(house->ill, sizeof house->ill, "%s", text);
    else
        house->wells++;
}

static bool is_ending(const struct channel_host *h)
{
    return ((struct house *)h->house)->ending;
}

static struct house *house_new(void)
{
    struct house *h = calloc(1, sizeof *h);

    h->host = (struct channel_host){h, spool, note_get, note_set, health, is_ending};
    return h;
}

static void house_free(struct house *h)
{
    for (int i = 0; i < h->spooled; i++)
        free((char *)(uintptr_t)h->items[i].p);
    free(h);
}

static bool wait_for(atomic_int *n, int want)
{
    for (int i = 0; i < PATIENCE && *n < want; i++)
        usleep(5000);
    return *n >= want;
}

static const char *settings(struct servers *s, const char *imap_security, int64_t imap_port,
                            const char *smtp_security)
{
    return arena_printf(
        s->arena,
        "{\"address\":\"care@localhost\",\"name\":\"Care\",\"subaddress\":true,"
        "\"imap\":{\"host\":\"localhost\",\"port\":%lld,\"security\":\"%s\","
        "\"user\":\"care@localhost\",\"password\":\"care-pass\",\"ca_file\":\"%s\"},"
        "\"smtp\":{\"host\":\"localhost\",\"port\":%lld,\"security\":\"%s\","
        "\"user\":\"care@localhost\",\"password\":\"care-pass\",\"ca_file\":\"%s\"}}",
        (long long)imap_port, imap_security, s->ca_file,
        (long long)(strcmp(smtp_security, "none") == 0 ? s->smtp : s->submission), smtp_security,
        s->ca_file);
}

/* A customer sends by plain SMTP, straight to OpenSMTPD. */
static void customer_sends(struct servers *s, const char *mail)
{
    struct mail_server server = {.host = "127.0.0.1", .port = s->smtp, .security = "none"};
    struct why w = {0};
    enum err e = smtp_send(&server, &smtp_times_usual, "ana@example.org", "care@localhost",
                           str_of(mail), NULL, NULL, &w);

    if (e)
        print_error("%s\n", w.text);
    assert_int_equal(e, OK);
}

static struct inbox inbox_of(const char *settings_json)
{
    return (struct inbox){.id = 3,
                          .name = "Care",
                          .channel = "email",
                          .settings = settings_json,
                          .secret = "00112233445566778899aabbccddeeff",
                          .is_active = true};
}

/* --- stories ----------------------------------------------------------------------------- */

static void round_trip(struct servers *s, const char *imap_security, int64_t port)
{
    struct inbox inbox = inbox_of(settings(s, imap_security, port, "starttls"));
    struct house *h = house_new();
    struct channel_run *run = NULL;
    struct arena *a = arena_new(4096);
    struct incoming in = {0};
    struct why w = {0};
    int had;

    assert_int_equal(email_channel.start(&inbox, &h->host, &run, &w), OK);
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
    struct inbox inbox = inbox_of(settings(s, "none", s->imap, "starttls"));
    struct house *h = house_new();
    struct channel_run *run = NULL;
    struct why w = {0};
    int first;

    assert_int_equal(email_channel.start(&inbox, &h->host, &run, &w), OK);
    assert_true(wait_for(&h->wells, 1));
    email_channel.stop(run);
    first = h->spooled;
    assert_true(first >= 2);
    assert_int_equal(email_channel.start(&inbox, &h->host, &run, &w), OK);
    assert_true(wait_for(&h->wells, 2));
    email_channel.stop(run);
    assert_int_equal(h->spooled, first);
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
    struct inbox inbox = inbox_of(settings(s, "tls", s->imaps, "starttls"));
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
    if (e)
        print_error("%s\n", w.text);
    assert_int_equal(e, OK);
    assert_int_equal(called, 1);
    assert_string_equal(id, m.key);
    for (int i = 0; i < PATIENCE && !mail; i++) {
        mail = newest_in(arena_printf(a, "%s/bo/new", s->mail));
        usleep(5000);
    }
    assert_non_null(mail);
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
    struct inbox good = inbox_of(settings(s, "tls", s->imaps, "starttls"));
    struct inbox tls_on_plain = inbox_of(settings(s, "tls", s->imap, "starttls"));
    struct inbox stranger = inbox_of(arena_printf(
        a,
        "{\"address\":\"care@localhost\",\"imap\":{\"host\":\"localhost\",\"port\":%lld,"
        "\"security\":\"tls\",\"user\":\"care@localhost\",\"password\":\"care-pass\"}}",
        (long long)s->imaps));
    struct inbox wrong_host = inbox_of(arena_printf(
        a,
        "{\"address\":\"care@localhost\",\"imap\":{\"host\":\"127.0.0.1\",\"port\":%lld,"
        "\"security\":\"tls\",\"user\":\"care@localhost\",\"password\":\"care-pass\","
        "\"ca_file\":\"%s\"}}",
        (long long)s->imaps, s->ca_file));
    struct inbox bad_smtp = inbox_of(arena_printf(
        a,
        "{\"address\":\"care@localhost\",\"smtp\":{\"host\":\"localhost\",\"port\":%lld,"
        "\"security\":\"starttls\",\"user\":\"care@localhost\",\"password\":\"nope\","
        "\"ca_file\":\"%s\"}}",
        (long long)s->submission, s->ca_file));
    struct why w = {0};
    enum err e = email_channel.check(&good, a, &w);

    if (e)
        print_error("%s\n", w.text);
    assert_int_equal(e, OK);
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
    struct mail_server server = {.host = "localhost",
                                 .port = s->imaps,
                                 .security = "tls",
                                 .user = "odd@localhost",
                                 .password = s->odd_password,
                                 .ca_file = s->ca_file};
    struct imap *i = NULL;
    struct why w = {0};
    enum err e = imap_open(&server, &imap_times_usual, -1, &i, &w);

    if (e)
        print_error("%s\n", w.text);
    assert_int_equal(e, OK);
    imap_close(i);
}

static void stopping_does_not_wait_for_idle(void **state)
{
    struct servers *s = *state;
    struct inbox inbox = inbox_of(settings(s, "tls", s->imaps, "starttls"));
    struct house *h = house_new();
    struct channel_run *run = NULL;
    struct why w = {0};

    assert_int_equal(email_channel.start(&inbox, &h->host, &run, &w), OK);
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
