/* lock.h: is another process already at work in this folder?
 *
 * An advisory lock on a file (flock): the kernel drops it when the process ends, however it
 * ends, so nothing is ever stale. The file keeps the holder's process id, for people.
 * Used by: cli (serve holds DIR/lock as long as it runs). */
#pragma once

#include <sys/types.h>

#include "base/err.h"

struct lock {
    int fd; /* -1: not held */
};

/* Make `path` if need be and hold it. E_BUSY: somebody else does; *ret_pid (may be NULL) is
 * who, 0 if that cannot be read. E_INVALID: the file cannot be made. */
CHECKED enum err lock_take(const char *path, struct lock *ret, pid_t *ret_pid, struct why *w);
/* Give it back; the file stays. Fine on one that is not held. */
void lock_release(struct lock *l);
