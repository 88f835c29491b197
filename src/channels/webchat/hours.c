#include "channels/webchat/hours.h"

#include <stdio.h>
#include <string.h>

#define MINUTE      ((msec)60 * 1000)
#define DAY         (24 * 60 * MINUTE)
#define DAY_MINUTES (24 * 60)

static const char *const DAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

static SHAPE(WEBCHAT_DAY, "ChatDay", struct webchat_day, "one open stretch within one day",
             {
                 {"day", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct webchat_day, day),
                  .names = DAYS, .doc = "the day of the week"},
                 {"from", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct webchat_day, from), 5, 5,
                  .doc = "the first open minute, HH:MM"},
                 {"to", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct webchat_day, to), 5, 5,
                  .doc = "the first closed minute, HH:MM; 24:00 is the end of the day"},
             });

/* Three stretches a day are more than any desk has. */
SHAPE(WEBCHAT_HOURS, "ChatHours", struct webchat_hours, "when somebody is in",
      {
          {"zone", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct webchat_hours, zone), 1, 64,
           .doc = "time zone, as in Europe/Berlin; null: UTC"},
          {"days", SHAPE_LIST, SHAPE_REQUIRED, offsetof(struct webchat_hours, days), 0, 21,
           .of = &WEBCHAT_DAY, .doc = "the open stretches; none: never open"},
      });

int webchat_minutes(const char *text)
{
    int64_t hour = 0, minute = 0;

    if (!text || strlen(text) != 5 || text[2] != ':')
        return -1;
    if (!str_i64((struct str){text, 2}, 0, 24, &hour) ||
        !str_i64((struct str){text + 3, 2}, 0, 59, &minute))
        return -1;
    if (hour == 24 && minute != 0)
        return -1;
    return (int)(hour * 60 + minute);
}

enum err webchat_hours_check(const struct webchat_hours *h, struct why *w)
{
    const struct webchat_day *days = h->days.v;
    char field[WHY_FIELD_BYTES];

    for (size_t i = 0; i < h->days.n; i++) {
        int from = webchat_minutes(days[i].from), to = webchat_minutes(days[i].to);

        snprintf(field, sizeof field, "hours.days.%zu.%s", i, from < 0 ? "from" : "to");
        if (from < 0 || to < 0)
            return fail_field(w, E_INVALID, field, "\"%s\" is not a time like 09:30",
                              from < 0 ? days[i].from : days[i].to);
        if (to <= from)
            return fail_field(w, E_INVALID, field,
                              "%s to %s ends before it starts; a night is two rows", days[i].from,
                              days[i].to);
    }
    return OK;
}

static int weekday(const char *day)
{
    for (int i = 0; DAYS[i]; i++)
        if (strcmp(DAYS[i], day) == 0)
            return i;
    return -1;
}

bool webchat_is_open(const struct webchat_hours *h, msec local)
{
    const struct webchat_day *days;
    int day, minute;

    if (!h)
        return true;
    if (local < 0)
        return false;
    /* 1970-01-01 was a Thursday, which is day 3 counted from Monday. */
    day = (int)((local / DAY + 3) % 7);
    minute = (int)(local / MINUTE % DAY_MINUTES);
    days = h->days.v;
    for (size_t i = 0; i < h->days.n; i++)
        if (weekday(days[i].day) == day && webchat_minutes(days[i].from) <= minute &&
            minute < webchat_minutes(days[i].to))
            return true;
    return false;
}
