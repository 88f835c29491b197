/* reader.h: everything that is read of a message before the writer sees it.
 *
 * Holds the triage of the moment: model, what people corrected since, taxonomy. A read takes
 * about 100 us and runs on the thread that has the message, never on the writer.
 * Used by: desk, cli (import), demo. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "channels/channel.h"
#include "triage/triage.h"

struct reader;
struct store;
struct taxonomy;

/* A message as it is kept, and what was read of it. */
struct read {
    const char *text, *subject; /* with sealed personal data masked */
    const char *original;       /* the text as it came; NULL: nothing was sealed */
    const char *sealed;         /* JSON [{"at","n","kind"}]: the masks in `text`; NULL */
    const char *model;          /* version of the model, 16 hex digits; "": none */
    const char *queue;          /* of reading.label; NULL */
    struct triage_reading reading;
};

/* `s` NULL: the built-in model and taxonomy, nobody's corrections. */
CHECKED enum err reader_start(struct store *s, struct reader **ret, struct why *w);
void reader_stop(struct reader *r); /* takes NULL */
/* Something of triage was changed, here or on another node: load it. Returns at once. */
void reader_reload(struct reader *r);
/* The same, and wait for it: who changed something then sees it. For threads that may block. */
CHECKED enum err reader_load(struct reader *r, struct why *w);

/* Read one message. From any thread. The strings live in `a`. `r` NULL: masks and language,
 * urgency and the like only. */
const struct read *reader_read(struct reader *r, struct arena *a, const struct incoming *m);

/* The taxonomy and the model of the moment, alive until `a` is reset. */
const struct taxonomy *reader_taxonomy(struct reader *r, struct arena *a);
const struct model *reader_model(struct reader *r, struct arena *a);
/* How often people corrected since the model was trained. */
size_t reader_corrections(struct reader *r);
bool reader_is_builtin(struct reader *r); /* the model */
