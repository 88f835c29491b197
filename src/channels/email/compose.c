#include "channels/email/compose.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <gmime/gmime.h>

#include "base/limits.h"
#include "base/scope.h"
#include "channels/email/rules.h"

#define LINE_CHARS_MAX 900 /* RFC 5322 2.1.1: 998; longer ones are encoded */
#define REFS_MAX       20

static pthread_once_t once = PTHREAD_ONCE_INIT; /* gmime counts its users without a lock */

struct letter {
    const struct inbox *inbox;
    const struct mail_settings *set;
    const struct outgoing *m;
    struct arena *a;
    GMimeMessage *msg;
};

static void unref(GMimeMessage **o)
{
    if (*o)
        g_object_unref(*o);
}

static void free_bytes(void *p)
{
    g_byte_array_unref(p);
}

/* One line, whatever was typed: no CR, LF, NUL or other control characters in a header. */
static const char *line(struct arena *a, const char *s, size_t max_bytes)
{
    char *out;
    size_t n;

    if (!s)
        return "";
    n = utf8_cut(s, strlen(s), max_bytes);
    out = arena_dup(a, s, n);
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    return out;
}

/* An id without <>, white space or brackets; NULL: unusable. */
static const char *clean_id(struct arena *a, const char *id)
{
    const char *at = id ? strchr(id, '@') : NULL;

    if (!at || strlen(id) > LIMIT_EXTERNAL_ID_CHARS * 4)
        return NULL;
    for (const char *c = id; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == '<' || *c == '>' || *c == 0x7f)
            return NULL;
    return arena_str(a, id);
}

static bool has_prefix_nocase(const char *s, const char *prefix)
{
    return strncasecmp(s, prefix, strlen(prefix)) == 0;
}

static void set_subject(struct letter *l)
{
    const char *subject = line(l->a, l->m->subject, 4 * LIMIT_SUBJECT_CHARS);
    bool is_answer = l->m->in_reply_to != NULL;

    if (!*subject)
        subject = is_answer ? "your message" : "a message";
    if (is_answer && !has_prefix_nocase(subject, "re:") && !has_prefix_nocase(subject, "aw:") &&
        !has_prefix_nocase(subject, "sv:"))
        subject = arena_printf(l->a, "Re: %s", subject);
    g_mime_message_set_subject(l->msg, subject, "utf-8");
}

static void set_people(struct letter *l, const char *to)
{
    const struct mail_settings *set = l->set;
    const char *inbox_name = set->name ? set->name : l->inbox->name;
    const char *name = line(l->a, l->m->from_name ? l->m->from_name : inbox_name, 400);
    const char *reply = l->m->reply_token;

    if (l->m->from_name && inbox_name && strcmp(l->m->from_name, inbox_name) != 0)
        name = line(l->a, arena_printf(l->a, "%s (%s)", l->m->from_name, inbox_name), 400);
    g_mime_message_add_mailbox(l->msg, GMIME_ADDRESS_TYPE_FROM, *name ? name : NULL, set->address);
    g_mime_message_add_mailbox(
        l->msg, GMIME_ADDRESS_TYPE_TO,
        l->m->to_name && *l->m->to_name ? line(l->a, l->m->to_name, 400) : NULL, to);
    if (!reply && set->subaddress)
        reply = token_address(l->a, set->address, l->inbox->secret, l->m->ticket_id);
    if (reply && (reply = address_normal(l->a, reply)))
        g_mime_message_add_mailbox(l->msg, GMIME_ADDRESS_TYPE_REPLY_TO, *name ? name : NULL, reply);
}

/* The id the caller stored before the first try; where it is no Message-ID, one is derived
 * from it that will be the same in each try. */
static const char *message_id(struct letter *l)
{
    const char *id = clean_id(l->a, l->m->key);

    return id ? id
              : token_message_id(l->a, l->set->address, l->inbox->secret, l->m->ticket_id,
                                 l->m->message_id);
}

/* References: oldest first, the mail answered last, each once (RFC 5322 3.6.4). */
static void set_references(struct letter *l)
{
    const char *answered = clean_id(l->a, l->m->in_reply_to);
    size_t first = l->m->n_refs > REFS_MAX ? l->m->n_refs - REFS_MAX : 0;
    struct buf refs;

    buf_init(&refs, 64 * 1024);
    for (size_t i = first; i < l->m->n_refs; i++) {
        const char *id = clean_id(l->a, l->m->refs[i]);

        if (id && (!answered || strcmp(id, answered) != 0))
            buf_printf(&refs, "%s<%s>", refs.n ? " " : "", id);
    }
    if (answered) {
        buf_printf(&refs, "%s<%s>", refs.n ? " " : "", answered);
        g_mime_object_set_header(GMIME_OBJECT(l->msg), "In-Reply-To",
                                 arena_printf(l->a, "<%s>", answered), NULL);
    }
    if (refs.n)
        g_mime_object_set_header(GMIME_OBJECT(l->msg), "References", refs.p, NULL);
    buf_done(&refs);
}

static bool is_short_ascii(const char *text)
{
    size_t length = 0;

    for (const char *c = text; *c; c++) {
        length = *c == '\n' ? 0 : length + 1;
        if ((unsigned char)*c >= 0x80 || length > LINE_CHARS_MAX)
            return false;
    }
    return true;
}

static GMimeObject *text_part(struct letter *l, const char *subtype, const char *text)
{
    GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    GMimeDataWrapper *content =
        g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);

    g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text));
    g_mime_part_set_content(GMIME_PART(part), content);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    g_mime_part_set_content_encoding(GMIME_PART(part),
                                     is_short_ascii(text) ? GMIME_CONTENT_ENCODING_7BIT
                                                          : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_object_unref(content);
    g_object_unref(stream);
    return GMIME_OBJECT(part);
}

static GMimeObject *body_of(struct letter *l)
{
    const char *signature = l->set->signature;
    const char *text = l->m->text ? l->m->text : "";
    GMimeMultipart *both;
    GMimeObject *part;

    if (signature && *signature)
        text = arena_printf(l->a, "%s\n\n-- \n%s", text, signature);
    part = text_part(l, "plain", arena_printf(l->a, "%s\n", text));
    if (!l->m->html)
        return part;
    both = g_mime_multipart_new_with_subtype("alternative");
    g_mime_multipart_add(both, part);
    g_object_unref(part);
    part = text_part(l, "html", l->m->html);
    g_mime_multipart_add(both, part);
    g_object_unref(part);
    return GMIME_OBJECT(both);
}

static CHECKED enum err file_bytes(struct letter *l, const struct attachment *f, GByteArray *to,
                                   struct why *w)
{
    char chunk[65536];
    size_t n;
    FILE *in;

    if (f->bytes) {
        g_byte_array_append(to, f->bytes, (guint)f->n_bytes);
        return OK;
    }
    in = f->path ? fopen(f->path, "rbe") : NULL;
    if (!in)
        return fail(w, E_NOT_FOUND, "the file of attachment \"%s\" is gone", f->name);
    while ((n = fread(chunk, 1, sizeof chunk, in)) > 0 && to->len <= LIMIT_MAIL_BYTES)
        g_byte_array_append(to, (const guint8 *)chunk, (guint)n);
    fclose(in);
    return OK;
}

static CHECKED enum err attach(struct letter *l, GMimeMultipart *to, const struct attachment *f,
                               struct why *w)
{
    const char *type = f->type && strchr(f->type, '/') ? f->type : "application/octet-stream";
    GByteArray *bytes = g_byte_array_new();
    GMimeContentType *ct = g_mime_content_type_parse(NULL, line(l->a, type, 200));
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    GMimeDataWrapper *content =
        g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    GMimePart *part = g_mime_part_new();
    enum err e = file_bytes(l, f, bytes, w);

    g_mime_object_set_content_type(GMIME_OBJECT(part), ct);
    g_mime_part_set_content(part, content);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_disposition(GMIME_OBJECT(part), "attachment");
    g_mime_part_set_filename(
        part, line(l->a, f->name && *f->name ? f->name : "attachment", 4 * LIMIT_NAME_CHARS));
    g_mime_multipart_add(to, GMIME_OBJECT(part));
    g_object_unref(part);
    g_object_unref(content);
    g_object_unref(stream);
    g_object_unref(ct);
    return e;
}

static CHECKED enum err set_content(struct letter *l, struct why *w)
{
    GMimeObject *body = body_of(l);
    GMimeMultipart *mixed;
    enum err e = OK;

    if (l->m->n_attachments == 0) {
        g_mime_message_set_mime_part(l->msg, body);
        g_object_unref(body);
        return OK;
    }
    mixed = g_mime_multipart_new_with_subtype("mixed");
    g_mime_multipart_add(mixed, body);
    g_object_unref(body);
    for (size_t i = 0; i < l->m->n_attachments && !e; i++)
        e = attach(l, mixed, &l->m->attachments[i], w);
    g_mime_message_set_mime_part(l->msg, GMIME_OBJECT(mixed));
    g_object_unref(mixed);
    return e;
}

static struct str bytes_of(struct letter *l)
{
    GMimeFormatOptions *format = g_mime_format_options_new();
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);

    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_mime_object_write_to_stream(GMIME_OBJECT(l->msg), format, stream);
    g_object_unref(stream);
    g_mime_format_options_free(format);
    arena_defer(l->a, free_bytes, bytes);
    return (struct str){(const char *)bytes->data, bytes->len};
}

enum err compose(const struct inbox *inbox, const struct mail_settings *set,
                 const struct outgoing *m, msec now, struct arena *a, struct str *ret,
                 const char **ret_message_id, struct why *w)
{
    SCOPED(unref) GMimeMessage *msg = NULL;
    struct letter l = {inbox, set, m, a, NULL};
    const char *to = m->to ? address_normal(a, m->to) : NULL, *id;
    GDateTime *date;
    struct str bytes;
    enum err e;

    if (!to)
        return fail(w, E_INVALID, "\"%s\" is no mail address", m->to ? m->to : "");
    pthread_once(&once, g_mime_init);
    msg = l.msg = g_mime_message_new(TRUE);
    id = message_id(&l);
    date = g_date_time_new_from_unix_utc(now / 1000);
    set_people(&l, to);
    set_subject(&l);
    g_mime_message_set_date(msg, date);
    g_date_time_unref(date);
    g_mime_message_set_message_id(msg, id);
    set_references(&l);
    if ((e = set_content(&l, w)))
        return e;
    bytes = bytes_of(&l);
    if (bytes.n > LIMIT_MAIL_BYTES)
        return fail(w, E_TOO_LARGE, "the mail is %zu MB with its attachments; the limit is %d MB",
                    bytes.n / (1024 * 1024), LIMIT_MAIL_BYTES / (1024 * 1024));
    *ret = bytes;
    *ret_message_id = id;
    return OK;
}
