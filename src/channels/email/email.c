#include "channels/email/email.h"

#include <string.h>

#include "base/limits.h"
#include "channels/email/compose.h"
#include "channels/email/imap_pull.h"
#include "channels/email/incoming.h"
#include "channels/email/mime.h"
#include "channels/email/oversize.h"
#include "channels/email/rules.h"
#include "channels/email/settings.h"
#include "channels/email/smtp.h"

const struct sandbox_kind email_decoders[] = {{"mime", mime_prepare, mime_decode}};
const size_t email_decoders_n = sizeof email_decoders / sizeof *email_decoders;

static enum err parse(const struct inbox *inbox, const void *raw, size_t n, struct arena *a,
                      struct incoming *ret, struct why *w)
{
    struct mail_settings set = {0};
    struct mail m;
    struct str bytes;
    enum err e;

    if ((e = oversize_check((struct str){raw, n}, w)))
        return e;
    if (n > LIMIT_MAIL_BYTES)
        return fail(w, E_INVALID, "the mail is %zu bytes; the limit is %d", n, LIMIT_MAIL_BYTES);
    if ((e = mail_settings_read(inbox->settings, a, &set, w)))
        return fail(w, E_BUSY, "the inbox's settings cannot be read");
    if ((e = sandbox_run("mime", raw, n, a, &bytes, w)) || (e = mail_read(bytes, a, &m, w)))
        return e;
    return mail_incoming(inbox, set.address, &m, raw, n, a, ret, w);
}

static const char *key(const struct inbox *inbox, int64_t ticket_id, int64_t message_id,
                       struct arena *a)
{
    struct mail_settings set = {0};
    struct why w;

    if (mail_settings_read(inbox->settings, a, &set, &w))
        set.address = "antiphon@localhost";
    return token_message_id(a, set.address, inbox->secret, ticket_id, message_id);
}

static enum err start(const struct inbox *inbox, const struct channel_host *h,
                      struct channel_run **ret, struct why *w)
{
    struct arena *a = arena_new(4096);
    struct mail_settings set = {0};
    enum err e = mail_settings_read(inbox->settings, a, &set, w);
    bool has_imap = set.imap != NULL;

    arena_free(a);
    if (e)
        return e;
    if (!has_imap) { /* it only sends */
        *ret = NULL;
        return OK;
    }
    return imap_pull_start(inbox, &imap_times_usual, h, ret, w);
}

static enum err send_reply(const struct inbox *inbox, const struct outgoing *m,
                           enum err (*sending)(void *arg, struct why *w), void *arg,
                           struct arena *a, const char **ret_external_id, struct why *w)
{
    struct mail_settings set = {0};
    const char *id = NULL;
    struct str bytes;
    enum err e;

    if ((e = mail_settings_read(inbox->settings, a, &set, w)))
        return e;
    if (!set.smtp)
        return fail(w, E_INVALID, "the inbox has no SMTP server to send by");
    if ((e = compose(inbox, &set, m, clock_now(), a, &bytes, &id, w)))
        return e;
    e = smtp_send(set.smtp, &smtp_times_usual, set.address, address_normal(a, m->to), bytes,
                  sending, arg, w);
    if (e)
        return e;
    *ret_external_id = id;
    return OK;
}

/* What the table cannot say: addresses, host names, plain text to another machine. */
static enum err settings_check(const char *json, struct arena *a, struct why *w)
{
    struct mail_settings set = {0};
    struct why inner = {0};
    enum err e = mail_settings_read(json, a, &set, &inner);

    if (!e)
        return OK;
    if (strncmp(inner.field, "settings", 8) == 0)
        return fail_field(w, e, inner.field, "%s", inner.text);
    return fail_field(w, e, arena_printf(a, "settings.%s", inner.field), "%s", inner.text);
}

/* Both ways, so that the admin sees which one does not work. */
static enum err check(const struct inbox *inbox, struct arena *a, struct why *w)
{
    struct mail_settings set = {0};
    struct imap *i = NULL;
    uint32_t validity;
    struct why why = {0};
    enum err e;

    if ((e = mail_settings_read(inbox->settings, a, &set, w)))
        return e;
    if (!set.imap && !set.smtp)
        return fail(w, E_INVALID, "name an IMAP or an SMTP server");
    if (set.imap) {
        e = imap_open(set.imap, &imap_times_usual, -1, &i, &why);
        if (!e)
            e = imap_examine(i, set.imap->folder && *set.imap->folder ? set.imap->folder : "INBOX",
                             &validity, &why);
        imap_close(i);
        if (e)
            return fail_field(w, e, "settings.imap", "%s", why.text);
    }
    if (set.smtp && (e = smtp_check(set.smtp, &smtp_times_usual, &why)))
        return fail_field(w, e, "settings.smtp", "%s", why.text);
    return OK;
}

const struct channel email_channel = {
    .name = "email",
    .label = "mail",
    .max_text = LIMIT_TEXT_CHARS,
    .threads = true,
    .opens_anew = true,
    .media = true,
    .sends = true,
    .settings = &mail_settings_shape,
    .settings_bytes = sizeof(struct mail_settings),
    .settings_check = settings_check,
    .start = start,
    .stop = imap_pull_stop,
    .parse = parse,
    .key = key,
    .send = send_reply,
    .check = check,
};
