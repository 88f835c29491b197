#include "channels/email/mail_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static enum err spool(const struct channel_host *h, const struct inbox *inbox,
                      const char *external_id, const void *raw, size_t n, struct why *w)
{
    struct house *house = h->house;
    int k = house->spooled;
    char *copy;

    house->tries++;
    if (house->full > 0) {
        house->full--;
        return fail(w, E_FULL, "the disk is full");
    }
    for (int i = 0; i < k; i++)
        if (strcmp(house->keys[i], external_id) == 0)
            return OK;
    if (k == HOUSE_MOST || !(copy = malloc(n + 1)))
        return fail(w, E_BUSY, "enough");
    memcpy(copy, raw, n);
    copy[n] = 0;
    house->keys[k] = strdup(external_id);
    house->items[k] = (struct str){copy, n};
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
    struct house *h = calloc(1, sizeof *h);

    if (!h)
        abort();
    h->host = (struct channel_host){h, spool, note_get, note_set, health, is_ending};
    return h;
}

void house_free(struct house *h)
{
    for (int i = 0; i < h->spooled; i++) {
        free(h->keys[i]);
        free((char *)(uintptr_t)h->items[i].p);
    }
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
