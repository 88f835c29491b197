/* Which country does the text name as the writer's or as a market's? */
#include "triage/facts_scan.h"

/* "in Brazil", "aus der Schweiz", "moved to Chile", "US account", "country: Chile", "from Lyon,
 * France"; not "music from Brazil". */
static bool is_place(const struct facts_text *t, const struct facts_phrase *p)
{
    size_t k = facts_is_article(facts_back(t, 0)) && !facts_back(t, 0)->is_after_break ? 1 : 0;
    const struct facts_phrase *before = facts_back(t, k), *music = facts_back(t, k + 1);
    struct facts_phrase next = facts_next(t, p);
    bool is_city = p->is_after_comma && facts_back(t, 0)->is_capital &&
                   ((facts_back(t, 1)->classes | facts_back(t, 2)->classes) &
                    (FACTS_W_PLACE | FACTS_W_FROM)) != 0;

    if ((p->classes & FACTS_W_SHOUTED) && !p->is_shouted && p->end - p->at < 3)
        return false;
    if ((p->classes & FACTS_W_SHY) && !p->is_capital)
        return false;
    if (next.classes & FACTS_W_MUSIC && !(next.classes & FACTS_W_MARKET))
        return false;
    if ((next.classes & FACTS_W_MARKET) && !next.is_after_comma)
        return true;
    if (p->is_after_break)
        return false;
    if (is_city)
        return true;
    if (p->is_after_comma && !(before->classes & FACTS_W_LANDWORD))
        return false;
    /* "moved from Ireland to Portugal" */
    if (facts_back(t, 0)->end - facts_back(t, 0)->at <= 4 && !facts_back(t, 0)->is_after_break &&
        (facts_back(t, 1)->classes & FACTS_W_REGION) &&
        (facts_back(t, 2)->classes & (FACTS_W_FROM | FACTS_W_PLACE | FACTS_W_MOVE)))
        return true;
    if ((before->classes & (FACTS_W_PLACE | FACTS_W_FROM)) && !before->is_after_break)
        return !(music->classes & FACTS_W_MUSIC);
    return (before->classes & (FACTS_W_PLACE | FACTS_W_FROM | FACTS_W_MOVE | FACTS_W_LANDWORD)) !=
           0;
}

void facts_read_region(struct facts_text *t, struct facts_phrase *p)
{
    struct facts_phrase next;
    bool is_there;

    if (p->classes & FACTS_W_REGION) {
        is_there = is_place(t, p);
    } else { /* "a Brazilian account", "compte français" */
        next = facts_next(t, p);
        is_there = ((next.classes & FACTS_W_MARKET) && !next.is_after_comma) ||
                   ((facts_back(t, 0)->classes & FACTS_W_MARKET) && !p->is_after_break &&
                    !p->is_after_comma && !(next.classes & FACTS_W_MUSIC));
    }
    if (!is_there)
        return;
    p->is_denied = facts_is_denied(t, p, false);
    if (!p->is_denied)
        facts_add_phrase(t, FACT_REGION, p);
}
