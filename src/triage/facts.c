#include "triage/facts.h"

#include <string.h>

#include "triage/facts_scan.h"

#define PHRASE_WORDS 6  /* longest phrase of the list, and one more */
#define VALUE_MOST   48 /* bytes of a value */

#define FACT_NAME(kind, name) [FACT_##kind] = (name),
static const char *const NAMES[] = {[FACT_NONE] = "none", FACT_LIST(FACT_NAME)};

const char *fact_name(enum fact_kind k)
{
    return k < FACT_COUNT ? NAMES[k] : NAMES[FACT_NONE];
}

/* ------- phrases */

static bool is_break(unsigned char c)
{
    return c == '.' || c == '!' || c == '?' || c == ';' || c == '\n';
}

bool facts_is_joint(const struct facts_text *t, size_t from, size_t to)
{
    if (to == from || to - from > 3)
        return false;
    for (; from < to; from++) {
        unsigned char c = facts_byte(t, from);

        /* the bytes of U+2019, U+2011 and the no-break space */
        if (c != ' ' && c != '-' && c != '.' && c != '\'' && c != 0xE2 && c != 0x80 && c != 0x99 &&
            c != 0x91 && c != 0xC2 && c != 0xA0)
            return false;
    }
    return true;
}

static void note_breaks(const struct facts_text *t, size_t from, struct facts_phrase *p)
{
    p->is_after_break = from == 0;
    for (size_t i = from; i < p->at; i++) {
        unsigned char c = facts_byte(t, i);

        p->is_after_break = p->is_after_break || is_break(c);
        p->is_after_comma = p->is_after_comma || c == ',' || c == '(';
    }
}

struct facts_phrase facts_phrase_at(const struct facts_text *t, size_t from)
{
    struct word w = word_at(t->p, t->n, from);
    struct facts_phrase p = {
        .at = w.at, .end = w.at + w.n, .is_capital = w.is_capital, .is_shouted = w.is_shouted};
    uint16_t node = 0;

    note_breaks(t, from, &p);
    for (int words = 0; words < PHRASE_WORDS && w.n > 0; words++) {
        const struct word_edge *e = word_step(&FACTS_WORDS, node, &w);
        size_t end = w.at + w.n;

        if (!e)
            break;
        if (e->entry != 0) {
            p.end = end;
            p.classes = FACTS_WORDS.entries[e->entry].classes;
            p.value = FACTS_WORDS.entries[e->entry].value;
        }
        if (e->to == 0)
            break;
        node = e->to;
        w = word_at(t->p, t->n < end + 64 ? t->n : end + 64, end);
        if (!facts_is_joint(t, end, w.at))
            break;
    }
    return p;
}

const struct facts_phrase *facts_back(const struct facts_text *t, size_t k)
{
    static const struct facts_phrase NOTHING = {.is_after_break = true};

    if (k >= t->n_back || k >= FACTS_BACK)
        return &NOTHING;
    return &t->back[(t->n_back - 1 - k) % FACTS_BACK];
}

bool facts_context(const struct facts_text *t, uint64_t classes, size_t most)
{
    for (size_t k = 0; k < most; k++) {
        const struct facts_phrase *p = facts_back(t, k);

        if (p->classes & classes)
            return true;
        if (p->is_after_break)
            break;
    }
    return false;
}

bool facts_is_article(const struct facts_phrase *p)
{
    return (p->classes & FACTS_W_GLUE) && !(p->classes & (FACTS_W_PLACE | FACTS_W_FROM)) &&
           p->end - p->at <= 3;
}

bool facts_is_word(const struct facts_text *t, const struct facts_phrase *p,
                   const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(words[i]) == p->end - p->at &&
            memcmp(words[i], t->p + p->at, p->end - p->at) == 0)
            return true;
    return false;
}

/* ------- adding */

void facts_add(struct facts_text *t, enum fact_kind kind, const char *value, size_t value_n,
               size_t at, size_t end)
{
    for (size_t i = 0; i < t->n_ret; i++)
        if (t->ret[i].kind == kind && strlen(t->ret[i].value) == value_n &&
            memcmp(t->ret[i].value, value, value_n) == 0)
            return;
    if (t->n_ret == t->most)
        return;
    t->ret[t->n_ret++] = (struct fact){.kind = kind,
                                       .source = FACT_FROM_TEXT,
                                       .value = arena_dup(t->arena, value, value_n),
                                       .at = (uint32_t)at,
                                       .n = (uint32_t)(end - at)};
}

/* The value with each '#' as the next number of the phrase. */
void facts_add_phrase(struct facts_text *t, enum fact_kind kind, const struct facts_phrase *p)
{
    char value[VALUE_MOST];
    size_t n = 0, at = p->at;

    for (const char *v = p->value; *v && n < sizeof value; v++) {
        if (*v != '#') {
            value[n++] = *v;
            continue;
        }
        while (at < p->end && !facts_is_digit(facts_byte(t, at)))
            at++;
        for (; at < p->end && facts_is_digit(facts_byte(t, at)) && n < sizeof value; at++)
            value[n++] = (char)facts_byte(t, at);
    }
    facts_add(t, kind, value, n, p->at, p->end);
}

/* ------- devices and systems */

struct facts_phrase facts_next(const struct facts_text *t, const struct facts_phrase *p)
{
    struct facts_phrase next = facts_phrase_at(t, p->end);

    return next.is_after_break ? (struct facts_phrase){.at = t->n, .end = t->n} : next;
}

bool facts_is_title(const struct facts_text *t, const struct facts_phrase *p)
{
    const struct facts_phrase *before = facts_back(t, 0);
    struct facts_phrase next = facts_next(t, p);

    if (next.end - next.at == 2 && memcmp(t->p + next.at, "by", 2) == 0 &&
        facts_next(t, &next).is_capital)
        return true;
    if (p->is_after_break || p->is_after_comma)
        return false;
    if ((before->classes & FACTS_W_MUSIC) && !(before->classes & (FACTS_W_OWN | FACTS_W_GLUE)))
        return true;
    return (p->classes & FACTS_W_OS) && before->is_capital && before->classes == 0 &&
           !before->is_shouted && p->at - before->end == 1 &&
           !(next.classes & (FACTS_W_APP | FACTS_W_APPWORD | FACTS_W_FORE)) &&
           !facts_is_digit(facts_byte(t, next.at));
}

/* "on windows", not "the windows". */
static bool is_preposition(const struct facts_text *t, const struct facts_phrase *p)
{
    static const char *const WORDS[] = {"on",   "for",  "under", "auf",  "unter", "sur",
                                        "sous", "pour", "en",    "para", "no",    "su"};

    return facts_is_word(t, p, WORDS, sizeof WORDS / sizeof WORDS[0]);
}

/* "my Mac", "on Windows", "Tesla app"; "iPhone and Mac"; not "my Mac Miller playlist". */
static bool is_thing(const struct facts_text *t, const struct facts_phrase *p)
{
    const struct facts_phrase *before = facts_back(t, 0);
    struct facts_phrase next;
    bool is_named = (before->classes & (FACTS_W_OWN | FACTS_W_PLACE)) != 0;

    if (facts_is_title(t, p))
        return false;
    if (!(p->classes & FACTS_W_SHY))
        return true;
    if ((p->classes & FACTS_W_CAPITAL) && !p->is_capital)
        return false;
    if ((p->classes & FACTS_W_OS) && !p->is_capital && !is_preposition(t, before))
        return false;
    if (p->is_after_break)
        is_named = false;
    else if (before->end - before->at <= 4 && !before->is_after_break &&
             (facts_back(t, 1)->classes & (FACTS_W_DEVICE | FACTS_W_OS)))
        is_named = true;
    next = facts_next(t, p);
    /* "…, xiaomi": alone between commas */
    if (p->is_after_comma && !(p->classes & FACTS_W_CAPITAL) &&
        (next.is_after_comma || next.end == next.at))
        return true;
    if (next.classes & FACTS_W_APPWORD)
        return is_named || p->is_capital;
    if ((next.classes & FACTS_W_MUSIC) ||
        (next.is_capital && next.classes == 0 && !next.is_after_comma))
        return false;
    return is_named;
}

/* "Alexa Chung", "my daughter Alexa". */
static bool is_person(const struct facts_text *t, const struct facts_phrase *p)
{
    struct facts_phrase next = facts_next(t, p);

    return (!p->is_after_break && (facts_back(t, 0)->classes & FACTS_W_PERSON)) ||
           (p->is_capital && next.is_capital && next.classes == 0 &&
            facts_is_joint(t, p->end, next.at));
}

static size_t read_thing(struct facts_text *t, struct facts_phrase *p)
{
    if (!is_thing(t, p) || ((p->classes & FACTS_W_NAME) && is_person(t, p)))
        return p->end;
    p->is_denied = facts_is_denied(t, p, true);
    if (p->is_denied)
        return p->end;
    if (p->classes & FACTS_W_DEVICE) {
        facts_add_phrase(t, FACT_DEVICE, p);
        return p->end;
    }
    facts_add_phrase(t, FACT_OS, p);
    return facts_read_os_version(t, p);
}

/* ------- the walk */

/* Reads what begins with the phrase; where to go on. */
static size_t read_phrase(struct facts_text *t, struct facts_phrase *p)
{
    if (p->is_after_break)
        t->mood = MOOD_NONE;
    if (p->is_after_comma || (p->classes & FACTS_W_BUT))
        t->is_mood_near = false;
    t->is_after_but = !p->is_after_break && (t->is_after_but || (p->classes & FACTS_W_BUT));
    if (p->classes & (FACTS_W_DEVICE | FACTS_W_OS))
        return read_thing(t, p);
    if (p->classes & (FACTS_W_PLAN | FACTS_W_KIND))
        return facts_read_plan(t, p);
    if (p->classes & (FACTS_W_REGION | FACTS_W_ADJECTIVE))
        facts_read_region(t, p);
    if (p->classes & (FACTS_W_WORKS | FACTS_W_FAIL))
        facts_hear_mood(t, p);
    if (p->classes & FACTS_W_ERROR)
        return facts_read_error(t, p);
    if (p->classes & FACTS_W_VERSION)
        return facts_read_version(t, p);
    return p->classes == 0 ? facts_read_number(t, p) : p->end;
}

size_t facts_read(const char *text, size_t n, struct arena *a, struct fact *ret, size_t most)
{
    struct facts_text t = {.p = text, .n = n, .arena = a, .ret = ret, .most = most};

    if (n > UINT32_MAX)
        t.n = UINT32_MAX;
    for (size_t at = 0; at < t.n && t.n_ret < most;) {
        struct facts_phrase p = facts_phrase_at(&t, at);

        if (p.end == p.at)
            break;
        at = read_phrase(&t, &p);
        t.back[t.n_back++ % FACTS_BACK] = p;
    }
    return t.n_ret;
}
