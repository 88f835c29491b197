/* Personal data in any bytes: spans in order, inside the text, none over another, and a mask
 * never longer than its room, whatever the room. */
#include <string.h>

#include "fuzz.h"
#include "triage/pii.h"

#define SPANS 64

static void check_mask(const char *text, size_t n, const struct pii_span *spans, size_t k,
                       size_t room)
{
    char *out = malloc(room + 1);
    size_t len;

    CHECK(out);
    memset(out, 'x', room + 1);
    len = pii_mask(text, n, spans, k, room % 2 == 0, out, room);
    CHECK(out[room] == 'x');
    CHECK(room == 0 ? len == 0 : len < room && out[len] == '\0');
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *text = (const char *)data;
    struct pii_span spans[SPANS], fewer[SPANS];
    size_t k = pii_scan(text, n, spans, SPANS), end = 0;

    CHECK(k <= SPANS);
    for (size_t i = 0; i < k; i++) {
        CHECK(spans[i].at >= end && spans[i].n > 0);
        CHECK(spans[i].kind > PII_NONE && spans[i].kind < PII_COUNT);
        end = (size_t)spans[i].at + spans[i].n;
        CHECK(end <= n);
    }
    CHECK(pii_scan(text, n, fewer, k / 2) == k / 2);
    CHECK(k < 2 || memcmp(spans, fewer, k / 2 * sizeof spans[0]) == 0);
    check_mask(text, n, spans, k, n + k * 16 + 1);
    check_mask(text, n, spans, k, n / 2);
    check_mask(text, n, spans, k, n % 7);
    return 0;
}
