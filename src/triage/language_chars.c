/* Code points: decoding, folding and what kind they are. The ranges are Unicode 15's, for the
 * scripts that language.h knows. */
#include "triage/language_words.h"

size_t char_step(const char *p, size_t n, uint32_t *ret)
{
    const unsigned char *b = (const unsigned char *)p;
    size_t len = b[0] < 0x80 ? 1 : b[0] < 0xC2 ? 0 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
    uint32_t c;

    if (len == 1) {
        *ret = b[0];
        return 1;
    }
    *ret = CHAR_BROKEN;
    if (len == 0 || b[0] > 0xF4 || len > n)
        return 1;
    c = b[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 1;
        c = c << 6 | (b[i] & 0x3F);
    }
    if ((len == 3 && (c < 0x800 || (c >= 0xD800 && c < 0xE000))) ||
        (len == 4 && (c < 0x10000 || c > 0x10FFFF)))
        return 1;
    *ret = c;
    return len;
}

size_t char_put(uint32_t c, char *p)
{
    if (c < 0x80) {
        p[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        p[0] = (char)(0xC0 | c >> 6);
        p[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        p[0] = (char)(0xE0 | c >> 12);
        p[1] = (char)(0x80 | (c >> 6 & 0x3F));
        p[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    p[0] = (char)(0xF0 | c >> 18);
    p[1] = (char)(0x80 | (c >> 12 & 0x3F));
    p[2] = (char)(0x80 | (c >> 6 & 0x3F));
    p[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Latin Extended-A, -B and Additional: capitals and small letters stand in pairs. */
static uint32_t lower_extended(uint32_t c)
{
    if (c == 0x130)
        return 'i';
    if (c == 0x178)
        return 0xFF;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E) || (c >= 0x1AF && c <= 0x1B0))
        return c + (c & 1);
    if (c <= 0x177 || c == 0x1A0 || (c >= 0x1E00 && c != 0x1E9E) || (c >= 0x218 && c <= 0x21B))
        return c | 1;
    return c == 0x1E9E ? 0xDF : c;
}

static uint32_t lower_greek(uint32_t c)
{
    if (c >= 0x391 && c <= 0x3AB && c != 0x3A2)
        return c + 0x20;
    switch (c) {
    case 0x386:
        return 0x3AC;
    case 0x388:
    case 0x389:
    case 0x38A:
        return c + 0x25;
    case 0x38C:
        return 0x3CC;
    case 0x38E:
    case 0x38F:
        return c + 0x3F;
    default:
        return c;
    }
}

uint32_t char_lower(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
    if (c < 0xC0)
        return c;
    if (c < 0x100)
        return c <= 0xDE && c != 0xD7 ? c + 0x20 : c;
    if (c < 0x250 || (c >= 0x1E00 && c < 0x1F00))
        return lower_extended(c);
    if (c >= 0x370 && c < 0x400)
        return lower_greek(c);
    if (c >= 0x400 && c < 0x530) {
        if (c < 0x410)
            return c + 0x50;
        if (c < 0x430)
            return c + 0x20;
        return (c >= 0x460 && c < 0x482) || (c >= 0x48A && c < 0x4C0) || c >= 0x4D0 ? c | 1 : c;
    }
    if (c >= 0xFF21 && c <= 0xFF3A)
        return c - 0xFF21 + 'a';
    return c >= 0xFF41 && c <= 0xFF5A ? c - 0xFF41 + 'a' : c;
}

static uint32_t plain_latin(uint32_t c)
{
    static const char LATIN_1[] = "aaaaaaaceeeeiiiidnooooo/ouuuuyty"; /* from U+00E0 */
    static const char EXTENDED_A[] =                                  /* from U+0100 */
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
        "nnnnnnnnnooooooooeerrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    _Static_assert(sizeof(LATIN_1) == 33, "32 letters");
    if (c >= 0xE0 && c < 0x100)
        return c == 0xF7 ? c : (unsigned char)LATIN_1[c - 0xE0];
    if (c >= 0x100 && c < 0x180)
        return c == 0x153 ? 'o' : (unsigned char)EXTENDED_A[c - 0x100];
    if (c >= 0x1EA0 && c <= 0x1EF9)
        return c <= 0x1EB7   ? 'a'
               : c <= 0x1EC7 ? 'e'
               : c <= 0x1ECB ? 'i'
               : c <= 0x1EE3 ? 'o'
               : c <= 0x1EF1 ? 'u'
                             : 'y';
    switch (c) {
    case 0x1A1:
        return 'o';
    case 0x1B0:
        return 'u';
    case 0x219:
        return 's';
    case 0x21B:
        return 't';
    default:
        return c;
    }
}

static uint32_t plain_other(uint32_t c)
{
    static const uint16_t PAIRS[][2] = {
        {0x390, 0x3B9}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5}, {0x3AE, 0x3B7}, {0x3AF, 0x3B9},
        {0x3B0, 0x3C5}, {0x3C2, 0x3C3}, {0x3CA, 0x3B9}, {0x3CB, 0x3C5}, {0x3CC, 0x3BF},
        {0x3CD, 0x3C5}, {0x3CE, 0x3C9}, {0x451, 0x435}, {0x622, 0x627}, {0x623, 0x627},
        {0x625, 0x627}, {0x629, 0x647}, {0x649, 0x64A}, {0x6A9, 0x643}, {0x6CC, 0x64A},
    };

    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++)
        if (PAIRS[i][0] == c)
            return PAIRS[i][1];
    return c;
}

size_t char_plain(uint32_t c, uint32_t ret[2])
{
    if (c < 0x80) {
        ret[0] = c;
        return 1;
    }
    if ((c >= 0x300 && c < 0x370) || c == 0x200C || c == 0x200D || c == 0x640 ||
        (c >= 0x64B && c <= 0x652) || c == 0xAD)
        return 0;
    if (c == 0xDF || c == 0xE6 || c == 0x153 || c == 0x133) {
        ret[0] = c == 0xDF ? 's' : c == 0xE6 ? 'a' : c == 0x153 ? 'o' : 'i';
        ret[1] = c == 0xDF ? 's' : c == 0x133 ? 'j' : 'e';
        return 2;
    }
    ret[0] = c < 0x370 || (c >= 0x1E00 && c < 0x1F00) ? plain_latin(c) : plain_other(c);
    return 1;
}

bool char_is_letter(uint32_t c)
{
    if (c < 0x80)
        return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (c < 0xC0)
        return c == 0xAA || c == 0xB5 || c == 0xBA;
    if (c < 0x2000)
        return c != 0xD7 && c != 0xF7 && c != 0x37E && c != 0x387 && c != 0x589 && c != 0x5BE &&
               c != 0x60C && c != 0x61B && c != 0x61F && c != 0x6D4 && c != 0x964 && c != 0x965 &&
               !(c >= 0x660 && c < 0x66E) && !(c >= 0x6F0 && c < 0x6FA) &&
               !(c >= 0x966 && c < 0x970) && c != 0xE3F;
    return c == 0x200C || c == 0x200D || (c >= 0x2C00 && c < 0x2E00) ||
           (c >= 0x3005 && c < 0x3008) || (c >= 0x3041 && c < 0xD7FC && c != 0x30FB) ||
           (c >= 0xF900 && c < 0xFB00) || (c >= 0xFB1D && c < 0xFDFE) ||
           (c >= 0xFE70 && c < 0xFEFD) || (c >= 0xFF21 && c <= 0xFF3A) ||
           (c >= 0xFF41 && c <= 0xFF5A) || (c >= 0xFF66 && c < 0xFFDD) ||
           (c >= 0x20000 && c < 0x32000);
}

bool char_is_emoji(uint32_t c)
{
    return (c >= 0x1F300 && c < 0x1FB00 && !(c >= 0x1F3FB && c <= 0x1F3FF)) ||
           (c >= 0x2600 && c < 0x27C0) || c == 0x2B50 || c == 0x2B55 || c == 0x203C || c == 0x2049;
}
