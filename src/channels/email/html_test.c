/* html_test.c: is nothing left that runs, and is the rest still there? */
#include "channels/email/html.h"

#include <ctype.h>
#include <gumbo.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"

#define OUT_MAX (8UL * 1024 * 1024)

static const struct {
    const char *says, *in, *want;
} rows[] = {
    {"plain words", "Good morning", "Good morning"},
    {"kept markup", "<p>Hi <b>Ana</b></p>", "<p>Hi <b>Ana</b></p>"},
    {"text is escaped", "1 &lt; 2 &amp; \"x\"", "1 &lt; 2 &amp; &quot;x&quot;"},
    {"a script goes with its text", "a<script>alert(1)</script>b", "ab"},
    {"a style sheet too", "<style>p{color:red}</style><p>x</p>", "<p>x</p>"},
    {"handlers go", "<p onclick=\"alert(1)\">x</p>", "<p>x</p>"},
    {"a link is made safe", "<a href=\"https://example.com/?a=1&amp;b=2\">x</a>",
     "<a href=\"https://example.com/?a=1&amp;b=2\" rel=\"noopener noreferrer\" "
     "target=\"_blank\">x</a>"},
    {"javascript: is no link", "<a href=\" java\tscript:alert(1)\">x</a>", "<a>x</a>"},
    {"a relative link is none", "<a href=\"/logout\">x</a>", "<a>x</a>"},
    {"a remote image waits", "<img src=\"https://t.example/p.gif\" width=1 height=1>",
     "<img data-src=\"https://t.example/p.gif\" width=\"1\" height=\"1\">"},
    {"a part of the mail", "<img src=\"cid:logo@x\" alt=\"Logo\">",
     "<img data-cid=\"logo@x\" alt=\"Logo\">"},
    {"a small picture inside", "<img src=\"data:image/png;base64,iVBORw0=\">",
     "<img src=\"data:image/png;base64,iVBORw0=\">"},
    {"but no SVG", "<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">", "<img>"},
    {"svg goes whole", "a<svg><script>alert(1)</script><text>t</text></svg>b", "ab"},
    {"style keeps plain colours", "<p style=\"COLOR: red; position:fixed; margin:4px\">x</p>",
     "<p style=\"color:red;margin:4px\">x</p>"},
    {"style loses url()", "<p style=\"background-color:url(https://t/);color:rgb(1,2,3)\">x</p>",
     "<p style=\"color:rgb(1,2,3)\">x</p>"},
    {"negative margins go", "<p style=\"margin-top:-900px\">x</p>", "<p>x</p>"},
    {"an unknown element is unwrapped", "<o:p>x</o:p>", "x"},
    {"a form is unwrapped, its fields go", "<form action=https://evil><input name=p>x</form>", "x"},
    {"comments go", "a<!-- <b>x</b> -->b", "ab"},
    {"gmail's quote is marked", "<div class=\"x gmail_quote\">old</div>",
     "<div data-quote=\"\">old</div>"},
    {"apple's quote is marked", "<blockquote type=\"cite\">old</blockquote>",
     "<blockquote data-quote=\"\">old</blockquote>"},
    {"meta refresh goes", "<meta http-equiv=refresh content=\"0;url=https://evil\">x", "x"},
    {"base goes", "<base href=\"https://evil/\"><a href=\"https://ok/\">x</a>",
     "<a href=\"https://ok/\" rel=\"noopener noreferrer\" target=\"_blank\">x</a>"},
};

static void the_allow_list(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct why w = {0};
        struct buf out;

        buf_init(&out, OUT_MAX);
        buf_str(&out, "");
        if (html_clean(str_of(rows[i].in), &out, &w) || strcmp(out.p, rows[i].want) != 0) {
            print_error("%s:\n  got  %s\n  want %s\n  %s\n", rows[i].says, out.p, rows[i].want,
                        w.text);
            assert_true(false);
        }
        buf_done(&out);
    }
}

static void as_text(void **state)
{
    static const struct {
        const char *says, *in, *want;
    } texts[] = {
        {"paragraphs", "<p>One</p><p>Two</p>", "One\n\nTwo"},
        {"breaks", "One<br>Two<br><br>Three", "One\nTwo\n\nThree"},
        {"white space", "  a \n b\t<b> c</b>", "a b c"},
        {"a list", "<ul><li>x</li><li>y</li></ul>", "- x\n- y"},
        {"a quote", "Hi<blockquote>old<br>words</blockquote>", "Hi\n> old\n> words"},
        {"a table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
        {"nothing that is hidden in head", "<head><title>T</title><style>x</style></head>y", "y"},
        {"entities", "caf&eacute;&nbsp;&lt;x&gt;", "caf\xC3\xA9 <x>"},
        {"preformatted", "<pre>a\n  b</pre>", "a\n  b"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buf out;

        buf_init(&out, OUT_MAX);
        buf_str(&out, "");
        html_text(str_of(texts[i].in), &out);
        if (strcmp(out.p, texts[i].want) != 0) {
            print_error("%s: got \"%s\", want \"%s\"\n", texts[i].says, out.p, texts[i].want);
            assert_true(false);
        }
        buf_done(&out);
    }
}

/* Judge a tree by the rules in words, not by html_allow.c's own tables. */
static void judge(const GumboNode *node, const char *origin)
{
    static const char *const never[] = {"script", "style",    "iframe", "object",   "embed",
                                        "svg",    "math",     "form",   "input",    "button",
                                        "link",   "meta",     "base",   "template", "textarea",
                                        "select", "noscript", "video"};
    const GumboElement *e = &node->v.element;
    const char *name;

    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE)
        return;
    name = gumbo_normalized_tagname(e->tag);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strcmp(name, never[i]) == 0 || e->tag_namespace != GUMBO_NAMESPACE_HTML) {
            print_error("<%s> came through from: %s\n", name, origin);
            assert_true(false);
        }
    for (unsigned i = 0; i < e->attributes.length; i++) {
        const GumboAttribute *a = e->attributes.data[i];
        bool is_bad = strncmp(a->name, "on", 2) == 0 || strcmp(a->name, "srcdoc") == 0 ||
                      strcmp(a->name, "id") == 0 || strcmp(a->name, "name") == 0;

        if (strcmp(a->name, "href") == 0)
            is_bad = strncasecmp(a->value, "http", 4) != 0 &&
                     strncasecmp(a->value, "mailto:", 7) != 0 &&
                     strncasecmp(a->value, "tel:", 4) != 0;
        if (strcmp(a->name, "src") == 0)
            is_bad = strncasecmp(a->value, "data:image/", 11) != 0 || strstr(a->value, "svg");
        if (strcmp(a->name, "style") == 0)
            is_bad = strstr(a->value, "url") || strchr(a->value, '\\') || strchr(a->value, '@');
        if (is_bad) {
            print_error("%s=\"%s\" came through from: %s\n", a->name, a->value, origin);
            assert_true(false);
        }
    }
    for (unsigned i = 0; i < e->children.length; i++)
        judge(e->children.data[i], origin);
}

/* Clean, or refused; and when clean: nothing that runs, and a fixpoint. */
static void hold_to_promise(struct str in)
{
    struct buf once, twice;
    struct why w = {0};
    enum err e;

    buf_init(&once, OUT_MAX);
    buf_init(&twice, OUT_MAX);
    buf_str(&once, "");
    buf_str(&twice, "");
    e = html_clean(in, &once, &w);
    assert_true(e == OK || e == E_INVALID);
    if (e == OK) {
        GumboOutput *tree = gumbo_parse_with_options(&kGumboDefaultOptions, once.p, once.n);

        for (unsigned i = 0; i < tree->root->v.element.children.length; i++) {
            const GumboNode *part = tree->root->v.element.children.data[i];

            for (unsigned k = 0;
                 part->type == GUMBO_NODE_ELEMENT && k < part->v.element.children.length; k++)
                judge(part->v.element.children.data[k], in.p);
        }
        gumbo_destroy_output(&kGumboDefaultOptions, tree);
        assert_int_equal(html_clean((struct str){once.p, once.n}, &twice, &w), OK);
        assert_string_equal(once.p, twice.p);
    }
    html_text(in, &twice);
    buf_done(&once);
    buf_done(&twice);
}

static void awkward_nesting_is_a_fixpoint(void **state)
{
    static const char *const nests[] = {
        "<p><button><p>x</p></button></p>",
        "<a href=https://a><table><tr><td><a href=https://b>x</a></table></a>",
        "<table><b>x<tr><td>y</b></table>z",
        "<b><p>x</b>y</p>",
        "<p><x-foo><p>a</x-foo></p>",
        "<svg><p><style><img src=x onerror=alert(1)></style>",
        ("<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
         "onerror=alert(1)&gt;\">"),
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<pre>\n\n\nx</pre>",
        "<h1><h2>x</h1></h2><li><ul><li>",
        "<form><div></form><form id=x><input>",
        "<font color=red><p><font size=2><p><font color=blue>x",
        "<template><s><template><s><img src=x onerror=alert(1)>",
        "<isindex prompt=x><keygen><image src=x>",
        "<frameset><frame src=javascript:alert(1)>",
        "\xff\xfe<b>\x80\x81</b>",
        "<p title='\"><script>alert(1)</script>'>x",
        "<a title=\"`\" href=\"https://x/`onmouseover=alert(1)\">",
    };

    for (size_t i = 0; i < sizeof nests / sizeof *nests; i++)
        hold_to_promise(str_of(nests[i]));
}

static void bombs_are_refused_before_the_parser(void **state)
{
    static const char *const units[] = {"<table>",
                                        "<div>",
                                        "<b>",
                                        "<p><font color=red>",
                                        "<span><div></span></div>",
                                        "<a href=https://x><p>"};

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct buf in;

        buf_init(&in, OUT_MAX);
        for (int k = 0; k < 200000; k++)
            buf_str(&in, units[i]);
        hold_to_promise((struct str){in.p, in.n});
        in.n = strlen(units[i]) * 9000;
        hold_to_promise((struct str){in.p, in.n});
        buf_done(&in);
    }
}

/* The public payloads: every JSON string of the file, taken as HTML. */
static void the_public_payloads(void **state)
{
    const char *path = getenv("ANTIPHON_XSS_FILE");
    FILE *f = fopen(path ? path : SOURCE_ROOT "/../shared/data/html_xss/expect.json", "r");
    struct buf text, payload;
    size_t n = 0;
    int c;

    if (!f) {
        print_message("NOT TESTED: the public payloads (html_xss/expect.json is not here)\n");
        return;
    }
    buf_init(&text, OUT_MAX);
    buf_init(&payload, OUT_MAX);
    while ((c = fgetc(f)) != EOF)
        buf_char(&text, (char)c);
    fclose(f);
    for (char *p = text.p; p && (p = strstr(p, "\"payload\": \"")); n++) {
        buf_reset(&payload);
        for (p += strlen("\"payload\": \""); *p && *p != '"'; p++) {
            if (*p != '\\') {
                buf_char(&payload, *p);
                continue;
            }
            p++;
            if (*p == 'u' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]) &&
                isxdigit((unsigned char)p[3]) && isxdigit((unsigned char)p[4])) {
                char four[5] = {p[1], p[2], p[3], p[4], 0};
                long u = strtol(four, NULL, 16);

                if (u < 0x80)
                    buf_char(&payload, (char)u);
                else
                    buf_printf(&payload, "&#x%lx;", u);
                p += 4;
            } else {
                buf_char(&payload, (char)(*p == 'n'   ? '\n'
                                          : *p == 't' ? '\t'
                                          : *p == 'r' ? '\r'
                                                      : *p));
            }
        }
        hold_to_promise((struct str){payload.p, payload.n});
    }
    print_message("%zu public payloads\n", n);
    assert_true(n > 200);
    buf_done(&text);
    buf_done(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_allow_list),
        cmocka_unit_test(as_text),
        cmocka_unit_test(awkward_nesting_is_a_fixpoint),
        cmocka_unit_test(bombs_are_refused_before_the_parser),
        cmocka_unit_test(the_public_payloads),
    };

    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
