/* Every permission for every kind of caller: the table that routes, events and search share. */

#include "people/policy.h"

#include "base/test.h"

/* One letter a role: agent, coach, lead, admin; "-": nobody. */
static const struct {
    enum permission p;
    const char *agents, *keys, *keys_of_inbox;
    bool nobody;
} WANT[] = {
    {P_PUBLIC, "acla", "acla", "acla", true},
    {P_SIGNED_IN, "acla", "acla", "acla", false},
    {P_TICKET_SEE, "acla", "acla", "acla", false},
    {P_TICKET_EDIT, "acla", "acla", "acla", false},
    {P_REPLY, "acla", "acla", "acla", false},
    {P_MESSAGE_TAKE, "acla", "acla", "acla", false},
    {P_CONTACT_SEE, "acla", "acla", "acla", false},
    {P_DESK_SEE, "acla", "acla", "acla", false},
    {P_QUARANTINE, "acla", "acla", "acla", false},
    {P_PII_SEE, "--la", "--la", "--la", false},
    {P_TRIAGE_TRAIN, "-cla", "-cla", "----", false},
    {P_ON_CALL, "--la", "--la", "----", false},
    {P_STATUS_ADMIN, "--la", "--la", "----", false},
    {P_AUDIT_SEE, "--la", "--la", "----", false},
    {P_PROTOCOL, "---a", "---a", "----", false},
    {P_INBOX_ADMIN, "---a", "---a", "----", false},
    {P_PEOPLE_ADMIN, "---a", "---a", "----", false},
    {P_KEY_ADMIN, "---a", "---a", "----", false},
    {P_AGENT_ONLY, "acla", "----", "----", false},
};

static void every_permission_for_every_caller(void **state)
{
    (void)state;
    assert_int_equal(sizeof WANT / sizeof *WANT, P_COUNT - 1); /* a new one needs its row here */
    for (size_t i = 0; i < sizeof WANT / sizeof *WANT; i++) {
        struct principal nobody = {.kind = WHO_NOBODY, .role = ROLE_ADMIN};

        assert_int_equal(policy_may(&nobody, WANT[i].p), WANT[i].nobody);
        for (int r = ROLE_AGENT; r < ROLE_COUNT; r++) {
            struct principal agent = {.kind = WHO_AGENT, .role = (enum role)r};
            struct principal key = {.kind = WHO_KEY, .role = (enum role)r, .sees_all = true};
            struct principal of_inbox = {.kind = WHO_KEY, .role = (enum role)r};

            if (policy_may(&agent, WANT[i].p) != (WANT[i].agents[r] != '-') ||
                policy_may(&key, WANT[i].p) != (WANT[i].keys[r] != '-') ||
                policy_may(&of_inbox, WANT[i].p) != (WANT[i].keys_of_inbox[r] != '-'))
                fail_msg("%s for %s", permission_name(WANT[i].p), role_name((enum role)r));
        }
    }
}

static void what_is_no_permission_is_refused(void **state)
{
    struct principal admin = {.kind = WHO_AGENT, .role = ROLE_ADMIN};

    (void)state;
    assert_false(policy_may(&admin, P_NONE));
    assert_false(policy_may(&admin, P_COUNT));
}

static void an_inbox_is_seen_by_who_may(void **state)
{
    static const int64_t own[] = {3, 5};
    struct principal some = {.kind = WHO_AGENT, .inbox_ids = own, .n_inboxes = 2};
    struct principal all = {.kind = WHO_KEY, .sees_all = true},
                     nobody = {.kind = WHO_NOBODY, .sees_all = true};

    (void)state;
    assert_true(policy_sees_inbox(&some, 5));
    assert_false(policy_sees_inbox(&some, 4));
    assert_false(policy_sees_inbox(&some, 0));
    assert_true(policy_sees_inbox(&all, 4));
    assert_false(policy_sees_inbox(&nobody, 4));
}

static void nobody_gives_more_than_they_have(void **state)
{
    struct principal lead = {.kind = WHO_AGENT, .role = ROLE_LEAD};

    (void)state;
    assert_true(policy_may_give_role(&lead, ROLE_LEAD));
    assert_false(policy_may_give_role(&lead, ROLE_ADMIN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_permission_for_every_caller),
        cmocka_unit_test(what_is_no_permission_is_refused),
        cmocka_unit_test(an_inbox_is_seen_by_who_may),
        cmocka_unit_test(nobody_gives_more_than_they_have),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
