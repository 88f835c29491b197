/* import_write.h: what an import read goes into the store.
 *
 * Each item is one operation of the writer, posted without waiting, so that one commit carries
 * many and a refusal undoes one. Everything goes through the desk's intake and history, which
 * are quiet for what is imported. Used by: cli/import.c, tests. */
#pragma once

#include "channels/channel.h"
#include "import/import.h"
#include "store/store.h"

struct import_target {
    struct store *store;
    struct inbox inbox;    /* where it goes */
    const char *us;        /* our own mail address, or NULL: the inbox's */
    int status;            /* enum category of new tickets */
    struct reader *reader; /* desk/reader.h; NULL: only what needs no model is read */
    /* Told, in the caller's thread, of every item that was refused. */
    void (*refused)(void *arg, const char *where, const struct why *why);
    void *arg;
};

struct import_figures {
    int64_t read, stored, duplicate, refused;
};

struct import_writer;

struct import_writer *import_writer_new(const struct import_target *t);
/* Take one item; `a` holds its texts and goes with it. Blocks while too much is on its way.
 * An error ends the import: the disk is full, the database is gone. */
CHECKED enum err import_writer_take(struct import_writer *wr, struct arena *a,
                                    const struct import_item *item, struct why *w);
/* Count an item that was read and refused, or was there twice. */
void import_writer_refused(struct import_writer *wr, const struct import_item *item,
                           const struct why *why);
void import_writer_repeat(struct import_writer *wr);
/* Wait for what is on its way. */
CHECKED enum err import_writer_finish(struct import_writer *wr, struct why *w);
struct import_figures import_writer_figures(const struct import_writer *wr);
/* Finish first. Takes NULL. */
void import_writer_free(struct import_writer *wr);
