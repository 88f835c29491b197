#include "channels/email/oversize.h"

#include "base/limits.h"

/* No header line begins like this, so no mail does. */
#define MARK "(antiphon: left on the server)\n"

void oversize_write(struct buf *out, const char *folder, unsigned uid, size_t bytes)
{
    buf_str(out, MARK);
    buf_printf(out,
               "a mail of %zu MB is over the limit of %d MB and was left on the server: "
               "folder \"%s\", number %u\n",
               (bytes + 1024 * 1024 - 1) / (1024 * 1024), LIMIT_MAIL_BYTES / (1024 * 1024), folder,
               uid);
}

enum err oversize_check(struct str raw, struct why *w)
{
    struct str line;

    if (!str_starts(raw, STR(MARK)))
        return OK;
    str_cut(&raw, '\n');
    line = str_cut(&raw, '\n');
    if (!utf8_is_valid(line.p, line.n))
        return fail(w, E_INVALID, "a mail over the limit was left on the server");
    return fail(w, E_INVALID, "%.*s", (int)(line.n > 220 ? 220 : line.n), line.p);
}
