#include "channels/email/imap.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libetpan/libetpan.h>

#include "base/limits.h"
#include "base/scope.h"
#include "sys/conn.h"

#define PORT_TLS         993
#define PORT_PLAIN       143
#define ANSWER_BYTES_MAX (16UL * 1024 * 1024) /* a list of a million UIDs is 8 MB */
#define GOODBYE_MS       2000

const struct imap_times imap_times_usual = {
    .connect_ms = 20000,
    .silence_ms = 60000,
    .command_ms = 120000,
    .bytes_per_s = 10 * 1024,
    .idle_ms = 9 * 60 * 1000,
    .poll_ms = 60 * 1000,
    .retry_ms = 2000,
    .retry_max_ms = 5 * 60 * 1000,
};

struct imap {
    struct conn *conn;
    struct wire *wire; /* freed with the session */
    mailimap *session;
    struct imap_times times;
    bool has_idle, is_logged_in;
};

SCOPED_FREE(struct imap, imap_close)

void imap_close(struct imap *i)
{
    if (!i)
        return;
    if (i->session) {
        if (i->wire)
            wire_begin(i->wire, GOODBYE_MS, ANSWER_BYTES_MAX);
        if (i->is_logged_in && !conn_is_woken(i->conn))
            mailimap_logout(i->session);
        if (i->session->imap_stream) {
            mailstream_close(i->session->imap_stream);
            i->session->imap_stream = NULL;
        }
        mailimap_free(i->session);
    }
    conn_free(i->conn);
    free(i);
}

/* What went wrong with a command: the wire, or the server's "no". */
static enum err failed(struct imap *i, int code, const char *what, struct why *w)
{
    const char *said = i->session->imap_response;

    switch (code) {
    case MAILIMAP_ERROR_STREAM:
    case MAILIMAP_ERROR_PARSE:
    case MAILIMAP_ERROR_FATAL:
    case MAILIMAP_ERROR_PROTOCOL:
    case MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION:
        return fail(w, E_BUSY, "could not %s: %s", what, wire_why(i->wire));
    default:
        if (said && *said && utf8_is_valid(said, strlen(said)))
            return fail(w, E_BUSY, "could not %s: the server says \"%.100s\"", what, said);
        return fail(w, E_BUSY, "could not %s", what);
    }
}

static void begin(struct imap *i)
{
    wire_begin(i->wire, i->times.command_ms, ANSWER_BYTES_MAX);
}

/* After the plain greeting: the rest encrypted, or nothing. What came before the encryption
 * must not be taken for an answer after it (CVE-2020-15953). */
static CHECKED enum err upgrade(struct imap *i, const struct mail_server *server, struct why *w)
{
    enum err e;
    int rc;

    begin(i);
    if ((rc = mailimap_starttls(i->session)) != MAILIMAP_NO_ERROR) {
        if (rc == MAILIMAP_ERROR_STREAM)
            return failed(i, rc, "ask for encryption", w);
        return fail(w, E_DENIED, "%s offers no encryption (STARTTLS)", server->host);
    }
    if (i->session->imap_stream->read_buffer_len != 0)
        return fail(w, E_DENIED, "%s sent more before the encryption than it should", server->host);
    if ((e = conn_encrypt(i->conn, server->host, server->ca_file, w)))
        return e;
    if (i->session->imap_connection_info && i->session->imap_connection_info->imap_capability) {
        /* Capabilities named in the clear prove nothing. */
        mailimap_capability_data_free(i->session->imap_connection_info->imap_capability);
        i->session->imap_connection_info->imap_capability = NULL;
    }
    return OK;
}

static CHECKED enum err greet(struct imap *i, const struct mail_server *server, struct why *w)
{
    mailstream_low *low = wire_new(i->conn, &i->wire);
    mailstream *ms = low ? mailstream_new(low, 8192) : NULL;
    int rc;

    if (!ms || !i->session)
        return fail(w, E_BUSY, "out of memory");
    begin(i);
    rc = mailimap_connect(i->session, ms);
    if (rc == MAILIMAP_NO_ERROR_AUTHENTICATED) /* whose mailbox would that be? */
        return fail(w, E_DENIED, "%s wants no login; that is not the mailbox meant", server->host);
    if (rc != MAILIMAP_NO_ERROR_NON_AUTHENTICATED && rc != MAILIMAP_NO_ERROR)
        return failed(i, rc, "greet the server", w);
    return OK;
}

static CHECKED enum err login(struct imap *i, const struct mail_server *server, struct why *w)
{
    struct mailimap_capability_data *caps = NULL;
    int rc;

    begin(i);
    rc = mailimap_login(i->session, server->user, server->password);
    if (rc == MAILIMAP_ERROR_LOGIN)
        return fail(w, E_DENIED, "%s refused the login of \"%s\"", server->host, server->user);
    if (rc != MAILIMAP_NO_ERROR)
        return failed(i, rc, "log in", w);
    i->is_logged_in = true;
    begin(i);
    if ((rc = mailimap_capability(i->session, &caps)) != MAILIMAP_NO_ERROR)
        return failed(i, rc, "ask what the server can", w);
    mailimap_capability_data_free(caps);
    i->has_idle = mailimap_has_idle(i->session);
    return OK;
}

enum err imap_open(const struct mail_server *server, const struct imap_times *times, int wake,
                   struct imap **ret, struct why *w)
{
    SCOPED(imap_close_p) struct imap *i = calloc(1, sizeof *i);
    enum mail_security security = mail_security_of(server);
    int port = server->port ? (int)server->port : security == MAIL_TLS ? PORT_TLS : PORT_PLAIN;
    enum err e;

    if (!i)
        return fail(w, E_BUSY, "out of memory");
    i->times = *times;
    i->session = mailimap_new(0, NULL);
    if ((e = conn_open(server->host, port, (int)times->connect_ms, wake, &i->conn, w)))
        return e;
    conn_patience(i->conn, times->silence_ms);
    if (security == MAIL_TLS) {
        conn_deadline(i->conn, times->connect_ms);
        if ((e = conn_encrypt(i->conn, server->host, server->ca_file, w)))
            return e;
    }
    if ((e = greet(i, server, w)))
        return e;
    if (security == MAIL_STARTTLS && (e = upgrade(i, server, w)))
        return e;
    if (security != MAIL_NONE && !conn_is_encrypted(i->conn)) /* never a login in the clear */
        return fail(w, E_DENIED, "the connection to %s is not encrypted", server->host);
    if ((e = login(i, server, w)))
        return e;
    *ret = TAKE(i);
    return OK;
}

enum err imap_examine(struct imap *i, const char *folder, uint32_t *ret_validity, struct why *w)
{
    int rc;

    begin(i);
    if ((rc = mailimap_examine(i->session, folder)) != MAILIMAP_NO_ERROR)
        return failed(i, rc, "open the folder", w);
    if (!i->session->imap_selection_info || !i->session->imap_selection_info->sel_uidvalidity)
        return fail(w, E_BUSY, "the server gives its mails no lasting numbers (UIDVALIDITY)");
    *ret_validity = i->session->imap_selection_info->sel_uidvalidity;
    return OK;
}

static struct mailimap_search_key *search_for(uint32_t after, msec since)
{
    struct mailimap_search_key *all = mailimap_search_key_new_multiple_empty();
    time_t t = (time_t)(since / 1000);
    struct tm day;

    mailimap_search_key_multiple_add(
        all, mailimap_search_key_new_uid(mailimap_set_new_interval(after + 1, 0)));
    if (since > 0 && gmtime_r(&t, &day))
        mailimap_search_key_multiple_add(
            all, mailimap_search_key_new_since(
                     mailimap_date_new(day.tm_mday, day.tm_mon + 1, day.tm_year + 1900)));
    return all;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

enum err imap_new_uids(struct imap *i, uint32_t after, msec since, struct arena *a, uint32_t **ret,
                       size_t *ret_n, struct why *w)
{
    struct mailimap_search_key *key;
    clist *found = NULL;
    uint32_t *uids;
    size_t n = 0, unique = 0;
    int rc;

    if (after == UINT32_MAX)
        return fail(w, E_BUSY, "the folder has run out of numbers");
    key = search_for(after, since);
    begin(i);
    rc = mailimap_uid_search(i->session, NULL, key, &found);
    mailimap_search_key_free(key);
    if (rc != MAILIMAP_NO_ERROR)
        return failed(i, rc, "look for new mail", w);
    uids = arena_array(a, (size_t)clist_count(found) + 1, sizeof *uids);
    for (clistiter *c = clist_begin(found); c; c = clist_next(c)) {
        uint32_t uid = *(uint32_t *)clist_content(c);

        if (uid > after) /* "n:*" names the last mail even if it is older */
            uids[n++] = uid;
    }
    mailimap_search_result_free(found);
    qsort(uids, n, sizeof *uids, by_number);
    for (size_t k = 0; k < n; k++)
        if (unique == 0 || uids[unique - 1] != uids[k])
            uids[unique++] = uids[k];
    *ret = uids;
    *ret_n = unique;
    return OK;
}

/* What a FETCH answer says of the mail we asked for; others' news in between is not ours. */
struct fetched {
    uint32_t uid;
    bool has_size, has_body;
    size_t size;
    struct str body;
};

static void read_item(const struct mailimap_msg_att_item *item, struct fetched *f)
{
    const struct mailimap_msg_att_static *s;

    if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
        return;
    s = item->att_data.att_static;
    if (s->att_type == MAILIMAP_MSG_ATT_UID)
        f->uid = s->att_data.att_uid;
    if (s->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE) {
        f->has_size = true;
        f->size = s->att_data.att_rfc822_size;
    }
    if (s->att_type == MAILIMAP_MSG_ATT_BODY_SECTION &&
        s->att_data.att_body_section->sec_body_part) {
        f->has_body = true;
        f->body = (struct str){s->att_data.att_body_section->sec_body_part,
                               s->att_data.att_body_section->sec_length};
    }
}

static CHECKED enum err fetch(struct imap *i, uint32_t uid, struct mailimap_fetch_att *what,
                              struct arena *a, struct fetched *ret, struct why *w)
{
    struct mailimap_set *set = mailimap_set_new_single(uid);
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
    clist *list = NULL;
    bool is_found = false;
    int rc;

    mailimap_fetch_type_new_fetch_att_list_add(type, mailimap_fetch_att_new_uid());
    mailimap_fetch_type_new_fetch_att_list_add(type, what);
    rc = mailimap_uid_fetch(i->session, set, type, &list);
    mailimap_set_free(set);
    mailimap_fetch_type_free(type);
    if (rc != MAILIMAP_NO_ERROR)
        return failed(i, rc, "fetch a mail", w);
    for (clistiter *c = clist_begin(list); c && !is_found; c = clist_next(c)) {
        const struct mailimap_msg_att *att = clist_content(c);
        struct fetched f = {0};

        for (clistiter *k = clist_begin(att->att_list); k; k = clist_next(k))
            read_item(clist_content(k), &f);
        if (f.uid != uid)
            continue;
        is_found = true;
        if (f.has_body && a)
            f.body.p = arena_dup(a, f.body.p, f.body.n);
        *ret = f;
    }
    mailimap_fetch_list_free(list);
    return is_found ? OK : fail(w, E_NOT_FOUND, "mail %u is not in the folder any more", uid);
}

enum err imap_size(struct imap *i, uint32_t uid, size_t *ret, struct why *w)
{
    struct fetched f = {0};
    enum err e;

    begin(i);
    if ((e = fetch(i, uid, mailimap_fetch_att_new_rfc822_size(), NULL, &f, w)))
        return e;
    if (!f.has_size)
        return fail(w, E_BUSY, "the server does not say how big mail %u is", uid);
    *ret = f.size;
    return OK;
}

enum err imap_fetch(struct imap *i, uint32_t uid, size_t bytes, struct arena *a, struct str *ret,
                    struct why *w)
{
    struct fetched f = {0};
    int64_t extra_ms = (int64_t)bytes * 1000 / i->times.bytes_per_s;
    enum err e;

    wire_begin(i->wire, i->times.command_ms + extra_ms, LIMIT_MAIL_BYTES + ANSWER_BYTES_MAX);
    e = fetch(i, uid, mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL)), a, &f,
              w);
    if (e)
        return e;
    if (f.body.n == 0 && bytes > 0)
        return fail(w, E_BUSY, "the server sent no bytes for mail %u", uid);
    *ret = f.body.n ? f.body : STR("");
    return OK;
}

static CHECKED enum err idle(struct imap *i, struct why *w)
{
    int rc;

    begin(i);
    if ((rc = mailimap_idle(i->session)) != MAILIMAP_NO_ERROR)
        return failed(i, rc, "wait for news", w);
    if (i->session->imap_stream->read_buffer_len == 0)
        conn_wait(i->conn, i->times.idle_ms);
    if (conn_is_woken(i->conn))
        return fail(w, E_BUSY, "stopped");
    conn_patience(i->conn, i->times.silence_ms);
    begin(i);
    if ((rc = mailimap_idle_done(i->session)) != MAILIMAP_NO_ERROR)
        return failed(i, rc, "end the wait for news", w);
    return OK;
}

enum err imap_wait(struct imap *i, struct why *w)
{
    int rc;

    if (i->has_idle)
        return idle(i, w);
    conn_wait(i->conn, i->times.poll_ms); /* early news is as good as the time being over */
    if (conn_is_woken(i->conn))
        return fail(w, E_BUSY, "stopped");
    conn_patience(i->conn, i->times.silence_ms);
    begin(i);
    if ((rc = mailimap_noop(i->session)) != MAILIMAP_NO_ERROR)
        return failed(i, rc, "ask for news", w);
    return OK;
}
