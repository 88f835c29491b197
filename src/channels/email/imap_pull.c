#include "channels/email/imap_pull.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/scope.h"
#include "channels/email/oversize.h"
#include "sys/secret.h"

#define NOTE         "imap"
#define NOTE_EACH    10 /* mails between two notes; what is fetched twice changes nothing */
#define DAY_MS       (24LL * 3600 * 1000)
#define HISTORY_DAYS 7 /* of what is there before the first look */

/* Where we are: kept as the note "UIDVALIDITY UID SINCE". */
struct place {
    uint32_t validity, last;
    msec since; /* older mail was there before us and is not ours to answer */
};

struct channel_run {
    const struct inbox *inbox;
    const struct channel_host *host;
    struct imap_times times;
    struct mail_settings set;
    struct arena *settings_arena;
    pthread_t thread;
    int wake;
    uint64_t dice;
    struct place place;
};

static bool place_read(const char *text, struct place *ret)
{
    struct str since = str_of(text), validity = str_cut(&since, ' '), last = str_cut(&since, ' ');
    int64_t v, l, s;

    if (!str_i64(validity, 0, UINT32_MAX, &v) || !str_i64(last, 0, UINT32_MAX, &l) ||
        !str_i64(since, 0, INT64_MAX, &s))
        return false;
    *ret = (struct place){(uint32_t)v, (uint32_t)l, s};
    return true;
}

static CHECKED enum err place_load(struct channel_run *r, struct arena *a, struct why *w)
{
    const char *text = "";
    enum err e = r->host->note_get(r->host, r->inbox->id, NOTE, a, &text, w);
    struct place p = {0};
    int64_t days = r->set.history_days ? r->set.history_days : HISTORY_DAYS;

    if (e)
        return e;
    if (!text || !place_read(text, &p))
        p.since = clock_now() - days * DAY_MS;
    r->place = p;
    return OK;
}

static CHECKED enum err place_keep(struct channel_run *r, struct why *w)
{
    char text[64];

    snprintf(text, sizeof text, "%" PRIu32 " %" PRIu32 " %" PRId64, r->place.validity,
             r->place.last, r->place.since);
    return r->host->note_set(r->host, r->inbox->id, NOTE, text, w);
}

/* The spool's key is the hash of the bytes: the same mail fetched again is the same item, two
 * mails that only share a Message-ID are two. */
static CHECKED enum err keep(struct channel_run *r, struct str raw, struct arena *a, struct why *w)
{
    unsigned char hash[HASH_BYTES];
    SCOPED(buf_done) struct buf hex;

    secret_hash(raw.p, raw.n, hash);
    buf_init(&hex, 2 * HASH_BYTES + 16);
    buf_str(&hex, "sha256:");
    buf_hex(&hex, hash, sizeof hash);
    return r->host->spool(r->host, r->inbox, hex.p, raw.p, raw.n, w);
}

static const char *folder_of(const struct channel_run *r)
{
    const char *folder = r->set.imap->folder;

    return folder && *folder ? folder : "INBOX";
}

static CHECKED enum err leave_big_one(struct channel_run *r, uint32_t uid, size_t bytes,
                                      struct arena *a, struct why *w)
{
    SCOPED(buf_done) struct buf b;

    buf_init(&b, 4096);
    oversize_write(&b, folder_of(r), uid, bytes);
    return keep(r, (struct str){b.p, b.n}, a, w);
}

static CHECKED enum err take_one(struct channel_run *r, struct imap *i, uint32_t uid, struct why *w)
{
    struct arena *a = arena_new(4096);
    struct str raw;
    size_t bytes = 0;
    enum err e = imap_size(i, uid, &bytes, w);

    if (!e && bytes > LIMIT_MAIL_BYTES)
        e = leave_big_one(r, uid, bytes, a, w);
    else if (!e && !(e = imap_fetch(i, uid, bytes, a, &raw, w)))
        e = keep(r, raw, a, w);
    arena_free(a);
    return e == E_NOT_FOUND ? OK : e;
}

static CHECKED enum err take_new(struct channel_run *r, struct imap *i, struct arena *a,
                                 struct why *w)
{
    uint32_t *uids = NULL;
    size_t n = 0;
    enum err e =
        imap_new_uids(i, r->place.last, r->place.last ? 0 : r->place.since, a, &uids, &n, w);
    struct why w2;

    for (size_t k = 0; k < n && !e; k++) {
        if (r->host->is_ending(r->host))
            break;
        if ((e = take_one(r, i, uids[k], w)))
            break;
        r->place.last = uids[k];
        if (k % NOTE_EACH == NOTE_EACH - 1 && (e = place_keep(r, w)))
            break;
    }
    if (n && place_keep(r, e ? &w2 : w) && !e)
        e = E_BUSY;
    return e;
}

/* One connection's life. Returns why it ended. */
static CHECKED enum err pull(struct channel_run *r, bool *ret_worked, struct why *w)
{
    struct arena *a = arena_new(16 * 1024);
    struct imap *i = NULL;
    uint32_t validity = 0;
    enum err e;

    e = place_load(r, a, w);
    if (!e)
        e = imap_open(r->set.imap, &r->times, r->wake, &i, w);
    if (!e)
        e = imap_examine(i, folder_of(r), &validity, w);
    if (!e && validity != r->place.validity) { /* all numbers are void: look at everything again */
        r->place.validity = validity;
        r->place.last = 0;
    }
    while (!e && !r->host->is_ending(r->host)) {
        arena_reset(a);
        if ((e = take_new(r, i, a, w)))
            break;
        if (!*ret_worked)
            r->host->health(r->host, r->inbox->id, OK, NULL);
        *ret_worked = true;
        e = imap_wait(i, w);
    }
    imap_close(i);
    arena_free(a);
    return e;
}

/* Sleep, or be woken: true. */
static bool sleep_is_cut(struct channel_run *r, int64_t ms)
{
    struct pollfd p = {r->wake, POLLIN, 0};

    return poll(&p, 1, (int)ms) > 0;
}

/* Later and later, and not all inboxes at once. */
static int64_t pause_ms(struct channel_run *r, unsigned failures)
{
    int64_t ms = r->times.retry_ms;

    for (unsigned i = 1; i < failures && ms < r->times.retry_max_ms; i++)
        ms *= 2;
    if (ms > r->times.retry_max_ms)
        ms = r->times.retry_max_ms;
    r->dice = r->dice * 6364136223846793005ULL + 1442695040888963407ULL;
    return ms + (int64_t)(r->dice >> 33) % (ms / 2 + 1);
}

static void *run_thread(void *arg)
{
    struct channel_run *r = arg;
    unsigned failures = 0;
    sigset_t pipe;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe,
                    NULL); /* a write to a closed connection is an error, no end */
    while (!r->host->is_ending(r->host)) {
        struct why w = {0};
        bool has_worked = false;
        enum err e = pull(r, &has_worked, &w);
        struct pollfd p = {r->wake, POLLIN, 0};

        if (r->host->is_ending(r->host) || poll(&p, 1, 0) > 0)
            break;
        failures = has_worked ? 1 : failures + 1;
        /* A connection that worked and was cut is everyday; only a second failure is news. */
        if (e && (failures > 1 || e == E_DENIED || e == E_FULL))
            r->host->health(r->host, r->inbox->id, e, w.text);
        if (sleep_is_cut(r, pause_ms(r, failures)))
            break;
    }
    return NULL;
}

static void run_free(struct channel_run *r)
{
    if (r->wake >= 0)
        close(r->wake);
    arena_free(r->settings_arena);
    free(r);
}

enum err imap_pull_start(const struct inbox *inbox, const struct imap_times *times,
                         const struct channel_host *h, struct channel_run **ret, struct why *w)
{
    struct channel_run *r = calloc(1, sizeof *r);
    enum err e;

    if (!r)
        return fail(w, E_BUSY, "out of memory");
    r->inbox = inbox;
    r->host = h;
    r->times = *times;
    r->dice = (uint64_t)clock_mono_us() ^ (uint64_t)inbox->id << 20;
    r->settings_arena = arena_new(4096);
    r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    e = mail_settings_read(inbox->settings, r->settings_arena, &r->set, w);
    if (!e && !r->set.imap)
        e = fail(w, E_INVALID, "the inbox has no IMAP server to fetch from");
    if (!e && r->set.poll_s)
        r->times.poll_ms = r->set.poll_s * 1000;
    if (!e && (r->wake < 0 || pthread_create(&r->thread, NULL, run_thread, r)))
        e = fail(w, E_BUSY, "could not start a thread for the inbox");
    if (e) {
        run_free(r);
        return e;
    }
    *ret = r;
    return OK;
}

void imap_pull_stop(struct channel_run *run)
{
    uint64_t one = 1;

    if (!run)
        return;
    if (write(run->wake, &one, sizeof one) < 0)
        return; /* cannot be: the counter is far from full */
    pthread_join(run->thread, NULL);
    run_free(run);
}
