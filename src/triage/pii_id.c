/* Numbers that a state or a bank gave: known by their checksums. */
#include <string.h>

#include "triage/pii_scan.h"

static unsigned number_of(const unsigned char *d, size_t n)
{
    unsigned v = 0;

    for (size_t i = 0; i < n; i++)
        v = v * 10 + d[i];
    return v;
}

static bool is_same_digit(const unsigned char *d, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (d[i] != d[0])
            return false;
    return true;
}

/* ------- digits only */

/* Social security number of the USA: no checksum, but shapes that were never given out.
 * Source: SSA, "Social Security Number Randomization". */
static bool is_ssn(const unsigned char *d)
{
    unsigned area = number_of(d, 3);

    return area != 0 && area != 666 && area < 900 && number_of(d + 3, 2) != 0 &&
           number_of(d + 5, 4) != 0;
}

static unsigned cpf_digit(const unsigned char *d, unsigned n)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += d[i] * (n + 1 - i);
    sum = sum * 10 % 11;
    return sum == 10 ? 0 : sum;
}

/* Cadastro de Pessoas Físicas, Brazil: two digits mod 11. */
static bool is_cpf(const unsigned char *d)
{
    return !is_same_digit(d, 11) && d[9] == cpf_digit(d, 9) && d[10] == cpf_digit(d, 10);
}

/* Steueridentifikationsnummer, Germany: ISO 7064 mod 11,10, and among the first ten digits one
 * stands two or three times, the others once at most. */
static bool is_steuer_id(const unsigned char *d)
{
    unsigned seen[10] = {0}, n_again = 0, product = 10, sum;

    for (size_t i = 0; i < 10; i++)
        seen[d[i]]++;
    for (size_t i = 0; i < 10; i++) {
        if (seen[i] > 3)
            return false;
        n_again += seen[i] > 1;
    }
    for (size_t i = 0; i < 10; i++) {
        sum = (d[i] + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return d[0] != 0 && n_again == 1 && d[10] == (11 - product) % 10;
}

/* Are the groups these long, with this separator before each but the first? */
static bool has_groups(const struct pii_number *v, const char *lengths, const char *before)
{
    size_t n = strlen(lengths);

    if (v->n_groups < n || v->has_plus || v->has_paren)
        return false;
    for (size_t g = 0; g < n; g++)
        if (v->groups[g].n != (size_t)(lengths[g] - '0') ||
            (g > 0 && v->groups[g].before != before[g - 1]))
            return false;
    return v->n_groups == n || v->groups[n].before == ' ';
}

static struct pii_found found(const struct pii_text *t, const struct pii_number *v, size_t groups)
{
    size_t end = v->groups[groups - 1].end;

    if (!pii_is_edge_after(t, end) || pii_byte(t, end) == '@')
        return (struct pii_found){0};
    return (struct pii_found){v->at, end - v->at, PII_NATIONAL_ID};
}

struct pii_found pii_find_number_id(const struct pii_text *t, const struct pii_number *v)
{
    const uint64_t any = PII_W_ID | PII_W_ORDER | PII_W_PHONE;
    bool is_bare = v->n_groups == 1 && !v->has_plus && !v->has_paren;
    uint64_t near;

    if (v->n_digits < 9)
        return (struct pii_found){0};
    if (has_groups(v, "324", "--") && is_ssn(v->digits))
        return found(t, v, 3);
    if (has_groups(v, "3332", "..-") && is_cpf(v->digits))
        return found(t, v, 4);
    near = pii_context(t, any, 6);
    if (has_groups(v, "2333", "   ") && is_steuer_id(v->digits))
        return found(t, v, 4);
    if ((near & PII_W_ID) && v->groups[0].sum <= 9 && has_groups(v, "324", "  ") &&
        is_ssn(v->digits))
        return found(t, v, 3);
    if (is_bare && v->n_digits == 9 && (near & PII_W_ID) && is_ssn(v->digits))
        return found(t, v, 1);
    if (is_bare && v->n_digits == 11 && !(near & (PII_W_ORDER | PII_W_PHONE)) &&
        (is_cpf(v->digits) || is_steuer_id(v->digits)))
        return found(t, v, 1);
    return (struct pii_found){0};
}

/* ------- letters and digits */

/* Letters and digits from `at` on, in capitals, over single blanks and the separators in
 * `between`; stops at `room`. Returns how many; ret_end[i] is the byte behind the i-th. */
static size_t gather(const struct pii_text *t, size_t at, const char *between, size_t room,
                     unsigned char *ret, size_t *ret_end)
{
    size_t n = 0;

    while (n < room) {
        unsigned char c = pii_byte(t, at);
        size_t space = pii_space(t, at);

        if (pii_is_alnum(c)) {
            ret[n] = pii_upper(c);
            ret_end[n++] = ++at;
        } else if (n > 0 && space > 0 && pii_is_alnum(pii_byte(t, at + space))) {
            at += space;
        } else if (n > 0 && c != 0 && strchr(between, c) && pii_is_alnum(pii_byte(t, at + 1))) {
            at++;
        } else {
            break;
        }
    }
    return n;
}

/* Whole lengths of IBANs. Source: SWIFT IBAN registry, release 99. */
static const struct {
    char country[3];
    uint8_t n;
} IBANS[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
    {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
    {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
    {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
    {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25},
    {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
    {"YE", 30},
};
#define IBAN_MOST 34

/* ISO 13616: the first four characters behind the rest, letters as 10 to 35, mod 97 is 1. */
static bool is_iban(const unsigned char *p, size_t n)
{
    unsigned rest = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned char c = p[(i + 4) % n];

        rest = pii_is_digit(c) ? (rest * 10 + c - '0') % 97 : (rest * 100 + c - 'A' + 10) % 97;
    }
    return rest == 1;
}

static struct pii_found find_iban(const struct pii_text *t, size_t at)
{
    unsigned char p[IBAN_MOST];
    size_t end[IBAN_MOST], n, want = 0;

    if (!pii_is_letter(pii_byte(t, at)) || !pii_is_letter(pii_byte(t, at + 1)))
        return (struct pii_found){0};
    n = gather(t, at, "-", IBAN_MOST, p, end);
    if (n < 15 || !pii_is_digit(p[2]) || !pii_is_digit(p[3]))
        return (struct pii_found){0};
    for (size_t i = 0; i < sizeof IBANS / sizeof IBANS[0]; i++)
        if (memcmp(IBANS[i].country, p, 2) == 0)
            want = IBANS[i].n;
    if (want == 0 || n < want || !is_iban(p, want) || !pii_is_edge_after(t, end[want - 1]))
        return (struct pii_found){0};
    return (struct pii_found){at, end[want - 1] - at, PII_IBAN};
}

/* Does `p` look like `pattern` (A letter, 9 digit)? */
static bool looks_like(const unsigned char *p, const char *pattern)
{
    for (; *pattern; pattern++, p++)
        if (*pattern == 'A' ? !pii_is_letter(*p) : !pii_is_digit(*p))
            return false;
    return true;
}

static unsigned digits_of(const unsigned char *p, size_t n)
{
    unsigned v = 0;

    for (size_t i = 0; i < n; i++)
        v = v * 10 + p[i] - '0';
    return v;
}

/* Documento nacional de identidad and número de identidad de extranjero, Spain: mod 23. */
static bool is_dni(unsigned char *p)
{
    unsigned char first = p[0];
    bool is_ok;

    if (first >= 'X' && first <= 'Z')
        p[0] = (unsigned char)('0' + first - 'X');
    is_ok = looks_like(p, "99999999A") &&
            p[8] == (unsigned char)"TRWAGMYFPDXBNJZSQVHLCKE"[digits_of(p, 8) % 23];
    p[0] = first;
    return is_ok;
}

/* National insurance number, UK: no checksum; letters that are never used. Source: HMRC manual
 * NIM39110. */
static bool is_nino(const unsigned char *p)
{
    static const char NEVER[] = "BGGBNKKNTNNTZZ";

    if (!looks_like(p, "AA999999A") || p[8] > 'D' || strchr("DFIQUV", p[0]) ||
        strchr("DFIOQUV", p[1]))
        return false;
    for (size_t i = 0; NEVER[i]; i += 2)
        if (p[0] == (unsigned char)NEVER[i] && p[1] == (unsigned char)NEVER[i + 1])
            return false;
    return true;
}

/* Digits may be letters where two people would have the same. */
static bool is_codice_digit(unsigned char c)
{
    return pii_is_digit(c) || (c != 0 && strchr("LMNPQRSTUV", pii_upper(c)));
}

/* Codice fiscale, Italy: odd places by their own table, mod 26. Source: D.M. 23/12/1976. */
static bool is_codice_fiscale(const unsigned char *p)
{
    static const uint8_t ODD[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                  20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    static const char SHAPE[] = "AAAAAA00A00A000A";
    unsigned sum = 0;

    for (size_t i = 0; i < 16; i++) {
        unsigned value = pii_is_digit(p[i]) ? p[i] - (unsigned)'0' : p[i] - (unsigned)'A';

        if (SHAPE[i] == 'A' ? !pii_is_letter(p[i]) : !is_codice_digit(p[i]))
            return false;
        if (i < 15)
            sum += i % 2 == 0 ? ODD[value] : value;
    }
    return strchr("ABCDEHLMPRST", p[8]) && p[15] == 'A' + sum % 26;
}

/* Numéro d'inscription au répertoire, France: 13 places and 97 minus the rest by 97; Corsica
 * is 2A and 2B, counted as 19 and 18. Source: INSEE. */
static bool is_nir(const unsigned char *p)
{
    uint64_t v = 0;
    unsigned month;

    for (size_t i = 0; i < 15; i++)
        if (!pii_is_digit(p[i]) && !(i == 6 && p[5] == '2' && (p[6] == 'A' || p[6] == 'B')))
            return false;
    month = digits_of(p + 3, 2);
    if (strchr("123478", p[0]) == NULL || month == 0 || (month > 12 && month < 20) ||
        (month > 42 && month < 50))
        return false;
    for (size_t i = 0; i < 13; i++)
        v = v * 10 + (pii_is_digit(p[i]) ? p[i] - (unsigned)'0' : 0);
    if (p[6] == 'A')
        v -= 1000000;
    if (p[6] == 'B')
        v -= 2000000;
    return 97 - v % 97 == digits_of(p + 13, 2);
}

static bool is_capital_run(const struct pii_text *t, size_t at, size_t end)
{
    for (; at < end; at++)
        if (pii_byte(t, at) >= 'a' && pii_byte(t, at) <= 'z')
            return false;
    return true;
}

static size_t skip_separator(const struct pii_text *t, size_t at)
{
    unsigned char c = pii_byte(t, at);

    return at + (c == '-' || c == '.' ? 1 : pii_space(t, at));
}

static size_t letters_end(const struct pii_text *t, size_t at, size_t most)
{
    size_t i = at;

    while (i - at < most && pii_is_letter(pii_byte(t, i)))
        i++;
    return i;
}

/* Nearly all words are left here. IBAN, NINO and NIE have one or two letters, then digits; a
 * codice fiscale has twice three letters, then digits or letters in their place. */
static bool may_be_id(const struct pii_text *t, size_t at)
{
    size_t i = letters_end(t, at, 6), n = i - at;

    if (n == 3) {
        size_t next = skip_separator(t, i);

        i = letters_end(t, next, 3);
        n += i - next;
    }
    i = n < 3 || n == 6 ? skip_separator(t, i) : i;
    if (n == 6)
        return is_codice_digit(pii_byte(t, i)) && is_codice_digit(pii_byte(t, i + 1));
    return n < 3 && pii_is_digit(pii_byte(t, i));
}

struct pii_found pii_find_letter_id(const struct pii_text *t, size_t at)
{
    unsigned char p[17] = {0};
    size_t end[17], n, len = 0;
    struct pii_found iban;

    if (!may_be_id(t, at))
        return (struct pii_found){0};
    iban = find_iban(t, at);
    if (iban.n > 0)
        return iban;
    n = gather(t, at, "-.", 17, p, end);
    if (n >= 16 && is_codice_fiscale(p) && pii_is_edge_after(t, end[15]))
        len = 16;
    else if (n >= 15 && is_nir(p) && pii_is_edge_after(t, end[14]))
        len = 15;
    else if (n >= 9 && pii_is_edge_after(t, end[8]) &&
             (is_dni(p) ||
              (is_nino(p) && (is_capital_run(t, at, end[8]) || pii_context(t, PII_W_ID, 6) != 0))))
        len = 9;
    return len > 0 ? (struct pii_found){at, end[len - 1] - at, PII_NATIONAL_ID}
                   : (struct pii_found){0};
}
