/* Does the demo desk hold what the README promises, and does the reader refuse what does not
 * hold together? */
#include "demo/demo_desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/scope.h"

SCOPED_FREE(struct arena, arena_free)

static struct demo_desk read_own(struct arena *a)
{
    struct demo_desk d = {0};
    struct why w = {0};

    if (demo_desk_read(demo_desk_text(), a, &d, &w))
        fail_msg("%s", w.text);
    return d;
}

static void it_is_a_desk_worth_looking_at(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct demo_desk d = read_own(a);
    const char *languages[20];
    size_t n_messages = 0, n_languages = 0, n_late = 0, n_drafts = 0, n_files = 0;

    for (size_t i = 0; i < d.n_tickets; i++) {
        const struct demo_ticket *t = &d.tickets[i];
        size_t k = 0;

        assert_true(t->n_messages > 0);
        n_messages += t->n_messages;
        n_drafts += t->n_drafts;
        for (size_t j = 0; j < t->n_messages; j++) {
            n_late += t->messages[j].age_min <= 2 * 1440;
            n_files += t->messages[j].files.n;
        }
        while (k < n_languages && strcmp(languages[k], t->language) != 0)
            k++;
        if (k == n_languages)
            languages[n_languages++] = t->language;
    }
    assert_true(n_messages >= 300);
    assert_true(d.n_tickets >= 80);
    assert_int_equal(n_languages, 6);
    assert_true(n_late * 2 > n_messages);
    assert_int_equal(d.n_agents, 5);
    assert_int_equal(d.n_brokens, 2);
    assert_true(n_drafts >= 3);
    assert_true(n_files >= d.n_files);
}

/* Every state that a screen can show is there to be shown. */
static void every_status_is_there(void **state)
{
    static const char *const want[] = {"new", "open", "pending", "hold", "solved", "closed"};
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct demo_desk d = read_own(a);
    size_t n_spam = 0, n_snoozed = 0, n_linked = 0, n_unread = 0, n_failed = 0, n_unknown = 0;

    for (size_t k = 0; k < sizeof(want) / sizeof(*want); k++) {
        size_t n = 0;

        for (size_t i = 0; i < d.n_tickets; i++)
            n += strcmp(d.tickets[i].status, want[k]) == 0;
        assert_true(n > 0);
    }
    for (size_t i = 0; i < d.n_tickets; i++) {
        const struct demo_ticket *t = &d.tickets[i];

        n_spam += t->is_spam;
        n_snoozed += t->snooze_min > 0;
        n_linked += t->is_follow_up;
        n_unread += t->is_unread;
        for (size_t j = 0; j < t->n_messages; j++) {
            const char *s = t->messages[j].state;

            n_failed += s && strcmp(s, "failed") == 0;
            n_unknown += s && strcmp(s, "unknown") == 0;
        }
    }
    assert_int_equal(n_spam, 1);
    assert_true(n_snoozed > 0 && n_linked > 0 && n_unread > 10);
    assert_int_equal(n_failed, 1);
    assert_int_equal(n_unknown, 1);
}

/* Nothing in it can reach a real person: addresses only under names kept for examples. */
static void addresses_are_examples(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct demo_desk d = read_own(a);

    for (size_t i = 0; i < d.n_contacts; i++) {
        const char *at = strchr(d.contacts[i].email, '@');
        size_t n = strlen(d.contacts[i].email);

        assert_true(at && (strncmp(at, "@example.", 9) == 0 ||
                           (n > 8 && strcmp(d.contacts[i].email + n - 8, ".example") == 0)));
    }
}

#define PEOPLE                                                                                     \
    "{\"agent\":{\"key\":\"x\",\"name\":\"X\",\"email\":\"x@a.example\",\"role\":\"agent\","       \
    "\"locale\":\"en\",\"teams\":[]}}\n"                                                           \
    "{\"inbox\":{\"key\":\"i\",\"name\":\"I\",\"channel\":\"api\"}}\n"                             \
    "{\"contact\":{\"key\":\"c\",\"name\":\"C\",\"email\":\"c@a.example\",\"locale\":\"en\"}}\n"
#define TICKET_OF(contact)                                                                         \
    "{\"ticket\":{\"inbox\":\"i\",\"contact\":\"" contact "\",\"language\":\"en\","                \
    "\"status\":\"new\",\"priority\":\"low\"}}\n"
#define SAID(kind, rest) "{\"message\":{\"kind\":\"" kind "\"," rest "}}\n"

static void what_does_not_hold_together_is_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"{}", "line 1:  says nothing"},
        {"{\"what\":1}", "line 1: what"},
        {PEOPLE TICKET_OF("nobody"), "line 4:  names no contact 'nobody'"},
        {PEOPLE SAID("incoming", "\"age_min\":5,\"text\":\"a\""), "stands below a ticket"},
        {PEOPLE TICKET_OF("c") SAID("reply", "\"by\":\"x\",\"age_min\":5,\"text\":\"a\""),
         "begins with what the customer said"},
        {PEOPLE TICKET_OF("c") SAID("incoming", "\"age_min\":5,\"text\":\"a\"")
             SAID("reply", "\"by\":\"y\",\"age_min\":4,\"text\":\"b\""),
         "'by' is no agent"},
        {PEOPLE TICKET_OF("c") SAID("incoming", "\"age_min\":5,\"text\":\"a\"")
             SAID("incoming", "\"age_min\":6,\"text\":\"b\""),
         "is older than the message above it"},
        {PEOPLE TICKET_OF("c") SAID("incoming", "\"age_min\":5,\"text\":\"a\"")
             SAID("incoming", "\"age_min\":4,\"text\":\"a\""),
         "says what message 1 says"},
        {PEOPLE TICKET_OF("c") SAID("incoming", "\"age_min\":5,\"text\":\"a\",\"files\":[\"f\"]"),
         "names no file 'f'"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
        struct demo_desk d = {0};
        struct why w = {0};

        assert_int_equal(demo_desk_read(str_of(rows[i].text), a, &d, &w), E_INVALID);
        if (!strstr(w.text, rows[i].why))
            fail_msg("row %zu: '%s' does not say '%s'", i, w.text, rows[i].why);
    }
}

static void a_picture_is_a_png(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct str one = demo_picture("a.png", a), again = demo_picture("a.png", a);
    struct str other = demo_picture("b.png", a);

    assert_true(str_starts(one, STR("\x89PNG\r\n\x1a\n")));
    assert_true(str_eq(one, again));
    assert_false(str_eq(one, other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_desk_worth_looking_at),
        cmocka_unit_test(every_status_is_there),
        cmocka_unit_test(addresses_are_examples),
        cmocka_unit_test(what_does_not_hold_together_is_refused),
        cmocka_unit_test(a_picture_is_a_png),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
