/* stamp.h: the time as `Tue Oct 31 22:10:47 2017` says it: in the first line of a mail in an
 * mbox (asctime, with a zone or seconds or without) and in the Twitter corpus
 * (`Tue Oct 31 22:10:47 +0000 2017`). Used by: import. May use: base. */
#pragma once

#include "base/clock.h"

/* The whole of `s`. A zone is an offset, UTC or GMT, before or after the year; none: UTC. */
bool stamp_parse(struct str s, msec *ret);
