#include "channels/echo/echo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/scope.h"

#define LINE_BYTES_MAX (4 * LIMIT_TEXT_CHARS + 4096)

struct echo_settings {
    const char *file, *fail;
    int64_t fail_at;
};

static const char *const FAILS[] = {"busy", "invalid", "upstream", "unknown", NULL};
static const enum err FAIL_CODES[] = {E_BUSY, E_INVALID, E_UPSTREAM, E_UNKNOWN};

static SHAPE(ECHO_SETTINGS, "EchoSettings", struct echo_settings, "Settings of an echo inbox",
             {{"file", SHAPE_TEXT, SHAPE_OMIT, offsetof(struct echo_settings, file), 0, 4096, NULL,
               NULL, "file that takes one JSON line a try"},
              {"fail", SHAPE_ENUM, SHAPE_OMIT, offsetof(struct echo_settings, fail), 0, 0, NULL,
               FAILS, "how a failing try fails"},
              {"fail_at", SHAPE_I64, SHAPE_OMIT, offsetof(struct echo_settings, fail_at), 0,
               1000000, NULL, NULL, "only the n-th try fails; 0: each"}});

struct echo_input {
    const char *external_id, *from, *name, *email, *text, *subject, *thread;
};

#define TEXT_FIELD(json, member, flags, most)                                                      \
    {                                                                                              \
        json, SHAPE_TEXT, flags, offsetof(struct echo_input, member), 0, most, NULL, NULL, json    \
    }

static SHAPE(ECHO_INPUT, "EchoInput", struct echo_input, "Raw input of an echo inbox",
             {TEXT_FIELD("external_id", external_id, 0, LIMIT_EXTERNAL_ID_CHARS),
              TEXT_FIELD("from", from, SHAPE_REQUIRED, LIMIT_EXTERNAL_ID_CHARS),
              TEXT_FIELD("name", name, 0, LIMIT_NAME_CHARS),
              TEXT_FIELD("email", email, 0, LIMIT_ADDRESS_CHARS),
              TEXT_FIELD("text", text, SHAPE_REQUIRED, LIMIT_TEXT_CHARS),
              TEXT_FIELD("subject", subject, 0, LIMIT_SUBJECT_CHARS),
              TEXT_FIELD("thread", thread, 0, LIMIT_EXTERNAL_ID_CHARS)});

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static enum err parse(const struct inbox *inbox, const void *raw, size_t n, struct arena *a,
                      struct incoming *ret, struct why *w)
{
    struct echo_input in = {0};
    enum err e = shape_parse(&ECHO_INPUT, raw, n, a, &in, w);

    if (e)
        return fail(w, E_INVALID, "the input is not an echo message");
    *ret = (struct incoming){
        .inbox_id = inbox->id,
        .external_id = in.external_id,
        .contact = {.external_id = in.from,
                    .name = in.name,
                    .email = in.email,
                    .state = IDENTITY_CLAIMED},
        .text = in.text,
        .subject = in.subject,
        .thread_external_id = in.thread,
    };
    return OK;
}

/* How many tries stand in the file already? */
static enum err tries_so_far(int fd, int64_t *ret, struct why *w)
{
    char chunk[4096];
    int64_t lines = 0;
    off_t at = 0;
    ssize_t n;

    while ((n = pread(fd, chunk, sizeof chunk, at)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            lines += chunk[i] == '\n';
        at += n;
    }
    if (n < 0)
        return fail(w, E_BUSY, "could not read the echo file: %s", strerror(errno));
    *ret = lines;
    return OK;
}

static enum err append(int fd, const struct outgoing *m, enum err result, struct why *w)
{
    SCOPED(buf_done) struct buf b;
    bool ok;

    buf_init(&b, LINE_BYTES_MAX);
    buf_printf(&b, "{\"message_id\":%lld,\"ticket_id\":%lld,\"key\":", (long long)m->message_id,
               (long long)m->ticket_id);
    buf_json(&b, m->key ? m->key : "", m->key ? strlen(m->key) : 0);
    buf_str(&b, ",\"to\":");
    buf_json(&b, m->to ? m->to : "", m->to ? strlen(m->to) : 0);
    buf_str(&b, ",\"text\":");
    buf_json(&b, m->text ? m->text : "", m->text ? strlen(m->text) : 0);
    buf_printf(&b, ",\"result\":\"%s\"}\n", err_name(result));
    if (b.is_over)
        return fail(w, E_INVALID, "the text is too long for echo");
    ok = write(fd, b.p, b.n) == (ssize_t)b.n && fdatasync(fd) == 0;
    return ok ? OK : fail(w, E_UNKNOWN, "could not write the echo file: %s", strerror(errno));
}

static enum err failure(const struct echo_settings *set, int64_t nth)
{
    if (!set->fail || (set->fail_at && set->fail_at != nth))
        return OK;
    for (size_t i = 0; FAILS[i]; i++)
        if (strcmp(FAILS[i], set->fail) == 0)
            return FAIL_CODES[i];
    return OK;
}

static enum err deliver(const struct echo_settings *set, int fd, const struct outgoing *m,
                        enum err (*sending)(void *arg, struct why *w), void *arg, struct why *w)
{
    int64_t before = 0;
    enum err e = fd >= 0 ? tries_so_far(fd, &before, w) : OK, result;

    if (e)
        return e;
    result = failure(set, before + 1);
    if (result == OK || result == E_UNKNOWN)
        if (sending && (e = sending(arg, w)))
            return e;
    if (fd >= 0 && (e = append(fd, m, result, w)))
        return e;
    return result ? fail(w, result, "echo was told to fail: %s", set->fail) : OK;
}

/* Any file that the server may write: for tests of this program alone, never on a real desk. */
static enum err settings_check(const char *json, struct arena *a, struct why *w)
{
    const char *is_test = getenv("ANTIPHON_ECHO");
    struct echo_settings set = {0};
    enum err e = shape_parse(&ECHO_SETTINGS, json, strlen(json), a, &set, w);

    if (e)
        return e;
    if (set.file && *set.file && (!is_test || strcmp(is_test, "1") != 0))
        return fail_field(w, E_INVALID, "settings.file",
                          "an echo file is for tests: the server runs without ANTIPHON_ECHO=1");
    return OK;
}

static enum err send_reply(const struct inbox *inbox, const struct outgoing *m,
                           enum err (*sending)(void *arg, struct why *w), void *arg,
                           struct arena *a, const char **ret_external_id, struct why *w)
{
    struct echo_settings set = {0};
    SCOPED(close_fd) int fd = -1;
    enum err e;

    if ((e = shape_parse(&ECHO_SETTINGS, inbox->settings, strlen(inbox->settings), a, &set, w)))
        return e;
    if (set.file && (fd = open(set.file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) < 0)
        return fail(w, E_BUSY, "could not open the echo file: %s", strerror(errno));
    if ((e = deliver(&set, fd, m, sending, arg, w)))
        return e;
    *ret_external_id = arena_printf(a, "echo-%lld", (long long)m->message_id);
    return OK;
}

static enum err check(const struct inbox *inbox, struct arena *a, struct why *w)
{
    struct echo_settings set = {0};

    return shape_parse(&ECHO_SETTINGS, inbox->settings, strlen(inbox->settings), a, &set, w);
}

const struct channel echo_channel = {
    .name = "echo",
    .label = "echo",
    .max_text = LIMIT_TEXT_CHARS,
    .threads = true,
    .sends = true,
    .settings = &ECHO_SETTINGS,
    .settings_bytes = sizeof(struct echo_settings),
    .settings_check = settings_check,
    .parse = parse,
    .send = send_reply,
    .check = check,
};
