/* imap_pull.h: keep one inbox's mail coming, in a thread of its own, until told to stop. */
#pragma once

#include "channels/channel.h"
#include "channels/email/imap.h"

/* `inbox` and `h` outlive the run. */
CHECKED enum err imap_pull_start(const struct inbox *inbox, const struct imap_times *times,
                                 const struct channel_host *h, struct channel_run **ret,
                                 struct why *w);
void imap_pull_stop(struct channel_run *run);
