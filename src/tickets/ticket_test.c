/* What an event does to a ticket: rows that say their story in words. */

#include "tickets/ticket.h"

#include "base/test.h"

#define NOW    ((msec)1800000000000)
#define BEFORE (NOW - 60000)
#define LATER  (NOW + 3600000)

static struct ticket_core ticket(enum category c, msec waiting_since, msec snoozed_until)
{
    struct ticket_core t = {.id = 7,
                            .status_id = STATUS_OF(c),
                            .category = c,
                            .waiting_since = waiting_since,
                            .snoozed_until = snoozed_until};

    t.bucket = ticket_bucket(&t);
    return t;
}

static void a_customer_writes(void **state)
{
    static const struct {
        const char *says;
        enum category was;
        msec waiting, snoozed;
        bool thanks, automatic;
        enum heard want;
        enum category is;
        msec want_waiting;
    } rows[] = {
        {"a new one goes on waiting from the first word", CATEGORY_NEW, BEFORE, 0, false, false,
         HEARD_JOINED, CATEGORY_NEW, BEFORE},
        {"an answered one begins to wait", CATEGORY_OPEN, 0, 0, false, false, HEARD_JOINED,
         CATEGORY_OPEN, NOW},
        {"pending opens", CATEGORY_PENDING, 0, 0, false, false, HEARD_REOPENED, CATEGORY_OPEN, NOW},
        {"solved opens", CATEGORY_SOLVED, 0, 0, false, false, HEARD_REOPENED, CATEGORY_OPEN, NOW},
        {"snoozed wakes", CATEGORY_OPEN, 0, LATER, false, false, HEARD_REOPENED, CATEGORY_OPEN,
         NOW},
        {"on hold stays on hold and waits", CATEGORY_HOLD, 0, 0, false, false, HEARD_JOINED,
         CATEGORY_HOLD, NOW},
        {"thanks leave a solved one solved", CATEGORY_SOLVED, 0, 0, true, false, HEARD_KEPT,
         CATEGORY_SOLVED, 0},
        {"thanks start no waiting", CATEGORY_OPEN, 0, 0, true, false, HEARD_KEPT, CATEGORY_OPEN, 0},
        {"thanks do not end a waiting that began", CATEGORY_OPEN, BEFORE, 0, true, false,
         HEARD_JOINED, CATEGORY_OPEN, BEFORE},
        {"thanks do not wake one that was put off unanswered", CATEGORY_OPEN, BEFORE, LATER, true,
         false, HEARD_KEPT, CATEGORY_OPEN, BEFORE},
        {"out of office changes nothing", CATEGORY_PENDING, 0, 0, false, true, HEARD_KEPT,
         CATEGORY_PENDING, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ticket_core t = ticket(rows[i].was, rows[i].waiting, rows[i].snoozed);
        enum heard got = ticket_hear(&t, rows[i].thanks, rows[i].automatic, NOW);

        if (got != rows[i].want || t.category != rows[i].is ||
            t.waiting_since != rows[i].want_waiting ||
            (got == HEARD_REOPENED && (t.snoozed_until || t.bucket != BUCKET_OPEN)))
            fail_msg("%s", rows[i].says);
    }
}

static void spam_stays_spam_when_it_writes_again(void **state)
{
    struct ticket_core t = ticket(CATEGORY_OPEN, 0, 0);

    (void)state;
    ticket_set_spam(&t, true);
    assert_int_equal(ticket_hear(&t, false, false, NOW), HEARD_KEPT);
    assert_int_equal(t.bucket, BUCKET_SPAM);
    assert_int_equal(ticket_wait_key(&t), ticket_wait_key(&(struct ticket_core){.id = t.id}));
}

/* Spam and deleted lie over a ticket and are lifted from it: it waits as if they had not been. */
static void what_is_lifted_goes_on_waiting(void **state)
{
    static const struct {
        const char *says;
        enum category was;
        msec waiting;
        bool writes, thanks, is_answered;
        enum category is;
        msec want_waiting;
    } rows[] = {
        {"it waits since its first unanswered word", CATEGORY_NEW, BEFORE, false, false, false,
         CATEGORY_NEW, BEFORE},
        {"and one more word under it changes nothing", CATEGORY_OPEN, BEFORE, true, false, false,
         CATEGORY_OPEN, BEFORE},
        {"a first word under it begins the waiting", CATEGORY_OPEN, 0, true, false, false,
         CATEGORY_OPEN, NOW},
        {"what was answered does not wait", CATEGORY_OPEN, 0, false, false, false, CATEGORY_OPEN,
         0},
        {"nor what is answered under it", CATEGORY_OPEN, BEFORE, false, false, true, CATEGORY_OPEN,
         0},
        {"a solved one stays solved", CATEGORY_SOLVED, 0, false, false, false, CATEGORY_SOLVED, 0},
        {"unless it was written to meanwhile", CATEGORY_SOLVED, 0, true, false, false,
         CATEGORY_OPEN, NOW},
        {"so does a pending one", CATEGORY_PENDING, 0, true, false, false, CATEGORY_OPEN, NOW},
        {"thanks are no reason", CATEGORY_SOLVED, 0, true, true, false, CATEGORY_SOLVED, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ticket_core spam = ticket(rows[i].was, rows[i].waiting, 0), deleted = spam;

        ticket_set_spam(&spam, true);
        if (rows[i].writes)
            ticket_hear(&spam, rows[i].thanks, false, NOW);
        if (rows[i].is_answered)
            ticket_answer(&spam, NOW);
        if (spam.bucket != BUCKET_SPAM || ticket_is_waiting(&spam))
            fail_msg("as spam: %s", rows[i].says);
        ticket_set_spam(&spam, false);
        if (spam.category != rows[i].is || spam.bucket != (enum bucket)rows[i].is ||
            spam.waiting_since != rows[i].want_waiting)
            fail_msg("spam: %s", rows[i].says);
        if (rows[i].writes) /* that makes a new ticket */
            continue;
        ticket_set_deleted(&deleted, true);
        if (rows[i].is_answered)
            ticket_answer(&deleted, NOW);
        if (deleted.bucket != BUCKET_DELETED || ticket_is_waiting(&deleted))
            fail_msg("as deleted: %s", rows[i].says);
        ticket_set_deleted(&deleted, false);
        if (deleted.category != rows[i].is || deleted.waiting_since != rows[i].want_waiting)
            fail_msg("deleted: %s", rows[i].says);
    }
}

static void a_snooze_goes_on_under_spam(void **state)
{
    struct ticket_core t = ticket(CATEGORY_OPEN, BEFORE, LATER);

    (void)state;
    ticket_set_spam(&t, true);
    ticket_set_spam(&t, false);
    assert_int_equal(t.bucket, BUCKET_SNOOZED);
    assert_int_equal(t.waiting_since, BEFORE);
}

static void an_answer_ends_the_waiting(void **state)
{
    struct ticket_core t = ticket(CATEGORY_NEW, BEFORE, 0);

    (void)state;
    ticket_answer(&t, NOW);
    assert_int_equal(t.waiting_since, 0);
    assert_int_equal(t.first_reply_at, NOW);
    assert_int_equal(t.bucket, BUCKET_OPEN);
    ticket_answer(&t, LATER);
    assert_int_equal(t.first_reply_at, NOW);
}

static void a_status_says_whose_turn_it_is(void **state)
{
    static const struct {
        enum category c;
        msec want_waiting, want_solved;
    } rows[] = {{CATEGORY_PENDING, 0, 0},
                {CATEGORY_HOLD, BEFORE, 0},
                {CATEGORY_SOLVED, 0, NOW},
                {CATEGORY_CLOSED, 0, NOW},
                {CATEGORY_OPEN, BEFORE, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ticket_core t = ticket(CATEGORY_OPEN, BEFORE, LATER);

        ticket_set_status(&t, STATUS_OF(rows[i].c), rows[i].c, NOW);
        assert_int_equal(t.waiting_since, rows[i].want_waiting);
        assert_int_equal(t.solved_at, rows[i].want_solved);
        assert_int_equal(t.snoozed_until, 0);
        assert_int_equal(t.bucket, (enum bucket)rows[i].c);
    }
}

static void a_snooze_lies_over_the_status(void **state)
{
    struct ticket_core t = ticket(CATEGORY_OPEN, BEFORE, 0);

    (void)state;
    ticket_snooze(&t, LATER, NOW);
    assert_int_equal(t.bucket, BUCKET_SNOOZED);
    assert_int_equal(t.category, CATEGORY_OPEN);
    assert_int_equal(t.waiting_since, BEFORE);
    ticket_snooze(&t, 0, NOW);
    assert_int_equal(t.bucket, BUCKET_OPEN);
    ticket_snooze(&t, BEFORE, NOW);
    assert_int_equal(t.bucket, BUCKET_OPEN);
}

static void who_waits_longest_comes_first(void **state)
{
    struct ticket_core early = ticket(CATEGORY_OPEN, BEFORE, 0), late = early, older = early,
                       newer = early;

    (void)state;
    late.waiting_since = NOW;
    older.waiting_since = newer.waiting_since = 0;
    newer.id = ((int64_t)1 << 53) - 1; /* the largest id there can be */
    assert_true(ticket_wait_key(&early) < ticket_wait_key(&late));
    assert_true(ticket_wait_key(&late) < ticket_wait_key(&newer));
    assert_true(ticket_wait_key(&newer) < ticket_wait_key(&older));
}

static void only_thanks_is_told_from_thanks_and_more(void **state)
{
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        {"Thanks!", true},
        {"Thank you so much, you are the best", true},
        {"THANKS 🙏🙏", true},
        {"Vielen Dank, hat geklappt", true},
        {"Danke schön!", true},
        {"merci beaucoup", true},
        {"Muchas gracias", true},
        {"obrigada pela ajuda", true},
        {"dhanyavaad", true},
        {"tack så mycket", true},
        {"Thanks, but it is gone again", false},
        {"thanks?", false},
        {"thanks, order 4411", false},
        {"thanks …broken again", false},
        {"Thanks “nothing works”", false},
        {"thanks 👍but it crashes", false},
        {"Thanks ❤️", true},
        {"“Thank you” — so much!", true},
        {"great", false}, /* kind, but no thanks: a person looks */
        {"", false},
        {"thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks", false},
        {"no thanks, cancel it", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (says_only_thanks(rows[i].text) != rows[i].want)
            fail_msg("\"%s\"", rows[i].text);
}

static void buckets_are_named_in_lists(void **state)
{
    unsigned bits;

    (void)state;
    assert_true(buckets_parse("open, pending", &bits));
    assert_int_equal(bits, 1u << BUCKET_OPEN | 1u << BUCKET_PENDING);
    assert_true(buckets_parse("", &bits));
    assert_int_equal(bits, 0);
    assert_false(buckets_parse("open,,pending", &bits));
    assert_false(buckets_parse("Open", &bits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_customer_writes),
        cmocka_unit_test(spam_stays_spam_when_it_writes_again),
        cmocka_unit_test(what_is_lifted_goes_on_waiting),
        cmocka_unit_test(a_snooze_goes_on_under_spam),
        cmocka_unit_test(an_answer_ends_the_waiting),
        cmocka_unit_test(a_status_says_whose_turn_it_is),
        cmocka_unit_test(a_snooze_lies_over_the_status),
        cmocka_unit_test(who_waits_longest_comes_first),
        cmocka_unit_test(only_thanks_is_told_from_thanks_and_more),
        cmocka_unit_test(buckets_are_named_in_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
