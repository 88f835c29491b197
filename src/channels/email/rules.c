#include "channels/email/rules.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "sys/secret.h"

#define LOCAL_BYTES_MAX 64 /* RFC 5321 4.5.3.1.1 */
#define SIGNATURE_BYTES 16 /* 128 bits of the HMAC */
#define SIGNATURE_CHARS 26 /* those in base32, no padding */

const char *address_normal(struct arena *a, const char *address)
{
    struct str s = str_trim(str_of(address));
    const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;
    char *out;

    if (!at || at == s.p || at == s.p + s.n - 1 || s.n > LIMIT_EXTERNAL_ID_CHARS ||
        memchr(at + 1, '@', s.n - (size_t)(at + 1 - s.p)))
        return NULL;
    out = arena_dup(a, s.p, s.n);
    for (char *c = out; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("<>,;\"", *c))
            return NULL;
        *c = (char)tolower((unsigned char)*c);
    }
    return out;
}

bool address_is_own(const char *address, const char *own)
{
    const char *at = strchr(own, '@');
    size_t n_local = at ? (size_t)(at - own) : strlen(own);
    const char *theirs = strchr(address, '@');

    if (!at || !theirs || strcmp(theirs, at) != 0 || strncmp(address, own, n_local) != 0)
        return false;
    return address[n_local] == '@' || address[n_local] == '+';
}

static const struct mail_address *first_other(const struct mail_addresses *list, const char *own,
                                              struct arena *a)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *address = address_normal(a, list->v[i].address);

        if (address && (!own || !address_is_own(address, own)))
            return &list->v[i];
    }
    return NULL;
}

const struct mail_address *mail_contact(const struct mail *m, const char *own, struct arena *a)
{
    const struct mail_address *who = first_other(&m->reply_to, own, a);

    if (!who)
        who = first_other(&m->from, NULL, a);
    return who ? who : first_other(&m->sender, NULL, a);
}

static bool is_one_of(const char *s, const char *const *list)
{
    for (size_t i = 0; s && list[i]; i++)
        if (strcmp(s, list[i]) == 0)
            return true;
    return false;
}

static bool local_is(const char *address, const char *name)
{
    size_t n = strlen(name);

    return strncmp(address, name, n) == 0 && strchr("@+-", address[n]) != NULL;
}

const char *mail_automatic(const struct mail *m, const char *own, const char *secret,
                           struct arena *a)
{
    static const char *const bulk[] = {"bulk", "junk", "list", "auto_reply", NULL};
    static const char *const silent[] = {"noreply",      "no-reply", "donotreply",
                                         "do-not-reply", "no_reply", "bounces"};
    const struct mail_address *from = m->from.n ? &m->from.v[0] : NULL;
    const char *address = from ? address_normal(a, from->address) : NULL;

    if (m->is_report || m->has_null_return_path ||
        (address && (local_is(address, "mailer-daemon") || local_is(address, "postmaster"))))
        return "bounce";
    if (m->auto_submitted && strcmp(m->auto_submitted, "no") != 0)
        return "auto-submitted";
    if (m->has_list)
        return "list";
    if (is_one_of(m->precedence, bulk))
        return "bulk";
    if ((address && address_is_own(address, own)) ||
        (m->message_id && token_in_message_id(m->message_id, secret)))
        return "own";
    if (m->has_suppress)
        return "suppressed";
    for (size_t i = 0; address && i < sizeof silent / sizeof *silent; i++)
        if (local_is(address, silent[i]))
            return "no-reply";
    return NULL;
}

/* Lower-case base32 (RFC 4648 alphabet): it survives servers that change case. */
static void sign(const char *secret, const char *what, char ret[SIGNATURE_CHARS + 1])
{
    static const char abc[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char mac[HASH_BYTES];

    secret_sign(secret, strlen(secret), what, strlen(what), mac);
    for (size_t i = 0; i < SIGNATURE_CHARS; i++) {
        size_t bit = i * 5, byte = bit / 8;
        unsigned two = (unsigned)mac[byte] << 8 | mac[byte + 1];

        ret[i] = abc[two >> (11 - bit % 8) & 31];
    }
    ret[SIGNATURE_CHARS] = 0;
}

static void sign_ticket(const char *secret, int64_t ticket_id, char ret[SIGNATURE_CHARS + 1])
{
    char what[64];

    snprintf(what, sizeof what, "mail ticket %" PRId64, ticket_id);
    sign(secret, what, ret);
}

static void sign_message(const char *secret, int64_t ticket_id, int64_t message_id,
                         char ret[SIGNATURE_CHARS + 1])
{
    char what[96];

    snprintf(what, sizeof what, "mail message %" PRId64 " %" PRId64, ticket_id, message_id);
    sign(secret, what, ret);
}

const char *token_address(struct arena *a, const char *own, const char *secret, int64_t ticket_id)
{
    const char *at = strchr(own, '@');
    char signature[SIGNATURE_CHARS + 1];
    const char *ret;

    if (!at || !secret)
        return NULL;
    sign_ticket(secret, ticket_id, signature);
    ret = arena_printf(a, "%.*s+%" PRId64 ".%s%s", (int)(at - own), own, ticket_id, signature, at);
    return strchr(ret, '@') - ret <= LOCAL_BYTES_MAX ? ret : NULL;
}

/* A signature of the right form, in any case, compared in constant time. */
static bool signature_is(struct str given, const char want[SIGNATURE_CHARS + 1])
{
    char lower[SIGNATURE_CHARS];

    if (given.n != SIGNATURE_CHARS)
        return false;
    for (size_t i = 0; i < SIGNATURE_CHARS; i++)
        lower[i] = (char)tolower((unsigned char)given.p[i]);
    return secret_equal(lower, want, SIGNATURE_CHARS);
}

int64_t token_in_address(const char *address, const char *secret)
{
    const char *plus = strchr(address, '+'), *at = strchr(address, '@');
    char want[SIGNATURE_CHARS + 1];
    struct str rest, id;
    int64_t ticket = 0;

    if (!secret || !plus || !at || plus > at)
        return 0;
    rest = (struct str){plus + 1, (size_t)(at - plus - 1)};
    id = str_cut(&rest, '.');
    if (!str_i64(id, 1, INT64_MAX, &ticket))
        return 0;
    sign_ticket(secret, ticket, want);
    return signature_is(rest, want) ? ticket : 0;
}

const char *token_message_id(struct arena *a, const char *own, const char *secret,
                             int64_t ticket_id, int64_t message_id)
{
    const char *at = strchr(own, '@');
    char signature[SIGNATURE_CHARS + 1];

    sign_message(secret, ticket_id, message_id, signature);
    return arena_printf(a, "antiphon.%" PRId64 ".%" PRId64 ".%s%s", ticket_id, message_id,
                        signature, at ? at : "@localhost");
}

int64_t token_in_message_id(const char *id, const char *secret)
{
    struct str rest = str_of(id), ticket, message;
    char want[SIGNATURE_CHARS + 1];
    int64_t ticket_id = 0, message_id = 0;

    if (!secret || !str_starts(rest, STR("antiphon.")))
        return 0;
    str_cut(&rest, '.');
    rest = str_cut(&rest, '@');
    ticket = str_cut(&rest, '.');
    message = str_cut(&rest, '.');
    if (!str_i64(ticket, 1, INT64_MAX, &ticket_id) || !str_i64(message, 1, INT64_MAX, &message_id))
        return 0;
    sign_message(secret, ticket_id, message_id, want);
    return signature_is(rest, want) ? ticket_id : 0;
}

static int64_t ticket_among(const struct mail_addresses *list, const char *secret)
{
    for (size_t i = 0; i < list->n; i++) {
        int64_t ticket = token_in_address(list->v[i].address, secret);

        if (ticket)
            return ticket;
    }
    return 0;
}

int64_t mail_ticket(const struct mail *m, const char *secret)
{
    int64_t ticket = ticket_among(&m->to, secret);

    if (!ticket)
        ticket = ticket_among(&m->cc, secret);
    if (!ticket)
        ticket = ticket_among(&m->delivered, secret);
    for (size_t i = 0; i < m->n_refs && !ticket; i++)
        ticket = token_in_message_id(m->refs[i], secret);
    return ticket;
}
