/* Reading the language: script, then grams, then what the account says. */
#include "triage/language.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "triage/language_grams.h"

struct str language_table_bytes(void); /* made at build time by language_train.c */

const char *const LANGUAGE_CODES[] = {
    "en", "de", "fr", "es", "pt", "it", "nl", "sv",      "da", "no", "fi",
    "pl", "cs", "ro", "hu", "tr", "id", "vi", "hi-Latn", "ru", "uk", "bg",
    "ar", "fa", "ur", "el", "he", "hi", "th", "ko",      "ja", "zh", NULL,
};

/* How much the account's locale adds to its language: its logit at no letters, and the letters
 * after which half of that is left. A clear short text ("danke") has about 4 against it; below 20
 * letters the locale leads, from 60 on it only breaks ties. */
#define LOCALE_LOGIT 5.0F
#define LOCALE_HALF  12.0F

typedef int8_t bytes_v __attribute__((vector_size(LANGUAGE_WIDTH)));
typedef int16_t words_v __attribute__((vector_size(LANGUAGE_WIDTH * 2)));

static const struct language_table *table(void)
{
    return (const struct language_table *)(const void *)language_table_bytes().p;
}

/* The sum of the rows. 200 rows of at most 127 fit a 16-bit lane. */
static void sum_rows(const struct language_table *t, const struct language_grams *g,
                     int32_t sum[LANGUAGE_WIDTH])
{
    memset(sum, 0, LANGUAGE_WIDTH * sizeof(sum[0]));
    for (uint32_t i = 0; i < g->n;) {
        uint32_t end = g->n - i > 200 ? i + 200 : g->n;
        words_v part = {0};

        for (; i < end; i++) {
            bytes_v row;

            memcpy(&row, t->weight[g->row[i]], sizeof(row));
            part += __builtin_convertvector(row, words_v);
        }
        for (size_t c = 0; c < LANGUAGE_WIDTH; c++)
            sum[c] += part[c];
    }
}

/* "pt-BR" is "pt"; old and close codes go to the one that we know. */
static bool is_locale_of(const char *locale, const char *code)
{
    static const char *const SAME[][2] = {
        {"nb", "no"}, {"nn", "no"}, {"in", "id"}, {"ms", "id"}, {"iw", "he"}, {"fil", ""},
    };
    size_t n = 0;

    while (locale[n] != '\0' && locale[n] != '-' && locale[n] != '_' && n < 8)
        n++;
    if (strncmp(code, "hi", 2) == 0 && code[2] != '\0')
        return n == 2 && strncmp(locale, "hi", 2) == 0;
    for (size_t i = 0; i < sizeof(SAME) / sizeof(SAME[0]); i++)
        if (strlen(SAME[i][0]) == n && memcmp(SAME[i][0], locale, n) == 0)
            return strcmp(SAME[i][1], code) == 0;
    return strlen(code) == n && memcmp(code, locale, n) == 0;
}

/* A desk in India with its screens in English hears both. */
static float locale_logit(const char *locale, const char *code, uint32_t letters)
{
    float most;

    if (!locale)
        return 0;
    most = LOCALE_LOGIT / (1 + (float)letters * (float)letters / (LOCALE_HALF * LOCALE_HALF));
    if (is_locale_of(locale, code))
        return most;
    return strcmp(code, "hi-Latn") == 0 && strcmp(locale, "en-IN") == 0 ? most * 0.8F : 0;
}

static struct language among(const struct language_grams *g, enum script script, const char *locale)
{
    const struct language_table *t = table();
    int32_t sum[LANGUAGE_WIDTH];
    float logit[LANGUAGE_TRAINED], all = 0, best = -INFINITY;
    float scale = t->scale / sqrtf(1 + (float)g->n / t->length_half);
    struct language ret = {0};
    size_t at = 0;

    sum_rows(t, g, sum);
    for (size_t c = 0; c < LANGUAGE_TRAINED; c++) {
        if (LANGUAGE_CLASSES[c].script != script)
            continue;
        logit[c] = (float)sum[c] * scale + t->bias[c] +
                   locale_logit(locale, LANGUAGE_CLASSES[c].code, g->letters[script]);
        if (logit[c] > best) {
            best = logit[c];
            at = c;
        }
    }
    for (size_t c = 0; c < LANGUAGE_TRAINED; c++)
        if (LANGUAGE_CLASSES[c].script == script)
            all += expf(logit[c] - best);
    memcpy(ret.code, LANGUAGE_CLASSES[at].code, sizeof(ret.code));
    ret.p = 1 / all;
    return ret;
}

/* A sign of Chinese or a syllable says about as much as two or three letters. */
static enum script main_script(const uint32_t letters[SCRIPT_COUNT])
{
    uint32_t han = letters[SCRIPT_HAN], kana = letters[SCRIPT_KANA], best = 0;
    enum script ret = SCRIPT_NONE;

    for (int s = SCRIPT_LATIN; s < SCRIPT_HAN; s++) {
        uint32_t weight = letters[s] * (s == SCRIPT_HANGUL ? 3 : 1);

        if (weight > best) {
            best = weight;
            ret = (enum script)s;
        }
    }
    if ((han + kana) * 3 > best)
        return kana * 8 >= han ? (kana > 0 ? SCRIPT_KANA : SCRIPT_HAN) : SCRIPT_HAN;
    return ret;
}

static struct language only(const char *code)
{
    struct language ret = {.p = 0.99F};

    memcpy(ret.code, code, strlen(code) + 1);
    return ret;
}

struct language language_read(const char *text, size_t n, const char *locale)
{
    struct language_grams g;
    enum script script;

    language_grams(text, n, 0, &g);
    switch (script = main_script(g.letters)) {
    case SCRIPT_LATIN:
    case SCRIPT_CYRILLIC:
    case SCRIPT_ARABIC:
        return among(&g, script, locale);
    case SCRIPT_GREEK:
        return only("el");
    case SCRIPT_HEBREW:
        return only("he");
    case SCRIPT_DEVANAGARI:
        return only("hi");
    case SCRIPT_THAI:
        return only("th");
    case SCRIPT_HANGUL:
        return only("ko");
    case SCRIPT_HAN:
        return only("zh");
    case SCRIPT_KANA:
        return only("ja");
    case SCRIPT_NONE:
    case SCRIPT_COUNT:
        break;
    }
    return (struct language){0};
}
