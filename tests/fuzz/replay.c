/* replay.c: do the known inputs, and small changes to them, still do no harm?
 *
 * usage: corpus_NAME DIR…   every file below each DIR, whole and in MUTATIONS variants that are
 * the same in every run. A DIR that is absent is told of ("not run: …") and passed over. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define MUTATIONS  40
#define FILE_BYTES (1 << 20)

static uint32_t rng_state = 1;

static uint32_t rng(uint32_t below)
{
    rng_state = rng_state * 1664525u + 1013904223u;
    return below ? (rng_state >> 8) % below : 0;
}

/* Flip bytes, cut, double or drop a piece. Returns the new length. */
static size_t mutate(uint8_t *p, size_t n, size_t room)
{
    size_t from = rng((uint32_t)n), length = rng((uint32_t)(n - from));

    switch (rng(4)) {
    case 0:
        for (int i = 0; i < 4; i++)
            p[rng((uint32_t)n)] = (uint8_t)rng(256);
        return n;
    case 1:
        return from;
    case 2:
        if (n + length > room)
            return n;
        memmove(p + from + length, p + from, n - from);
        return n + length;
    default:
        memmove(p + from, p + from + length, n - from - length);
        return n - length;
    }
}

static size_t run_file(const char *path)
{
    uint8_t *seed = malloc(FILE_BYTES), *p = malloc(2 * FILE_BYTES);
    FILE *f = fopen(path, "re");
    size_t n;

    CHECK(f && seed && p);
    n = fread(seed, 1, FILE_BYTES, f);
    fclose(f);
    for (int i = 0; i <= MUTATIONS; i++) {
        size_t m = n;
        uint8_t *exact;

        memcpy(p, seed, n);
        for (uint32_t k = i ? 1 + rng(3) : 0; k > 0 && m > 0; k--)
            m = mutate(p, m, (size_t)2 * FILE_BYTES);
        exact = malloc(m ? m : 1); /* exact, so that a sanitizer sees one byte too many */
        CHECK(exact);
        memcpy(exact, p, m);
        LLVMFuzzerTestOneInput(exact, m);
        free(exact);
    }
    free(seed);
    free(p);
    return MUTATIONS + 1;
}

static size_t run_tree(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;
    size_t runs = 0;

    if (!d) {
        printf("not run: %s is absent\n", path);
        return 0;
    }
    while ((e = readdir(d))) {
        char inner[4096];
        struct stat s;

        if (e->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        if (stat(inner, &s) != 0)
            continue;
        runs += S_ISDIR(s.st_mode) ? run_tree(inner) : run_file(inner);
    }
    closedir(d);
    return runs;
}

int main(int argc, char **argv)
{
    size_t runs = 0;

    for (int i = 1; i < argc; i++)
        runs += run_tree(argv[i]);
    printf("%zu inputs\n", runs);
    return runs > 0 ? 0 : 1;
}
