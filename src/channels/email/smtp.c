#include "channels/email/smtp.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "base/scope.h"

#define PORT_TLS       465
#define PORT_STARTTLS  587
#define PORT_PLAIN     25
#define LINE_BYTES_MAX 200
#define LAST_BYTES     64 /* held back until `sending` has returned */

const struct smtp_times smtp_times_usual = {
    .connect_ms = 20000,
    .silence_s = 60,
    .silence_bytes = 1,
    .whole_ms = 10 * 60 * 1000,
};

struct delivery {
    struct str rest; /* of the mail */
    enum err (*sending)(void *arg, struct why *w);
    void *arg;
    bool is_past;    /* the last bytes were handed to libcurl */
    bool has_answer; /* and that was answered: `line` */
    enum err refused;
    struct why refused_why;
    char line[LINE_BYTES_MAX]; /* the server's last line */
};

static pthread_once_t once = PTHREAD_ONCE_INIT; /* libcurl wants it so: once a process */

static void init(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void handle_free(CURL **c)
{
    if (*c)
        curl_easy_cleanup(*c);
}

static void list_free(struct curl_slist **l)
{
    curl_slist_free_all(*l);
}

/* libcurl asks for the mail's bytes. The last of them go only once `sending` is stored; the
 * final dot, after which the server may have taken the mail, follows them. */
static size_t give(char *to, size_t size, size_t count, void *arg)
{
    struct delivery *d = arg;
    size_t room = size * count, n = d->rest.n < room ? d->rest.n : room;

    if (!d->is_past && n + LAST_BYTES >= d->rest.n) {
        n = d->rest.n > LAST_BYTES && room > LAST_BYTES ? d->rest.n - LAST_BYTES : 0;
        n = n < room ? n : room;
        if (n == 0) {
            if (d->sending && (d->refused = d->sending(d->arg, &d->refused_why)))
                return CURL_READFUNC_ABORT;
            d->is_past = true;
            n = d->rest.n < room ? d->rest.n : room;
        }
    }
    memcpy(to, d->rest.p, n);
    d->rest.p += n;
    d->rest.n -= n;
    return n;
}

/* Each line the server says. The first whole answer after the mail is the one that counts; a
 * "221" to our QUIT is none and hides none. */
static size_t hear(char *p, size_t size, size_t count, void *arg)
{
    struct delivery *d = arg;
    size_t n = size * count, keep = 0;

    if (d->has_answer || (n >= 3 && memcmp(p, "221", 3) == 0))
        return n;
    for (size_t i = 0; i < n && keep < sizeof d->line - 1; i++)
        if ((unsigned char)p[i] >= ' ' && (unsigned char)p[i] < 0x7f)
            d->line[keep++] = p[i];
    d->line[keep] = 0;
    d->has_answer = d->is_past && d->line[0] && d->line[3] != '-';
    return n;
}

static CURLcode set_up(CURL *c, const struct mail_server *server, const struct smtp_times *times,
                       struct delivery *d, struct arena *a)
{
    enum mail_security security = mail_security_of(server);
    int port = server->port                ? (int)server->port
               : security == MAIL_TLS      ? PORT_TLS
               : security == MAIL_STARTTLS ? PORT_STARTTLS
                                           : PORT_PLAIN;
    bool is_v6 = strchr(server->host, ':') != NULL;
    const char *url = arena_printf(a, "%s://%s%s%s:%d", security == MAIL_TLS ? "smtps" : "smtp",
                                   is_v6 ? "[" : "", server->host, is_v6 ? "]" : "", port);
    CURLcode rc = CURLE_OK;

#define SET(option, value)                                                                         \
    if (!rc)                                                                                       \
    rc = curl_easy_setopt(c, option, value)
    SET(CURLOPT_URL, url);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_USE_SSL, security == MAIL_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (server->ca_file)
        SET(CURLOPT_CAINFO, server->ca_file);
    if (server->user && *server->user) {
        SET(CURLOPT_USERNAME, server->user);
        SET(CURLOPT_PASSWORD, server->password ? server->password : "");
    }
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)times->connect_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)times->whole_ms);
    SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)times->silence_s);
    SET(CURLOPT_LOW_SPEED_TIME, (long)times->silence_s);
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)times->silence_bytes);
    SET(CURLOPT_HEADERFUNCTION, hear);
    SET(CURLOPT_HEADERDATA, d);
    SET(CURLOPT_WRITEFUNCTION, hear);
    SET(CURLOPT_WRITEDATA, d);
#undef SET
    return rc;
}

/* Before the last bytes nothing was taken; what matters is whether another try may help. */
static enum err not_taken(CURLcode rc, long code, const struct mail_server *server,
                          const struct delivery *d, struct why *w)
{
    if (rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_SSL_CACERT_BADFILE)
        return fail(w, E_DENIED, "the certificate of %s is not trusted", server->host);
    if (rc == CURLE_USE_SSL_FAILED)
        return fail(w, E_DENIED, "%s offers no encryption", server->host);
    if (rc == CURLE_LOGIN_DENIED)
        return fail(w, E_BUSY, "%s refused the login: %s", server->host, d->line);
    if (code >= 500 && code < 600)
        return fail(w, E_INVALID, "%s refused it: %s", server->host, d->line);
    if (code >= 400 && code < 500)
        return fail(w, E_BUSY, "%s says later: %s", server->host, d->line);
    return fail(w, E_BUSY, "could not reach %s: %s", server->host, curl_easy_strerror(rc));
}

static enum err outcome(CURLcode rc, long code, const struct mail_server *server,
                        const struct delivery *d, struct why *w)
{
    if (d->refused) {
        if (w)
            *w = d->refused_why;
        return d->refused;
    }
    if (!d->is_past)
        return rc ? not_taken(rc, code, server, d, w)
                  : fail(w, E_BUSY, "%s ended before the mail was sent", server->host);
    /* A last line that is an answer settles it, whatever broke afterwards. */
    if (d->has_answer && d->line[0] == '2')
        return OK;
    if (d->has_answer && (d->line[0] == '4' || d->line[0] == '5'))
        return not_taken(CURLE_OK, d->line[0] == '5' ? 500 : 400, server, d, w);
    return fail(w, E_UNKNOWN,
                "the connection to %s was lost before it said whether it took the mail",
                server->host);
}

enum err smtp_send(const struct mail_server *server, const struct smtp_times *times,
                   const char *from, const char *to, struct str mail,
                   enum err (*sending)(void *arg, struct why *w), void *arg, struct why *w)
{
    SCOPED(handle_free) CURL *c = NULL;
    SCOPED(list_free) struct curl_slist *rcpt = NULL;
    struct delivery d = {.rest = mail, .sending = sending, .arg = arg};
    struct arena *a = arena_new(1024);
    long code = 0;
    CURLcode rc;

    pthread_once(&once, init);
    c = curl_easy_init();
    rcpt = curl_slist_append(NULL, arena_printf(a, "<%s>", to));
    if (!c || !rcpt) {
        arena_free(a);
        return fail(w, E_BUSY, "out of memory");
    }
    rc = set_up(c, server, times, &d, a);
    if (!rc)
        rc = curl_easy_setopt(c, CURLOPT_MAIL_FROM, arena_printf(a, "<%s>", from));
    if (!rc)
        rc = curl_easy_setopt(c, CURLOPT_MAIL_RCPT, rcpt);
    if (!rc)
        rc = curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    if (!rc)
        rc = curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    if (!rc)
        rc = curl_easy_setopt(c, CURLOPT_READDATA, &d);
    if (!rc)
        rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    arena_free(a);
    return outcome(rc, code, server, &d, w);
}

enum err smtp_check(const struct mail_server *server, const struct smtp_times *times, struct why *w)
{
    SCOPED(handle_free) CURL *c = NULL;
    struct delivery d = {.rest = {"", 0}};
    struct arena *a = arena_new(1024);
    long code = 0;
    CURLcode rc;

    pthread_once(&once, init);
    c = curl_easy_init();
    rc = c ? set_up(c, server, times, &d, a) : CURLE_OUT_OF_MEMORY;
    if (!rc) /* NOOP: after the login, nothing more than that we can speak */
        rc = curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, "NOOP");
    if (!rc)
        rc = curl_easy_perform(c);
    if (c)
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    arena_free(a);
    return rc ? not_taken(rc, code, server, &d, w) : OK;
}
