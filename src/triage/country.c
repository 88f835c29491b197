#include "triage/country.h"

#include <stdbool.h>
#include <string.h>

/* ITU-T E.164 assigned country codes, 2016; shared ones by their largest country. */
static const struct {
    const char *prefix, *code;
} CALLING[] = {
    {"1", "US"},   {"7", "RU"},   {"20", "EG"},  {"27", "ZA"},  {"30", "GR"},  {"31", "NL"},
    {"32", "BE"},  {"33", "FR"},  {"34", "ES"},  {"36", "HU"},  {"39", "IT"},  {"40", "RO"},
    {"41", "CH"},  {"43", "AT"},  {"44", "GB"},  {"45", "DK"},  {"46", "SE"},  {"47", "NO"},
    {"48", "PL"},  {"49", "DE"},  {"51", "PE"},  {"52", "MX"},  {"54", "AR"},  {"55", "BR"},
    {"56", "CL"},  {"57", "CO"},  {"58", "VE"},  {"60", "MY"},  {"61", "AU"},  {"62", "ID"},
    {"63", "PH"},  {"64", "NZ"},  {"65", "SG"},  {"66", "TH"},  {"81", "JP"},  {"82", "KR"},
    {"84", "VN"},  {"86", "CN"},  {"90", "TR"},  {"91", "IN"},  {"92", "PK"},  {"94", "LK"},
    {"98", "IR"},  {"212", "MA"}, {"234", "NG"}, {"254", "KE"}, {"351", "PT"}, {"352", "LU"},
    {"353", "IE"}, {"354", "IS"}, {"358", "FI"}, {"359", "BG"}, {"370", "LT"}, {"371", "LV"},
    {"372", "EE"}, {"380", "UA"}, {"381", "RS"}, {"385", "HR"}, {"386", "SI"}, {"420", "CZ"},
    {"421", "SK"}, {"598", "UY"}, {"852", "HK"}, {"880", "BD"}, {"886", "TW"}, {"966", "SA"},
    {"971", "AE"}, {"972", "IL"},
};

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Two letters, and nothing that goes on with letters or digits behind them. */
static bool two_letters(const char *p, struct country *ret)
{
    if (!is_letter(p[0]) || !is_letter(p[1]) || is_letter(p[2]) || (p[2] >= '0' && p[2] <= '9'))
        return false;
    for (int i = 0; i < 2; i++)
        ret->code[i] = (char)(p[i] & ~0x20);
    ret->code[2] = 0;
    return true;
}

/* "pt-BR", "zh-Hant-TW", "en_GB.UTF-8". */
static bool of_locale(const char *locale, struct country *ret)
{
    for (const char *p = locale + strcspn(locale, "-_"); *p; p += strcspn(p, "-_"))
        if (two_letters(++p, ret))
            return true;
    return false;
}

static bool of_phone(const char *phone, struct country *ret)
{
    char digits[8] = "";
    size_t n = 0;

    phone += strspn(phone, " (");
    if (*phone == '+')
        phone++;
    else if (strncmp(phone, "00", 2) == 0)
        phone += 2;
    else
        return false;
    for (; *phone && n + 1 < sizeof digits; phone++)
        if (*phone >= '0' && *phone <= '9')
            digits[n++] = *phone;
    for (size_t i = 0; i < sizeof CALLING / sizeof *CALLING; i++)
        if (strncmp(digits, CALLING[i].prefix, strlen(CALLING[i].prefix)) == 0)
            return two_letters(CALLING[i].code, ret); /* no code begins with another one */
    return false;
}

struct country country_guess(const char *region, const char *locale, const char *phone)
{
    struct country c = {""};

    if ((region && two_letters(region, &c)) || (locale && of_locale(locale, &c)) ||
        (phone && of_phone(phone, &c)))
        return c;
    return c;
}
