/* zone.h: what does the wall clock say in a place?
 *
 * Reads the system's time zone files (RFC 8536), because libc knows one zone a process.
 * A place the machine does not know is refused when it is set, never guessed later.
 * May use: base.  Used by: channels/webchat (opening hours). */
#pragma once

#include "base/clock.h"
#include "base/err.h"

/* Is there such a zone ("Europe/Berlin", "UTC") on this machine? */
bool zone_exists(const char *name);

/* Wall-clock time there, as if it were UTC.
 *
 * @name  zone; NULL: UTC
 * @t     an instant [ms, UTC]
 * E_NOT_FOUND: no such zone; E_INTERNAL: its file is broken. */
CHECKED enum err zone_local(const char *name, msec t, msec *ret, struct why *w);
