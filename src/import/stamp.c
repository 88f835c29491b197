#include "import/stamp.h"

static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char DAYS[] = "SunMonTueWedThuFriSat";

/* Which of the three-letter names? From 1; 0: none of them. */
static int name_of(struct str word, const char *names)
{
    for (int i = 0; word.n == 3 && names[3 * i]; i++)
        if (memcmp(word.p, names + 3 * i, 3) == 0)
            return i + 1;
    return 0;
}

static struct str word_of(struct str *rest)
{
    *rest = str_trim(*rest);
    return str_cut(rest, ' ');
}

/* "22:10:47" or "22:10" in seconds of the day. */
static bool clock_of(struct str s, int64_t *ret)
{
    int64_t hour, minute, second = 0;

    if (!str_i64(str_cut(&s, ':'), 0, 23, &hour) || !str_i64(str_cut(&s, ':'), 0, 59, &minute) ||
        (s.n && !str_i64(s, 0, 60, &second)))
        return false;
    *ret = hour * 3600 + minute * 60 + second;
    return true;
}

/* "+0130", "UTC" or "GMT" in seconds east of Greenwich. */
static bool zone_of(struct str s, int64_t *ret)
{
    int64_t v;

    if (str_eq(s, STR("UTC")) || str_eq(s, STR("GMT"))) {
        *ret = 0;
        return true;
    }
    if (s.n != 5 || (s.p[0] != '+' && s.p[0] != '-') ||
        !str_i64((struct str){s.p + 1, 4}, 0, 1459, &v) || v % 100 > 59)
        return false;
    *ret = (v / 100 * 3600 + v % 100 * 60) * (s.p[0] == '-' ? -1 : 1);
    return true;
}

static int days_in(int64_t year, int month)
{
    int64_t first = time_days(year, month, 1);
    int64_t next = month == 12 ? time_days(year + 1, 1, 1) : time_days(year, month + 1, 1);

    return (int)(next - first);
}

bool stamp_parse(struct str s, msec *ret)
{
    struct str weekday = word_of(&s), month_name = word_of(&s), day_text = word_of(&s);
    struct str clock = word_of(&s), one = word_of(&s), two = word_of(&s);
    int month = name_of(month_name, MONTHS);
    int64_t day, seconds, year, zone = 0;

    if (!name_of(weekday, DAYS) || !month || str_trim(s).n || !clock_of(clock, &seconds) ||
        !str_i64(day_text, 1, 31, &day))
        return false;
    if (!str_i64(one, 1970, 9999, &year)) {
        if (!zone_of(one, &zone) || !str_i64(two, 1970, 9999, &year))
            return false;
    } else if (two.n && !zone_of(two, &zone)) {
        return false;
    }
    if (day > days_in(year, month))
        return false;
    *ret = (time_days(year, month, (int)day) * 86400 + seconds - zone) * 1000;
    return *ret >= 0;
}
