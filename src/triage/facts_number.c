/* Versions and errors: numbers that mean something by the words beside them. */
#include <stdio.h>
#include <string.h>

#include "triage/facts_scan.h"

#define TOKEN_MOST 32
#define OF_MOST    4 /* words between "error" and its number */

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ------- versions */

static bool is_date(const struct facts_version *v, unsigned last, unsigned last_n)
{
    return v->n_dots == 2 && v->first <= 31 && last_n == 4 && last >= 1900;
}

bool facts_version_at(const struct facts_text *t, size_t at, struct facts_version *ret)
{
    struct facts_version v = {.at = at};
    unsigned last = 0, last_n = 0;
    size_t i = at + ((facts_byte(t, at) | 0x20) == 'v');

    v.at = i;
    for (;; i++) {
        last = last_n = 0;
        for (; facts_is_digit(facts_byte(t, i)) && last_n < 6; i++, last_n++)
            last = last * 10 + facts_byte(t, i) - '0';
        if (last_n == 0 || last_n > 5)
            return false;
        v.first = v.n_dots == 0 ? last : v.first;
        v.most = last > v.most ? last : v.most;
        if (facts_byte(t, i) != '.' || !facts_is_digit(facts_byte(t, i + 1)) || v.n_dots == 4)
            break;
        v.n_dots++;
    }
    v.end = i;
    if (word_char(t->p, t->n, i) > 0 || facts_byte(t, i) == '%' ||
        (facts_byte(t, i) == ':' && facts_is_digit(facts_byte(t, i + 1))) ||
        (facts_byte(t, i) == ',' && facts_is_digit(facts_byte(t, i + 1))) ||
        is_date(&v, last, last_n))
        return false;
    *ret = v;
    return true;
}

static bool counts(const struct facts_text *t, size_t end)
{
    struct facts_phrase next = facts_phrase_at(t, end);

    return next.end > next.at && !next.is_after_break && next.at - end <= 2 &&
           (next.classes & FACTS_W_UNIT);
}

/* Over blanks and signs to the next word on this line; t->n: none. */
static size_t skip_signs(const struct facts_text *t, size_t at, const char *signs)
{
    size_t i = at;

    while (i < t->n && i - at < 6 && strchr(signs, t->p[i]) && t->p[i] != '\0')
        i++;
    return i;
}

/* Numbers of systems that were ever sold. */
static bool is_os_number(const char *os, const struct facts_version *v)
{
    if (strcmp(os, "Windows") == 0)
        return v->first == 7 || v->first == 8 || v->first == 10 || v->first == 11;
    if (strcmp(os, "Android") == 0)
        return v->first >= 4 && v->first <= 20;
    return v->first >= 2 && v->first <= 30;
}

size_t facts_read_os_version(struct facts_text *t, const struct facts_phrase *p)
{
    struct facts_version v;
    size_t at = p->end;

    /* "Windows 11", "win10": the number is the end of the phrase */
    while (at > p->at && facts_is_digit(facts_byte(t, at - 1)))
        at--;
    for (int i = 0; i < 3 && at == p->end + (i > 0 ? at - p->end : 0); i++) {
        struct facts_phrase word;
        size_t next = skip_signs(t, at, " :(-");

        if (facts_version_at(t, next, &v)) {
            at = next;
            break;
        }
        word = facts_phrase_at(t, at);
        if (word.end == word.at || word.is_after_break || !(word.classes & FACTS_W_FORE))
            return p->end;
        at = word.end;
    }
    if (!facts_version_at(t, at, &v) || counts(t, v.end))
        return p->end;
    if (!is_os_number(p->value, &v) && v.n_dots == 0)
        return p->end;
    facts_add(t, FACT_OS_VERSION, t->p + v.at, v.end - v.at, v.at, v.end);
    return v.end;
}

/* "updated my iPhone to 17.2.1" is no version of ours. */
static bool may_be_ios(const struct facts_text *t, const struct facts_version *v)
{
    if (v->first < 13 || v->first > 30)
        return false;
    for (size_t i = 0; i < t->n_ret; i++)
        if ((t->ret[i].kind == FACT_DEVICE && t->ret[i].value[0] == 'i') ||
            t->ret[i].kind == FACT_OS)
            return true;
    return false;
}

static void add_app_version(struct facts_text *t, const struct facts_version *v)
{
    facts_add(t, FACT_APP_VERSION, t->p + v->at, v->end - v->at, v->at, v->end);
}

size_t facts_read_version(struct facts_text *t, const struct facts_phrase *p)
{
    const uint64_t others = FACTS_W_FIRMWARE | FACTS_W_OS | FACTS_W_DEVICE;
    struct facts_version v;
    size_t at = p->end;
    int least = 1;

    for (int i = 0; i < OF_MOST; i++) {
        size_t next = skip_signs(t, at, " :(-#");
        struct facts_phrase word;

        if (facts_version_at(t, next, &v)) {
            /* another thing's version, unless it is long or the app is named */
            if (facts_context(t, others, 2) && !facts_context(t, FACTS_W_APP, 2))
                least = facts_context(t, FACTS_W_FIRMWARE, 2) ? 9 : 2;
            /* "depuis la 8.42" */
            if ((p->classes & (FACTS_W_FROM | FACTS_W_GLUE)) && may_be_ios(t, &v))
                least = 9;
            if (v.n_dots < least || counts(t, v.end))
                return p->end;
            add_app_version(t, &v);
            return v.end;
        }
        word = facts_phrase_at(t, at);
        if (word.end == word.at || word.is_after_break ||
            !(word.classes & (FACTS_W_OF | FACTS_W_APP | FACTS_W_VERSION)))
            break;
        at = word.end;
    }
    return p->end;
}

/* ------- errors */

static bool is_token_char(unsigned char c)
{
    return is_letter(c) || facts_is_digit(c) || c == '_' || c == '-' || c == ':' || c == '.';
}

/* "auth:18", "0x80070005", "ERR_CONNECTION_RESET", "AP-204": letters, and a digit or "_". */
static size_t token_end(const struct facts_text *t, size_t at)
{
    size_t i = at, letters = 0, capitals = 0, digits = 0, joints = 0;

    for (; i - at < TOKEN_MOST && is_token_char(facts_byte(t, i)); i++) {
        unsigned char c = facts_byte(t, i);

        letters += is_letter(c);
        capitals += c >= 'A' && c <= 'Z';
        digits += facts_is_digit(c);
        joints += c == '_' || c == ':' || c == '-';
    }
    while (i > at && strchr(".:-", facts_byte(t, i - 1)))
        i--;
    if (i - at >= TOKEN_MOST || word_char(t->p, t->n, i) > 0 || letters == 0)
        return 0;
    if (digits > 0)
        return joints > 0 || capitals > 0 || facts_byte(t, at) == '0' ? i : 0;
    return joints > 0 && capitals == letters && memchr(t->p + at, '_', i - at) ? i : 0;
}

static void add_error_number(struct facts_text *t, size_t from, const struct facts_version *v)
{
    char value[32];
    int n = snprintf(value, sizeof value, "error code %.*s", (int)(v->end - v->at), t->p + v->at);

    facts_add(t, FACT_ERROR, value, (size_t)n, from, v->end);
}

size_t facts_read_error(struct facts_text *t, const struct facts_phrase *p)
{
    size_t at = p->end;
    bool is_voucher = (p->classes & FACTS_W_NOTCODE) != 0 && !facts_context(t, FACTS_W_ERROR, 3);

    if (facts_byte(t, at) == '_') { /* "ERR_CONNECTION_RESET": the word is part of the name */
        size_t end = token_end(t, p->at);

        if (end > 0)
            facts_add(t, FACT_ERROR, t->p + p->at, end - p->at, p->at, end);
        return end > 0 ? end : p->end;
    }
    for (int i = 0; i <= OF_MOST; i++) {
        size_t next = skip_signs(t, at, " :#(-\"'=["), end;
        struct facts_version v;
        struct facts_phrase word;

        if (next == at && i > 0 && next < t->n)
            break;
        if ((end = token_end(t, next)) > 0 &&
            (!is_voucher || memchr(t->p + next, ':', end - next))) {
            facts_add(t, FACT_ERROR, t->p + next, end - next, next, end);
            return end;
        }
        if (facts_version_at(t, next, &v)) {
            if (v.n_dots > 0 || is_voucher || counts(t, v.end) || v.at != next)
                break;
            add_error_number(t, p->at, &v);
            return v.end;
        }
        word = facts_phrase_at(t, at);
        if (word.end == word.at || word.is_after_break || word.is_after_comma ||
            !(word.classes & (FACTS_W_OF | FACTS_W_ERROR)))
            break;
        at = word.end;
    }
    return p->end;
}

/* What stands before the colon of our own errors, where no "error" is near. */
static bool is_error_word(const char *p, size_t n)
{
    static const char *const WORDS[] = {"auth",    "accesspoint", "ap",      "login",    "player",
                                        "network", "playback",    "session", "license",  "licence",
                                        "drm",     "storage",     "sync",    "download", "connect",
                                        "cast",    "token",       "payment", "billing",  "stream",
                                        "offline", "cdn",         "tls",     "proxy",    "cache"};

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (strlen(WORDS[i]) == n && memcmp(WORDS[i], p, n) == 0)
            return true;
    return false;
}

static size_t read_token(struct facts_text *t, const struct facts_phrase *p)
{
    size_t end = p->end;

    while (facts_is_digit(facts_byte(t, end + 1)) && end - p->end < 4)
        end++;
    end++;
    if (word_char(t->p, t->n, end) > 0 || facts_byte(t, end) == ':' || end - p->end < 2 ||
        (!is_error_word(t->p + p->at, p->end - p->at) &&
         (end - p->end > 4 || !facts_context(t, FACTS_W_ERROR, 4))))
        return p->end;
    facts_add(t, FACT_ERROR, t->p + p->at, end - p->at, p->at, end);
    return end;
}

/* Without the word "version" before it: "v8.42", "the 8.42 update", "app 8.9.12". */
static bool is_bare_version(const struct facts_text *t, const struct facts_version *v,
                            const struct facts_phrase *next, bool has_v)
{
    const uint64_t ours = FACTS_W_APP | FACTS_W_VERSION;

    if (v->n_dots == 0 || may_be_ios(t, v))
        return false;
    if (has_v)
        return v->n_dots >= 2 || !facts_context(t, FACTS_W_MUSIC, 4);
    if (!next->is_after_break && !next->is_after_comma && (next->classes & ours))
        return true;
    return v->n_dots >= 2 && facts_context(t, ours, 3);
}

size_t facts_read_number(struct facts_text *t, const struct facts_phrase *p)
{
    struct facts_version v;
    struct facts_phrase next;
    bool has_v = (facts_byte(t, p->at) | 0x20) == 'v';

    if (facts_byte(t, p->end) == ':' && is_letter(facts_byte(t, p->at)))
        return read_token(t, p);
    if ((!has_v && !facts_is_digit(facts_byte(t, p->at))) || !facts_version_at(t, p->at, &v))
        return p->end;
    next = facts_phrase_at(t, v.end);
    if (v.n_dots == 0 && !has_v && v.first >= 400 && v.first <= 599 &&
        (next.classes & FACTS_W_AFTER) && !next.is_after_break) {
        add_error_number(t, p->at, &v);
        return v.end;
    }
    if (counts(t, v.end))
        return v.end;
    if ((v.n_dots == 3 && v.most > 255) || is_bare_version(t, &v, &next, has_v))
        add_app_version(t, &v);
    return v.end;
}
