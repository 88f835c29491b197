#include "channels/email/quote.h"

#include <stdbool.h>

#define LINES_MAX         20000
#define ATTRIBUTION_BYTES 300 /* "On Tue, … <…> wrote:" with a long name, folded over lines */

static bool contains(struct str s, const char *word)
{
    return s.n && memmem(s.p, s.n, word, strlen(word)) != NULL;
}

static bool ends_with(struct str s, const char *word)
{
    size_t n = strlen(word);

    return s.n >= n && memcmp(s.p + s.n - n, word, n) == 0;
}

static struct str line_at(struct str text, size_t at)
{
    const char *end = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;

    return (struct str){text.p + at, end ? (size_t)(end - (text.p + at)) : text.n - at};
}

static size_t next_line(struct str text, size_t at)
{
    size_t end = at + line_at(text, at).n;

    return end < text.n ? end + 1 : text.n;
}

static bool is_quoted(struct str line)
{
    line = str_trim(line);
    return line.n && line.p[0] == '>';
}

/* "On … wrote:" as the common programs write it. */
static bool is_attribution_end(struct str line)
{
    static const char *const ends[] = {
        "wrote:",     "schrieb:",    "a écrit :", "a écrit\xC2\xA0:", "a écrit:",  "escribió:",
        "escreveu:",  "ha scritto:", "schreef:",  "skrev:",           "napisał:",  "napisał(a):",
        "kirjoitti:", "napsal:",     "пишет:",    "yazdı:",           "のメール:", "写道：",
        "작성:"};

    line = str_trim(line);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(line, ends[i]))
            return true;
    /* "Am 3. Mai 2026 um 10:00 schrieb Ana <ana@example.com>:" */
    return ends_with(line, ":") && (contains(line, " schrieb ") || contains(line, " skrev "));
}

static bool is_attribution_start(struct str line)
{
    static const char *const starts[] = {"On ", "Am ",        "Le ",  "El ",     "Em ",
                                         "Il ", "Op ",        "Den ", "W dniu ", "Dne ",
                                         "20",  "Il giorno ", "Em "};

    line = str_trim(line);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (str_starts(line, str_of(starts[i])))
            return true;
    return contains(line, "@");
}

/* "-----Original Message-----" and its sisters; a rule of underscores before "From:". */
static bool is_separator(struct str line)
{
    static const char *const words[] = {"Original Message",       "Urspr\xC3\xBCngliche Nachricht",
                                        "Message d'origine",      "Mensaje original",
                                        "Mensagem original",      "Messaggio originale",
                                        "Oorspronkelijk bericht", "Original-Nachricht"};

    line = str_trim(line);
    if (!str_starts(line, STR("--")))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (contains(line, words[i]))
            return true;
    return false;
}

/* Outlook's block: From:, then Sent:/Date: and To: within the next four lines. */
static bool is_header_block(struct str text, size_t at)
{
    static const char *const froms[] = {
        "From:", "Von:", "De:", "Da:", "Van:", "Fr\xC3\xA5n:", "*From:*"};
    static const char *const dates[] = {
        "Sent:",      "Date:", "Gesendet:", "Datum:",  "Envoy\xC3\xA9", "Enviado", "Inviato:",
        "Verzonden:", "Data:", "Fecha:",    "*Sent:*", "*Date:*",       "Skickat:"};
    struct str line = str_trim(line_at(text, at));
    bool is_from = false;

    for (size_t i = 0; i < sizeof froms / sizeof *froms; i++)
        is_from = is_from || str_starts(line, str_of(froms[i]));
    if (!is_from)
        return false;
    for (int k = 0; k < 3; k++) {
        at = next_line(text, at);
        line = str_trim(line_at(text, at));
        for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
            if (str_starts(line, str_of(dates[i])))
                return true;
    }
    return false;
}

/* From `at` on: only quoted and blank lines, at least one of them quoted? */
static bool is_quoted_to_the_end(struct str text, size_t at)
{
    size_t quoted = 0;

    for (; at < text.n; at = next_line(text, at)) {
        struct str line = str_trim(line_at(text, at));

        if (is_quoted(line))
            quoted++;
        else if (str_eq(line, STR("--")) || str_eq(line, STR("-- ")))
            break; /* a signature below the quote */
        else if (line.n)
            return false;
    }
    return quoted > 0;
}

static bool has_quoted(struct str text, size_t at)
{
    for (; at < text.n; at = next_line(text, at))
        if (is_quoted(line_at(text, at)))
            return true;
    return false;
}

/* An attribution may be folded: does it end within the next two lines? */
static bool is_attribution(struct str text, size_t at, size_t *ret_after)
{
    size_t start = at;

    if (!is_attribution_start(line_at(text, at)))
        return false;
    for (int k = 0; k < 3 && at < text.n && at - start < ATTRIBUTION_BYTES; k++) {
        struct str line = line_at(text, at);

        at = next_line(text, at);
        if (is_attribution_end(line)) {
            *ret_after = at;
            return true;
        }
        if (str_trim(line).n == 0)
            return false;
    }
    return false;
}

static bool starts_history(struct str text, size_t at)
{
    struct str line = line_at(text, at);
    size_t after;

    if (is_separator(line) || is_header_block(text, at))
        return true;
    if (str_starts(str_trim(line), STR("____")) && is_header_block(text, next_line(text, at)))
        return true;
    if (is_attribution(text, at, &after))
        return is_quoted_to_the_end(text, after) || !has_quoted(text, after);
    return is_quoted(line) && is_quoted_to_the_end(text, at);
}

int64_t quote_find(struct str text)
{
    bool has_own_words = false;
    size_t lines = 0;

    for (size_t at = 0; at < text.n && lines < LINES_MAX; at = next_line(text, at), lines++) {
        struct str line = str_trim(line_at(text, at));

        if (contains(line, "Forwarded message") || contains(line, "Weitergeleitete Nachricht") ||
            str_starts(line, STR("Begin forwarded message")))
            return -1;
        if (line.n && starts_history(text, at))
            return has_own_words ? (int64_t)at : -1;
        has_own_words = has_own_words || line.n > 0;
        if (is_quoted(line)) /* answers between quotes: look no further than this block's end */
            while (at < text.n && is_quoted(line_at(text, next_line(text, at))))
                at = next_line(text, at);
    }
    return -1;
}

int64_t quote_utf16(struct str text, int64_t at)
{
    int64_t n = 0;

    for (int64_t i = 0; i < at && (size_t)i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        n += (c & 0xC0) != 0x80; /* each character */
        n += c >= 0xF0;          /* those beyond the first plane take two */
    }
    return n;
}
