/* Is the device that is named the one that fails?
 *
 * "not on Android", "works on my iPhone": not concerned. "works on iPhone but not on Android":
 * Android is. "doesn't work on Android": it is. */
#include "triage/facts_scan.h"

#define GLUE      (FACTS_W_GLUE | FACTS_W_PLACE | FACTS_W_OWN | FACTS_W_PLANPREP)
#define NEG_BACK  5   /* phrases between a denial and what it denies */
#define AHEAD     6   /* phrases looked at behind a device */
#define ASK_AHEAD 200 /* bytes in which a "?" makes a question of the clause */

static bool is_question(const struct facts_text *t, size_t from)
{
    for (size_t i = from; i < t->n && i - from < ASK_AHEAD; i++) {
        unsigned char c = facts_byte(t, i);

        if (c == '?')
            return true;
        if (c == '\n' || c == '!' || (c == '.' && !facts_is_digit(facts_byte(t, i + 1))))
            return false;
    }
    return false;
}

/* "…, sull'iPhone no": at the end of its part it denies; elsewhere it may be Portuguese "on". */
static bool is_last_no(const struct facts_text *t, const struct facts_phrase *p)
{
    struct facts_phrase next;

    if (p->end - p->at != 2 || (facts_byte(t, p->at) | 0x20) != 'n' ||
        (facts_byte(t, p->at + 1) | 0x20) != 'o')
        return false;
    next = facts_phrase_at(t, p->end);
    return next.end == next.at || next.is_after_break || next.is_after_comma ||
           (next.classes & FACTS_W_BUT);
}

/* A denial right behind: "funktioniert nicht", "marche pas", "geht auf dem iPad nicht". */
static bool is_denied_behind(const struct facts_text *t, size_t from, int most)
{
    for (int i = 0; i < most; i++) {
        struct facts_phrase p = facts_phrase_at(t, from);

        if (p.end == p.at || p.is_after_break || p.is_after_comma ||
            (p.classes & (FACTS_W_BUT | FACTS_W_DEVICE | FACTS_W_OS)))
            return false;
        if ((p.classes & FACTS_W_NEG) || is_last_no(t, &p))
            return true;
        from = p.end;
    }
    return false;
}

/* "…, bei Android nicht.": a denial alone behind it turns what was said before. */
static bool is_turned(const struct facts_text *t, const struct facts_phrase *p)
{
    struct facts_phrase neg = facts_phrase_at(t, p->end), next;

    if (neg.end == neg.at || neg.is_after_break || neg.is_after_comma)
        return false;
    if (!(neg.classes & FACTS_W_NEG))
        return is_last_no(t, &neg);
    next = facts_phrase_at(t, neg.end);
    return next.end == next.at || next.is_after_break || next.is_after_comma ||
           (next.classes & FACTS_W_BUT);
}

void facts_hear_mood(struct facts_text *t, const struct facts_phrase *p)
{
    t->is_mood_near = true;
    t->is_after_but = false;
    if (p->classes & FACTS_W_FAIL) { /* "never crashes" */
        t->mood =
            facts_back(t, 0)->classes & FACTS_W_NEG && !p->is_after_break ? MOOD_WORKS : MOOD_FAILS;
        return;
    }
    if (facts_context(t, FACTS_W_NEG, 3) || is_denied_behind(t, p->end, 2))
        t->mood = MOOD_FAILS;
    else
        t->mood = is_question(t, p->end) ? MOOD_NONE : MOOD_WORKS;
}

/* A denial before, with nothing but "on my" and the like between. */
static bool is_denied_before(const struct facts_text *t, const struct facts_phrase *p)
{
    const struct facts_phrase *next = p;
    /* "not in Spain", but "I don't want to pay in Spain" is about Spain */
    size_t most = p->classes & (FACTS_W_REGION | FACTS_W_ADJECTIVE) ? 2 : NEG_BACK;

    for (size_t k = 0; k < most; k++) {
        const struct facts_phrase *q = facts_back(t, k);

        if (next->is_after_break || next->is_after_comma)
            return false;
        if (q->classes & FACTS_W_NEG)
            return true;
        if (!(q->classes & GLUE))
            return false;
        next = q;
    }
    return false;
}

/* "On my laptop it works fine": the verdict comes behind. */
static enum facts_mood verdict_behind(const struct facts_text *t, size_t from)
{
    for (int i = 0; i < AHEAD; i++) {
        struct facts_phrase p = facts_phrase_at(t, from);

        if (p.end == p.at || p.is_after_break || p.is_after_comma ||
            (p.classes & (FACTS_W_BUT | FACTS_W_NEG)))
            return MOOD_NONE;
        if (p.classes & FACTS_W_FAIL)
            return MOOD_FAILS;
        if (p.classes & FACTS_W_WORKS) {
            if (is_denied_behind(t, p.end, 3))
                return MOOD_FAILS;
            return is_question(t, p.end) ? MOOD_NONE : MOOD_WORKS;
        }
        from = p.end;
    }
    return MOOD_NONE;
}

/* What is said of `p`: before it in its part of the sentence, else behind it, else in the part
 * before. */
static enum facts_mood mood_of(const struct facts_text *t, const struct facts_phrase *p)
{
    enum facts_mood behind;

    if (p->is_after_break)
        return verdict_behind(t, p->end);
    if (t->mood != MOOD_NONE && t->is_mood_near && !p->is_after_comma)
        return t->mood;
    behind = verdict_behind(t, p->end);
    if (behind == MOOD_NONE && !t->is_after_but)
        return t->mood;
    return behind; /* "works on iPhone, but on Android …" */
}

/* "switched from Android to an iPhone": the first is the past. */
static bool is_left_behind(const struct facts_text *t, const struct facts_phrase *p)
{
    static const char *const FROM[] = {"from", "von", "vom", "de", "d", "del", "do", "da", "dal"};
    static const char *const TO[] = {"to", "zu", "zum", "auf",  "\xC3\xA0", "au",  "vers",
                                     "a",  "al", "ao",  "para", "pra",      "pro", "all"};
    const struct facts_phrase *before = facts_back(t, 0);
    struct facts_phrase to = facts_phrase_at(t, p->end), next;

    if (facts_is_article(before) && !facts_is_word(t, before, FROM, 9))
        before = facts_back(t, 1);
    if (p->is_after_break || !facts_is_word(t, before, FROM, 9) ||
        !facts_is_word(t, &to, TO, sizeof TO / sizeof TO[0]))
        return false;
    next = facts_next(t, &to);
    if (next.classes & FACTS_W_GLUE)
        next = facts_next(t, &next);
    return (next.classes & (FACTS_W_DEVICE | FACTS_W_OS)) != 0;
}

bool facts_is_denied(const struct facts_text *t, const struct facts_phrase *p, bool is_thing)
{
    const uint64_t things = FACTS_W_DEVICE | FACTS_W_OS | FACTS_W_PLAN | FACTS_W_REGION;
    const struct facts_phrase *last = facts_back(t, 0), *other = facts_back(t, 1);
    bool is_denied = is_denied_before(t, p);

    /* "not on iPhone or iPad": as the one before */
    if (!is_denied && !p->is_after_break && (last->end - last->at) <= 4 &&
        !(last->classes & FACTS_W_BUT) && !last->is_after_break && (other->classes & things) &&
        other->is_denied)
        return true;
    if (!is_thing)
        return is_denied;
    if (is_left_behind(t, p))
        return true;
    if (is_denied) /* "works on iPhone but not on Android" */
        return t->mood != MOOD_WORKS || p->is_after_break;
    if (t->mood == MOOD_FAILS && !p->is_after_break && is_turned(t, p))
        return true;
    return mood_of(t, p) == MOOD_WORKS && !is_denied_behind(t, p->end, 4);
}
