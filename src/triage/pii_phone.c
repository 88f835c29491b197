/* Is this number a telephone? By its shape, and by the words beside it. */
#include <string.h>

#include "triage/pii_scan.h"

#define E164_LEAST 7
#define E164_MOST  15

/* What the words before a number make of it. */
enum leaning { LEAN_NONE, LEAN_PHONE, LEAN_OTHER };

static const uint64_t WORDS = PII_W_PHONE | PII_W_ORDER | PII_W_VERSION | PII_W_SECRET | PII_W_PIN;

static bool is_quote_before(const struct pii_text *t, size_t at)
{
    unsigned char c = at > 0 ? pii_byte(t, at - 1) : 0;

    if (c == '"' || c == '\'' || c == '`')
        return true;
    /* the quotes of U+2018 to U+201F, and « */
    if (at >= 3 && pii_byte(t, at - 3) == 0xE2 && pii_byte(t, at - 2) == 0x80 && c >= 0x98 &&
        c <= 0x9F)
        return true;
    return at >= 2 && pii_byte(t, at - 2) == 0xC2 && c == 0xAB;
}

/* Numbers near words of music are titles and counts: within three words; a telephone is spoken
 * of within six. The nearest word decides. */
static enum leaning leaning_of(const struct pii_text *t, const struct pii_number *v)
{
    uint64_t near = pii_context(t, WORDS | PII_W_MUSIC, 3);

    if (near == 0)
        near = pii_context(t, WORDS, 6);
    if (near & PII_W_PHONE)
        return LEAN_PHONE;
    if (near != 0 || (v->at > 0 && pii_byte(t, v->at - 1) == '#') || is_quote_before(t, v->at))
        return LEAN_OTHER;
    return LEAN_NONE;
}

/* "$ 612 345 678", "612 345 678 songs", "612 345 678,50", "1-800-273-8255 by Logic" */
static bool is_counted(const struct pii_text *t, const struct pii_number *v, size_t end,
                       enum leaning lean)
{
    size_t at = pii_skip_spaces(t, end, 2), front = v->at;
    unsigned char c = pii_byte(t, at), before;
    uint64_t classes;
    struct word w;

    front -= front > 0 && pii_byte(t, front - 1) == ' ';
    before = front > 0 ? pii_byte(t, front - 1) : 0;
    if (before == '$' || before == 0xAC || c == '%' || c == '$' ||
        (c == 0xE2 && pii_byte(t, at + 1) == 0x82) || /* U+20AC and its like */
        (pii_byte(t, end) == ',' && pii_is_digit(pii_byte(t, end + 1))))
        return true;
    if (at == end || word_char(t->p, t->n, at) == 0)
        return false;
    w = word_at(t->p, t->n, at);
    classes = word_classes(&PII_WORDS, &w);
    return (classes & PII_W_UNIT) != 0 ||
           (lean != LEAN_PHONE &&
            ((classes & PII_W_MUSIC) != 0 || (w.n == 2 && memcmp(t->p + w.at, "by", 2) == 0)));
}

static bool is_day_or_month(const struct pii_number *v, size_t g)
{
    size_t from = v->groups[g].sum - v->groups[g].n;
    unsigned value = v->digits[from];

    if (v->groups[g].n == 2)
        value = value * 10 + v->digits[from + 1];
    return v->groups[g].n <= 2 && value >= 1 && value <= 31;
}

/* "24.12.2026", "2026-12-24", "24/12/26": then the separator changes or the number ends. */
static bool is_date(const struct pii_number *v)
{
    const struct pii_group *g = v->groups;

    if (v->has_plus || v->n_groups < 3 || g[1].before != g[2].before ||
        !strchr("-./", g[1].before) || (v->n_groups > 3 && g[3].before == g[1].before))
        return false;
    if (g[0].n == 4)
        return is_day_or_month(v, 1) && is_day_or_month(v, 2);
    return is_day_or_month(v, 0) && is_day_or_month(v, 1) && (g[2].n == 4 || g[2].n == 2);
}

/* Do the groups from `g` on have these lengths and separators? `shape`: "3-3-4", '?' any
 * separator, '_' a blank. More digits may follow only behind a blank that is none of its own. */
static size_t has_shape(const struct pii_number *v, size_t g, const char *shape)
{
    for (;; g++, shape += 2) {
        if (g >= v->n_groups || v->groups[g].n != (size_t)(shape[0] - '0'))
            return 0;
        if (shape[1] == '\0')
            break;
        if (g + 1 >= v->n_groups)
            return 0;
        if ((shape[1] == '-' && v->groups[g + 1].before != '-') ||
            (shape[1] == '_' && v->groups[g + 1].before != ' ') ||
            (shape[1] == ')' && v->groups[g + 1].before != ')'))
            return 0;
    }
    if (g + 1 < v->n_groups && (v->groups[g + 1].before != ' ' || v->groups[g].before == ' '))
        return 0;
    return v->groups[g].end;
}

/* North America: area and exchange begin with 2 to 9. `ret_is_toll_free`: 800 and its like
 * belong to no person. */
static size_t north_america(const struct pii_number *v, bool *ret_is_toll_free)
{
    size_t g = v->groups[0].n == 1 && v->digits[0] == 1 && !v->has_plus ? 1 : 0;
    size_t end = has_shape(v, g, "3?3?4");
    const unsigned char *d = v->digits + (g ? 1 : 0);
    static const uint16_t TOLL_FREE[] = {800, 822, 833, 844, 855, 866, 877, 888, 900};

    if (end == 0 || d[0] < 2 || d[3] < 2 || v->groups[g + 1].before == '/')
        return 0;
    for (size_t i = 0; i < sizeof TOLL_FREE / sizeof TOLL_FREE[0]; i++)
        if (d[0] * 100U + d[1] * 10U + d[2] == TOLL_FREE[i])
            *ret_is_toll_free = true;
    return end;
}

static bool is_same_digit(const struct pii_number *v)
{
    for (size_t i = 1; i < v->n_digits; i++)
        if (v->digits[i] != v->digits[0])
            return false;
    return true;
}

/* The end of the last group with which there are at most `most` digits; 0: not even the first,
 * or fewer than `least` then. */
static size_t end_within(const struct pii_number *v, size_t least, size_t most)
{
    size_t end = 0, sum = 0;

    for (size_t g = 0; g < v->n_groups && v->groups[g].sum <= most; g++) {
        if (v->is_cut && g + 1 == v->n_groups)
            break;
        end = v->groups[g].end;
        sum = v->groups[g].sum;
    }
    return sum >= least ? end : 0;
}

/* "+49 30 …", "(+33) …", "0049 30 …". */
static size_t international(const struct pii_number *v)
{
    bool is_one = v->digits[0] == 1;

    if (v->has_plus)
        return v->digits[0] == 0 ? 0 : end_within(v, E164_LEAST, is_one ? 11 : E164_MOST);
    if (v->digits[0] != 0 || v->digits[1] != 0 || v->n_digits < 11 || v->digits[2] == 0 ||
        v->groups[0].n < 2 || (v->groups[0].n > 5 && v->groups[0].n < 11))
        return 0;
    return end_within(v, E164_LEAST + 4, E164_MOST + 2);
}

/* A trunk 0 first: "030 123456", "0171/1234567", "(020) 7946 0958", "06 12 34 56 78". */
static size_t with_trunk(const struct pii_number *v)
{
    if (v->digits[0] != 0 || v->digits[1] == 0 || v->n_digits < 9 || v->n_digits > 12 || v->is_cut)
        return 0;
    if (v->n_groups == 1 && (v->n_digits < 10 || v->n_digits > 11))
        return 0;
    if (v->groups[0].n < 2 && !v->has_paren)
        return 0;
    return v->groups[v->n_groups - 1].end;
}

/* Brazil, Spain, Portugal, Italy, India: no 0 first, known by their groups. */
static size_t by_groups(const struct pii_number *v)
{
    size_t end;

    if (v->n_digits >= 10 && v->digits[0] >= 1 && v->digits[1] >= 1 &&
        ((v->has_paren && ((end = has_shape(v, 0, "2)5?4")) || (end = has_shape(v, 0, "2)4?4")))) ||
         (end = has_shape(v, 0, "2?5-4"))))
        return end;
    if (v->digits[0] >= 6 &&
        ((end = has_shape(v, 0, "3_3_3")) || (end = has_shape(v, 0, "3_2_2_2")) ||
         (end = has_shape(v, 0, "5_5")) || (end = has_shape(v, 0, "2_3_2_2"))))
        return end;
    if (v->digits[0] == 3 && v->digits[1] >= 2 &&
        ((end = has_shape(v, 0, "3_3_4")) || (end = has_shape(v, 0, "3_7"))))
        return end;
    return v->digits[0] == 9 ? has_shape(v, 0, "2_3_2_2") : 0;
}

/* By its shape alone. */
static size_t by_shape(const struct pii_text *t, const struct pii_number *v, enum leaning lean)
{
    bool is_toll_free = false;
    size_t end = north_america(v, &is_toll_free);

    if (is_toll_free && lean != LEAN_PHONE)
        return 0;
    if (end == 0)
        end = with_trunk(v);
    if (end == 0)
        end = by_groups(v);
    return end > 0 && !is_counted(t, v, end, lean) ? end : 0;
}

/* Other digits stand just before: this is the rest of a longer number. */
static bool is_rest(const struct pii_text *t, const struct pii_number *v)
{
    const struct pii_word *last = pii_back(t, 0);

    return last && !v->has_plus && last->w.n_digits > 0 && last->w.n_letters == 0 &&
           last->w.at >= t->from && v->at - (last->w.at + last->w.n) <= 1;
}

struct pii_found pii_find_phone(const struct pii_text *t, const struct pii_number *v)
{
    enum leaning lean = LEAN_NONE;
    size_t end = v->n_digits >= E164_LEAST ? international(v) : 0;

    if (v->n_digits < E164_LEAST || is_rest(t, v) || (end == 0 && is_date(v)))
        return (struct pii_found){0};
    if (end == 0) {
        lean = leaning_of(t, v);
        end = lean == LEAN_OTHER ? 0 : by_shape(t, v, lean);
    }
    if (end == 0 && lean == LEAN_PHONE && !is_same_digit(v) &&
        !is_counted(t, v, v->groups[v->n_groups - 1].end, lean))
        end = end_within(v, E164_LEAST, E164_MOST);
    if (end == 0 || !pii_is_edge_after(t, end) || pii_byte(t, end) == '@')
        return (struct pii_found){0};
    return (struct pii_found){v->at, end - v->at, PII_PHONE};
}
