/* reader.h: what the formats share behind import.h. Used by: import only. */
#pragma once

#include "import/import.h"
#include "import/lines.h"

/* One open export, whatever its format. */
struct import_reader {
    enum err (*next)(struct import_reader *r, struct arena *a, struct import_item *ret,
                     struct why *w);
    void (*close)(struct import_reader *r);
    int64_t done, all; /* for import_progress */
};

CHECKED enum err mbox_open(const char *path, struct import_reader **ret, struct why *w);
CHECKED enum err maildir_open(const char *path, struct import_reader **ret, struct why *w);
CHECKED enum err jsonl_open(const char *path, struct import_reader **ret, struct why *w);
CHECKED enum err twitter_open(const char *path, struct import_reader **ret, struct why *w);

/* Is this the first line of a mail in an mbox? If so its time goes to *ret_at. */
bool mbox_is_from(struct str line, msec *ret_at);
/* Does the header of a CSV have the columns of the Twitter corpus? */
bool twitter_is_header(struct str line);
