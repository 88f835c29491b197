/* mail_code.c: a mail as bytes: records of (tag, length, bytes), little-endian. Small, flat,
 * and every length is checked against what is left. */
#include "channels/email/mail.h"

#include "base/limits.h"

enum tag {
    TAG_MESSAGE_ID = 1,
    TAG_REF,
    TAG_FROM,
    TAG_SENDER,
    TAG_REPLY_TO,
    TAG_TO,
    TAG_CC,
    TAG_DELIVERED,
    TAG_SUBJECT,
    TAG_DATE,
    TAG_TEXT,
    TAG_QUOTE_AT,
    TAG_HTML,
    TAG_AUTO_SUBMITTED,
    TAG_PRECEDENCE,
    TAG_FLAGS,
    TAG_REPORT_STATUS,
    TAG_REPORT_TO,
    TAG_REMARK,
    TAG_PART_NAME, /* begins a part */
    TAG_PART_TYPE,
    TAG_PART_ID,
    TAG_PART_INLINE,
    TAG_PART_BYTES
};

enum flag { FLAG_LIST = 1, FLAG_SUPPRESS = 2, FLAG_NULL_RETURN_PATH = 4, FLAG_REPORT = 8 };

static void put(struct buf *out, enum tag tag, const void *p, size_t n)
{
    uint32_t length = (uint32_t)n;
    char head = (char)tag;

    buf_add(out, &head, 1);
    buf_add(out, &length, sizeof length);
    buf_add(out, p, n);
}

static void put_text(struct buf *out, enum tag tag, const char *s)
{
    if (s)
        put(out, tag, s, strlen(s));
}

static void put_i64(struct buf *out, enum tag tag, int64_t v)
{
    put(out, tag, &v, sizeof v);
}

/* "address NUL name": an address has no NUL. */
static void put_addresses(struct buf *out, enum tag tag, const struct mail_addresses *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *name = list->v[i].name ? list->v[i].name : "";
        size_t n_address = strlen(list->v[i].address), n_name = strlen(name);
        uint32_t length = (uint32_t)(n_address + 1 + n_name);
        char head = (char)tag;

        buf_add(out, &head, 1);
        buf_add(out, &length, sizeof length);
        buf_add(out, list->v[i].address, n_address + 1);
        buf_add(out, name, n_name);
    }
}

void mail_write(struct buf *out, const struct mail *m)
{
    int64_t flags = (m->has_list ? FLAG_LIST : 0) | (m->has_suppress ? FLAG_SUPPRESS : 0) |
                    (m->has_null_return_path ? FLAG_NULL_RETURN_PATH : 0) |
                    (m->is_report ? FLAG_REPORT : 0);

    put_text(out, TAG_MESSAGE_ID, m->message_id);
    for (size_t i = 0; i < m->n_refs; i++)
        put_text(out, TAG_REF, m->refs[i]);
    put_addresses(out, TAG_FROM, &m->from);
    put_addresses(out, TAG_SENDER, &m->sender);
    put_addresses(out, TAG_REPLY_TO, &m->reply_to);
    put_addresses(out, TAG_TO, &m->to);
    put_addresses(out, TAG_CC, &m->cc);
    put_addresses(out, TAG_DELIVERED, &m->delivered);
    put_text(out, TAG_SUBJECT, m->subject);
    put_i64(out, TAG_DATE, m->date);
    put_text(out, TAG_TEXT, m->text);
    put_i64(out, TAG_QUOTE_AT, m->quote_at);
    put_text(out, TAG_HTML, m->html);
    put_text(out, TAG_AUTO_SUBMITTED, m->auto_submitted);
    put_text(out, TAG_PRECEDENCE, m->precedence);
    put_i64(out, TAG_FLAGS, flags);
    put_text(out, TAG_REPORT_STATUS, m->report_status);
    put_text(out, TAG_REPORT_TO, m->report_to);
    put_text(out, TAG_REMARK, m->remark);
    for (size_t i = 0; i < m->n_parts; i++) {
        put_text(out, TAG_PART_NAME, m->parts[i].name);
        put_text(out, TAG_PART_TYPE, m->parts[i].type);
        put_text(out, TAG_PART_ID, m->parts[i].content_id);
        put_i64(out, TAG_PART_INLINE, m->parts[i].is_inline);
        put(out, TAG_PART_BYTES, m->parts[i].bytes.p, m->parts[i].bytes.n);
    }
}

struct reading {
    struct arena *a;
    struct mail m;
};

static bool take(struct str *in, unsigned char *ret_tag, struct str *ret)
{
    uint32_t length;

    if (in->n < 1 + sizeof length)
        return false;
    *ret_tag = (unsigned char)in->p[0];
    memcpy(&length, in->p + 1, sizeof length);
    if (length > in->n - 1 - sizeof length)
        return false;
    *ret = (struct str){in->p + 1 + sizeof length, length};
    in->p += 1 + sizeof length + length;
    in->n -= 1 + sizeof length + length;
    return true;
}

/* Text from the other side: valid UTF-8, no NUL. */
static bool text_of(struct reading *r, struct str v, const char **ret)
{
    if (!utf8_is_valid(v.p, v.n) || memchr(v.p, 0, v.n))
        return false;
    *ret = arena_dup(r->a, v.p, v.n);
    return true;
}

static bool i64_of(struct str v, int64_t *ret)
{
    if (v.n != sizeof *ret)
        return false;
    memcpy(ret, v.p, sizeof *ret);
    return true;
}

static bool address_of(struct reading *r, struct str v, struct mail_addresses *list)
{
    struct str address = str_cut(&v, 0);
    const char *a = NULL, *name = NULL;

    if (list->n >= MAIL_ADDRESSES_MAX || !text_of(r, address, &a) || !text_of(r, v, &name))
        return false;
    if (!list->v)
        list->v = arena_array(r->a, MAIL_ADDRESSES_MAX, sizeof *list->v);
    list->v[list->n++] = (struct mail_address){*name ? name : NULL, a};
    return true;
}

static bool ref_of(struct reading *r, struct str v)
{
    if (!r->m.refs)
        r->m.refs = arena_array(r->a, MAIL_REFS_MAX, sizeof *r->m.refs);
    return r->m.n_refs < MAIL_REFS_MAX && text_of(r, v, &r->m.refs[r->m.n_refs++]);
}

static bool part_of(struct reading *r, unsigned char tag, struct str v)
{
    struct mail_part *p;
    int64_t is_inline = 0;

    if (!r->m.parts)
        r->m.parts = arena_array(r->a, LIMIT_ATTACHMENTS, sizeof *r->m.parts);
    if (tag == TAG_PART_NAME) {
        if (r->m.n_parts >= LIMIT_ATTACHMENTS)
            return false;
        r->m.n_parts++;
    }
    if (r->m.n_parts == 0)
        return false;
    p = &r->m.parts[r->m.n_parts - 1];
    switch (tag) {
    case TAG_PART_NAME:
        p->type = "application/octet-stream";
        return text_of(r, v, &p->name);
    case TAG_PART_TYPE:
        return text_of(r, v, &p->type);
    case TAG_PART_ID:
        return text_of(r, v, &p->content_id);
    case TAG_PART_INLINE:
        if (!i64_of(v, &is_inline))
            return false;
        p->is_inline = is_inline != 0;
        return true;
    default:
        p->bytes = v;
        return true;
    }
}

static bool flags_of(struct reading *r, struct str v)
{
    int64_t flags;

    if (!i64_of(v, &flags))
        return false;
    r->m.has_list = flags & FLAG_LIST;
    r->m.has_suppress = flags & FLAG_SUPPRESS;
    r->m.has_null_return_path = flags & FLAG_NULL_RETURN_PATH;
    r->m.is_report = flags & FLAG_REPORT;
    return true;
}

static struct mail_addresses *addresses_for(struct mail *m, unsigned char tag)
{
    switch (tag) {
    case TAG_FROM:
        return &m->from;
    case TAG_SENDER:
        return &m->sender;
    case TAG_REPLY_TO:
        return &m->reply_to;
    case TAG_TO:
        return &m->to;
    case TAG_CC:
        return &m->cc;
    case TAG_DELIVERED:
        return &m->delivered;
    default:
        return NULL;
    }
}

static const char **text_for(struct mail *m, unsigned char tag)
{
    switch (tag) {
    case TAG_MESSAGE_ID:
        return &m->message_id;
    case TAG_SUBJECT:
        return &m->subject;
    case TAG_TEXT:
        return &m->text;
    case TAG_HTML:
        return &m->html;
    case TAG_AUTO_SUBMITTED:
        return &m->auto_submitted;
    case TAG_PRECEDENCE:
        return &m->precedence;
    case TAG_REPORT_STATUS:
        return &m->report_status;
    case TAG_REPORT_TO:
        return &m->report_to;
    case TAG_REMARK:
        return &m->remark;
    default:
        return NULL;
    }
}

static bool record_of(struct reading *r, unsigned char tag, struct str v)
{
    struct mail_addresses *list = addresses_for(&r->m, tag);
    const char **text = text_for(&r->m, tag);

    if (list)
        return address_of(r, v, list);
    if (text)
        return text_of(r, v, text);
    switch (tag) {
    case TAG_REF:
        return ref_of(r, v);
    case TAG_DATE:
        return i64_of(v, &r->m.date);
    case TAG_QUOTE_AT:
        return i64_of(v, &r->m.quote_at);
    case TAG_FLAGS:
        return flags_of(r, v);
    case TAG_PART_NAME:
    case TAG_PART_TYPE:
    case TAG_PART_ID:
    case TAG_PART_INLINE:
    case TAG_PART_BYTES:
        return part_of(r, tag, v);
    default:
        return false;
    }
}

enum err mail_read(struct str in, struct arena *a, struct mail *ret, struct why *w)
{
    struct reading r = {.a = a, .m = {.text = "", .quote_at = -1}};
    unsigned char tag;
    struct str v;

    while (in.n)
        if (!take(&in, &tag, &v) || !record_of(&r, tag, v))
            return fail(w, E_INVALID, "the decoder's answer makes no sense");
    *ret = r.m;
    return OK;
}
