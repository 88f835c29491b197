#include "channels/email/mail_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/heap.h"

static enum err spool(const struct channel_host *h, const struct inbox *inbox,
                      const char *external_id, const void *raw, size_t n, struct why *w)
{
    struct house *house = h->house;
    int k = house->spooled;

    house->tries++;
    if (house->full > 0) {
        house->full--;
        return fail(w, E_FULL, "the disk is full");
    }
    for (int i = 0; i < k; i++)
        if (strcmp(house->keys[i], external_id) == 0)
            return OK;
    if (k == HOUSE_MOST)
        return fail(w, E_BUSY, "enough");
    house->keys[k] = arena_str(house->arena, external_id);
    house->items[k] = (struct str){arena_dup(house->arena, raw, n), n};
    house->spooled++;
    return OK;
}

static enum err note_get(const struct channel_host *h, int64_t inbox_id, const char *name,
                         struct arena *a, const char **ret, struct why *w)
{
    *ret = arena_str(a, ((struct house *)h->house)->note);
    return OK;
}

static enum err note_set(const struct channel_host *h, int64_t inbox_id, const char *name,
                         const char *value, struct why *w)
{
    struct house *house = h->house;

    snprintf(house->note, sizeof house->note, "%s", value);
    return OK;
}

static void health(const struct channel_host *h, int64_t inbox_id, enum err e, const char *text)
{
    struct house *house = h->house;

    if (e) {
        snprintf(house->ill, sizeof house->ill, "%s", text);
        house->ills++;
    } else {
        house->wells++;
    }
}

static bool is_ending(const struct channel_host *h)
{
    return false;
}

struct house *house_new(void)
{
    struct house *h = heap_new(sizeof *h);

    h->arena = arena_new(4096);
    h->host = (struct channel_host){h, spool, note_get, note_set, health, is_ending};
    return h;
}

void house_free(struct house *h)
{
    arena_free(h->arena);
    free(h);
}

const char *settings_json(struct arena *a, const struct mail_settings *s)
{
    const char *text;
    struct buf b;

    buf_init(&b, LIMIT_JSON_BYTES);
    shape_write(&b, &mail_settings_shape, s);
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}
