#include "triage/pii.h"

#include <string.h>

#include "triage/pii_scan.h"

#define PHRASES 4 /* phrases under way at once: as many as the longest has words */

/* ------- small readers */

size_t pii_space(const struct pii_text *t, size_t at)
{
    unsigned char c = pii_byte(t, at);

    if (at < t->n && (c == ' ' || c == '\t'))
        return 1;
    if (c == 0xC2 && pii_byte(t, at + 1) == 0xA0)
        return 2;
    return c == 0xE2 && pii_byte(t, at + 1) == 0x80 && pii_byte(t, at + 2) == 0xAF ? 3 : 0;
}

size_t pii_skip_spaces(const struct pii_text *t, size_t at, int most)
{
    for (size_t len; most > 0 && (len = pii_space(t, at)) > 0; most--)
        at += len;
    return at;
}

bool pii_is_edge_after(const struct pii_text *t, size_t at)
{
    return at >= t->n || (t->p[at] != '_' && word_char(t->p, t->n, at) == 0);
}

bool pii_is_edge_before(const struct pii_text *t, size_t at)
{
    size_t from = at;

    if (at == 0)
        return true;
    for (from--; from > 0 && at - from < 4 && ((unsigned char)t->p[from] & 0xC0) == 0x80;)
        from--;
    return t->p[from] != '_' && word_char(t->p, t->n, from) != at - from;
}

const struct pii_word *pii_back(const struct pii_text *t, size_t k)
{
    if (k >= t->n_words || k >= PII_WORDS_BACK)
        return NULL;
    return &t->back[(t->n_words - 1 - k) % PII_WORDS_BACK];
}

uint64_t pii_context(const struct pii_text *t, uint64_t any, size_t words)
{
    for (size_t k = 0; k < words; k++) {
        const struct pii_word *w = pii_back(t, k);

        if (!w)
            break;
        if (w->classes & any)
            return w->classes & any;
        if (w->is_after_break)
            break;
    }
    return 0;
}

/* ------- the walk */

struct walk {
    struct pii_text t;
    struct pii_span *ret;
    size_t most, n_spans;
    size_t no_email_to, no_key_to; /* none begins before this byte */
    uint16_t nodes[PHRASES];
    size_t n_nodes;
    bool is_broken; /* a sentence ended since the last word */
};

static bool emit(struct walk *k, struct pii_found f)
{
    if (f.n == 0 || f.at < k->t.from)
        return false;
    k->ret[k->n_spans++] = (struct pii_span){(uint32_t)f.at, (uint32_t)f.n, f.kind};
    k->t.from = f.at + f.n;
    return true;
}

/* Remember a word and find out which phrases end with it. */
static uint64_t remember(struct walk *k, const struct word *w)
{
    uint16_t next[PHRASES];
    size_t n = 0;
    uint64_t classes = 0;

    if (k->is_broken)
        k->n_nodes = 0;
    for (size_t i = 0; i <= k->n_nodes; i++) {
        uint16_t from = i < k->n_nodes ? k->nodes[i] : 0;
        const struct word_edge *e = word_step(&PII_WORDS, from, w);

        if (!e)
            continue;
        classes |= PII_WORDS.entries[e->entry].classes;
        if (e->to != 0 && n < PHRASES)
            next[n++] = e->to;
    }
    memcpy(k->nodes, next, n * sizeof next[0]);
    k->n_nodes = n;
    k->t.back[k->t.n_words++ % PII_WORDS_BACK] =
        (struct pii_word){.w = *w, .classes = classes, .is_after_break = k->is_broken};
    k->is_broken = false;
    return classes;
}

/* What begins with the letter or digit at `at`. */
static struct pii_found find_here(struct walk *k, size_t at)
{
    struct pii_found f = {0};
    unsigned char c = pii_byte(&k->t, at);

    if (at >= k->no_email_to)
        f = pii_find_email(&k->t, at, &k->no_email_to);
    if (f.n == 0 && c < 0x80 && at >= k->no_key_to)
        f = pii_find_key(&k->t, at, &k->no_key_to);
    if (f.n == 0 && pii_is_letter(c))
        f = pii_find_letter_id(&k->t, at);
    if (f.n == 0 && pii_is_alnum(c))
        f = pii_find_ip(&k->t, at);
    if (f.n == 0 && pii_is_digit(c))
        f = pii_find_number(&k->t, at);
    return f;
}

/* What stands behind (or, for streets, around) the word just remembered. */
static struct pii_found find_behind(struct walk *k, uint64_t classes)
{
    struct pii_found f = {0};

    if (classes & (PII_W_SECRET | PII_W_PIN | PII_W_TOKEN | PII_W_BEARER))
        f = pii_find_secret(&k->t, classes);
    if (f.n == 0 && (classes & PII_W_NAME))
        f = pii_find_name(&k->t);
    if (f.n == 0)
        f = pii_find_place(&k->t, classes);
    return f;
}

static void walk_url(struct walk *k, size_t at, size_t end)
{
    while (k->n_spans < k->most) {
        struct pii_found f = pii_find_in_url(&k->t, at, end);

        if (!emit(k, f))
            break;
        at = f.at + f.n;
    }
    k->t.from = end;
}

/* One step from `at`, where a word begins; the place to go on. */
static size_t step_word(struct walk *k, size_t at)
{
    size_t end = pii_url_end(&k->t, at);
    struct pii_found f;
    struct word w;

    if (end > 0) {
        walk_url(k, at, end);
        return end;
    }
    if (pii_is_edge_before(&k->t, at)) {
        f = find_here(k, at);
        if (emit(k, f))
            return f.at + f.n;
    }
    w = word_at(k->t.p, k->t.n, at);
    f = find_behind(k, remember(k, &w));
    return emit(k, f) ? f.at + f.n : w.at + w.n;
}

static bool is_break(unsigned char c)
{
    return c == '.' || c == '!' || c == '?' || c == ';' || c == '\n';
}

/* One step from `at`, where no word begins. */
static size_t step_other(struct walk *k, size_t at)
{
    unsigned char c = pii_byte(&k->t, at);
    struct pii_found f = {0};

    if (c == '+' || c == '(')
        f = pii_find_number(&k->t, at);
    else if (c == ':')
        f = pii_find_ip(&k->t, at);
    if (emit(k, f))
        return f.at + f.n;
    /* "No. 5" and "tel.: 030" go on: a break wants a space or the end behind it, and a word of
     * more than three letters before. */
    if (is_break(c) && (c != '.' || !pii_back(&k->t, 0) || pii_back(&k->t, 0)->w.n > 3) &&
        !pii_is_alnum(pii_byte(&k->t, at + 1)))
        k->is_broken = true;
    return at + 1;
}

size_t pii_scan(const char *text, size_t n, struct pii_span *ret, size_t most)
{
    struct walk k = {.t = {.p = text, .n = n}, .ret = ret, .most = most, .is_broken = true};

    if (n > UINT32_MAX)
        k.t.n = UINT32_MAX;
    for (size_t at = 0; at < k.t.n && k.n_spans < most;) {
        size_t len = word_char(k.t.p, k.t.n, at);

        if (len > 0)
            at = step_word(&k, at);
        else
            at = step_other(&k, at);
    }
    return k.n_spans;
}

/* ------- masks */

#define PII_NAME(kind, name, sealed)   [PII_##kind] = (name),
#define PII_SEALED(kind, name, sealed) [PII_##kind] = (sealed),
static const char *const NAMES[] = {[PII_NONE] = "none", PII_LIST(PII_NAME)};
static const bool SEALED[] = {[PII_NONE] = false, PII_LIST(PII_SEALED)};

const char *pii_name(enum pii_kind k)
{
    return k < PII_COUNT ? NAMES[k] : NAMES[PII_NONE];
}

bool pii_is_sealed(enum pii_kind k)
{
    return k < PII_COUNT && SEALED[k];
}

struct mask {
    char *p;
    size_t n, room; /* room without the NUL */
    bool is_full;
};

/* As much as fits, cut at a character. A mask ("[card]") goes in whole or not at all. */
static void put(struct mask *m, const char *p, size_t n, bool is_whole)
{
    size_t fits = m->room - m->n;

    if (m->is_full)
        return;
    if (n > fits) {
        m->is_full = true;
        for (n = is_whole ? 0 : fits; n > 0 && ((unsigned char)p[n] & 0xC0) == 0x80;)
            n--;
    }
    memcpy(m->p + m->n, p, n);
    m->n += n;
}

size_t pii_mask(const char *text, size_t n, const struct pii_span *spans, size_t n_spans,
                bool only_sealed, char *ret, size_t room)
{
    struct mask m = {.p = ret, .room = room > 0 ? room - 1 : 0};
    size_t done = 0;

    if (room == 0)
        return 0;
    for (size_t i = 0; i < n_spans; i++) {
        const char *name = pii_name(spans[i].kind);
        char word[32] = "[";
        size_t len = strlen(name);

        if (only_sealed && !pii_is_sealed(spans[i].kind))
            continue;
        memcpy(word + 1, name, len);
        word[len + 1] = ']';
        put(&m, text + done, spans[i].at - done, false);
        put(&m, word, len + 2, true);
        done = (size_t)spans[i].at + spans[i].n;
    }
    if (done < n)
        put(&m, text + done, n - done, false);
    ret[m.n] = '\0';
    return m.n;
}
