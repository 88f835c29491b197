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

/* The length of a mark that is no part of a word: punctuation and symbols beyond ASCII (U+2000
 * to U+2BFF: quotes, dashes, hearts), what changes an emoji's look (U+FE00 to U+FE0F) and the
 * emoji themselves (U+1F000 and on); 0 if there is none. */
static size_t mark_bytes(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    if (u[0] == 0xE2 && u[1] >= 0x80 && u[1] <= 0xAF)
        return 3;
    if (u[0] == 0xEF && u[1] == 0xB8 && u[2] <= 0x8F)
        return 3;
    return u[0] == 0xF0 && u[1] == 0x9F ? 4 : 0;
}

/* Letters, and every byte of a character beyond ASCII that is no mark. */
static bool is_letter(const char *p)
{
    unsigned char c = (unsigned char)*p;

    return (c >= 'a' && c <= 'z') || (c >= 0x80 && !mark_bytes(p));
}

bool says_only_thanks(const char *text)
{
    char folded[4 * MOST_CHARS + 1] = {0};
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

        while (i + word.n < n && is_letter(folded + i + word.n))
            word.n++;
        if (word.n == 0) {
            size_t mark = mark_bytes(folded + i);

            i += mark ? mark : 1;
            continue;
        }
        i += word.n;
        if (is_in(word, THANKS))
            is_thanked = true;
        else if (!is_in(word, BESIDE))
            return false;
    }
    return is_thanked;
}
