/* The feature pass of the language reader. */
#include "triage/language_grams.h"

#include <string.h>

#include "triage/language_words.h"

const struct language_class LANGUAGE_CLASSES[LANGUAGE_TRAINED] = {
    {"en", SCRIPT_LATIN},      {"de", SCRIPT_LATIN},    {"fr", SCRIPT_LATIN},
    {"es", SCRIPT_LATIN},      {"pt", SCRIPT_LATIN},    {"it", SCRIPT_LATIN},
    {"nl", SCRIPT_LATIN},      {"sv", SCRIPT_LATIN},    {"da", SCRIPT_LATIN},
    {"no", SCRIPT_LATIN},      {"fi", SCRIPT_LATIN},    {"pl", SCRIPT_LATIN},
    {"cs", SCRIPT_LATIN},      {"ro", SCRIPT_LATIN},    {"hu", SCRIPT_LATIN},
    {"tr", SCRIPT_LATIN},      {"id", SCRIPT_LATIN},    {"vi", SCRIPT_LATIN},
    {"hi-Latn", SCRIPT_LATIN}, {"ru", SCRIPT_CYRILLIC}, {"uk", SCRIPT_CYRILLIC},
    {"bg", SCRIPT_CYRILLIC},   {"ar", SCRIPT_ARABIC},   {"fa", SCRIPT_ARABIC},
    {"ur", SCRIPT_ARABIC},
};

static enum script script_of(uint32_t c)
{
    static const struct {
        uint32_t first, last;
        enum script script;
    } RANGES[] = {
        {0x41, 0x24F, SCRIPT_LATIN},     {0x370, 0x3FF, SCRIPT_GREEK},
        {0x400, 0x52F, SCRIPT_CYRILLIC}, {0x590, 0x5FF, SCRIPT_HEBREW},
        {0x600, 0x77F, SCRIPT_ARABIC},   {0x900, 0x97F, SCRIPT_DEVANAGARI},
        {0xE00, 0xE7F, SCRIPT_THAI},     {0x1100, 0x11FF, SCRIPT_HANGUL},
        {0x1E00, 0x1EFF, SCRIPT_LATIN},  {0x1F00, 0x1FFF, SCRIPT_GREEK},
        {0x3041, 0x30FF, SCRIPT_KANA},   {0x3400, 0x9FFF, SCRIPT_HAN},
        {0xAC00, 0xD7A3, SCRIPT_HANGUL}, {0xFB50, 0xFDFF, SCRIPT_ARABIC},
        {0xFE70, 0xFEFC, SCRIPT_ARABIC}, {0xFF21, 0xFF5A, SCRIPT_LATIN},
        {0xFF66, 0xFF9F, SCRIPT_KANA},   {0x20000, 0x2FFFF, SCRIPT_HAN},
    };

    for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]) && c >= RANGES[i].first; i++)
        if (c <= RANGES[i].last)
            return RANGES[i].script;
    return SCRIPT_NONE;
}

/* Names that are written alike in every language, sorted; they tell nothing, or lie. */
static const char *const NAMES[] = {
    "adele",    "airpods",  "album",      "alexa",     "amazon",    "android",   "app",
    "apple",    "beatles",  "beyonce",    "billie",    "bluetooth", "bose",      "chromecast",
    "coldplay", "deezer",   "drake",      "eilish",    "eminem",    "facebook",  "gmail",
    "google",   "huawei",   "instagram",  "ios",       "ipad",      "iphone",    "itunes",
    "kanye",    "kendrick", "klarna",     "lamar",     "linux",     "mac",       "macbook",
    "madonna",  "maneskin", "mastercard", "metallica", "netflix",   "nirvana",   "ok",
    "paypal",   "playlist", "podcast",    "premium",   "queen",     "radiohead", "rammstein",
    "rihanna",  "rosalia",  "samsung",    "sheeran",   "shakira",   "shazam",    "siri",
    "sonos",    "spotify",  "stromae",    "swift",     "taylor",    "tesla",     "tidal",
    "tidewren", "tiktok",   "twitter",    "visa",      "wifi",      "windows",   "xiaomi",
    "youtube",
};

#define WORD_MOST 24 /* letters of a word that are read */

struct word_letters {
    uint32_t c[WORD_MOST + 2]; /* an edge, the letters, an edge */
    size_t n;
    bool has_digit;
};

static bool is_name(const struct word_letters *w)
{
    char s[WORD_MOST + 1];
    size_t low = 0, high = sizeof(NAMES) / sizeof(NAMES[0]);

    for (size_t i = 1; i < w->n; i++) {
        if (w->c[i] >= 0x80)
            return false;
        s[i - 1] = (char)w->c[i];
    }
    s[w->n - 1] = '\0';
    while (low < high) {
        size_t mid = (low + high) / 2;
        int d = strcmp(s, NAMES[mid]);

        if (d == 0)
            return true;
        if (d < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}

static void add(struct language_grams *g, uint64_t hash)
{
    hash ^= hash >> 29;
    hash *= 0xbf58476d1ce4e5b9ull;
    g->row[g->n++] = (uint16_t)((hash >> 32) * LANGUAGE_ROWS >> 32);
}

/* w->n letters stand at 1..n, edges at 0 and n + 1. At most 3 n + 1 + 2 grams. */
static void add_word(struct language_grams *g, const struct word_letters *w)
{
    const size_t last = w->n;
    uint64_t whole = WORD_SEED;

    for (size_t i = 0; i <= last; i++) {
        uint64_t hash = WORD_SEED;

        for (size_t k = i; k < i + 4 && k <= last; k++) {
            hash = (hash ^ w->c[k]) * 0x100000001b3ull;
            if (k > i)
                add(g, hash + (k - i));
        }
        if (w->c[i] >= 0x80)
            add(g, w->c[i] * 0x9e3779b97f4a7c15ull);
        whole = (whole ^ w->c[i]) * 0x100000001b3ull;
    }
    if (last <= 13)
        add(g, ~whole);
}

static void end_word(struct language_grams *g, struct word_letters *w)
{
    if (w->n > 1 && !w->has_digit) {
        w->c[0] = ' ';
        w->c[w->n] = ' ';
        if (!is_name(w) && g->n + 4 * WORD_MOST < LANGUAGE_GRAMS)
            add_word(g, w);
    }
    w->n = 1;
    w->has_digit = false;
}

/* One letter joins the word. A letter three times in a row is there twice. */
static void join(struct word_letters *w, uint32_t c, int flags)
{
    uint32_t plain[2] = {c, 0};
    size_t k = flags & GRAMS_PLAIN || c == 0x200C ? char_plain(c, plain) : 1;

    for (size_t i = 0; i < k && w->n <= WORD_MOST; i++)
        if (w->n < 3 || w->c[w->n - 1] != plain[i] || w->c[w->n - 2] != plain[i])
            w->c[w->n++] = plain[i];
}

void language_grams(const char *text, size_t n, int flags, struct language_grams *ret)
{
    struct word_letters w = {.n = 1};
    uint32_t n_letters = 0;

    memset(ret->letters, 0, sizeof(ret->letters));
    ret->n = 0;
    for (size_t i = 0; i < n && n_letters < LANGUAGE_LETTERS;) {
        uint32_t c;
        size_t skip, step;

        if (w.n == 1 && !w.has_digit && (skip = word_skip(text, n, i)) > 0) {
            i += skip;
            continue;
        }
        step = char_step(text + i, n - i, &c);
        if ((c >= '0' && c <= '9') || (c == '#' && w.n == 1))
            w.has_digit = true; /* a tag is left out as a word with digits is */
        else if (char_is_letter(c)) {
            enum script s = script_of(c = char_lower(c));

            ret->letters[s]++;
            n_letters++;
            if (s == SCRIPT_LATIN || s == SCRIPT_CYRILLIC || s == SCRIPT_ARABIC)
                join(&w, c, flags);
        } else if (c != '_') {
            end_word(ret, &w);
        }
        i += step;
    }
    end_word(ret, &w);
}
