/* Facts and near duplicates of any bytes: inside the text, one a kind and value, the same each
 * time; a text is as near to itself as can be. */
#include <string.h>

#include "fuzz.h"
#include "triage/facts.h"
#include "triage/near.h"

#define FACTS 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *text = (const char *)data;
    struct arena *a = arena_new(4096);
    struct fact f[FACTS], again[FACTS];
    struct near_sketch s;
    size_t k = facts_read(text, n, a, f, FACTS);

    CHECK(k <= FACTS && facts_read(text, n, a, again, FACTS) == k);
    for (size_t i = 0; i < k; i++) {
        CHECK(f[i].kind > FACT_NONE && f[i].kind < FACT_COUNT && f[i].value[0] != '\0');
        CHECK(f[i].n > 0 && (size_t)f[i].at + f[i].n <= n);
        CHECK(f[i].kind == again[i].kind && strcmp(f[i].value, again[i].value) == 0);
        for (size_t j = 0; j < i; j++)
            CHECK(f[i].kind != f[j].kind || strcmp(f[i].value, f[j].value) != 0);
    }
    near_sketch(text, n, &s);
    CHECK(near_jaccard(&s, &s) == (s.is_empty ? 0 : 1));
    arena_free(a);
    return 0;
}
