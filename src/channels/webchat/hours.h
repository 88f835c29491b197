/* hours.h: is anybody in, going by the opening hours?
 *
 * Pure: no clock, no time zone files. The caller passes the local time in.
 * May use: base only.  Used by: webchat.c, desk/chat_api.c. */
#pragma once

#include "base/clock.h"
#include "base/json_shape.h"

/* One open stretch within one day. A night that runs past midnight is two rows. */
struct webchat_day {
    const char *day;  /* "mon" … "sun" */
    const char *from; /* "09:00" */
    const char *to;   /* "17:30"; "24:00" is the end of the day */
};

struct webchat_hours {
    const char *zone;       /* "Europe/Berlin"; NULL: UTC */
    struct shape_list days; /* of struct webchat_day; none: never open */
};

extern const struct shape WEBCHAT_HOURS;

/* Minutes since midnight of "HH:MM", 0 to 1440; -1 if it is not a time. */
int webchat_minutes(const char *text);

/* E_INVALID with w->field: a time that is none, or a stretch that ends before it starts. */
CHECKED enum err webchat_hours_check(const struct webchat_hours *h, struct why *w);

/* Is `local` inside one of the stretches?
 *
 * @local    wall-clock time of the desk, as if it were UTC   [ms]
 * @returns  true if open; NULL hours are always open
 * A stretch holds its first minute and not its last: 09:00-17:00 is closed at 17:00. */
bool webchat_is_open(const struct webchat_hours *h, msec local);
