/* A stranger's HTML: what is shown of it is a fixpoint and holds nothing that can run. */
#include <strings.h>

#include "channels/email/html.h"
#include "fuzz.h"

static const char *const NEVER[] = {"<script", "<iframe", "<object", "<embed",
                                    "<style",  "<meta",   "<base",   "<svg"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str in = {(const char *)data, n};
    struct buf once, again, text;
    struct why w = {0};

    buf_init(&once, (size_t)8 << 20);
    buf_init(&again, (size_t)8 << 20);
    buf_init(&text, (size_t)8 << 20);
    if (html_clean(in, &once, &w) == OK) {
        struct str out = {once.p, once.n};

        CHECK(utf8_is_valid(out.p, out.n));
        for (size_t i = 0; i < sizeof NEVER / sizeof *NEVER; i++)
            for (size_t at = 0; at + strlen(NEVER[i]) <= out.n; at++)
                CHECK(strncasecmp(out.p + at, NEVER[i], strlen(NEVER[i])) != 0);
        CHECK(html_clean(out, &again, &w) == OK);
        CHECK(again.n == once.n && (once.n == 0 || memcmp(again.p, once.p, once.n) == 0));
    }
    html_text(in, &text);
    CHECK(text.n == 0 || utf8_is_valid(text.p, text.n));
    buf_done(&once);
    buf_done(&again);
    buf_done(&text);
    return 0;
}
