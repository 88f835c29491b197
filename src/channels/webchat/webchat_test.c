/* Which settings of a chat inbox are taken? */
#include "channels/webchat/webchat.h"

#include <string.h>

#include "base/test.h"
static void settings_are_read(void **state)
{
    static const char JSON[] =
        "{\"origins\":[\"HTTPS://Shop.Example:443/"
        "\",\"*\"],\"greeting\":\"\",\"color\":\"#0F766E\","
        "\"hours\":{\"zone\":\"Europe/Berlin\",\"days\":[{\"day\":\"mon\",\"from\":\"09:00\","
        "\"to\":\"17:00\"}]},\"needs_email_when_away\":true}";
    struct arena *a = arena_new(1024);
    struct webchat_settings s = {0};
    struct why w = {0};

    assert_int_equal(webchat_settings_read(JSON, a, &s, &w), OK);
    assert_int_equal(s.origins.n, 2);
    assert_string_equal(s.origins.v[0], "https://shop.example");
    assert_string_equal(s.origins.v[1], "*");
    assert_null(s.greeting);
    assert_string_equal(s.color, "#0F766E");
    assert_true(s.needs_email_when_away);
    assert_false(s.require_identity);
    assert_non_null(s.hours);
    assert_int_equal(s.hours->days.n, 1);
    /* Nothing set: our own page only, always open, everybody welcome. */
    assert_int_equal(webchat_settings_read("{}", a, &s, &w), OK);
    assert_int_equal(s.origins.n, 0);
    assert_null(s.hours);
    arena_free(a);
}

static const struct {
    const char *says, *json, *field;
} refused[] = {
    {"an origin with a path", "{\"origins\":[\"https://a.example\",\"https://b.example/x\"]}",
     "origins.1"},
    {"an opaque origin", "{\"origins\":[\"null\"]}", "origins.0"},
    {"a colour by name", "{\"color\":\"teal\"}", "color"},
    {"a colour with markup", "{\"color\":\"#0f7\\\"}<\"}", "color"},
    {"an unknown zone", "{\"hours\":{\"zone\":\"Europe/Nowhere\",\"days\":[]}}", "hours.zone"},
    {"an unknown day",
     "{\"hours\":{\"days\":[{\"day\":\"mo\",\"from\":\"09:00\",\"to\":\"10:00\"}]}}",
     "hours.days.0.day"},
    {"a time that is none",
     "{\"hours\":{\"days\":[{\"day\":\"mon\",\"from\":\"09:00\",\"to\":\"25:00\"}]}}",
     "hours.days.0.to"},
    {"an unknown field", "{\"orgins\":[]}", "orgins"},
};

static void wrong_settings_name_the_field(void **state)
{
    struct arena *a = arena_new(1024);

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct webchat_settings s = {0};
        struct why w = {0};

        print_message("%s\n", refused[i].says);
        assert_int_equal(webchat_settings_read(refused[i].json, a, &s, &w), E_INVALID);
        assert_string_equal(w.field, refused[i].field);
        assert_int_equal(s.origins.n, 0);
    }
    arena_free(a);
}

static void the_check_button_checks_the_settings(void **state)
{
    struct arena *a = arena_new(1024);
    struct inbox inbox = {.channel = "webchat", .settings = "{\"color\":\"teal\"}"};
    struct why w = {0};

    assert_int_equal(webchat_channel.check(&inbox, a, &w), E_INVALID);
    assert_int_equal(webchat_channel.settings_check(inbox.settings, a, &w), E_INVALID);
    assert_string_equal(w.field, "settings.color");
    inbox.settings = "{\"origins\":[\"https://shop.example\"]}";
    assert_int_equal(webchat_channel.check(&inbox, a, &w), OK);
    assert_int_equal(webchat_channel.settings_check(inbox.settings, a, &w), OK);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_read),
        cmocka_unit_test(wrong_settings_name_the_field),
        cmocka_unit_test(the_check_button_checks_the_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
