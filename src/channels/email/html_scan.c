/* html_scan.c: is this HTML small enough to hand to a parser that recurses? */
#include "channels/email/html.h"

#include <ctype.h>

enum kind { NEUTRAL, NESTS, FORMATS };

/* Elements whose end tag may be missing (p, li, td) or that have none do not nest by
 * themselves; formatting elements are opened again by the parser after each block. */
static enum kind kind_of(struct str name)
{
    static const char *const formats[] = {"a",    "b", "big",   "code",   "em",     "font", "i",
                                          "nobr", "s", "small", "strike", "strong", "tt",   "u"};
    static const char *const neutral[] = {
        "p",     "li",     "td",    "th",    "tr",       "dt",       "dd",     "option",
        "tbody", "thead",  "tfoot", "br",    "hr",       "img",      "meta",   "link",
        "input", "col",    "base",  "area",  "wbr",      "embed",    "html",   "head",
        "body",  "source", "track", "param", "colgroup", "optgroup", "caption"};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (str_eq_nocase(name, str_of(formats[i])))
            return FORMATS;
    for (size_t i = 0; i < sizeof neutral / sizeof *neutral; i++)
        if (str_eq_nocase(name, str_of(neutral[i])))
            return NEUTRAL;
    return NESTS;
}

enum err html_scan(struct str in, struct why *w)
{
    size_t tags = 0, depth = 0, unclosed = 0;

    if (in.n > HTML_BYTES_MAX)
        return fail(w, E_INVALID, "the HTML is %zu bytes; the limit is %d", in.n, HTML_BYTES_MAX);
    for (size_t i = 0; i + 1 < in.n; i++) {
        bool is_end = in.p[i + 1] == '/';
        struct str name = {in.p + i + 1 + is_end, 0};
        size_t *count;
        enum kind kind;

        if (in.p[i] != '<')
            continue;
        while (i + 1 + is_end + name.n < in.n && isalnum((unsigned char)name.p[name.n]))
            name.n++;
        if (name.n == 0)
            continue;
        if (++tags > HTML_TAGS_MAX)
            return fail(w, E_INVALID, "the HTML has over %d tags", HTML_TAGS_MAX);
        kind = kind_of(name);
        if (kind == NEUTRAL)
            continue;
        count = kind == FORMATS ? &unclosed : &depth;
        if (is_end)
            *count -= *count > 0;
        else if (++*count > (kind == FORMATS ? HTML_UNCLOSED_MAX : HTML_DEPTH_MAX))
            return fail(w, E_INVALID, "the HTML is nested too deep");
    }
    return OK;
}
