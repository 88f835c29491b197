#include "channels/email/incoming.h"

#include <string.h>

#include "base/limits.h"
#include "channels/email/rules.h"
#include "sys/secret.h"

#define OTHERS_MAX     50
#define META_BYTES_MAX (256 * 1024)

static const char *hash_text(struct arena *a, const void *p, size_t n)
{
    unsigned char hash[HASH_BYTES];
    struct buf hex;
    const char *ret;

    secret_hash(p, n, hash);
    buf_init(&hex, 2 * HASH_BYTES);
    buf_hex(&hex, hash, sizeof hash);
    ret = arena_str(a, hex.p);
    buf_done(&hex);
    return ret;
}

/* Message-ID where there is one of bearable length, else the hash of the whole. */
static const char *external_id(struct arena *a, const struct mail *m, const char *hash)
{
    if (m->message_id && *m->message_id &&
        utf8_count(m->message_id, strlen(m->message_id)) <= LIMIT_EXTERNAL_ID_CHARS - 13)
        return m->message_id;
    return arena_printf(a, "sha256:%s", hash);
}

static void add_other(struct incoming *in, const char **others, const char *address,
                      const char *own)
{
    if (!address || in->n_others >= OTHERS_MAX || address_is_own(address, own) ||
        strcmp(address, in->contact.external_id) == 0)
        return;
    for (size_t i = 0; i < in->n_others; i++)
        if (strcmp(others[i], address) == 0)
            return;
    others[in->n_others++] = address;
}

static void add_others(struct incoming *in, const struct mail *m, const char *own, struct arena *a)
{
    const char **others = arena_array(a, OTHERS_MAX, sizeof *others);
    const struct mail_addresses *const lists[] = {&m->from, &m->reply_to, &m->to, &m->cc};

    in->others = others;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        for (size_t i = 0; i < lists[k]->n; i++)
            add_other(in, others, address_normal(a, lists[k]->v[i].address), own);
}

static void meta_text(struct buf *b, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    buf_printf(b, ",\"%s\":", name);
    buf_json(b, value, strlen(value));
}

static void meta_addresses(struct buf *b, const char *name, const struct mail_addresses *list)
{
    buf_printf(b, "\"%s\":[", name);
    for (size_t i = 0; i < list->n && i < OTHERS_MAX; i++) {
        if (i)
            buf_char(b, ',');
        buf_json(b, list->v[i].address, strlen(list->v[i].address));
    }
    buf_char(b, ']');
}

/* What the thread view shows of the mail's head. */
static const char *meta(struct arena *a, const struct mail *m, const struct incoming *in,
                        const char *automatic)
{
    struct buf b;
    const char *from = m->from.n ? m->from.v[0].address : NULL;
    const char *ret;

    buf_init(&b, META_BYTES_MAX);
    buf_char(&b, '{');
    meta_addresses(&b, "to", &m->to);
    buf_char(&b, ',');
    meta_addresses(&b, "cc", &m->cc);
    meta_text(&b, "subject", m->subject);
    if (m->quote_at >= 0)
        buf_printf(&b, ",\"quote_at\":%lld", (long long)m->quote_at);
    if (from && strcasecmp(from, in->contact.external_id) != 0)
        meta_text(&b, "from", from);
    meta_text(&b, "automatic", automatic);
    meta_text(&b, "report_status", m->report_status);
    meta_text(&b, "report_to", m->report_to);
    meta_text(&b, "remark", m->remark);
    buf_char(&b, '}');
    ret = b.is_over ? NULL : arena_str(a, b.p);
    buf_done(&b);
    return ret;
}

static void add_parts(struct incoming *in, const struct mail *m, struct arena *a)
{
    in->attachments = arena_array(a, m->n_parts, sizeof *in->attachments);
    in->n_attachments = m->n_parts;
    for (size_t i = 0; i < m->n_parts; i++)
        in->attachments[i] = (struct attachment){
            .name = m->parts[i].name,
            .type = m->parts[i].type,
            .content_id = m->parts[i].content_id,
            .is_inline = m->parts[i].is_inline,
            .bytes = m->parts[i].bytes.p,
            .n_bytes = (int64_t)m->parts[i].bytes.n,
        };
}

/* Empty mails are shown too: what hangs on them, or that they are empty. */
static const char *text_or_word(const struct mail *m)
{
    if (*m->text)
        return m->text;
    return m->n_parts ? "(no text, only attachments)" : "(empty)";
}

enum err mail_incoming(const struct inbox *inbox, const char *own, const struct mail *m,
                       const void *raw, size_t n, struct arena *a, struct incoming *ret,
                       struct why *w)
{
    const struct mail_address *who = mail_contact(m, own, a);
    const char *automatic, *hash = hash_text(a, raw, n);
    struct incoming in = {.inbox_id = inbox->id};

    if (!who)
        return fail(w, E_INVALID, "the mail names no address that could be answered");
    automatic = mail_automatic(m, own, inbox->secret, a);
    in.external_id = external_id(a, m, hash);
    in.second_id = arena_printf(a, "%s#%.12s", in.external_id, hash);
    in.contact.external_id = address_normal(a, who->address);
    in.contact.email = in.contact.external_id;
    in.contact.name = who->name;
    in.contact.state = IDENTITY_CLAIMED;
    in.text = text_or_word(m);
    in.html = m->html;
    in.subject = m->subject && *m->subject ? m->subject : NULL;
    in.sent_at = m->date;
    in.refs = m->refs;
    in.n_refs = m->n_refs;
    in.token_ticket_id = mail_ticket(m, inbox->secret);
    in.is_automatic = automatic != NULL;
    in.raw_hash = hash;
    add_others(&in, m, own, a);
    add_parts(&in, m, a);
    in.meta = meta(a, m, &in, automatic);
    *ret = in;
    return OK;
}
