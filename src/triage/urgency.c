/* The higher of rules and model, and why. */
#include "triage/urgency.h"

#include <string.h>

#include "base/str.h"
#include "triage/urgency_model.h"

struct str urgency_weights_bytes(void); /* struct urgency_weights: urgency_fit.c */

#define CONTACTS_MANY 3 /* earlier ones in a week, from which on it counts by itself */

static void put(struct urgency *u, struct urgency_reason r)
{
    size_t at = u->n_reasons < URGENCY_REASONS ? u->n_reasons++ : URGENCY_REASONS;

    while (at > 0 && u->reasons[at - 1].level > r.level) {
        if (at < URGENCY_REASONS)
            u->reasons[at] = u->reasons[at - 1];
        at--;
    }
    if (at < URGENCY_REASONS)
        u->reasons[at] = r;
}

/* Does a rule of this kind count with what is known beside the text? */
static bool counts(enum urgency_kind kind, const struct urgency_hints *h)
{
    bool is_free = !h->plan || strcmp(h->plan, "free") == 0 || h->plan[0] == '\0';

    if (kind == URGENCY_OUTAGE)
        return h->is_cluster_growing;
    return kind != URGENCY_PLAN || !is_free;
}

static void put_rules(const struct urgency_found *found, const struct urgency_hints *h,
                      struct urgency *ret)
{
    for (int k = URGENCY_SELF_HARM; k < URGENCY_MODEL; k++)
        if (found->best[k].level != 0 && counts((enum urgency_kind)k, h))
            put(ret, found->best[k]);
}

/* A child's account: what might be nothing from a grown-up is looked at early. */
static bool is_child_uneasy(const struct urgency_found *found, const struct urgency_hints *h)
{
    return h->is_minor && found->best[URGENCY_MINOR].level != P1 &&
           (found->signs[SIGN_DANGER] > 0 || h->negative > 0.5F);
}

static void put_hints(const struct urgency_found *found, const struct urgency_hints *h,
                      struct urgency *ret)
{
    if (is_child_uneasy(found, h))
        put(ret, (struct urgency_reason){.kind = URGENCY_MINOR, .level = P2});
    if (h->contacts_in_week >= CONTACTS_MANY && found->best[URGENCY_REPEAT].level == 0 &&
        h->negative > 0.5F)
        put(ret, (struct urgency_reason){.kind = URGENCY_REPEAT, .level = P2});
}

void urgency_read(const char *text, size_t n, const struct urgency_hints *hints,
                  struct urgency *ret)
{
    const struct urgency_weights *m =
        (const struct urgency_weights *)(const void *)urgency_weights_bytes().p;
    const struct urgency_hints none = {.language = ""};
    const struct urgency_hints *h = hints ? hints : &none;
    float x[URGENCY_FEATURES], p[URGENCY_CUTS];
    struct urgency_found found;
    enum urgency_level model;

    memset(ret, 0, sizeof *ret);
    urgency_find(text, n, h->language ? h->language : "", &found);
    put_rules(&found, h, ret);
    put_hints(&found, h, ret);
    urgency_features(text, n, &found, h, x);
    urgency_odds(m, x, p);
    model = urgency_likeliest(p);
    ret->level =
        ret->n_reasons > 0 && ret->reasons[0].level < model ? ret->reasons[0].level : model;
    if (ret->n_reasons == 0 || model < ret->reasons[0].level)
        put(ret, (struct urgency_reason){.kind = URGENCY_MODEL, .level = model});
}
