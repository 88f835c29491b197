/* store.h: the one door to the database.
 *
 * Two engines behind it: SQLite inside the process, PostgreSQL outside. Callers see queries
 * by name (made from .sql files by tools/sqlgen.py), never SQL text, never a driver.
 *
 * A read runs on the calling thread with a connection of its own. A write is a function
 * posted to the writer, which runs it inside a batch; `done` is called after COMMIT returned
 * OK, and only then may anyone outside hear of success.
 * Used by: jobs, domains (their _store and _act files), desk, cli. Never by channels. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "store/event.h"

enum store_engine { STORE_SQLITE, STORE_POSTGRESQL };

struct store;

/* One transaction as its functions see it, on either engine; for reads too. */
struct tx;

struct store_conf {
    const char *url;      /* "postgresql://…"; NULL: SQLite in data_dir      */
    const char *data_dir; /* DIR: antiphon.db, blobs/, lock                  */
    int readers;          /* SQLite read connections; 0: 4                   */
    int writers;          /* PostgreSQL writer connections 1-8; 0: 4         */
    int node;             /* 0-15, or -1: lease a free one (PostgreSQL)      */
    bool is_unsafe_ok;    /* accept a server with fsync & co. off            */
    bool is_migrating;    /* migrate the schema up on opening                */
};

/* Open, check and (if asked) migrate. E_BUSY: another process holds it or the server is
 * down; E_CONFLICT: the schema is newer than this program, or older and is_migrating is
 * false; E_INVALID: an unsafe server setting, named in the text. */
CHECKED enum err store_open(const struct store_conf *conf, struct store **ret, struct why *w);
void store_close(struct store *s); /* finishes what was posted; takes NULL */
enum store_engine store_engine(const struct store *s);

/* A unit of work. May run again after an engine error, so it has no effect outside its
 * transaction, its arena and *arg, and resets what it left in *arg. */
typedef enum err store_fn(struct tx *tx, void *arg, struct why *w);

/* A posted write. The caller owns the memory until `done` was called. */
struct store_write {
    store_fn *run;
    /* On the writer's thread, after the outcome is final: OK means on disk. Must be short. */
    void (*done)(struct store_write *op);
    void *arg;
    uint64_t part; /* PostgreSQL: equal parts run on the same connection, in order */
    enum err err;  /* set before done */
    struct why why;
    struct store_write *next; /* the store's own, */
    bool is_again;            /* and this */
};

void store_post(struct store *s, struct store_write *op);
/* Post and wait. For threads that may block: never on an event loop or the writer. */
CHECKED enum err store_write(struct store *s, store_fn *run, void *arg, struct why *w);
CHECKED enum err store_read(struct store *s, store_fn *run, void *arg, struct why *w);

int store_node(const struct store *s); /* this process's node number */
/* The job runner that hears of new jobs (jobs/jobs.h); NULL: none runs here. */
void store_set_jobs(struct store *s, void *jobs);
void *store_jobs(const struct store *s);

/* Inside a transaction */
msec tx_now(const struct tx *tx); /* one instant for the whole unit of work */
int64_t tx_id(struct tx *tx);     /* a fresh id for a root row; store/id.h */
/* A short number for people (tickets): unique over all nodes, roughly rising, reserved in
 * blocks, so a crash leaves a gap. */
CHECKED enum err tx_number(struct tx *tx, int64_t *ret, struct why *w);
struct store *tx_store(struct tx *tx);
bool tx_may_write(const struct tx *tx); /* false in store_read */
enum store_engine tx_engine(const struct tx *tx);
/* Append to the event log; it gets its cursor at commit. event->cursor is ignored. */
CHECKED enum err tx_event(struct tx *tx, const struct event *event, struct why *w);
/* Run fn(arg) on the writer's thread after this unit of work has committed (never if it is
 * rolled back). `arg` must outlive the unit; for waking the job runner and the like. */
void tx_after_commit(struct tx *tx, void (*fn)(void *), void *arg);

/* Follow the log: `heard` is called from one thread of the store's own, in commit order,
 * never with a gap, with everything committed after the call to store_follow, on this node or
 * another. One follower a store. */
CHECKED enum err store_follow(struct store *s,
                              void (*heard)(void *arg, const struct event *v, size_t n), void *arg,
                              struct why *w);
void store_unfollow(struct store *s); /* end and join the follower; fine without one */
/* What came after `cursor` ("" is not allowed), oldest first, at most `limit`.
 * E_NOT_FOUND: the cursor is older than the log or not one of ours: reload everything. */
CHECKED enum err store_events_after(struct tx *tx, const char *cursor, size_t limit,
                                    struct arena *a, struct event **ret, size_t *ret_n,
                                    struct why *w);
/* The newest cursor, for a client that starts now. */
CHECKED enum err store_cursor_now(struct tx *tx, char ret[EVENT_CURSOR_BYTES], struct why *w);

/* Figures for /metrics and the bench. */
struct store_stats {
    int64_t batches, operations, failed, commit_us, statements;
};
void store_stats(struct store *s, struct store_stats *ret);

/* Whole-file integrity: PRAGMA integrity_check and foreign_key_check, or the server's nearest. */
CHECKED enum err store_check(struct store *s, struct why *w);
/* Consistent copy of the running database into `path` (SQLite: the backup API). */
CHECKED enum err store_backup(struct store *s, const char *path, struct why *w);
/* PostgreSQL: what store_backup wrote, into the empty database at `url`, all or nothing. */
CHECKED enum err store_restore_dump(const char *url, const char *path, struct why *w);
CHECKED enum err store_prune_events(struct store *s, msec before, struct why *w);

/* For tests: the n-th statement from now on, on any writer connection, fails as the engine
 * would (1: the next one; 0: off). Returns how many statements ran since the last call. */
int64_t store_fail_nth(struct store *s, int64_t n);
