/* Raw mail: refused, or a model that survives the way from the decoder to the server; and the
 * server's reader of that model trusts no byte of it. */
#include "channels/email/mail.h"
#include "channels/email/mime.h"
#include "fuzz.h"

/* mime_prepare opens every charset once and lets go of the handles: the tables shall stay. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:__gconv_open\nleak:gconv_init\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static bool is_prepared;
    struct arena *a = arena_new(65536);
    struct str raw = {(const char *)data, n};
    struct mail first = {0}, second = {0}, wild = {0};
    struct why w = {0};
    struct buf b;

    if (!is_prepared)
        mime_prepare();
    is_prepared = true;
    buf_init(&b, (size_t)64 << 20);
    if (mime_read(raw, a, &first, &w) == OK) {
        mail_write(&b, &first);
        CHECK(mail_read((struct str){b.p, b.n}, a, &second, &w) == OK);
        CHECK(strcmp(first.text, second.text) == 0);
        CHECK(first.n_parts == second.n_parts);
        CHECK(utf8_is_valid(second.text, strlen(second.text)));
    }
    (void)!mail_read(raw, a, &wild, &w);
    buf_done(&b);
    arena_free(a);
    return 0;
}
