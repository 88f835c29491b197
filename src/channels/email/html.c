#include "channels/email/html.h"

#include <gumbo.h>

#include "base/scope.h"

#define NODES_MAX      100000
#define ROUNDS_MAX     5
#define OUT_BYTES_MAX  (4UL * 1024 * 1024)
#define ROOM_BYTES_MAX (512UL * 1024)

struct walk {
    struct buf *out;
    struct buf room; /* one attribute's value */
    size_t nodes;
    bool is_over;
};

struct tree {
    GumboOutput *output;
};

static void tree_done(struct tree *t)
{
    if (t->output)
        gumbo_destroy_output(&kGumboDefaultOptions, t->output);
}

static struct tree tree_of(struct str in)
{
    return (struct tree){gumbo_parse_with_options(&kGumboDefaultOptions, in.n ? in.p : "", in.n)};
}

static const char *attribute(const GumboElement *e, const char *name)
{
    const GumboAttribute *a = gumbo_get_attribute(&e->attributes, name);

    return a ? a->value : NULL;
}

static void write_attribute(struct buf *out, const char *name, const char *value)
{
    buf_char(out, ' ');
    buf_str(out, name);
    buf_str(out, "=\"");
    buf_html(out, value);
    buf_char(out, '"');
}

/* A picture keeps no address that a browser would fetch by itself. */
static void write_picture(struct walk *wk, const GumboElement *e)
{
    const char *src = attribute(e, "src"), *remote = attribute(e, "data-src");
    const char *cid = attribute(e, "data-cid");

    if (src && str_eq_nocase((struct str){src, strnlen(src, 4)}, STR("cid:")))
        cid = src + 4;
    if (src && html_url(str_of(src), true, &wk->room)) {
        bool is_inside = wk->room.n > 5 && str_eq_nocase((struct str){wk->room.p, 5}, STR("data:"));

        write_attribute(wk->out, is_inside ? "src" : "data-src", wk->room.p);
        return;
    }
    if (cid && html_attribute("img", "data-cid", str_of(cid), &wk->room))
        write_attribute(wk->out, "data-cid", wk->room.p);
    else if (remote && html_url(str_of(remote), true, &wk->room) &&
             !str_starts((struct str){wk->room.p, wk->room.n}, STR("data:")))
        write_attribute(wk->out, "data-src", wk->room.p);
}

static bool has_word(const char *list, const char *word)
{
    struct str rest = str_of(list);

    while (rest.n)
        if (str_eq(str_cut(&rest, ' '), str_of(word)))
            return true;
    return false;
}

/* Where mail programs begin to quote the mail before. */
static bool is_quote(const GumboElement *e, const char *name)
{
    static const char *const classes[] = {"gmail_quote", "yahoo_quoted", "protonmail_quote",
                                          "zmail_extra", "moz-cite-prefix"};
    static const char *const ids[] = {"divRplyFwdMsg", "appendonsend", "reply-intro",
                                      "OLK_SRC_BODY_SECTION"};
    const char *class = attribute(e, "class"), *id = attribute(e, "id"),
               *type = attribute(e, "type");

    if (attribute(e, "data-quote"))
        return true;
    if (strcmp(name, "blockquote") == 0 && type && strcmp(type, "cite") == 0)
        return true;
    for (size_t i = 0; class && i < sizeof classes / sizeof *classes; i++)
        if (has_word(class, classes[i]))
            return true;
    for (size_t i = 0; id && i < sizeof ids / sizeof *ids; i++)
        if (strcmp(id, ids[i]) == 0)
            return true;
    return false;
}

/* In a fixed order, so that a second pass writes the same bytes. */
static void write_attributes(struct walk *wk, const GumboElement *e, const char *name)
{
    const char *href = strcmp(name, "a") == 0 ? attribute(e, "href") : NULL;
    const char *style = attribute(e, "style");
    bool is_link = href && html_url(str_of(href), false, &wk->room);

    if (is_link)
        write_attribute(wk->out, "href", wk->room.p);
    if (strcmp(name, "img") == 0)
        write_picture(wk, e);
    for (unsigned i = 0; i < e->attributes.length; i++) {
        const GumboAttribute *a = e->attributes.data[i];

        if (strncmp(a->name, "data-", 5) == 0)
            continue;
        if (html_attribute(name, a->name, str_of(a->value), &wk->room))
            write_attribute(wk->out, a->name, wk->room.n ? wk->room.p : "");
    }
    buf_reset(&wk->room);
    if (style)
        html_css(str_of(style), &wk->room);
    if (wk->room.n && !wk->room.is_over)
        write_attribute(wk->out, "style", wk->room.p);
    if (is_quote(e, name))
        buf_str(wk->out, " data-quote=\"\"");
    if (is_link)
        buf_str(wk->out, " rel=\"noopener noreferrer\" target=\"_blank\"");
}

static bool may_go_on(struct walk *wk, size_t depth)
{
    if (++wk->nodes > NODES_MAX || depth > 2 * HTML_DEPTH_MAX || wk->out->is_over)
        wk->is_over = true;
    return !wk->is_over;
}

static void clean_children(struct walk *wk, const GumboElement *e, size_t depth);

static void clean_element(struct walk *wk, const GumboElement *e, size_t depth)
{
    const char *name = gumbo_normalized_tagname(e->tag);
    enum html_rule rule = e->tag_namespace != GUMBO_NAMESPACE_HTML ? HTML_DROP
                          : e->tag == GUMBO_TAG_UNKNOWN            ? HTML_UNWRAP
                                                                   : html_element_rule(name);

    if (rule == HTML_DROP)
        return;
    if (rule == HTML_UNWRAP) {
        clean_children(wk, e, depth);
        return;
    }
    buf_char(wk->out, '<');
    buf_str(wk->out, name);
    write_attributes(wk, e, name);
    buf_char(wk->out, '>');
    if (html_is_void(name))
        return;
    if (e->tag == GUMBO_TAG_PRE && e->children.length > 0) {
        const GumboNode *first = e->children.data[0];

        if (first->type == GUMBO_NODE_TEXT && first->v.text.text[0] == '\n')
            buf_char(wk->out, '\n'); /* a parser eats the first one */
    }
    clean_children(wk, e, depth);
    buf_str(wk->out, "</");
    buf_str(wk->out, name);
    buf_char(wk->out, '>');
}

static void clean_children(struct walk *wk, const GumboElement *e, size_t depth)
{
    for (unsigned i = 0; i < e->children.length && may_go_on(wk, depth); i++) {
        const GumboNode *node = e->children.data[i];

        if (node->type == GUMBO_NODE_ELEMENT)
            clean_element(wk, &node->v.element, depth + 1);
        else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
            buf_html(wk->out, node->v.text.text);
    }
}

static enum err clean_once(struct str in, struct buf *out, struct why *w)
{
    SCOPED(tree_done) struct tree t = tree_of(in);
    struct walk wk = {.out = out};

    if (!t.output)
        return fail(w, E_INVALID, "the HTML cannot be parsed");
    buf_init(&wk.room, ROOM_BYTES_MAX);
    clean_children(&wk, &t.output->root->v.element, 0);
    buf_done(&wk.room);
    if (wk.is_over || out->is_over)
        return fail(w, E_INVALID, "the HTML is nested too deep or too long");
    return OK;
}

enum err html_clean(struct str in, struct buf *out, struct why *w)
{
    SCOPED(buf_done) struct buf a, b;
    struct buf *last = &a, *next = &b;
    enum err e;

    buf_init(&a, OUT_BYTES_MAX);
    buf_init(&b, OUT_BYTES_MAX);
    if ((e = html_scan(in, w)) || (e = clean_once(in, last, w)))
        return e;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        struct buf *swap = last;

        buf_reset(next);
        if ((e = clean_once((struct str){last->p, last->n}, next, w)))
            return e;
        if (str_eq((struct str){last->p, last->n}, (struct str){next->p, next->n})) {
            buf_add(out, next->p, next->n);
            return OK;
        }
        last = next;
        next = swap;
    }
    return fail(w, E_INVALID, "the HTML reads differently each time it is read");
}

/* --- as text ----------------------------------------------------------------------------- */

struct reader {
    struct buf *out;
    size_t nodes, quotes, list_depth;
    bool is_over, in_pre;
    bool wants_space; /* white space was seen, not yet written */
    int wants_breaks; /* line breaks due before the next word */
};

static void text_break(struct reader *r, int n)
{
    if (r->wants_breaks < n)
        r->wants_breaks = n;
    r->wants_space = false;
}

/* What is due before the next character: line breaks, quote marks, one space. */
static void text_due(struct reader *r)
{
    bool is_first = r->out->n == 0;

    for (int i = 0; i < r->wants_breaks && !is_first; i++) {
        buf_char(r->out, '\n');
        if (i + 1 < r->wants_breaks && r->quotes)
            buf_char(r->out, '>');
    }
    if (r->wants_breaks || is_first)
        for (size_t i = 0; i < r->quotes; i++)
            buf_str(r->out, "> ");
    else if (r->wants_space)
        buf_char(r->out, ' ');
    r->wants_breaks = 0;
    r->wants_space = false;
}

/* One character of several bytes; gumbo makes broken ones of "&#5555555555;". Returns how many
 * bytes it stands for. */
static size_t text_add_wide(struct reader *r, const char *s)
{
    unsigned char c = (unsigned char)*s;
    size_t n = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

    text_due(r);
    if (utf8_cut(s, strnlen(s, n), n) != n) {
        buf_str(r->out, "\xEF\xBF\xBD");
        return 1;
    }
    buf_add(r->out, s, n);
    return n;
}

static void text_add(struct reader *r, const char *s)
{
    for (; *s; s++) {
        bool is_nbsp = (unsigned char)s[0] == 0xC2 && (unsigned char)s[1] == 0xA0;

        if (r->in_pre && *s == '\n') {
            r->wants_breaks++;
        } else if (is_nbsp || (!r->in_pre && strchr(" \t\r\n\f", *s))) {
            r->wants_space = r->wants_space || !r->wants_breaks;
            s += is_nbsp;
        } else if ((unsigned char)*s >= 0x80) {
            s += text_add_wide(r, s) - 1;
        } else {
            text_due(r);
            buf_char(r->out, *s);
        }
    }
}

static void text_children(struct reader *r, const GumboElement *e, size_t depth);

/* What stands before an element's own text. */
static void text_open(struct reader *r, const GumboElement *e, const char *name)
{
    const char *alt = attribute(e, "alt");

    if (e->tag == GUMBO_TAG_BR)
        r->wants_breaks++, r->wants_space = false;
    else if (e->tag == GUMBO_TAG_P || (name[0] == 'h' && name[1] >= '1' && name[1] <= '6'))
        text_break(r, 2);
    else if (html_is_block(name))
        text_break(r, 1);
    else if (e->tag == GUMBO_TAG_TD || e->tag == GUMBO_TAG_TH)
        text_add(r, " ");
    else if (e->tag == GUMBO_TAG_IMG && alt && *alt && strlen(alt) < 200)
        text_add(r, alt);
    if (e->tag == GUMBO_TAG_LI) {
        text_due(r);
        buf_str(r->out, "- ");
    }
}

static void text_element(struct reader *r, const GumboElement *e, size_t depth)
{
    const char *name = gumbo_normalized_tagname(e->tag);
    bool is_quote_block = e->tag == GUMBO_TAG_BLOCKQUOTE, was_pre = r->in_pre;

    if (e->tag_namespace != GUMBO_NAMESPACE_HTML || html_element_rule(name) == HTML_DROP)
        return;
    text_open(r, e, name);
    r->quotes += is_quote_block;
    r->in_pre = was_pre || e->tag == GUMBO_TAG_PRE;
    text_children(r, e, depth);
    r->in_pre = was_pre;
    r->quotes -= is_quote_block;
    if (e->tag == GUMBO_TAG_P)
        text_break(r, 2);
    else if (html_is_block(name))
        text_break(r, 1);
}

static void text_children(struct reader *r, const GumboElement *e, size_t depth)
{
    for (unsigned i = 0; i < e->children.length; i++) {
        const GumboNode *node = e->children.data[i];

        if (++r->nodes > NODES_MAX || depth > 2 * HTML_DEPTH_MAX || r->out->is_over)
            return;
        if (node->type == GUMBO_NODE_ELEMENT)
            text_element(r, &node->v.element, depth + 1);
        else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
            text_add(r, node->v.text.text);
    }
}

/* Without a parser: what stands between ">" and "<". */
static void cut_tags(struct str in, struct buf *out)
{
    bool is_tag = false;

    for (size_t i = 0; i < in.n && !out->is_over; i++) {
        if (in.p[i] == '<')
            is_tag = true;
        else if (in.p[i] == '>' && is_tag)
            is_tag = false, buf_char(out, ' ');
        else if (!is_tag)
            buf_char(out, in.p[i]);
    }
}

void html_text(struct str in, struct buf *out)
{
    struct reader r = {.out = out};
    struct why w;

    if (html_scan(in, &w)) {
        cut_tags(in, out);
        return;
    }
    {
        SCOPED(tree_done) struct tree t = tree_of(in);

        if (t.output)
            text_children(&r, &t.output->root->v.element, 0);
    }
}
