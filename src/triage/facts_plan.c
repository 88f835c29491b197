/* Which plan is spoken of? "Premium", "our Nest", "abonnement Premium Famille". */
#include <string.h>

#include "triage/facts_scan.h"

#define AHEAD 4 /* phrases of one name of a plan */

/* "on Free", "the Nest", "Solo or Duo"; a shy one ("Student") wants more than an article. */
static bool is_plan_before(const struct facts_text *t, const struct facts_phrase *p)
{
    const struct facts_phrase *before = facts_back(t, 0);

    if (before->classes & FACTS_W_PLANPREP)
        return true;
    if (before->end - before->at <= 4 && !before->is_after_break &&
        (facts_back(t, 1)->classes & FACTS_W_PLAN))
        return true;
    return !(p->classes & FACTS_W_SHY) && facts_is_article(before);
}

/* "plan: family", "my plan is Duo", "compte étudiant", "family abo". */
static bool is_beside_plan(const struct facts_text *t, const struct facts_phrase *p)
{
    const struct facts_phrase *before = facts_back(t, 0), *word = facts_back(t, 1);
    struct facts_phrase next = facts_next(t, p);

    if ((next.classes & FACTS_W_PLANWORD) && facts_is_joint(t, p->end, next.at))
        return true;
    if (p->is_after_break || p->is_after_comma)
        return false;
    if (before->classes & (FACTS_W_PLANWORD | FACTS_W_PLAN))
        return true;
    return (before->classes & FACTS_W_OF) && !before->is_after_break &&
           (word->classes & FACTS_W_PLANWORD);
}

/* "plan para estudiantes", "abonnement de famille" */
static bool is_link(const struct facts_text *t, const struct facts_phrase *p)
{
    static const char *const WORDS[] = {"for", "f\xC3\xBCr", "pour", "para", "per", "de",
                                        "des", "d",          "di",   "da",   "la",  "l"};

    return facts_is_word(t, p, WORDS, sizeof WORDS / sizeof WORDS[0]);
}

/* Within the clause: the last and the next few phrases. */
static bool is_song_near(const struct facts_text *t, const struct facts_phrase *p)
{
    struct facts_phrase next = *p;

    if (!p->is_after_break && facts_context(t, FACTS_W_SONG, 4))
        return true;
    for (int i = 0; i < AHEAD; i++) {
        next = facts_next(t, &next);
        if (next.end == next.at || next.is_after_comma)
            return false;
        if (next.classes & FACTS_W_SONG)
            return true;
    }
    return false;
}

/* "Solo or Duo?", "between Duo and Nest": who compares says of neither that it is theirs. */
static bool is_choice(const struct facts_text *t, const struct facts_phrase *p, size_t end)
{
    static const char *const OR[] = {"or", "oder", "ou", "o", "vs", "versus"};
    static const char *const AND[] = {"and", "und", "et", "y", "e", "ed"};
    static const char *const BETWEEN[] = {"between", "zwischen", "entre", "tra", "fra"};
    struct facts_phrase join = facts_phrase_at(t, end), other;

    if (!p->is_after_break && !facts_back(t, 0)->is_after_break &&
        facts_is_word(t, facts_back(t, 0), OR, 6) && (facts_back(t, 1)->classes & FACTS_W_PLAN))
        return true;
    if (join.is_after_break || join.is_after_comma ||
        !(facts_is_word(t, &join, OR, 6) ||
          (facts_is_word(t, &join, AND, 6) && facts_is_word(t, facts_back(t, 0), BETWEEN, 5) &&
           !p->is_after_break)))
        return false;
    other = facts_next(t, &join);
    if (facts_is_article(&other))
        other = facts_next(t, &other);
    return (other.classes & FACTS_W_PLAN) &&
           (!(other.classes & FACTS_W_CAPITAL) || other.is_capital);
}

static bool is_named(const struct facts_text *t, const struct facts_phrase *p)
{
    struct facts_phrase next;

    if (facts_is_title(t, p) || (!p->is_after_break && facts_context(t, FACTS_W_OTHER, 2)))
        return false;
    if (p->classes & FACTS_W_PLAN && !(p->classes & FACTS_W_CAPITAL))
        return true;
    if ((p->classes & FACTS_W_KIND) && is_beside_plan(t, p))
        return true;
    if (!(p->classes & FACTS_W_CAPITAL) || !p->is_capital || p->is_after_break || p->is_shouted)
        return false;
    next = facts_next(t, p);
    /* "Nest thermostat", "Duo Karst" */
    if ((next.classes & (FACTS_W_MUSIC | FACTS_W_APPWORD)) ||
        (next.is_capital && next.classes == 0 && facts_is_joint(t, p->end, next.at)))
        return false;
    return !is_song_near(t, p) && (is_plan_before(t, p) || (next.classes & FACTS_W_PLANWORD));
}

/* Of "Premium Family" it is the family that says more. */
static int rank(const char *value)
{
    static const char *const LESS[] = {"premium", "free", "duo", "family", "student"};
    int i = 0;

    while (i < 4 && strcmp(LESS[i], value) != 0)
        i++;
    return i;
}

size_t facts_read_plan(struct facts_text *t, struct facts_phrase *p)
{
    struct facts_phrase all = *p, next = *p;
    size_t end = p->end;

    if (!is_named(t, p))
        return p->end;
    for (int i = 0; i < AHEAD; i++) {
        size_t from = next.end;

        next = facts_phrase_at(t, from);
        if (next.end == next.at || !facts_is_joint(t, from, next.at))
            break;
        if (next.classes & (FACTS_W_KIND | FACTS_W_PLAN)) {
            end = next.end;
            if (next.value[0] != '\0' && rank(next.value) > rank(all.value))
                all.value = next.value;
        } else if (!(next.classes & FACTS_W_PLANWORD) &&
                   ((p->classes & FACTS_W_CAPITAL) || !is_link(t, &next))) {
            break;
        }
    }
    p->end = all.end = end;
    p->classes |= FACTS_W_PLAN;
    p->is_denied = facts_is_denied(t, p, false) || is_choice(t, p, end);
    if (!p->is_denied)
        facts_add_phrase(t, FACT_PLAN, &all);
    return end;
}
