/* html_allow.c: the lists. What stands in none of them is not written. */
#include "channels/email/html.h"

#include <ctype.h>
#include <stdio.h>

#define COUNT(x)             (sizeof(x) / sizeof *(x))
#define DATA_IMAGE_BYTES_MAX (256 * 1024)
#define URL_BYTES_MAX        4096

static const char *const KEEP[] = {
    "a",          "abbr",       "address", "article", "aside",  "b",      "bdi",    "bdo",
    "big",        "blockquote", "br",      "caption", "center", "cite",   "code",   "col",
    "colgroup",   "dd",         "del",     "dfn",     "div",    "dl",     "dt",     "em",
    "figcaption", "figure",     "font",    "footer",  "h1",     "h2",     "h3",     "h4",
    "h5",         "h6",         "header",  "hr",      "i",      "img",    "ins",    "kbd",
    "li",         "main",       "mark",    "nav",     "ol",     "p",      "pre",    "q",
    "s",          "samp",       "section", "small",   "span",   "strike", "strong", "sub",
    "sup",        "table",      "tbody",   "td",      "tfoot",  "th",     "thead",  "time",
    "tr",         "tt",         "u",       "ul",      "var",    "wbr"};

/* Gone with all that is inside. svg and math too: other parsing rules live there. */
static const char *const DROP[] = {
    "script",  "style",    "title",   "head",     "iframe",   "frame",   "frameset",  "noframes",
    "object",  "embed",    "applet",  "param",    "noscript", "noembed", "template",  "svg",
    "math",    "textarea", "select",  "option",   "optgroup", "input",   "audio",     "video",
    "source",  "track",    "canvas",  "base",     "link",     "meta",    "plaintext", "xmp",
    "listing", "portal",   "dialog",  "datalist", "map",      "area",    "image",     "basefont",
    "bgsound", "keygen",   "isindex", "menuitem", "command",  "slot"};

static const char *const BLOCKS[] = {
    "address", "article", "aside",      "blockquote", "caption", "center", "dd",    "div",
    "dl",      "dt",      "figcaption", "figure",     "footer",  "form",   "h1",    "h2",
    "h3",      "h4",      "h5",         "h6",         "header",  "hr",     "li",    "main",
    "nav",     "ol",      "p",          "pre",        "section", "table",  "tbody", "tfoot",
    "thead",   "tr",      "ul",         "fieldset",   "body"};

static bool is_among(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

enum html_rule html_element_rule(const char *name)
{
    if (is_among(name, KEEP, COUNT(KEEP)))
        return HTML_KEEP;
    return is_among(name, DROP, COUNT(DROP)) ? HTML_DROP : HTML_UNWRAP;
}

bool html_is_block(const char *name)
{
    return is_among(name, BLOCKS, COUNT(BLOCKS));
}

bool html_is_void(const char *name)
{
    static const char *const list[] = {"br", "col", "hr", "img", "wbr"};

    return is_among(name, list, COUNT(list));
}

/* Browsers ignore white space and control characters around and inside a scheme; so they go
 * first, and the scheme is judged on what is left. */
static void without_controls(struct str v, struct buf *room)
{
    v = str_trim(v);
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];

        if (c == ' ')
            buf_str(room, "%20");
        else if (c > ' ' && c != 0x7f)
            buf_char(room, (char)c);
    }
}

static bool has_prefix(struct str v, const char *prefix)
{
    size_t n = strlen(prefix);

    return v.n > n && str_eq_nocase((struct str){v.p, n}, (struct str){prefix, n});
}

static bool is_data_picture(struct str v)
{
    static const char *const kinds[] = {"data:image/png;base64,", "data:image/gif;base64,",
                                        "data:image/jpeg;base64,", "data:image/webp;base64,"};
    const char *comma = v.n ? memchr(v.p, ',', v.n) : NULL;
    bool is_known = false;

    for (size_t i = 0; i < COUNT(kinds); i++)
        is_known = is_known || has_prefix(v, kinds[i]);
    if (!is_known || !comma || v.n > DATA_IMAGE_BYTES_MAX)
        return false;
    for (const char *c = comma + 1; c < v.p + v.n; c++)
        if (!isalnum((unsigned char)*c) && !strchr("+/=", *c))
            return false;
    return true;
}

bool html_url(struct str value, bool is_image, struct buf *room)
{
    struct str v;

    buf_reset(room);
    without_controls(value, room);
    v = (struct str){room->p, room->n};
    if (room->is_over || v.n == 0)
        return false;
    if (is_image && has_prefix(v, "data:"))
        return is_data_picture(v);
    if (v.n > URL_BYTES_MAX)
        return false;
    return has_prefix(v, "https://") || has_prefix(v, "http://") ||
           (!is_image && (has_prefix(v, "mailto:") || has_prefix(v, "tel:")));
}

/* What an attribute's value may look like. */
enum form { FORM_TEXT, FORM_WORD, FORM_NUMBER, FORM_LENGTH, FORM_COLOUR, FORM_EMPTY, FORM_ID };

static const struct {
    const char *name;
    const char *elements; /* by comma; NULL: any */
    enum form form;
} ATTRIBUTES[] = {
    {"title", NULL, FORM_TEXT},
    {"alt", ",img,", FORM_TEXT},
    {"data-cid", ",img,", FORM_ID},
    {"data-quote", NULL, FORM_EMPTY},
    {"dir", NULL, FORM_WORD},
    {"lang", NULL, FORM_WORD},
    {"align", NULL, FORM_WORD},
    {"valign", NULL, FORM_WORD},
    {"type", ",ol,ul,li,", FORM_WORD},
    {"scope", ",th,td,", FORM_WORD},
    {"width", ",img,table,td,th,col,colgroup,hr,", FORM_LENGTH},
    {"height", ",img,table,td,th,tr,", FORM_LENGTH},
    {"border", ",img,table,", FORM_NUMBER},
    {"cellpadding", ",table,", FORM_NUMBER},
    {"cellspacing", ",table,", FORM_NUMBER},
    {"colspan", ",td,th,", FORM_NUMBER},
    {"rowspan", ",td,th,", FORM_NUMBER},
    {"span", ",col,colgroup,", FORM_NUMBER},
    {"start", ",ol,", FORM_NUMBER},
    {"value", ",li,", FORM_NUMBER},
    {"size", ",font,", FORM_NUMBER},
    {"color", ",font,", FORM_COLOUR},
    {"bgcolor", ",table,td,th,tr,", FORM_COLOUR},
};

static bool all_of(struct str v, const char *extra, bool letters)
{
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];

        if (!isdigit(c) && !(letters && isalpha(c)) && !(c && strchr(extra, c)))
            return false;
    }
    return v.n > 0;
}

static bool has_form(struct str v, enum form form)
{
    switch (form) {
    case FORM_TEXT:
        return v.n <= 1000;
    case FORM_WORD:
        return v.n <= 20 && all_of(v, "-", true);
    case FORM_NUMBER:
        return v.n <= 3 && all_of(v, "", false);
    case FORM_LENGTH:
        return v.n <= 6 && all_of(v, "%.", false);
    case FORM_COLOUR:
        return v.n <= 30 && all_of(v, "#", true);
    case FORM_EMPTY:
        return v.n == 0;
    case FORM_ID:
        return v.n <= 255 && all_of(v, "@._-+$=!#%&~/", true);
    }
    return false;
}

bool html_attribute(const char *element, const char *name, struct str value, struct buf *room)
{
    char key[32];

    if (snprintf(key, sizeof key, ",%s,", element) >= (int)sizeof key)
        return false;
    buf_reset(room);
    for (size_t i = 0; i < COUNT(ATTRIBUTES); i++) {
        if (strcmp(name, ATTRIBUTES[i].name) != 0)
            continue;
        if (ATTRIBUTES[i].elements && !strstr(ATTRIBUTES[i].elements, key))
            return false;
        if (!has_form(value, ATTRIBUTES[i].form))
            return false;
        buf_add(room, value.p, value.n);
        return !room->is_over;
    }
    return false;
}
