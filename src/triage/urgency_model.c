/* Features of a text and its hints; the model's sum. */
#include "triage/urgency_model.h"

#include <math.h>
#include <string.h>

/* The text as its bytes show it. */
struct look {
    size_t n_letters, n_capital, n_shout, n_ask, n_digits;
};

static struct look look_at(const char *text, size_t n)
{
    struct look k = {0};

    n = n < URGENCY_BYTES ? n : URGENCY_BYTES;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];

        k.n_capital += c >= 'A' && c <= 'Z';
        k.n_letters += (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0xC0;
        k.n_shout += c == '!';
        k.n_ask += c == '?';
        k.n_digits += c >= '0' && c <= '9';
    }
    return k;
}

static float yes(bool is_so)
{
    return is_so ? 1 : 0;
}

static float up_to(float v, float most)
{
    return v < most ? v : most;
}

static bool is_paid_plan(const char *plan)
{
    return plan && plan[0] != '\0' && strcmp(plan, "free") != 0 && strcmp(plan, "trial") != 0;
}

void urgency_features(const char *text, size_t n, const struct urgency_found *found,
                      const struct urgency_hints *hints, float ret[URGENCY_FEATURES])
{
    struct look k = look_at(text, n);
    const uint8_t *s = found->signs;
    bool is_question = k.n_ask > 0 || s[SIGN_QUESTION] > 0;
    size_t at = SIGN_COUNT;

    memset(ret, 0, URGENCY_FEATURES * sizeof *ret);
    for (size_t i = 0; i < SIGN_COUNT; i++)
        ret[i] = s[i] ? 0.7F + 0.1F * up_to((float)s[i], 3) : 0;
    ret[at++] = hints->negative;
    ret[at++] = yes(is_question && hints->negative < 0.5F);
    ret[at++] = yes(k.n_ask > 0);
    ret[at++] = up_to((float)k.n_shout, 3) / 3;
    ret[at++] = yes(k.n_letters > 8 && k.n_capital * 2 > k.n_letters);
    ret[at++] = up_to((float)n / 400, 1);
    ret[at++] = yes(n < 25);
    ret[at++] = yes(k.n_digits > 0);
    ret[at++] = yes(is_paid_plan(hints->plan));
    ret[at++] = up_to((float)hints->contacts_in_week, 4) / 4;
    ret[at++] = yes(hints->is_minor);
    ret[at++] = yes(hints->is_cluster_growing && s[SIGN_OUTAGE] > 0);
    for (int kind = URGENCY_SELF_HARM; kind < URGENCY_OUTAGE; kind++) {
        if (found->best[kind].level == P1)
            ret[at] = 1;
        else if (found->best[kind].level == P2)
            ret[at + 1] = 1;
    }
    at += 2;
    ret[at++] = yes(found->best[URGENCY_REPEAT].level != 0);
    ret[at++] = yes(s[SIGN_MONEY] > 0 && s[SIGN_FAULT] > 0);
    ret[at] = yes(s[SIGN_THANKS] > 0 && s[SIGN_FAULT] == 0);
}

void urgency_odds(const struct urgency_weights *m, const float x[URGENCY_FEATURES],
                  float ret[URGENCY_CUTS])
{
    float sum = 0;

    for (size_t i = 0; i < URGENCY_FEATURES; i++)
        sum += m->w[i] * x[i];
    for (size_t k = 0; k < URGENCY_CUTS; k++)
        ret[k] = 1 / (1 + expf(m->cut[k] - sum));
}

enum urgency_level urgency_likeliest(const float p[URGENCY_CUTS])
{
    enum urgency_level level = P4;

    while (level > P1 && p[level - 2] >= 0.5F)
        level--;
    return level;
}
