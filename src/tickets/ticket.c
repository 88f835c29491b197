#include "tickets/ticket.h"

#include <string.h>

#include "base/str.h"

/* Past every instant in ms, and with every 53-bit id taken off still past it. */
#define WAIT_NEVER ((int64_t)1 << 54)

static const char *const BUCKET_NAMES[BUCKET_END] = {
    [BUCKET_NEW] = "new",         [BUCKET_OPEN] = "open",     [BUCKET_PENDING] = "pending",
    [BUCKET_HOLD] = "hold",       [BUCKET_SOLVED] = "solved", [BUCKET_CLOSED] = "closed",
    [BUCKET_SNOOZED] = "snoozed", [BUCKET_SPAM] = "spam",     [BUCKET_DELETED] = "deleted",
};
const char *const PRIORITY_NAMES[] = {"low", "normal", "high", "urgent", NULL};
const char *const CATEGORY_NAMES[] = {"new", "open", "pending", "hold", "solved", "closed", NULL};

const char *bucket_name(enum bucket b)
{
    return b >= BUCKET_NEW && b < BUCKET_END ? BUCKET_NAMES[b] : "new";
}

const char *category_name(enum category c)
{
    return bucket_name((enum bucket)c);
}

bool buckets_parse(const char *text, unsigned *ret)
{
    struct str rest = str_of(text);
    unsigned bits = 0;

    while (rest.n) {
        struct str word = str_trim(str_cut(&rest, ','));
        unsigned b = BUCKET_NEW;

        while (b < BUCKET_END && !str_eq(word, str_of(BUCKET_NAMES[b])))
            b++;
        if (b == BUCKET_END)
            return false;
        bits |= 1u << b;
    }
    *ret = bits;
    return true;
}

const char *priority_name(int64_t p)
{
    return p >= PRIORITY_LOW && p <= PRIORITY_URGENT ? PRIORITY_NAMES[p - 1] : "normal";
}

bool priority_parse(const char *s, int64_t *ret)
{
    for (int64_t i = 0; PRIORITY_NAMES[i]; i++) {
        if (strcmp(s, PRIORITY_NAMES[i]) == 0) {
            *ret = i + 1;
            return true;
        }
    }
    return false;
}

enum bucket ticket_bucket(const struct ticket_core *t)
{
    if (t->bucket == BUCKET_SPAM || t->bucket == BUCKET_DELETED)
        return t->bucket;
    return t->snoozed_until ? BUCKET_SNOOZED : (enum bucket)t->category;
}

bool ticket_is_waiting(const struct ticket_core *t)
{
    return t->waiting_since && t->bucket != BUCKET_SPAM && t->bucket != BUCKET_DELETED;
}

int64_t ticket_wait_key(const struct ticket_core *t)
{
    return ticket_is_waiting(t) ? t->waiting_since : WAIT_NEVER - t->id;
}

bool ticket_is_over(const struct ticket_core *t)
{
    return t->bucket == BUCKET_DELETED || t->category == CATEGORY_CLOSED;
}

static void reopen(struct ticket_core *t)
{
    t->status_id = STATUS_OF(CATEGORY_OPEN);
    t->category = CATEGORY_OPEN;
    t->snoozed_until = 0;
    t->solved_at = 0;
    t->bucket = ticket_bucket(t);
}

enum heard ticket_hear(struct ticket_core *t, bool only_thanks, bool is_automatic, msec now)
{
    bool is_at_rest =
        t->snoozed_until || t->category == CATEGORY_PENDING || t->category == CATEGORY_SOLVED;

    if (is_automatic || (only_thanks && (is_at_rest || !t->waiting_since)))
        return HEARD_KEPT;
    if (!t->waiting_since)
        t->waiting_since = now;
    if (t->bucket == BUCKET_SPAM)
        return HEARD_KEPT;
    if (!is_at_rest)
        return HEARD_JOINED;
    reopen(t);
    return HEARD_REOPENED;
}

void ticket_answer(struct ticket_core *t, msec now)
{
    t->waiting_since = 0;
    if (!t->first_reply_at)
        t->first_reply_at = now;
    if (t->category == CATEGORY_NEW) {
        t->category = CATEGORY_OPEN;
        t->status_id = STATUS_OF(CATEGORY_OPEN);
    }
    t->bucket = ticket_bucket(t);
}

void ticket_set_status(struct ticket_core *t, int64_t status_id, enum category c, msec now)
{
    bool was_done = t->category == CATEGORY_SOLVED || t->category == CATEGORY_CLOSED;
    bool is_done = c == CATEGORY_SOLVED || c == CATEGORY_CLOSED;

    t->status_id = status_id;
    t->category = c;
    t->snoozed_until = 0;
    if (is_done && !was_done)
        t->solved_at = now;
    if (!is_done)
        t->solved_at = 0;
    /* Pending, solved, closed: it is not our turn. On hold the customer still waits. */
    if (is_done || c == CATEGORY_PENDING)
        t->waiting_since = 0;
    t->bucket = ticket_bucket(t);
}

void ticket_snooze(struct ticket_core *t, msec until, msec now)
{
    t->snoozed_until = until > now ? until : 0;
    t->bucket = ticket_bucket(t);
}

/* Lay `over` over the status, or lift it. */
static void lay(struct ticket_core *t, enum bucket over, bool is_there)
{
    bool is_at_rest = t->category == CATEGORY_PENDING || t->category == CATEGORY_SOLVED;

    t->bucket = is_there ? over : BUCKET_NEW;
    if (!is_there && t->waiting_since && is_at_rest)
        reopen(t);
    t->bucket = ticket_bucket(t);
}

void ticket_set_spam(struct ticket_core *t, bool is_spam)
{
    lay(t, BUCKET_SPAM, is_spam);
}

void ticket_set_deleted(struct ticket_core *t, bool is_deleted)
{
    lay(t, BUCKET_DELETED, is_deleted);
}
