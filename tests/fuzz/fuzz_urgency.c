/* A message of any bytes: a level, reasons in order, and words that lie in the text. */
#include <string.h>

#include "fuzz.h"
#include "triage/urgency.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct urgency_hints h = {.language = "", .negative = 0.5F};
    struct urgency u;

    if (n > 0) {
        h.is_minor = data[0] & 1;
        h.is_cluster_growing = (data[0] & 2) != 0;
        h.contacts_in_week = data[0] >> 5;
        h.plan = data[0] & 4 ? "family" : NULL;
        h.language = data[0] & 8 ? "en" : "";
    }
    urgency_read((const char *)data, n, &h, &u);
    CHECK(u.level >= P1 && u.level <= P4);
    CHECK(u.n_reasons >= 1 && u.n_reasons <= URGENCY_REASONS && u.reasons[0].level == u.level);
    for (size_t i = 0; i < u.n_reasons; i++) {
        CHECK(u.reasons[i].kind > URGENCY_NONE && u.reasons[i].kind < URGENCY_KIND_COUNT);
        CHECK((size_t)u.reasons[i].at + u.reasons[i].n <= n);
        CHECK(i == 0 || u.reasons[i].level >= u.reasons[i - 1].level);
    }
    return 0;
}
