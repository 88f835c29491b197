#include "triage/read.h"

#define SPANS_MOST 32

void read_features(const char *text, size_t n, struct arena *a, struct features *ret,
                   struct read_pii *ret_pii)
{
    struct pii_span *spans = arena_array(a, SPANS_MOST, sizeof *spans);
    size_t n_spans = pii_scan(text, n < TEXT_BYTES ? n : TEXT_BYTES, spans, SPANS_MOST);

    features_read(text, n, spans, n_spans, a, ret);
    if (ret_pii)
        *ret_pii = (struct read_pii){spans, n_spans};
}
