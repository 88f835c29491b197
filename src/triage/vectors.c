#include "triage/vectors.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

/* vectors.bin, put in by tools/incbin.py: "AVEC", u32 n, n u64 hashes in order, n vectors. */
struct str vectors_bytes(void);

#define HEAD_BYTES 8
/* A word keeps at least so many letters when its ending is dropped, and loses at most so many. */
#define STEM_LEAST 4
#define ENDING     3

size_t vectors_count(void)
{
    uint32_t n;

    memcpy(&n, vectors_bytes().p + 4, sizeof n);
    return n;
}

static const uint64_t *hashes(void)
{
    return (const void *)(vectors_bytes().p + HEAD_BYTES);
}

uint64_t vectors_version(void)
{
    /* The sum of the hashes and some of the bytes: enough to tell one table from the next. */
    struct str all = vectors_bytes();
    uint64_t h = all.n;

    for (size_t i = 0; i + 8 <= all.n; i += 1024) {
        uint64_t v;

        memcpy(&v, all.p + i, sizeof v);
        h = (h ^ v) * 0x9e3779b97f4a7c15ull;
    }
    return h;
}

static uint64_t hash(const char *p, size_t n)
{
    uint64_t h = 0xcbf29ce484222325ull;

    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 0x100000001b3ull;
    return h;
}

static uint32_t find(uint64_t h)
{
    const uint64_t *v = hashes();
    size_t from = 0, to = vectors_count();

    while (from < to) {
        size_t mid = (from + to) / 2;

        if (v[mid] < h)
            from = mid + 1;
        else
            to = mid;
    }
    return from < vectors_count() && v[from] == h ? (uint32_t)from + 1 : 0;
}

uint32_t vectors_find(const char *word, size_t n)
{
    uint32_t place = find(hash(word, n));

    for (size_t drop = 1; !place && drop <= ENDING && n >= drop + STEM_LEAST; drop++)
        place = find(hash(word, n - drop));
    return place;
}

const int8_t *vectors_at(uint32_t place)
{
    size_t n = vectors_count();

    assert(place > 0 && place <= n);
    return (const int8_t *)(vectors_bytes().p + HEAD_BYTES + n * sizeof(uint64_t)) +
           (size_t)(place - 1) * VECTORS_DIM;
}
