#include "channels/email/email.h"

#include <string.h>

#include "base/limits.h"
#include "channels/email/incoming.h"
#include "channels/email/mime.h"
#include "channels/email/oversize.h"
#include "channels/email/rules.h"
#include "channels/email/settings.h"

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

const struct channel email_channel = {
    .name = "email",
    .label = "mail",
    .max_text = LIMIT_TEXT_CHARS,
    .threads = true,
    .media = true,
    .settings = &mail_settings_shape,
    .settings_bytes = sizeof(struct mail_settings),
    .parse = parse,
    .key = key,
};
