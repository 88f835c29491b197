/* clock.h: what time is it, and how is a time written? All instants are ms since 1970 UTC
 * in `msec`. Rules never ask the clock: the caller passes "now" in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef int64_t msec;

msec clock_now(void);        /* wall clock */
int64_t clock_mono_us(void); /* for durations [us]; never goes back */

#define TIME_TEXT_BYTES 25 /* "2026-11-22T05:32:00.123Z" and NUL */

void time_format(char out[TIME_TEXT_BYTES], msec t);
/* ISO 8601 / RFC 3339 with seconds, optional fraction, Z or an offset; years 1970-9999. */
bool time_parse(struct str s, msec *ret);
/* Days since 1970-01-01 of a proleptic Gregorian date (month 1-12). */
int64_t time_days(int64_t year, int month, int day);
