#include "http/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "http/inner.h"

#define MAX_THREADS 64

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct exchange *head, **tail;
    bool is_ending;
    int n;
    pthread_t threads[MAX_THREADS];
};

static struct exchange *take(struct pool *p)
{
    struct exchange *x;

    pthread_mutex_lock(&p->lock);
    while (!p->head && !p->is_ending)
        pthread_cond_wait(&p->more, &p->lock);
    x = p->head;
    if (x && !(p->head = x->next))
        p->tail = &p->head;
    pthread_mutex_unlock(&p->lock);
    return x;
}

static void *run(void *arg)
{
    struct pool *p = arg;

    for (struct exchange *x; (x = take(p));)
        x->work(x);
    return NULL;
}

enum err pool_new(const char *name, int threads, struct pool **ret, struct why *w)
{
    struct pool *p = calloc(1, sizeof *p);

    if (!p || threads > MAX_THREADS)
        return free(p), fail(w, E_INTERNAL, "a pool cannot have %d threads", threads);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->more, NULL);
    p->tail = &p->head;
    for (; p->n < threads; p->n++) {
        int e = pthread_create(&p->threads[p->n], NULL, run, p);

        if (e) {
            pool_free(p);
            return fail(w, E_BUSY, "a thread could not be started: %s", strerror(e));
        }
        pthread_setname_np(p->threads[p->n], name);
    }
    *ret = p;
    return OK;
}

void pool_push(struct pool *p, struct exchange *x)
{
    x->next = NULL;
    pthread_mutex_lock(&p->lock);
    *p->tail = x;
    p->tail = &x->next;
    pthread_cond_signal(&p->more);
    pthread_mutex_unlock(&p->lock);
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_ending = true;
    pthread_cond_broadcast(&p->more);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->n; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->more);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
