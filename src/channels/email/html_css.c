/* html_css.c: which declarations of a style attribute may stay? Plain values only: no url(),
 * no escapes, no comments, nothing that fetches, moves over other things, or runs. */
#include "channels/email/html.h"

#include <ctype.h>

#define VALUE_BYTES_MAX  100
#define STYLE_BYTES_MAX  16384
#define DECLARATIONS_MAX 60

static bool is_allowed_property(struct str name)
{
    static const char *const names[] = {"background-color",
                                        "border",
                                        "border-bottom",
                                        "border-collapse",
                                        "border-color",
                                        "border-left",
                                        "border-radius",
                                        "border-right",
                                        "border-spacing",
                                        "border-style",
                                        "border-top",
                                        "border-width",
                                        "color",
                                        "direction",
                                        "display",
                                        "font-size",
                                        "font-style",
                                        "font-weight",
                                        "height",
                                        "letter-spacing",
                                        "line-height",
                                        "list-style-type",
                                        "margin",
                                        "margin-bottom",
                                        "margin-left",
                                        "margin-right",
                                        "margin-top",
                                        "max-width",
                                        "min-width",
                                        "padding",
                                        "padding-bottom",
                                        "padding-left",
                                        "padding-right",
                                        "padding-top",
                                        "text-align",
                                        "text-decoration",
                                        "text-indent",
                                        "text-transform",
                                        "vertical-align",
                                        "white-space",
                                        "width",
                                        "word-break"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq_nocase(name, str_of(names[i])))
            return true;
    return false;
}

/* Every "(" must belong to rgb(), rgba(), hsl() or hsla(). */
static bool is_colour_function(struct str v, size_t open)
{
    static const char *const names[] = {"rgb", "rgba", "hsl", "hsla"};
    size_t start = open;

    while (start > 0 && isalnum((unsigned char)v.p[start - 1]))
        start--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq_nocase((struct str){v.p + start, open - start}, str_of(names[i])))
            return true;
    return false;
}

static bool is_plain_value(struct str v)
{
    if (v.n == 0 || v.n > VALUE_BYTES_MAX)
        return false;
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];

        if (c == '(' && !is_colour_function(v, i))
            return false;
        /* A sign before a number would move things over others. */
        if (c == '-' && (i == 0 || !isalpha((unsigned char)v.p[i - 1])))
            return false;
        if (!isalnum(c) && !strchr(" #%.,()-!", c))
            return false;
    }
    return true;
}

void html_css(struct str style, struct buf *out)
{
    size_t kept = 0;

    if (style.n > STYLE_BYTES_MAX)
        return;
    while (style.n && kept < DECLARATIONS_MAX) {
        struct str one = str_cut(&style, ';');
        struct str name = str_trim(str_cut(&one, ':'));
        struct str value = str_trim(one);

        if (!is_allowed_property(name) || !is_plain_value(value))
            continue;
        if (kept++)
            buf_char(out, ';');
        for (size_t i = 0; i < name.n; i++)
            buf_char(out, (char)tolower((unsigned char)name.p[i]));
        buf_char(out, ':');
        buf_add(out, value.p, value.n);
    }
}
