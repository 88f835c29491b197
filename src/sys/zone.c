#include "sys/zone.h"

#include <stdio.h>
#include <string.h>

#include "base/heap.h"
#include "base/scope.h"

#define ZONE_DIR        "/usr/share/zoneinfo/"
#define ZONE_BYTES      (64 * 1024) /* the largest zone of tzdata has 4 KB */
#define ZONE_NAME_BYTES 64
#define HEADER_BYTES    44

/* The counts of one TZif block, RFC 8536 section 3.1, in the order of the file. */
struct counts {
    uint32_t isut, isstd, leap, time, type, chars;
};

static void close_file(FILE **f)
{
    if (*f)
        fclose(*f);
}

/* Letters, digits and _-+/ in parts that do not start with a dot: never out of the folder. */
static bool is_name(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n >= ZONE_NAME_BYTES || name[0] == '/' || name[n - 1] == '/')
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '+' || c == '/';

        if (!is_fine || (c == '/' && name[i + 1] == '/'))
            return false;
    }
    return true;
}

static enum err load(const char *name, unsigned char *p, size_t *ret_n, struct why *w)
{
    char path[sizeof ZONE_DIR + ZONE_NAME_BYTES];
    SCOPED(close_file) FILE *f = NULL;

    if (!is_name(name))
        return fail(w, E_NOT_FOUND, "\"%.60s\" is not a time zone", name);
    snprintf(path, sizeof path, ZONE_DIR "%s", name);
    f = fopen(path, "rbe");
    if (!f)
        return fail(w, E_NOT_FOUND, "this machine knows no time zone \"%s\"", name);
    *ret_n = fread(p, 1, ZONE_BYTES, f);
    if (*ret_n < HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
        return fail(w, E_NOT_FOUND, "\"%s\" is not a time zone", name);
    return OK;
}

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static struct counts counts_of(const unsigned char *p)
{
    return (struct counts){be32(p + 20), be32(p + 24), be32(p + 28),
                           be32(p + 32), be32(p + 36), be32(p + 40)};
}

static size_t block_bytes(const struct counts *c, size_t time_bytes)
{
    return (size_t)c->time * time_bytes + c->time + (size_t)c->type * 6 + c->chars +
           (size_t)c->leap * (time_bytes + 4) + c->isstd + c->isut;
}

/* Seconds east of Greenwich at t; p is the 64-bit block behind its header, long enough. */
static int32_t offset_at(const unsigned char *p, const struct counts *c, int64_t t)
{
    const unsigned char *types = p + (size_t)c->time * 8, *infos = types + c->time;
    size_t low = 0, high = c->time;

    while (low < high) { /* the first transition after t */
        size_t mid = (low + high) / 2;

        if (be64(p + 8 * mid) <= t)
            low = mid + 1;
        else
            high = mid;
    }
    size_t type = low > 0 ? types[low - 1] : 0;
    if (type >= c->type)
        type = 0;
    return (int32_t)be32(infos + 6 * type);
}

enum err zone_local(const char *name, msec t, msec *ret, struct why *w)
{
    SCOPED(heap_free_p) unsigned char *p = NULL;
    struct counts c;
    size_t n = 0, at = 0;
    enum err e;

    if (!name) {
        *ret = t;
        return OK;
    }
    p = heap_new(ZONE_BYTES);
    if ((e = load(name, p, &n, w)))
        return e;
    c = counts_of(p);
    at = HEADER_BYTES + block_bytes(&c, 4);
    if (p[4] < '2' || at > n || n - at < HEADER_BYTES)
        return fail(w, E_INTERNAL, "the time zone file of \"%s\" is broken", name);
    c = counts_of(p + at);
    at += HEADER_BYTES;
    if (c.type == 0 || c.time > ZONE_BYTES || c.type > ZONE_BYTES || c.chars > ZONE_BYTES ||
        block_bytes(&c, 8) > n - at)
        return fail(w, E_INTERNAL, "the time zone file of \"%s\" is broken", name);
    *ret = t + (msec)offset_at(p + at, &c, t / 1000) * 1000;
    return OK;
}

bool zone_exists(const char *name)
{
    struct why w;
    msec local;

    return zone_local(name, 0, &local, &w) == OK;
}
