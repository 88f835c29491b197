#include <string.h>

#include "base/str.h"
#include "tickets/ticket.h"

/* Longer texts than this say something besides thank you. */
#define MOST_CHARS 60

/* Words that thank, and words that may stand beside them without saying anything more. Lower
 * case; ASCII letters are folded before the look-up, others must match as they are. */
static const char *const THANKS[] = {
    "thanks", "thank",      "thx",         "thankyou", "ty",         "tysm",      "cheers",
    "danke",  "dankeschön", "merci",       "gracias",  "obrigado",   "obrigada",  "grazie",
    "tack",   "takk",       "tak",         "dziękuję", "dhanyavaad", "dhanyavad", "shukriya",
    "dank",   "bedankt",    "teşekkürler", "kiitos",   "arigato",    NULL};
static const char *const BESIDE[] = {
    "you",    "so",       "very",    "much",  "a",       "lot",      "again",    "all",     "the",
    "guys",   "everyone", "team",    "many",  "for",     "your",     "help",     "it",      "works",
    "now",    "great",    "perfect", "super", "awesome", "amazing",  "best",     "are",     "ok",
    "okay",   "yes",      "got",     "that",  "fixed",   "lovely",   "day",      "have",    "nice",
    "good",   "vielen",   "sehr",    "schön", "schönen", "tag",      "euch",     "ihnen",   "dir",
    "lieben", "für",      "die",     "hilfe", "hat",     "geklappt", "beaucoup", "bien",    "à",
    "vous",   "pour",     "votre",   "aide",  "muchas",  "mil",      "por",      "la",      "ayuda",
    "muito",  "pela",     "ajuda",   "mille", "så",      "mycket",   "för",      "hjälpen", "bahut",
    "aapka",  "wel",      "u",       "je",    "hi",      "hello",    "dear",     NULL};

static bool is_in(struct str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_of(*list)))
            return true;
    return false;
}

/* Letters, and every byte of a character beyond ASCII; so emoji make words of their own,
 * which are skipped below. */
static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || c >= 0x80;
}

/* A run of symbols from the planes of emoji and dingbats (UTF-8 lead bytes F0, E2, EF). */
static bool is_symbols(struct str word)
{
    unsigned char c = (unsigned char)word.p[0];

    return c == 0xF0 || c == 0xE2 || c == 0xEF;
}

bool says_only_thanks(const char *text)
{
    char folded[4 * MOST_CHARS + 1];
    size_t n = strlen(text);
    bool is_thanked = false;

    if (n == 0 || n >= sizeof folded || utf8_count(text, n) > MOST_CHARS)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];

        if (c == '?' || (c >= '0' && c <= '9'))
            return false;
        folded[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    for (size_t i = 0; i < n;) {
        struct str word = {folded + i, 0};

        while (i + word.n < n && is_letter((unsigned char)folded[i + word.n]))
            word.n++;
        i += word.n ? word.n : 1;
        if (word.n == 0 || is_symbols(word))
            continue;
        if (is_in(word, THANKS))
            is_thanked = true;
        else if (!is_in(word, BESIDE))
            return false;
    }
    return is_thanked;
}
