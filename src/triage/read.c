#include "triage/read.h"

#define SPANS_MOST 32
#define MASK_BYTES 32 /* more than the longest mask */

void read_features(const char *text, size_t n, struct arena *a, struct features *ret,
                   struct read_pii *ret_pii)
{
    struct pii_span *spans = arena_array(a, SPANS_MOST, sizeof *spans);
    size_t n_spans = pii_scan(text, n < TEXT_BYTES ? n : TEXT_BYTES, spans, SPANS_MOST);

    features_read(text, n, spans, n_spans, a, ret);
    if (ret_pii)
        *ret_pii = (struct read_pii){spans, n_spans};
}

void read_sketch(const char *text, size_t n, const struct read_pii *pii, struct arena *a,
                 struct near_sketch *ret)
{
    size_t room = MASK_BYTES * pii->n + 1, masked;
    char *out;

    n = n < TEXT_BYTES ? n : TEXT_BYTES;
    if (pii->n == 0) {
        near_sketch(text, n, ret);
        return;
    }
    out = arena_alloc(a, n + room);
    masked = pii_mask(text, n, pii->spans, pii->n, false, out, n + room);
    near_sketch(out, masked, ret);
}
