#include "base/clock.h"

#include <stdio.h>
#include <time.h>

msec clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (msec)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Both directions follow Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int64_t time_days(int64_t year, int month, int day)
{
    int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void time_format(char out[TIME_TEXT_BYTES], msec t)
{
    int64_t ms = t % 1000, s, days, era, doe, yoe, doy, mp, y;
    char text[80];
    int d, m;

    if (ms < 0)
        ms += 1000;
    s = (t - ms) / 1000;
    days = (s >= 0 ? s : s - 86399) / 86400;
    s -= days * 86400;
    days += 719468;
    era = (days >= 0 ? days : days - 146096) / 146097;
    doe = days - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    d = (int)(doy - (153 * mp + 2) / 5 + 1);
    m = (int)(mp < 10 ? mp + 3 : mp - 9);
    y = yoe + era * 400 + (m <= 2);
    if (y < 0 || y > 9999)
        y = 9999; /* outside what the format can say; callers bound their times */
    /* The compiler cannot see the ranges; the room is for what it fears. */
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)y, m, d,
             (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60), (int)ms);
    memcpy(out, text, TIME_TEXT_BYTES - 1);
    out[TIME_TEXT_BYTES - 1] = 0;
}

/* Exactly n digits at *s; moves past them. */
static bool digits(struct str *s, size_t n, int *ret)
{
    int v = 0;

    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    s->p += n;
    s->n -= n;
    *ret = v;
    return true;
}

static bool character(struct str *s, const char *any_of)
{
    if (s->n == 0 || !strchr(any_of, s->p[0]) || s->p[0] == 0)
        return false;
    s->p++;
    s->n--;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && is_leap);
}

static bool offset_minutes(struct str *s, int *ret)
{
    int sign, h, m;

    if (character(s, "Zz")) {
        *ret = 0;
        return true;
    }
    if (s->n == 0 || (s->p[0] != '+' && s->p[0] != '-'))
        return false;
    sign = s->p[0] == '-' ? -1 : 1;
    s->p++;
    s->n--;
    if (!digits(s, 2, &h))
        return false;
    character(s, ":");
    if (!digits(s, 2, &m) || h > 23 || m > 59)
        return false;
    *ret = sign * (h * 60 + m);
    return true;
}

bool time_parse(struct str s, msec *ret)
{
    int y, mo, d, h, mi, se, off, ms = 0, digit, place = 100;

    if (!digits(&s, 4, &y) || !character(&s, "-") || !digits(&s, 2, &mo) || !character(&s, "-") ||
        !digits(&s, 2, &d) || !character(&s, "Tt ") || !digits(&s, 2, &h) || !character(&s, ":") ||
        !digits(&s, 2, &mi) || !character(&s, ":") || !digits(&s, 2, &se))
        return false;
    if (character(&s, ".")) {
        if (!digits(&s, 1, &digit))
            return false;
        do {
            ms += digit * place;
            place /= 10;
        } while (digits(&s, 1, &digit));
    }
    if (!offset_minutes(&s, &off) || s.n != 0)
        return false;
    if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > days_in_month(y, mo) || h > 23 || mi > 59 ||
        se > 60)
        return false;
    *ret = ((time_days(y, mo, d) * 1440 + h * 60 + mi - off) * 60 + se) * 1000 + ms;
    return *ret >= 0;
}
