/* engine.h: what must a database be able to do, to be our store?
 *
 * The inside of store/: the two engines stand behind one table of functions, and everything
 * that is the same for both (batches, ids, events, pool) is written once against it.
 * Used by: store/ only. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "store/db.h"
#include "store/id.h"
#include "store/statement_log.h"
#include "store/store.h"

struct engine;

/* A connection: the head of the engine's own struct. One thread at a time. */
struct conn {
    struct store *store;
    const struct engine *engine;
    bool is_writer;
    bool is_side;   /* the lease's own: tests break the others, and it needs no lease itself */
    bool is_lost;   /* an engine error: what this transaction did counts for nothing */
    bool may_rerun; /* what failed was a race and may go well when run again */
    struct conn *next;
};

/* Rows as they come in: an array in an arena. */
struct db_rows {
    struct arena *a;
    char *v;
    size_t n, room;
};

void *db_rows_add(struct db_rows *rows, const struct query *q);
/* The text of a query with the fragments asked for, on the heap; NULL: not for this engine. */
char *query_text(const struct db_piece *pieces, unsigned flags);

/* Errors: as db.h says. After an error that is no refusal of ours is_lost is set, and only
 * rollback may follow. */
struct engine {
    enum store_engine kind;
    enum err (*open)(struct store *s, bool is_writer, struct conn **ret, struct why *w);
    void (*close)(struct conn *c);
    enum err (*begin)(struct conn *c, struct why *w);
    /* E_FULL, E_BUSY: surely or possibly not committed, nobody may be told of success. What
     * cannot be known ends the process. */
    enum err (*commit)(struct conn *c, struct why *w);
    void (*rollback)(struct conn *c);
    enum err (*mark)(struct conn *c, struct why *w); /* SAVEPOINT */
    enum err (*keep)(struct conn *c, struct why *w); /* RELEASE */
    enum err (*undo)(struct conn *c, struct why *w); /* ROLLBACK TO */
    /* Whether all that an operation ran went well; NULL: known at once. */
    enum err (*settle)(struct conn *c, struct why *w);
    enum err (*run)(struct conn *c, const struct query *q, const void *in, struct db_rows *rows,
                    int64_t *ret_changed, struct why *w);
    enum err (*script)(struct conn *c, const char *sql, struct why *w);
    /* Fail as the engine would: the transaction is gone. */
    enum err (*break_down)(struct conn *c, struct why *w);
    void (*rest)(struct conn *c); /* between batches, on the writer's thread */
    /* The word between nodes, on the follower's connection; NULL: there is one node only. The
     * socket to wait on, -1 if there is none now; what came there; a word of ours. */
    int (*listen)(struct conn *c);
    void (*hear)(struct conn *c);
    void (*notify)(struct conn *c);
    enum err (*check)(struct conn *c, struct why *w);
    enum err (*backup)(struct conn *c, const char *path, struct why *w);
};

extern const struct engine ENGINE_SQLITE, ENGINE_POSTGRESQL;

struct after_commit {
    struct after_commit *next;
    void (*fn)(void *);
    void *arg;
};

/* What a writer counts in memory and must forget together with a rolled back operation. */
struct counters {
    int64_t pos;                /* last event position given (SQLite) */
    int64_t number, number_end; /* short numbers reserved and not yet given (SQLite) */
    bool has_events;
};

struct writer {
    struct store *store;
    struct conn *conn;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct store_write *first, **last; /* posted, not yet taken */
    bool is_waiting, is_ending, is_started;
    struct counters count;
    struct arena *arena; /* of one batch */
};

struct tx {
    struct store *store;
    struct conn *conn;
    struct writer *writer; /* NULL: a read */
    msec now;
    struct after_commit *after, **after_last;
};

#define WRITERS_MAX 8
#define READERS_MAX 16
#define BATCH_MAX   256

struct follower {
    pthread_t thread;
    atomic_bool is_running, is_ending;
    int wake_fd; /* an eventfd */
    struct conn *conn;
    char cursor[EVENT_CURSOR_BYTES];
    void (*heard)(void *arg, const struct event *v, size_t n);
    void *arg;
};

/* PostgreSQL only: lease.c. */
struct lease {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_running, is_ending, is_ours;
    struct conn *conn;
    int64_t number, number_end, reserved_end; /* short numbers of this node */
    atomic_int_least64_t good_until_us;
};

struct store {
    const struct engine *engine;
    struct store_conf conf;
    char *url, *data_dir;
    char holder[40]; /* names this process in its node row */
    struct ids ids;
    int n_writers, batch_max;
    struct writer writers[WRITERS_MAX];
    pthread_mutex_t pool_lock;
    pthread_cond_t pool_wake;
    struct conn *idle_readers;
    int n_readers, n_readers_open;
    struct follower follower;
    struct statement_log *log; /* SQLite, for benches; or NULL */
    void *jobs;                /* store_set_jobs */
    struct lease lease;
    pthread_mutex_t blob_lock;
    struct conn *blob_conn; /* PostgreSQL: opened with the first blob */
    atomic_int_least64_t batches, operations, failed, commit_us, statements;
    atomic_int_least64_t fail_in, since_fail_nth;
};

/* migrate.c */
CHECKED enum err migrate(struct store *s, struct conn *c, struct why *w);

/* writer.c */
CHECKED enum err writer_start(struct store *s, struct writer *w_, struct why *w);
void writer_stop(struct writer *w_);

/* follow.c */
void follower_init(struct store *s);
void follower_wake(struct store *s);
void follower_stop(struct store *s);

/* lease.c */
void lease_init(struct store *s);
CHECKED enum err lease_start(struct store *s, struct why *w);
void lease_stop(struct store *s);
bool lease_is_held(struct store *s);
CHECKED enum err lease_number(struct store *s, int64_t *ret, struct why *w);

/* postgres.c, for the test that prepares every query: does the server take `text`, and do the
 * columns that it would give have the names and types that q declares? */
CHECKED enum err postgres_prepare(struct conn *c, const struct query *q, const char *text,
                                  struct why *w);

/* db.c: commit, unless a test wants it to fail */
CHECKED enum err db_commit(struct conn *c, struct why *w);

/* store.c */
CHECKED enum err tx_begin(struct tx *tx, struct store *s, struct conn *c, struct why *w);
CHECKED enum err reader_take(struct store *s, struct conn **ret, struct why *w);
void reader_give(struct store *s, struct conn *c);
