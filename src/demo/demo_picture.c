/* What does a customer's photo look like when there is no customer? A card with a band, a face
 * and some lines of writing, its colours taken from the name of the file. */
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "demo/demo_desk.h"

#define WIDE 320
#define HIGH 200
#define ROW  (1 + WIDE * 3) /* a filter byte and RGB */

static void put32(unsigned char *p, uint32_t v)
{
    p[0] = (unsigned char)(v >> 24);
    p[1] = (unsigned char)(v >> 16);
    p[2] = (unsigned char)(v >> 8);
    p[3] = (unsigned char)v;
}

/* PNG specification, section 5.3: length, type, data, CRC of type and data. */
static void chunk(struct buf *b, const char *type, const void *p, size_t n)
{
    unsigned char word[4];
    uLong crc = crc32(0, (const Bytef *)type, 4);

    if (n)
        crc = crc32(crc, p, (uInt)n);
    put32(word, (uint32_t)n);
    buf_add(b, word, 4);
    buf_add(b, type, 4);
    buf_add(b, p, n);
    put32(word, (uint32_t)crc);
    buf_add(b, word, 4);
}

/* Which of the four colours has the point? 0 paper, 1 band, 2 face, 3 writing. */
static int colour_at(int x, int y)
{
    int dx = x - 70, dy = y - 115;

    if (y < 40)
        return 1;
    if (dx * dx + dy * dy < 38 * 38)
        return 2;
    if (x > 140 && x < 290 - (y % 3) * 8 && y > 70 && y < 170 && (y - 70) % 22 < 8)
        return 3;
    return 0;
}

struct str demo_picture(const char *name, struct arena *a)
{
    uint32_t seed = (uint32_t)crc32(0, (const Bytef *)name, (uInt)strlen(name));
    unsigned char ink = (unsigned char)(40 + seed % 80);
    const unsigned char colours[4][3] = {{251, 250, 247},
                                         {(unsigned char)(15 + seed % 60), 118, 110},
                                         {194, (unsigned char)(65 + seed % 90), 60},
                                         {ink, ink, ink}};
    unsigned char head[13] = {0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0}; /* 8 bits, RGB */
    unsigned char *rows = arena_alloc(a, (size_t)ROW * HIGH);
    uLongf n = compressBound((uLong)ROW * HIGH);
    unsigned char *packed = arena_alloc(a, n);
    struct buf b;

    for (int y = 0; y < HIGH; y++)
        for (int x = 0; x < WIDE; x++)
            memcpy(rows + (size_t)y * ROW + 1 + (size_t)x * 3, colours[colour_at(x, y)], 3);
    if (compress2(packed, &n, rows, (uLong)ROW * HIGH, 9) != Z_OK)
        n = 0; /* cannot be: the room is zlib's own bound */
    put32(head, WIDE);
    put32(head + 4, HIGH);
    buf_init(&b, 256 * 1024);
    buf_add(&b, "\x89PNG\r\n\x1a\n", 8);
    chunk(&b, "IHDR", head, sizeof(head));
    chunk(&b, "IDAT", packed, n);
    chunk(&b, "IEND", NULL, 0);
    struct str made = {arena_dup(a, b.p, b.n), b.n};
    buf_done(&b);
    return made;
}
