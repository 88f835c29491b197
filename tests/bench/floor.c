/* floor.c: how fast could a message be stored at best on this disk?
 *
 *   bench_floor --log FILE --data DIR [--seconds N] [--clients N]
 *
 * Takes the statements that a real server ran (ANTIPHON_STATEMENT_LOG=FILE antiphon serve …)
 * with the values bound then, and runs exactly these against a fresh database under DIR,
 * through the same writer: 64 operations under way at once, so the same batches, savepoints
 * and commits. What a server needs beyond that is HTTP, JSON and rules. Runs the log over
 * again, each time in a new database, until N seconds of replay have passed.
 * Prints one line of JSON: per_second, cpu_us (a operation, whole process), mean_batch,
 * operations, statements (an operation), seconds. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/db.h"
#include "store/statement_log.h"
#include "store/store.h"

#define CLIENTS_MAX 1024

struct step {
    const struct query *query;
    void *in;
};

struct operation {
    struct step *steps;
    uint32_t n;
};

struct replay {
    struct store *store;
    struct operation *ops;
    size_t n, next, n_done, n_failed;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

struct client {
    struct store_write write;
    struct replay *replay;
    const struct operation *op;
    struct arena *arena;
};

static _Noreturn void give_up(const char *what, const char *detail)
{
    fprintf(stderr, "bench_floor: %s: %s\n", what, detail);
    exit(1);
}

/* Reading the log */

struct reader {
    const char *p, *end;
    struct arena *arena;
};

static void take(struct reader *r, void *room, size_t n)
{
    if ((size_t)(r->end - r->p) < n)
        give_up("the statement log", "is cut short");
    memcpy(room, r->p, n);
    r->p += n;
}

static const struct query *query_named(const char *name, size_t n)
{
    for (const struct query *const *const *list = ALL_QUERIES; *list; list++)
        for (const struct query *const *q = *list; *q; q++)
            if (strlen((*q)->name) == n && memcmp((*q)->name, name, n) == 0)
                return *q;
    give_up("the statement log names a query that is not there", name);
}

static void take_param(struct reader *r, const struct db_field *f, char *in)
{
    void *at = in + f->offset;
    uint32_t n;
    int64_t v;
    char tag;

    take(r, &tag, 1);
    switch (tag) {
    case LOGGED_I64:
        take(r, &v, sizeof v);
        if (f->type == DB_BOOL)
            *(bool *)at = v != 0;
        else
            *(int64_t *)at = v;
        break;
    case LOGGED_REAL:
        take(r, at, sizeof(double));
        break;
    case LOGGED_BYTES:
        take(r, &n, sizeof n);
        if ((size_t)(r->end - r->p) < n)
            give_up("the statement log", "is cut short");
        if (f->type == DB_BLOB)
            *(struct str *)at = (struct str){r->p, n};
        else
            *(const char **)at = arena_dup(r->arena, r->p, n);
        r->p += n;
        break;
    default:
        break;
    }
}

static struct step take_step(struct reader *r)
{
    uint16_t length;
    uint32_t flags;
    struct step step;

    take(r, &length, sizeof length);
    if ((size_t)(r->end - r->p) < length)
        give_up("the statement log", "is cut short");
    step.query = query_named(r->p, length);
    r->p += length;
    take(r, &flags, sizeof flags);
    step.in = arena_alloc(r->arena, step.query->in_bytes);
    if (step.query->has_with)
        *(unsigned *)(void *)((char *)step.in + step.query->with_offset) = flags;
    for (unsigned i = 0; i < step.query->n_params; i++)
        take_param(r, &step.query->params[i], step.in);
    return step;
}

static struct operation *read_log(const char *path, struct arena *a, size_t *ret_n)
{
    struct operation *ops = NULL;
    size_t n = 0, room = 0, head = strlen(STATEMENT_LOG_HEAD);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct reader r = {.arena = a};
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0 || (size_t)st.st_size < head)
        give_up("cannot read", path);
    r.p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (r.p == MAP_FAILED || memcmp(r.p, STATEMENT_LOG_HEAD, head) != 0)
        give_up("this is no statement log", path);
    r.end = r.p + st.st_size;
    for (r.p += head; r.p < r.end; n++) {
        if (n == room) {
            room = room ? room * 2 : 1024;
            ops = realloc(ops, room * sizeof *ops);
            if (!ops)
                abort();
        }
        take(&r, &ops[n].n, sizeof ops[n].n);
        ops[n].steps = arena_array(a, ops[n].n, sizeof *ops[n].steps);
        for (uint32_t i = 0; i < ops[n].n; i++)
            ops[n].steps[i] = take_step(&r);
    }
    close(fd);
    *ret_n = n;
    return ops;
}

/* Replaying it */

static enum err run_operation(struct tx *tx, void *arg, struct why *w)
{
    struct client *c = arg;
    enum err e = OK;
    void *row;
    size_t n;

    for (uint32_t i = 0; i < c->op->n && !e; i++) {
        const struct step *s = &c->op->steps[i];

        switch (s->query->kind) {
        case QUERY_ONE:
            e = db_one(tx, s->query, s->in, c->arena, &row, w);
            break;
        case QUERY_MANY:
            e = db_many(tx, s->query, s->in, c->arena, &row, &n, w);
            break;
        case QUERY_EXEC:
            e = db_exec(tx, s->query, s->in, NULL, w);
            break;
        }
    }
    arena_reset(c->arena);
    return e;
}

/* Under the lock: the next operation of the log, or none. */
static void post_next(struct client *c)
{
    struct replay *r = c->replay;

    if (r->next == r->n)
        return;
    c->op = &r->ops[r->next++];
    store_post(r->store, &c->write);
}

static void operation_done(struct store_write *op)
{
    struct client *c = op->arg;
    struct replay *r = c->replay;

    pthread_mutex_lock(&r->lock);
    if (op->err && r->n_failed++ == 0)
        fprintf(stderr, "bench_floor: an operation failed: %s\n", op->why.text);
    r->n_done++;
    post_next(c);
    if (r->n_done == r->n)
        pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

static int64_t cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000) + u.ru_utime.tv_usec +
           u.ru_stime.tv_usec;
}

struct total {
    int64_t wall_us, cpu_us, operations, batches, statements;
};

static void replay_once(const struct operation *ops, size_t n, const char *data, int n_clients,
                        struct total *total)
{
    static struct client clients[CLIENTS_MAX];
    char dir[4096], command[4200];
    struct store_conf conf = {.data_dir = dir, .node = -1, .is_migrating = true};
    struct replay r = {.ops = (struct operation *)(uintptr_t)ops, .n = n};
    struct store_stats before, after;
    int64_t wall, cpu;
    struct why why;

    snprintf(dir, sizeof dir, "%s/floor-XXXXXX", data);
    if (!mkdtemp(dir))
        give_up("cannot make a folder in", data);
    if (store_open(&conf, &r.store, &why))
        give_up("cannot open the store", why.text);
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.wake, NULL);
    store_stats(r.store, &before);
    wall = clock_mono_us();
    cpu = cpu_us();
    pthread_mutex_lock(&r.lock);
    for (int i = 0; i < n_clients; i++) {
        struct client *c = &clients[i];

        if (!c->arena)
            c->arena = arena_new(16384);
        c->replay = &r;
        c->write = (struct store_write){.run = run_operation, .done = operation_done, .arg = c};
        post_next(c);
    }
    while (r.n_done < r.n)
        pthread_cond_wait(&r.wake, &r.lock);
    pthread_mutex_unlock(&r.lock);
    total->wall_us += clock_mono_us() - wall;
    total->cpu_us += cpu_us() - cpu;
    store_stats(r.store, &after);
    total->operations += after.operations - before.operations;
    total->batches += after.batches - before.batches;
    total->statements += after.statements - before.statements;
    if (r.n_failed)
        give_up("operations failed", "the log does not start with an empty database");
    store_close(r.store);
    snprintf(command, sizeof command, "rm -rf -- '%s'", dir);
    if (system(command) != 0)
        give_up("could not remove", dir);
}

int main(int argc, char **argv)
{
    const char *log = NULL, *data = NULL;
    struct total t = {0};
    struct operation *ops;
    double seconds = 2;
    int n_clients = 64;
    size_t n;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--log") == 0)
            log = argv[i + 1];
        else if (strcmp(argv[i], "--data") == 0)
            data = argv[i + 1];
        else if (strcmp(argv[i], "--seconds") == 0)
            seconds = strtod(argv[i + 1], NULL);
        else if (strcmp(argv[i], "--clients") == 0)
            n_clients = (int)strtol(argv[i + 1], NULL, 10);
    }
    if (!log || !data || n_clients < 1 || n_clients > CLIENTS_MAX || argc % 2 == 0) {
        fprintf(stderr, "bench_floor --log FILE --data DIR [--seconds N] [--clients N]\n");
        return 2;
    }
    unsetenv("ANTIPHON_STATEMENT_LOG");
    ops = read_log(log, arena_new(65536), &n);
    if (n == 0)
        give_up("the statement log is empty", log);
    while ((double)t.wall_us < seconds * 1e6)
        replay_once(ops, n, data, n_clients, &t);
    printf("{\"per_second\":%.0f,\"cpu_us\":%.1f,\"mean_batch\":%.1f,\"operations\":%lld,"
           "\"statements\":%.1f,\"seconds\":%.2f}\n",
           (double)t.operations * 1e6 / (double)t.wall_us, (double)t.cpu_us / (double)t.operations,
           (double)t.operations / (double)t.batches, (long long)t.operations,
           (double)t.statements / (double)t.operations, (double)t.wall_us / 1e6);
    free(ops);
    return 0;
}
