/* rules_test.c: who is answered, what is from a machine, and whose signature counts? */
#include "channels/email/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "channels/email/quote.h"
#include "sys/secret.h"

#define OWN    "help@example.com"
#define SECRET "00112233445566778899aabbccddeeff"

static void addresses(void **state)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        {" Ana.P@Example.ORG ", "ana.p@example.org"},
        {"a@b", "a@b"},
        {"zo\xC3\xAB@example.org", "zo\xC3\xAB@example.org"},
        {"", NULL},
        {"ana", NULL},
        {"@example.org", NULL},
        {"ana@", NULL},
        {"a@b@c", NULL},
        {"a b@c", NULL},
        {"<a@b>", NULL},
        {"a@b,c@d", NULL},
        {"a\r\nb@c", NULL},
    };
    struct arena *a = arena_new(1024);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = address_normal(a, rows[i].in);

        assert_int_equal(got != NULL, rows[i].want != NULL);
        if (got)
            assert_string_equal(got, rows[i].want);
    }
    assert_true(address_is_own("help@example.com", OWN));
    assert_true(address_is_own("help+7.x@example.com", OWN));
    assert_false(address_is_own("helper@example.com", OWN));
    assert_false(address_is_own("help@example.com.evil.net", OWN));
    arena_free(a);
}

static struct mail mail_from(struct mail_address *v, const char *address)
{
    *v = (struct mail_address){NULL, address};
    return (struct mail){.text = "", .from = {v, 1}};
}

static void machines(void **state)
{
    struct arena *a = arena_new(1024);
    struct mail_address from;
    struct mail m = mail_from(&from, "ana@example.org");

    assert_null(mail_automatic(&m, OWN, SECRET, a));
    m.auto_submitted = "no";
    assert_null(mail_automatic(&m, OWN, SECRET, a));
    m.auto_submitted = "auto-replied";
    assert_string_equal(mail_automatic(&m, OWN, SECRET, a), "auto-submitted");
    m = mail_from(&from, "ana@example.org");
    m.has_list = true;
    assert_string_equal(mail_automatic(&m, OWN, SECRET, a), "list");
    m = mail_from(&from, "ana@example.org");
    m.precedence = "bulk";
    assert_string_equal(mail_automatic(&m, OWN, SECRET, a), "bulk");
    m.precedence = "first-class";
    assert_null(mail_automatic(&m, OWN, SECRET, a));
    m.has_null_return_path = true;
    assert_string_equal(mail_automatic(&m, OWN, SECRET, a), "bounce");
    m = mail_from(&from, "MAILER-DAEMON@mx.example.org");
    assert_string_equal(mail_automatic(&m, OWN, SECRET, a), "bounce");
    m = mail_from(&from, "help+5@example.com");
    assert_string_equal(mail_automatic(&m, OWN, SECRET, a), "own");
    m = mail_from(&from, "no-reply@shop.example");
    assert_string_equal(mail_automatic(&m, OWN, SECRET, a), "no-reply");
    m = mail_from(&from, "noreplyson@example.org");
    assert_null(mail_automatic(&m, OWN, SECRET, a));
    m = mail_from(&from, "ana@example.org");
    m.message_id = token_message_id(a, OWN, SECRET, 7, 8); /* our own mail, come back */
    assert_string_equal(mail_automatic(&m, OWN, SECRET, a), "own");
    arena_free(a);
}

static void tokens_hold(void **state)
{
    struct arena *a = arena_new(1024);
    const char *address = token_address(a, OWN, SECRET, 1234567890123);
    const char *id = token_message_id(a, OWN, SECRET, 1234567890123, 5);
    char *forged = arena_str(a, address), *upper = arena_str(a, address);

    assert_int_equal(token_in_address(address, SECRET), 1234567890123);
    assert_int_equal(token_in_message_id(id, SECRET), 1234567890123);
    for (char *c = upper; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
    assert_int_equal(token_in_address(upper, SECRET), 1234567890123);
    assert_int_equal(token_in_address(address, "another secret"), 0);
    assert_int_equal(token_in_message_id(id, "another secret"), 0);
    forged[5] = '2'; /* another ticket under the same signature */
    assert_int_equal(token_in_address(forged, SECRET), 0);
    assert_int_equal(token_in_address("help+7.@example.com", SECRET), 0);
    assert_int_equal(token_in_address("help+7@example.com", SECRET), 0);
    assert_int_equal(token_in_message_id("antiphon.7.8.@example.com", SECRET), 0);
    assert_int_equal(token_in_message_id("antiphon.7.8@example.com", SECRET), 0);
    assert_int_equal(token_in_message_id("antiphon.7", SECRET), 0);
    /* One kind of signature is no other's. */
    assert_null(strstr(id, strchr(address, '.') + 1));
    assert_true(strchr(address, '@') - address <= 64);
    assert_null(token_address(a, "a-very-long-local-part-of-an-address@example.com", SECRET,
                              1234567890123));
    arena_free(a);
}

static void the_ticket_is_never_found_by_subject(void **state)
{
    struct arena *a = arena_new(1024);
    struct mail_address from, to = {NULL, token_address(a, OWN, SECRET, 77)};
    struct mail m = mail_from(&from, "ana@example.org");
    const char *refs[] = {"antiphon.9.9.forged@example.com",
                          token_message_id(a, OWN, SECRET, 78, 5)};

    m.subject = "Re: [#76] help";
    assert_int_equal(mail_ticket(&m, SECRET), 0);
    m.refs = refs;
    m.n_refs = 2;
    assert_int_equal(mail_ticket(&m, SECRET), 78);
    m.to = (struct mail_addresses){&to, 1};
    assert_int_equal(mail_ticket(&m, SECRET), 77);
    arena_free(a);
}

static void quotes(void **state)
{
    static const struct {
        const char *says, *text, *quote; /* quote: how the quoted part begins; NULL: none */
    } rows[] = {
        {"no quote", "Hello\nAna", NULL},
        {"the usual", "Yes.\n\nOn Mon, Ana <a@b> wrote:\n> x\n> y\n", "On Mon"},
        {"folded attribution", "Yes.\n\nOn Mon, 2 May\nAna <a@b> wrote:\n> x\n", "On Mon"},
        {"only marks", "Yes.\n> x\n> y", "> x"},
        {"answers between", "> x\nYes.\n> y\nNo.", NULL},
        {"answers between, then the rest", "> x\nYes.\n> y\n> z", "> y"},
        {"everything quoted", "> x\n> y", NULL},
        {"German", "Danke.\n\nAm 3. Mai 2026 um 10:00 schrieb Ana <a@b>:\n> x", "Am 3. Mai"},
        {"French",
         "Oui.\n\nLe lun. 2 mai 2026, Ana a \xC3\xA9"
         "crit :\n> x",
         "Le lun."},
        {"Outlook", "Yes.\n\nFrom: Ana\nSent: Monday\nTo: x\nSubject: y\n\nold", "From: Ana"},
        {"Outlook, with a rule",
         "Yes.\n________________________________\nFrom: Ana\nDate: x\n\nold", "____"},
        {"separator", "Yes.\n-----Original Message-----\nold", "-----Orig"},
        {"a forwarded mail",
         "See.\n---------- Forwarded message ---------\nFrom: x\nDate: y\n> old", NULL},
        {"a time is no quote", "On Monday I wrote:\nnothing", "On Monday"},
        {"a plain greater-than", "a > b\nc", NULL},
        {"empty", "", NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t at = quote_find(str_of(rows[i].text));
        bool is_right = rows[i].quote ? at >= 0 && strncmp(rows[i].text + at, rows[i].quote,
                                                           strlen(rows[i].quote)) == 0
                                      : at < 0;

        if (strcmp(rows[i].says, "a time is no quote") == 0)
            is_right = at < 0; /* nothing of one's own would be left */
        if (!is_right) {
            print_error("%s: %lld\n", rows[i].says, (long long)at);
            assert_true(false);
        }
    }
    assert_int_equal(quote_utf16(str_of("\xF0\x9F\x8E\xB5\xC3\xA4x"), 6), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),   cmocka_unit_test(machines),
        cmocka_unit_test(tokens_hold), cmocka_unit_test(the_ticket_is_never_found_by_subject),
        cmocka_unit_test(quotes),
    };

    if (!secret_init())
        return 1;
    return cmocka_run_group_tests_name("email_rules", tests, NULL, NULL);
}
