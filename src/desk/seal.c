#include "desk/seal.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "store/store.h"
#include "triage/pii.h"
#include "triage/triage.sql.h"

/* Spans of an ordinary message; where there are more, room for all is made. */
#define SPANS_FEW 64
/* Masks whose places are told; those behind them are masks that the desk does not point at. */
#define PLACES_MOST 1000
#define PLACE_BYTES 64
#define MASK_BYTES  16 /* "[national_id]" has 13 */

static size_t sealed_spans(struct arena *a, const char *text, size_t length, struct pii_span **v)
{
    size_t n = pii_scan(text, length, *v, SPANS_FEW), n_sealed = 0;

    if (n == SPANS_FEW) { /* a span has three bytes at least */
        *v = arena_array(a, length / 3 + 1, sizeof **v);
        n = pii_scan(text, length, *v, length / 3 + 1);
    }
    for (size_t i = 0; i < n; i++)
        if (pii_is_sealed((*v)[i].kind))
            (*v)[n_sealed++] = (*v)[i];
    return n_sealed;
}

static const char *places_of(struct arena *a, const struct pii_span *v, size_t n)
{
    struct buf b;
    const char *text;
    size_t shift = 0; /* what masks before it are longer; unsigned, and wraps around */

    buf_init(&b, PLACES_MOST * PLACE_BYTES);
    for (size_t i = 0; i < n && i < PLACES_MOST; i++) {
        size_t mask = strlen(pii_name(v[i].kind)) + 2;

        buf_printf(&b, "%s{\"at\":%zu,\"n\":%zu,\"kind\":\"%s\"}", i ? "," : "[", v[i].at + shift,
                   mask, pii_name(v[i].kind));
        shift = shift + mask - v[i].n;
    }
    buf_char(&b, ']');
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}

struct sealed seal(struct arena *a, const char *text)
{
    struct pii_span few[SPANS_FEW], *spans = few;
    size_t length = strlen(text), n = sealed_spans(a, text, length, &spans);
    size_t room = length + n * MASK_BYTES + 1;
    char *masked;

    if (n == 0)
        return (struct sealed){.text = text};
    masked = arena_alloc(a, room);
    pii_mask(text, length, spans, n, true, masked, room);
    return (struct sealed){masked, text, places_of(a, spans, n)};
}

enum err seal_keep(struct tx *tx, int64_t message_id, const char *original, const char *places,
                   struct why *w)
{
    struct original_insert_in row = {.message_id = message_id, .text = original, .sealed = places};

    return original ? q_original_insert(tx, row, NULL, w) : OK;
}
