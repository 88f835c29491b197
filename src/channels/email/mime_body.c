/* mime_body.c: which parts are what the person wrote, and which hang on it? */
#include "channels/email/mime_inside.h"

#include <ctype.h>

#include "base/limits.h"
#include "channels/email/html.h"
#include "channels/email/quote.h"

#define HTML_CHARS_MAX (4 * 1024 * 1024)

/* One thing to read, in one or two forms. */
struct segment {
    const char *text, *html; /* html: as received, UTF-8 */
};

struct body {
    struct arena *a;
    struct mail *m;
    struct segment segments[MAIL_DEPTH_MAX], overflow;
    size_t n_segments;
    size_t parts;
};

static void free_bytes(void *p)
{
    g_byte_array_unref(p);
}

/* The part's content without its transfer encoding. */
static struct str content_of(struct body *b, GMimeObject *part)
{
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    GMimeDataWrapper *content =
        GMIME_IS_PART(part) ? g_mime_part_get_content(GMIME_PART(part)) : NULL;

    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    if (content)
        g_mime_data_wrapper_write_to_stream(content, stream);
    else if (GMIME_IS_MESSAGE_PART(part) &&
             g_mime_message_part_get_message(GMIME_MESSAGE_PART(part)))
        g_mime_object_write_to_stream(
            GMIME_OBJECT(g_mime_message_part_get_message(GMIME_MESSAGE_PART(part))), NULL, stream);
    g_object_unref(stream);
    arena_defer(b->a, free_bytes, bytes);
    return (struct str){(const char *)bytes->data, bytes->len};
}

static bool is_type(GMimeObject *part, const char *type, const char *subtype)
{
    GMimeContentType *ct = g_mime_object_get_content_type(part);

    return ct && g_mime_content_type_is_type(ct, type, subtype);
}

static const char *parameter(GMimeObject *part, const char *name)
{
    GMimeContentType *ct = g_mime_object_get_content_type(part);

    return ct ? g_mime_content_type_get_parameter(ct, name) : NULL;
}

/* --- attachments ------------------------------------------------------------------------- */

/* A media type of the plain form, lower case; anything else is just bytes. */
static const char *type_of(struct body *b, GMimeObject *part)
{
    GMimeContentType *ct = g_mime_object_get_content_type(part);
    char *given = ct ? g_mime_content_type_get_mime_type(ct) : NULL;
    char *type =
        arena_str(b->a, given && strlen(given) <= 100 ? given : "application/octet-stream");
    size_t slashes = 0;

    g_free(given);
    for (char *c = type; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
        slashes += *c == '/';
        if (!isalnum((unsigned char)*c) && !strchr("/.+-_", *c))
            return "application/octet-stream";
    }
    return slashes == 1 && type[0] != '/' ? type : "application/octet-stream";
}

/* Characters that turn the reading direction hide a file's true ending. */
static void cut_direction_marks(char *s)
{
    char *to = s;

    for (const unsigned char *p = (const unsigned char *)s; *p;) {
        bool is_mark = p[0] == 0xE2 && ((p[1] == 0x80 && p[2] >= 0xAA && p[2] <= 0xAE) ||
                                        (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9));

        if (is_mark)
            p += 3;
        else
            *to++ = (char)*p++;
    }
    *to = 0;
}

/* A name to show: the last component, one line, never empty. */
static const char *name_of(struct body *b, GMimeObject *part)
{
    const char *given = NULL, *end = "";
    char *name;

    if (GMIME_IS_PART(part))
        given = g_mime_part_get_filename(GMIME_PART(part));
    if (!given)
        given = parameter(part, "name");
    if (!given && GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));

        given = inner ? g_mime_message_get_subject(inner) : NULL;
        end = ".eml";
    }
    name = arena_str(b->a, charset_line(b->a, given, LIMIT_NAME_CHARS - 4));
    if (name) {
        cut_direction_marks(name);
        for (char *c = name; *c && !*end; c++)
            if (*c == '/' || *c == '\\')
                name = c + 1;
        for (char *c = name; *c; c++)
            if (*c == '/' || *c == '\\')
                *c = '-';
    }
    if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return arena_printf(b->a, "attachment-%zu%s", b->m->n_parts + 1, end);
    return arena_printf(b->a, "%s%s", name, end);
}

static void attach(struct body *b, GMimeObject *part, bool is_related)
{
    const char *id =
        charset_line(b->a, g_mime_object_get_content_id(part), LIMIT_EXTERNAL_ID_CHARS);
    const char *disposition = g_mime_object_get_disposition(part);
    struct mail *m = b->m;
    struct str bytes;

    if (m->n_parts >= LIMIT_ATTACHMENTS) {
        mail_remark(b->a, m, "more attachments than can be shown; the original has them all");
        return;
    }
    bytes = content_of(b, part);
    if (bytes.n > LIMIT_ATTACHMENT_BYTES) {
        mail_remark(b->a, m, "an attachment too big to keep apart; the original has it");
        return;
    }
    if (!m->parts)
        m->parts = arena_array(b->a, LIMIT_ATTACHMENTS, sizeof *m->parts);
    m->parts[m->n_parts] = (struct mail_part){
        .name = name_of(b, part),
        .type = GMIME_IS_MESSAGE_PART(part) ? "message/rfc822" : type_of(b, part),
        .content_id = id && *id ? id : NULL,
        .is_inline =
            id && *id && (is_related || (disposition && strcasecmp(disposition, "inline") == 0)),
        .bytes = bytes,
    };
    m->n_parts++;
}

/* --- text -------------------------------------------------------------------------------- */

/* RFC 3676: a line that ends in a space goes on in the next one. */
static const char *unflow(struct arena *a, const char *text)
{
    char *out = arena_str(a, text), *to = out;

    for (const char *p = text; *p; p++) {
        bool is_soft = *p == '\n' && p - text > 1 && p[-1] == ' ' && p[1] != '>' && p[1] != '\n' &&
                       !(p - text >= 3 && strncmp(p - 3, "-- ", 3) == 0);
        const char *line = p;

        if (is_soft) /* a quoted line does not run into an unquoted one */
            while (line > text && line[-1] != '\n')
                line--;
        if (!is_soft || *line == '>')
            *to++ = *p;
    }
    *to = 0;
    return out;
}

static void add_text(struct body *b, GMimeObject *part, struct segment *s)
{
    struct str bytes = content_of(b, part);
    const char *charset = parameter(part, "charset");
    const char *format = parameter(part, "format");
    const char *text;

    if (is_type(part, "text", "html")) {
        if (!charset || strcasecmp(charset, "us-ascii") == 0)
            charset = charset_of_html(b->a, bytes);
        text = charset_text(b->a, bytes, charset, HTML_CHARS_MAX);
        if (*text) /* Apple cuts one HTML text around its attachments */
            s->html = s->html ? arena_printf(b->a, "%s<br>%s", s->html, text) : text;
        return;
    }
    text = charset_text(b->a, bytes, charset, LIMIT_TEXT_CHARS);
    if (format && strcasecmp(format, "flowed") == 0)
        text = unflow(b->a, text);
    if (*text)
        s->text = s->text ? arena_printf(b->a, "%s\n\n%s", s->text, text) : text;
}

/* --- the tree ---------------------------------------------------------------------------- */

static CHECKED enum err walk(struct body *b, GMimeObject *part, struct segment *into,
                             bool is_related, int depth, struct why *w);

static struct segment *new_segment(struct body *b)
{
    if (b->n_segments == MAIL_DEPTH_MAX) {
        mail_remark(b->a, b->m, "more text parts than can be shown; the original has them all");
        b->overflow = (struct segment){NULL, NULL};
        return &b->overflow;
    }
    return &b->segments[b->n_segments++];
}

static bool is_body_text(const struct body *b, GMimeObject *part)
{
    const char *disposition = g_mime_object_get_disposition(part);
    bool is_text = is_type(part, "text", "plain") || is_type(part, "text", "html");

    if (!is_text || (disposition && strcasecmp(disposition, "attachment") == 0))
        return false;
    /* A second text with a file name is a file, even if its program calls it inline. */
    return b->n_segments == 0 || !g_mime_part_get_filename(GMIME_PART(part));
}

static const char *status_line(struct arena *a, const char *text, const char *name)
{
    const char *at = strcasestr(text, name);

    if (!at)
        return NULL;
    at += strlen(name);
    at += strspn(at, " ");
    return charset_line(a, arena_dup(a, at, strcspn(at, "\n")), LIMIT_ADDRESS_CHARS);
}

/* A delivery notice names what failed, and brings the mail (or its headers) it is about. */
static void read_report_part(struct body *b, GMimeObject *part)
{
    struct mail *m = b->m;

    if (is_type(part, "message", "delivery-status")) {
        const char *text = charset_text(b->a, content_of(b, part), NULL, 20000);
        const char *to = status_line(b->a, text, "Final-Recipient:");

        m->report_status = status_line(b->a, text, "\nStatus:");
        m->report_to = to && strchr(to, ';') ? strchr(to, ';') + 1 : to;
        if (m->report_to)
            m->report_to += strspn(m->report_to, " ");
    } else if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));

        refs_add(b->a, m, inner ? g_mime_message_get_message_id(inner) : NULL);
    } else if (is_type(part, "text", "rfc822-headers")) {
        struct str bytes = content_of(b, part);
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.n ? bytes.p : "", bytes.n);
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        GMimeMessage *inner = g_mime_parser_construct_message(parser, NULL);

        refs_add(b->a, m, inner ? g_mime_message_get_message_id(inner) : NULL);
        if (inner)
            g_object_unref(inner);
        g_object_unref(parser);
        g_object_unref(stream);
    }
}

/* A boundary that never comes: all of the text stands before the first one. */
static void add_prologue(struct body *b, GMimeMultipart *multi)
{
    const char *all = g_mime_multipart_get_prologue(multi);

    if (all && *all)
        new_segment(b)->text = charset_text(b->a, str_of(all), NULL, LIMIT_TEXT_CHARS);
}

static CHECKED enum err walk_multipart(struct body *b, GMimeMultipart *multi, struct segment *into,
                                       bool is_related, int depth, struct why *w)
{
    GMimeObject *object = GMIME_OBJECT(multi);
    bool is_alternative = is_type(object, "multipart", "alternative");
    bool is_report = is_type(object, "multipart", "report");
    bool related = is_related || is_type(object, "multipart", "related");
    int n = g_mime_multipart_get_count(multi);
    enum err e;

    if (is_alternative && !into)
        into = new_segment(b);
    b->m->is_report = b->m->is_report || is_report;
    if (n == 0)
        add_prologue(b, multi);
    for (int i = 0; i < n; i++) {
        GMimeObject *part = g_mime_multipart_get_part(multi, i);

        if (!part)
            continue;
        if (is_report)
            read_report_part(b, part);
        if ((e = walk(b, part, into, related, depth + 1, w)))
            return e;
    }
    return OK;
}

/* `into`: the segment that an alternative fills; NULL: a text begins one of its own. */
static enum err walk(struct body *b, GMimeObject *part, struct segment *into, bool is_related,
                     int depth, struct why *w)
{
    if (depth > MAIL_DEPTH_MAX)
        return fail(w, E_INVALID, "the mail nests parts deeper than %d", MAIL_DEPTH_MAX);
    if (++b->parts > MAIL_PARTS_MAX)
        return fail(w, E_INVALID, "the mail has more than %d parts", MAIL_PARTS_MAX);
    if (GMIME_IS_MULTIPART(part))
        return walk_multipart(b, GMIME_MULTIPART(part), into, is_related, depth, w);
    if (GMIME_IS_PART(part) && is_body_text(b, part))
        add_text(b, part, into ? into : new_segment(b));
    else
        attach(b, part, is_related);
    return OK;
}

/* --- what is read ------------------------------------------------------------------------ */

static const char *as_text(struct body *b, const struct segment *s)
{
    struct buf text;
    const char *ret;

    if (s->text || !s->html)
        return s->text ? s->text : "";
    buf_init(&text, 4UL * HTML_CHARS_MAX);
    html_text(str_of(s->html), &text);
    ret = charset_text(b->a, (struct str){text.p, text.n}, "utf-8", LIMIT_TEXT_CHARS);
    buf_done(&text);
    return ret;
}

static void join_text(struct body *b)
{
    struct buf all;

    buf_init(&all, 8UL * LIMIT_TEXT_CHARS);
    for (size_t i = 0; i < b->n_segments; i++) {
        const char *text = as_text(b, &b->segments[i]);

        if (*text && all.n)
            buf_str(&all, "\n\n");
        buf_str(&all, text);
    }
    b->m->text = charset_text(b->a, (struct str){all.p, all.n}, "utf-8", LIMIT_TEXT_CHARS);
    buf_done(&all);
}

/* All segments as one piece of HTML, if any of them is. */
static void join_html(struct body *b)
{
    struct buf all, clean;
    bool has_html = false;
    struct why w;

    buf_init(&all, HTML_BYTES_MAX);
    buf_init(&clean, 2 * HTML_BYTES_MAX);
    for (size_t i = 0; i < b->n_segments; i++) {
        const struct segment *s = &b->segments[i];

        has_html = has_html || s->html;
        if (s->html) {
            buf_str(&all, s->html);
        } else if (s->text) {
            buf_str(&all, "<pre>\n");
            buf_html(&all, s->text);
            buf_str(&all, "</pre>");
        }
    }
    if (has_html &&
        (all.is_over || html_clean((struct str){all.p, all.n}, &clean, &w) || clean.is_over))
        mail_remark(b->a, b->m, "its HTML is too big or too deep to show; this is its text");
    else if (has_html && clean.n)
        b->m->html = arena_dup(b->a, clean.p, clean.n);
    buf_done(&all);
    buf_done(&clean);
}

enum err body_read(GMimeObject *root, struct arena *a, struct mail *m, struct why *w)
{
    struct body *b = arena_new_of(a, struct body);
    enum err e;

    b->a = a;
    b->m = m;
    if (root && (e = walk(b, root, NULL, false, 0, w)))
        return e;
    join_text(b);
    join_html(b);
    m->quote_at = quote_utf16(str_of(m->text), quote_find(str_of(m->text)));
    if (quote_find(str_of(m->text)) < 0)
        m->quote_at = -1;
    return OK;
}
