#include "store/id.h"

#define NODE_BITS 4
#define SEQ_BITS  8

void ids_init(struct ids *ids, int64_t node, int64_t mark_ms)
{
    pthread_mutex_init(&ids->lock, NULL);
    ids->node = node;
    ids->last_ms = mark_ms;
    ids->seq = (1 << SEQ_BITS) - 1; /* the mark itself is taken as used up */
    ids->mark_ms = mark_ms;
}

void ids_done(struct ids *ids)
{
    pthread_mutex_destroy(&ids->lock);
}

int64_t ids_next(struct ids *ids, msec now)
{
    int64_t ms = now - ID_EPOCH_MS, id;

    pthread_mutex_lock(&ids->lock);
    if (ms > ids->last_ms) {
        ids->last_ms = ms;
        ids->seq = 0;
    } else if (++ids->seq == 1 << SEQ_BITS) {
        ids->last_ms++;
        ids->seq = 0;
    }
    id = (ids->last_ms << NODE_BITS | ids->node) << SEQ_BITS | ids->seq;
    pthread_mutex_unlock(&ids->lock);
    return id;
}

void ids_restart(struct ids *ids, int64_t node, int64_t mark_ms)
{
    pthread_mutex_lock(&ids->lock);
    ids->node = node;
    if (mark_ms > ids->last_ms)
        ids->last_ms = mark_ms;
    ids->seq = (1 << SEQ_BITS) - 1;
    ids->mark_ms = mark_ms;
    pthread_mutex_unlock(&ids->lock);
}

/* Where ids run ahead of the clock the mark is only a little above them: a restart begins at
 * the mark, and many restarts must not carry the ids away from the clock. */
static int64_t ahead_of(const struct ids *ids, msec now, msec ahead)
{
    int64_t by_clock = now - ID_EPOCH_MS + ahead, by_ids = ids->last_ms + 10;

    return by_clock > by_ids ? by_clock : by_ids;
}

int64_t ids_mark_ahead(struct ids *ids, msec now, msec ahead)
{
    int64_t mark;

    pthread_mutex_lock(&ids->lock);
    mark = ahead_of(ids, now, ahead);
    pthread_mutex_unlock(&ids->lock);
    return mark;
}

int64_t ids_mark_wanted(struct ids *ids, msec now)
{
    int64_t wanted;

    pthread_mutex_lock(&ids->lock);
    wanted = ids->last_ms > ids->mark_ms ? ahead_of(ids, now, ID_AHEAD_MS) : 0;
    pthread_mutex_unlock(&ids->lock);
    return wanted;
}

void ids_mark_stored(struct ids *ids, int64_t mark_ms)
{
    pthread_mutex_lock(&ids->lock);
    if (mark_ms > ids->mark_ms)
        ids->mark_ms = mark_ms;
    pthread_mutex_unlock(&ids->lock);
}
