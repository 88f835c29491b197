#include "jobs/jobs.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "jobs/job.sql.h"
#include "store/store.h"

/* A lease outlasts any one job: the slowest is a mail with large files to a slow server. A
 * node that starts again frees its own at once, so only a node that never returns waits. */
#define LEASE_MS ((msec)15 * 60 * 1000)
/* Another node's new jobs are seen after this at the latest. */
#define POLL_MS      ((msec)2000)
#define WORKERS_MOST 16
/* Jobs leased ahead of a worker: those of a lane that is stuck wait here and block nobody. */
#define WAITING_MOST      1024
#define CLAIM_MOST        64
#define ARENA_FIRST_BYTES 4096
#define BACKOFF_FIRST_MS  ((msec)5000)
#define BACKOFF_MOST_MS   ((msec)3600000)

struct jobs {
    struct store *store;
    const struct job_kind *kinds;
    void *app;
    pthread_t scheduler;
    struct worker {
        struct jobs *jobs;
        int n;
        pthread_t thread;
    } workers[WORKERS_MOST];
    int n_workers;
    pthread_mutex_t lock;
    pthread_cond_t to_scheduler, to_workers;
    bool is_woken, is_ending;
    struct job *waiting[WAITING_MOST]; /* leased, not yet taken by a worker; in order */
    size_t n_waiting;
    const struct job *running[WORKERS_MOST];
    int idle;
    _Atomic int64_t ran, failed, retried;
};

enum err jobs_add(struct tx *tx, const struct job_new *j, struct why *w)
{
    char number[24];
    struct job_add_in stay = {.id = tx_id(tx),
                              .kind = j->kind,
                              .key = j->key ? j->key : number,
                              .run_at = j->run_at,
                              .subject_id = j->subject_id,
                              .payload = j->payload};
    struct job_put_in move = {.id = stay.id,
                              .kind = stay.kind,
                              .key = stay.key,
                              .run_at = stay.run_at,
                              .subject_id = stay.subject_id,
                              .payload = stay.payload};
    enum err e;

    snprintf(number, sizeof number, "%" PRId64, j->subject_id);
    e = j->may_move ? q_job_put(tx, move, NULL, w) : q_job_add(tx, stay, NULL, w);
    if (e)
        return e;
    if (store_jobs(tx_store(tx)))
        tx_after_commit(tx, jobs_wake, store_jobs(tx_store(tx)));
    return OK;
}

enum err jobs_cancel(struct tx *tx, const char *kind, const char *key, struct why *w)
{
    return q_job_cancel(tx, (struct job_cancel_in){.kind = kind, .key = key}, NULL, w);
}

enum err jobs_finish(struct tx *tx, struct job *j, struct why *w)
{
    int64_t gone = 0;
    enum err e = q_job_done(tx, (struct job_done_in){.id = j->id, .run_at = j->run_at}, &gone, w);

    return e || gone ? e : q_job_free(tx, (struct job_free_in){.id = j->id}, NULL, w);
}

msec jobs_backoff(int64_t tries, double r)
{
    msec wait = BACKOFF_FIRST_MS;

    for (int64_t i = 0; i < tries && wait < BACKOFF_MOST_MS; i++)
        wait *= 2;
    if (wait > BACKOFF_MOST_MS)
        wait = BACKOFF_MOST_MS;
    return wait - (msec)((double)wait * 0.25 * r);
}

void jobs_wake(void *jobs)
{
    struct jobs *j = jobs;

    pthread_mutex_lock(&j->lock);
    j->is_woken = true;
    pthread_cond_signal(&j->to_scheduler);
    pthread_mutex_unlock(&j->lock);
}

/* ------- leasing */

struct claim {
    struct arena *arena;
    int64_t limit, node;
    struct job_due_rows due;
};

static enum err claim(struct tx *tx, void *arg, struct why *w)
{
    struct claim *c = arg;
    msec now = tx_now(tx);
    enum err e;

    arena_reset(c->arena);
    if ((e = q_job_due(tx, (struct job_due_in){.now = now, .limit = c->limit}, c->arena, &c->due,
                       w)))
        return e;
    for (size_t i = 0; i < c->due.n; i++) {
        struct job_lease_in lease = {
            .id = c->due.v[i].id, .node = c->node, .until = now + LEASE_MS};

        if ((e = q_job_lease(tx, lease, NULL, w)))
            return e;
    }
    return OK;
}

static struct job *job_of(const struct job_due_row *r)
{
    struct arena *a = arena_new(ARENA_FIRST_BYTES);
    struct job *j = arena_new_of(a, struct job);

    *j = (struct job){.id = r->id,
                      .kind = arena_str(a, r->kind),
                      .key = arena_str(a, r->key),
                      .payload = arena_str(a, r->payload),
                      .run_at = r->run_at,
                      .tries = r->tries,
                      .subject_id = r->subject_id,
                      .arena = a};
    return j;
}

struct look {
    struct arena *arena;
    msec next; /* 0: nothing to wait for */
    msec now;
};

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct look *l = arg;
    struct job_next_row *r;
    enum err e;

    l->now = tx_now(tx);
    if ((e = q_job_next(tx, (struct job_next_in){.now = l->now}, l->arena, &r, w)))
        return e;
    l->next = r ? r->at : 0;
    return OK;
}

/* Lease what is due, `room` at most. False: the store is not well. */
static bool lease_due(struct jobs *j, struct arena *a, int room, msec *ret_wait)
{
    struct claim c = {.arena = a, .limit = room, .node = store_node(j->store)};
    struct look l = {.arena = a};
    struct why w;

    *ret_wait = POLL_MS;
    if (store_read(j->store, look, &l, &w))
        return false;
    if (l.next == 0 || l.next > l.now) {
        if (l.next && l.next - l.now < POLL_MS)
            *ret_wait = l.next - l.now;
        return true;
    }
    if (store_write(j->store, claim, &c, &w))
        return false;
    pthread_mutex_lock(&j->lock);
    for (size_t i = 0; i < c.due.n; i++)
        j->waiting[j->n_waiting++] = job_of(&c.due.v[i]);
    pthread_cond_broadcast(&j->to_workers);
    pthread_mutex_unlock(&j->lock);
    *ret_wait = c.due.n ? 0 : 100;
    return true;
}

static void wait_ms(struct jobs *j, msec ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (!j->is_woken && !j->is_ending)
        if (pthread_cond_timedwait(&j->to_scheduler, &j->lock, &until))
            break;
    j->is_woken = false;
}

static int room_of(const struct jobs *j)
{
    size_t room = WAITING_MOST - j->n_waiting;

    return j->idle == 0 ? 0 : (int)(room < CLAIM_MOST ? room : CLAIM_MOST);
}

static void *schedule(void *arg)
{
    struct jobs *j = arg;
    struct arena *a = arena_new(ARENA_FIRST_BYTES);
    msec wait = 0;

    pthread_mutex_lock(&j->lock);
    while (!j->is_ending) {
        int room = room_of(j);

        /* No idle worker: the next one that is done wakes us. */
        if (room == 0 || wait > 0)
            wait_ms(j, room == 0 ? POLL_MS : wait);
        room = room_of(j);
        if (j->is_ending || room == 0)
            continue;
        pthread_mutex_unlock(&j->lock);
        arena_reset(a);
        if (!lease_due(j, a, room, &wait))
            wait = POLL_MS;
        pthread_mutex_lock(&j->lock);
    }
    pthread_mutex_unlock(&j->lock);
    arena_free(a);
    return NULL;
}

/* ------- running */

struct finish {
    struct job *job;
    msec again_at; /* 0: the row goes */
    const char *error;
};

static enum err finish(struct tx *tx, void *arg, struct why *w)
{
    struct finish *f = arg;

    if (!f->again_at)
        return jobs_finish(tx, f->job, w);
    return q_job_again(
        tx, (struct job_again_in){.id = f->job->id, .run_at = f->again_at, .error = f->error}, NULL,
        w);
}

static double fraction(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_nsec / 100 % 1000) / 1000.0;
}

static const struct job_kind *kind_of(const struct jobs *j, const char *kind)
{
    for (const struct job_kind *k = j->kinds; k->kind; k++)
        if (strcmp(k->kind, kind) == 0)
            return k;
    return NULL;
}

static void settle(struct jobs *j, const struct job_kind *k, struct job *job, enum err e,
                   struct why *why)
{
    struct finish f = {.job = job,
                       .again_at = job->again_at,
                       .error = e ? arena_str(job->arena, why->text) : NULL};
    struct why w;

    if (e && err_may_retry(e) && (!k->max_tries || job->tries + 1 < k->max_tries)) {
        msec wait = why->retry_after_s ? (msec)why->retry_after_s * 1000
                                       : jobs_backoff(job->tries, fraction());

        f.again_at = clock_now() + wait;
        atomic_fetch_add(&j->retried, 1);
    } else if (e) {
        atomic_fetch_add(&j->failed, 1);
        log_line(LOG_WARN, "job failed", "\"kind\":%s,\"job\":%lld,\"tries\":%lld,\"why\":%s",
                 log_quote(job->kind), (long long)job->id, (long long)job->tries + 1,
                 log_quote(why->text));
        if (err_may_retry(e) && k->give_up && k->give_up(j->app, job, why) != OK)
            f.again_at = clock_now() + BACKOFF_MOST_MS;
    }
    if (job->is_finished)
        return;
    if (store_write(j->store, finish, &f, &w))
        log_line(LOG_ERROR, "job not settled", "\"job\":%lld,\"why\":%s", (long long)job->id,
                 log_quote(w.text));
}

static void run(struct jobs *j, struct job *job)
{
    const struct job_kind *k = kind_of(j, job->kind);
    struct why w = {0};
    enum err e;

    if (!k) { /* of a newer program: leave it to one */
        struct finish f = {.job = job,
                           .again_at = clock_now() + BACKOFF_MOST_MS,
                           .error = "this program has no such kind of job"};

        if (store_write(j->store, finish, &f, &w))
            log_line(LOG_ERROR, "job not settled", "\"job\":%lld", (long long)job->id);
        return;
    }
    e = k->run(j->app, job, &w);
    atomic_fetch_add(&j->ran, 1);
    settle(j, k, job, e, &w);
}

/* Of a serial kind only one job of a lane (its payload) runs at a time. */
static bool may_run(const struct jobs *j, const struct job *job)
{
    const struct job_kind *k = kind_of(j, job->kind);

    if (!k || !k->is_serial || !job->payload)
        return true;
    for (int i = 0; i < j->n_workers; i++)
        if (j->running[i] && strcmp(j->running[i]->kind, job->kind) == 0 &&
            j->running[i]->payload && strcmp(j->running[i]->payload, job->payload) == 0)
            return false;
    return true;
}

/* The first that may run, out of the queue; NULL: none. */
static struct job *take(struct jobs *j)
{
    for (size_t i = 0; i < j->n_waiting; i++) {
        struct job *job = j->waiting[i];

        if (!may_run(j, job))
            continue;
        j->n_waiting--;
        memmove(j->waiting + i, j->waiting + i + 1, (j->n_waiting - i) * sizeof *j->waiting);
        return job;
    }
    return NULL;
}

static void *work(void *arg)
{
    struct worker *self = arg;
    struct jobs *j = self->jobs;

    pthread_mutex_lock(&j->lock);
    for (;;) {
        struct job *job = NULL;

        while (!j->is_ending && !(job = take(j)))
            pthread_cond_wait(&j->to_workers, &j->lock);
        if (!job)
            break;
        j->idle--;
        j->running[self->n] = job;
        pthread_mutex_unlock(&j->lock);
        run(j, job);
        pthread_mutex_lock(&j->lock);
        j->running[self->n] = NULL;
        arena_free(job->arena);
        j->idle++;
        j->is_woken = true;
        pthread_cond_broadcast(&j->to_workers); /* its lane is free */
        pthread_cond_signal(&j->to_scheduler);
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

/* ------- start and stop */

static enum err unlease(struct tx *tx, void *arg, struct why *w)
{
    return q_job_unlease(tx, (struct job_unlease_in){.node = store_node(arg)}, NULL, w);
}

enum err jobs_start(struct store *s, const struct job_kind *kinds, void *app, int workers,
                    struct jobs **ret, struct why *w)
{
    struct jobs *j;
    pthread_condattr_t monotonic;
    enum err e;

    if ((e = store_write(s, unlease, s, w)))
        return e;
    j = calloc(1, sizeof *j);
    if (!j)
        return fail(w, E_BUSY, "could not have the memory for the job queue");
    j->store = s;
    j->kinds = kinds;
    j->app = app;
    j->n_workers = workers < WORKERS_MOST ? workers : WORKERS_MOST;
    j->idle = j->n_workers;
    pthread_mutex_init(&j->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&j->to_scheduler, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&j->to_workers, NULL);
    store_set_jobs(s, j);
    for (int i = 0; i < j->n_workers; i++) {
        j->workers[i].jobs = j;
        j->workers[i].n = i;
        if (pthread_create(&j->workers[i].thread, NULL, work, &j->workers[i]))
            abort(); /* no thread at the start: nothing can be done */
    }
    if (pthread_create(&j->scheduler, NULL, schedule, j))
        abort();
    *ret = j;
    return OK;
}

void jobs_stop(struct jobs *j)
{
    struct why w;

    if (!j)
        return;
    pthread_mutex_lock(&j->lock);
    j->is_ending = true;
    pthread_cond_broadcast(&j->to_workers);
    pthread_cond_signal(&j->to_scheduler);
    pthread_mutex_unlock(&j->lock);
    pthread_join(j->scheduler, NULL);
    for (int i = 0; i < j->n_workers; i++)
        pthread_join(j->workers[i].thread, NULL);
    store_set_jobs(j->store, NULL);
    for (size_t i = 0; i < j->n_waiting; i++)
        arena_free(j->waiting[i]->arena);
    if (store_write(j->store, unlease, j->store, &w)) /* what waited is free for others */
        log_line(LOG_WARN, "leases not given back", "\"why\":%s", log_quote(w.text));
    pthread_cond_destroy(&j->to_scheduler);
    pthread_cond_destroy(&j->to_workers);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

void jobs_stats(const struct jobs *j, struct jobs_stats *ret)
{
    *ret = (struct jobs_stats){j->ran, j->failed, j->retried};
}

enum err jobs_run_due(struct store *s, const struct job_kind *kinds, void *app, struct why *w)
{
    struct jobs one = {.store = s, .kinds = kinds, .app = app};
    struct claim c = {.arena = arena_new(ARENA_FIRST_BYTES), .limit = 1, .node = store_node(s)};
    enum err e;

    while ((e = store_write(s, claim, &c, w)) == OK && c.due.n) {
        struct job *job = job_of(&c.due.v[0]);

        run(&one, job);
        arena_free(job->arena);
    }
    arena_free(c.arena);
    return e;
}
