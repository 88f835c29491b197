/* registry_test.c: is each channel found by its name, and does the smallest one keep its word? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "channels/channel.h"

static void every_channel_is_found_by_its_name(void **state)
{
    size_t n = 0;
    const struct channel *const *all = channels_all(&n);

    assert_true(n >= 3);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(channel_named(all[i]->name), all[i]);
        assert_true(strlen(all[i]->label) > 0);
        assert_true(all[i]->settings && all[i]->settings->size == all[i]->settings_bytes);
        assert_true(!all[i]->sends || all[i]->send);
    }
    assert_null(channel_named("carrier-pigeon"));
}

static enum err sending(void *arg, struct why *w)
{
    ++*(int *)arg;
    return OK;
}

static enum err echo_send(const char *settings, int *sendings)
{
    const struct channel *echo = channel_named("echo");
    struct inbox inbox = {.id = 1, .channel = "echo", .settings = settings};
    struct outgoing m = {.message_id = 7, .ticket_id = 5, .key = "k", .to = "ana", .text = "Hi"};
    struct arena *a = arena_new(4096);
    const char *id = NULL;
    struct why w = {0};
    enum err e = echo->send(&inbox, &m, sending, sendings, a, &id, &w);

    if (!e)
        assert_string_equal(id, "echo-7");
    arena_free(a);
    return e;
}

static void echo_fails_when_told_and_keeps_every_try(void **state)
{
    char path[] = "/tmp/echo-XXXXXX", settings[200], line[400];
    int fd = mkstemp(path), sendings = 0, lines = 0;
    FILE *f;

    assert_true(fd >= 0);
    close(fd);
    snprintf(settings, sizeof settings, "{\"file\":\"%s\",\"fail\":\"busy\",\"fail_at\":2}", path);
    assert_int_equal(echo_send(settings, &sendings), OK);
    assert_int_equal(echo_send(settings, &sendings), E_BUSY);
    assert_int_equal(sendings, 1); /* a busy service was never reached */
    assert_int_equal(echo_send(settings, &sendings), OK);
    assert_int_equal(echo_send("{\"fail\":\"unknown\"}", &sendings), E_UNKNOWN);
    assert_int_equal(sendings, 3);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        lines += strstr(line, "\"result\":\"") != NULL;
    if (f)
        fclose(f);
    unlink(path);
    assert_int_equal(lines, 3);
}

static void echo_reads_json(void **state)
{
    static const char raw[] = "{\"external_id\":\"m1\",\"from\":\"ana\",\"text\":\"Hi\"}";
    struct inbox inbox = {.id = 1, .channel = "echo", .settings = "{}"};
    struct arena *a = arena_new(4096);
    struct incoming in = {0};
    struct why w = {0};

    assert_int_equal(channel_named("echo")->parse(&inbox, raw, strlen(raw), a, &in, &w), OK);
    assert_string_equal(in.contact.external_id, "ana");
    assert_string_equal(in.external_id, "m1");
    assert_int_equal(channel_named("echo")->parse(&inbox, "x", 1, a, &in, &w), E_INVALID);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_channel_is_found_by_its_name),
        cmocka_unit_test(echo_fails_when_told_and_keeps_every_try),
        cmocka_unit_test(echo_reads_json),
    };

    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
