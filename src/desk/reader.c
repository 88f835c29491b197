#include "desk/reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/scope.h"
#include "desk/models.h"
#include "desk/retrain.h"
#include "desk/seal.h"
#include "store/store.h"
#include "triage/swap.h"
#include "triage/taxonomy.h"

/* So many corrections and a training does not wait for the night: docs/decisions. */
#define RETRAIN_AT 200
/* Near copies of a day (docs/decisions: MinHash): room for so many different messages, 1 MB. */
#define NEAR_LEADERS   4096
#define NEAR_LEAST     0.4f
#define NEAR_WINDOW_MS ((msec)24 * 3600 * 1000)
#define OOS            "oos"

/* The triage of one moment. Immutable; kept alive by those who read with it. */
struct moment {
    struct arena *a;
    struct models models;
};

struct reader {
    struct store *store;
    struct swap *now; /* struct moment */
    pthread_mutex_t lock;
    pthread_t thread; /* loads what was changed */
    pthread_cond_t wake;
    bool is_asked, is_ending, has_thread;
    pthread_mutex_t load_lock, near_lock;
    struct near_clusters *near; /* of the messages that came to this process */
};

/* A hold that ends with an arena. */
struct hold {
    struct swap *of;
    struct swap_held held;
};

static void moment_free(void *arg)
{
    struct moment *m = arg;

    if (!m)
        return;
    models_free(&m->models);
    arena_free(m->a);
    free(m);
}

static void let_go(void *arg)
{
    struct hold *h = arg;

    swap_put(h->of, h->held);
}

static const struct moment *moment_for(struct reader *r, struct arena *a)
{
    struct hold *h = arena_new_of(a, struct hold);

    *h = (struct hold){r->now, swap_take(r->now)};
    arena_defer(a, let_go, h);
    return h->held.value;
}

static CHECKED enum err load(struct store *s, struct moment **ret, struct why *w)
{
    struct moment *m = calloc(1, sizeof *m);
    enum err e;

    if (!m)
        abort();
    m->a = arena_new(64 * 1024);
    if ((e = models_load(s, m->a, &m->models, w))) {
        moment_free(m);
        return e;
    }
    if (*m->models.problem.text)
        log_line(LOG_ERROR, "what is built in reads instead", "\"why\":%s",
                 log_quote(m->models.problem.text));
    *ret = m;
    return OK;
}

static void free_arena(struct arena **a)
{
    arena_free(*a);
}

static enum err ask(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(free_arena) struct arena *a = arena_new(1024);

    (void)arg;
    return retrain_soon(tx, a, w);
}

/* One after the other, so that the last to be put in place is the last that was read. */
static CHECKED enum err replace(struct reader *r, size_t *ret_corrections, struct why *w)
{
    struct moment *m;
    enum err e;

    pthread_mutex_lock(&r->load_lock);
    if ((e = load(r->store, &m, w)) == OK) {
        *ret_corrections = m->models.n_corrections;
        swap_replace(r->now, m);
    }
    pthread_mutex_unlock(&r->load_lock);
    return e;
}

enum err reader_load(struct reader *r, struct why *w)
{
    size_t n;

    return replace(r, &n, w);
}

static void load_again(struct reader *r)
{
    struct why w;
    size_t n;

    if (replace(r, &n, &w)) { /* the old one goes on reading */
        log_line(LOG_ERROR, "triage not loaded", "\"why\":%s", log_quote(w.text));
        return;
    }
    if (n >= RETRAIN_AT && store_write(r->store, ask, NULL, &w))
        log_line(LOG_ERROR, "training not asked for", "\"why\":%s", log_quote(w.text));
}

static void *loading(void *arg)
{
    struct reader *r = arg;

    pthread_mutex_lock(&r->lock);
    while (!r->is_ending) {
        if (!r->is_asked) {
            pthread_cond_wait(&r->wake, &r->lock);
            continue;
        }
        r->is_asked = false;
        pthread_mutex_unlock(&r->lock);
        load_again(r);
        pthread_mutex_lock(&r->lock);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

enum err reader_start(struct store *s, struct reader **ret, struct why *w)
{
    struct reader *r;
    struct moment *m;
    enum err e;

    if ((e = load(s, &m, w)))
        return e;
    if (!(r = calloc(1, sizeof *r)))
        abort();
    r->store = s;
    r->now = swap_new(m, moment_free);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wake, NULL);
    pthread_mutex_init(&r->load_lock, NULL);
    pthread_mutex_init(&r->near_lock, NULL);
    r->near = near_clusters_new(NEAR_LEADERS, NEAR_LEAST, NEAR_WINDOW_MS);
    if (s && pthread_create(&r->thread, NULL, loading, r) != 0) {
        reader_stop(r);
        return fail(w, E_INTERNAL, "cannot start the thread that loads triage");
    }
    r->has_thread = s != NULL;
    *ret = r;
    return OK;
}

void reader_stop(struct reader *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->is_ending = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    if (r->has_thread)
        pthread_join(r->thread, NULL);
    swap_free(r->now);
    near_clusters_free(r->near);
    pthread_mutex_destroy(&r->near_lock);
    pthread_mutex_destroy(&r->load_lock);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void reader_reload(struct reader *r)
{
    pthread_mutex_lock(&r->lock);
    r->is_asked = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

/* Its own words, which the text need not hold. Addresses in it carry tokens of their senders,
 * which are nobody's secret: what is looked for has a checksum. */
static bool html_tells(struct arena *a, const char *html)
{
    const char *places = html ? seal(a, html).places : NULL;

    return places && (strstr(places, "\"card\"") || strstr(places, "\"iban\""));
}

/* Where the subject or the mail's own look alone tells, the words are kept as sealed too: what is
 * shown is the text, and the raw mail asks for the right. */
static void seal_all(struct arena *a, const struct incoming *m, struct read *r)
{
    struct sealed text = seal(a, m->text), subject = {.text = m->subject};

    if (m->subject)
        subject = seal(a, m->subject);
    r->text = text.text;
    r->subject = subject.text;
    r->original = text.original;
    r->sealed = text.places;
    if (!r->original && (subject.original || html_tells(a, m->html))) {
        r->original = m->text;
        r->sealed = "[]";
    }
}

/* A taxonomy changes before a model is trained for it, and people's word "about nothing of ours"
 * is a label to the memory: what is no category of the moment is no answer. */
static void keep_known(const struct taxonomy *t, struct triage_reading *r)
{
    size_t n = 0;

    if (!r->label || (r->n_top && taxonomy_category(t, r->label) &&
                      (r->n_top < 2 || taxonomy_category(t, r->top[1].label)) &&
                      (r->n_top < 3 || taxonomy_category(t, r->top[2].label))))
        return;
    for (size_t i = 0; i < r->n_top; i++)
        if (taxonomy_category(t, r->top[i].label))
            r->top[n++] = r->top[i];
    r->n_set = r->n_set < n ? r->n_set : n;
    r->n_top = n;
    if (taxonomy_category(t, r->label))
        return;
    r->is_sure = false;
    r->n_because = 0;
    if (strcmp(r->label, OOS) == 0) { /* people said so */
        r->oos = r->p;
        n = 0;
    }
    r->label = n ? r->top[0].label : NULL;
    r->p = n ? r->top[0].p : 0;
}

/* ------- reading */

/* Many write nearly the same just now: what complains of an outage is urgent then. */
static void look_around(struct reader *r, const struct incoming *m, const char *text,
                        const struct triage_hints *hints, struct triage_reading *reading)
{
    struct urgency_hints more = {.language = reading->language.code,
                                 .plan = hints->plan,
                                 .negative = reading->sentiment.p[MOOD_NEGATIVE],
                                 .is_cluster_growing = true};
    struct near_joined joined;

    if (m->is_imported || m->is_automatic)
        return;
    pthread_mutex_lock(&r->near_lock);
    joined = near_clusters_join(r->near, &reading->sketch, clock_now());
    pthread_mutex_unlock(&r->near_lock);
    if (joined.is_growing)
        urgency_read(text, strlen(text), &more, &reading->urgency);
}

const struct read *reader_read(struct reader *r, struct arena *a, const struct incoming *m)
{
    static const struct triage BARE = {.model = NULL};
    struct read *out = arena_new_of(a, struct read);
    struct triage_hints hints = {.locale = m->contact.locale};

    *out = (struct read){.model = ""};
    seal_all(a, m, out);
    hints.subject = out->subject;
    if (r) {
        const struct moment *now = moment_for(r, a); /* labels and names are the moment's */
        const struct taxonomy_category *c = NULL;

        triage_read(&now->models.triage, out->text, strlen(out->text), &hints, a, &out->reading);
        keep_known(&now->models.taxonomy, &out->reading);
        look_around(r, m, out->text, &hints, &out->reading);
        if (out->reading.label)
            c = taxonomy_category(&now->models.taxonomy, out->reading.label);
        out->model = now->models.version;
        out->queue = c ? c->queue : NULL;
    } else {
        triage_read(&BARE, out->text, strlen(out->text), &hints, a, &out->reading);
    }
    return out;
}

const struct taxonomy *reader_taxonomy(struct reader *r, struct arena *a)
{
    return &moment_for(r, a)->models.taxonomy;
}

const struct model *reader_model(struct reader *r, struct arena *a)
{
    return moment_for(r, a)->models.model;
}

size_t reader_corrections(struct reader *r)
{
    struct swap_held held = swap_take(r->now);
    size_t n = ((const struct moment *)held.value)->models.n_corrections;

    swap_put(r->now, held);
    return n;
}

bool reader_is_builtin(struct reader *r)
{
    struct swap_held held = swap_take(r->now);
    bool is_builtin = ((const struct moment *)held.value)->models.is_builtin;

    swap_put(r->now, held);
    return is_builtin;
}
