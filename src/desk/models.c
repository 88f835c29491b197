#include "desk/models.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "store/blob.h"
#include "store/store.h"
#include "triage/builtin.h"
#include "triage/memory.h"
#include "triage/model.h"
#include "triage/models.sql.h"
#include "triage/triage.sql.h"

/* Ids are no order of commits (store/id.h): what was said within a minute of the last verdict
 * that the model knows is taken again, which does no harm. 12 bits of an id are no time. */
#define OVERLAP_IDS ((int64_t)60000 << 12)
#define MODEL_BYTES ((size_t)256 * 1024 * 1024)

/* What the store says is in force. */
struct rows {
    struct arena *a;
    const char *model_hash, *taxonomy_hash;    /* NULL: the built-in one */
    int64_t learnt;                            /* the last verdict that the model knows */
    struct verdict_newest_since_rows verdicts; /* newest first */
};

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct rows *r = arg;
    struct model_live_row *model;
    struct taxonomy_newest_row *taxonomy;
    struct verdict_newest_since_in since = {.limit = MEMORY_TEXTS};
    enum err e;

    r->model_hash = r->taxonomy_hash = NULL;
    if ((e = q_model_live(tx, r->a, &model, w)) || (e = q_taxonomy_newest(tx, r->a, &taxonomy, w)))
        return e;
    since.after = model && model->verdict_id > OVERLAP_IDS ? model->verdict_id - OVERLAP_IDS : 0;
    if ((e = q_verdict_newest_since(tx, since, r->a, &r->verdicts, w)))
        return e;
    r->model_hash = model ? model->hash : NULL;
    r->taxonomy_hash = taxonomy ? taxonomy->hash : NULL;
    r->learnt = model ? model->verdict_id : 0;
    return OK;
}

/* A desk goes on reading without what is damaged; a store that is not well is asked again. */
static bool is_lost(enum err e)
{
    return e && !err_may_retry(e);
}

static CHECKED enum err load_taxonomy(struct store *s, const struct rows *r, struct arena *a,
                                      struct models *m, struct why *w)
{
    struct str text;
    enum err e;

    if (!r->taxonomy_hash)
        return taxonomy_builtin(a, &m->taxonomy, w);
    if ((e = blob_read(s, r->taxonomy_hash, TAXONOMY_BYTES, a, &text, w)) == OK)
        e = taxonomy_parse(text.p, text.n, a, &m->taxonomy, w);
    if (!is_lost(e))
        return e;
    m->problem = *w;
    return taxonomy_builtin(a, &m->taxonomy, w);
}

static CHECKED enum err load_model(struct store *s, const struct rows *r, struct arena *a,
                                   struct models *m, struct why *w)
{
    struct str bytes;
    enum err e;

    m->is_builtin = false;
    if (r->model_hash) {
        if ((e = blob_read(s, r->model_hash, MODEL_BYTES, a, &bytes, w)) == OK)
            e = model_of(bytes.p, bytes.n, &m->model, w);
        if (!is_lost(e))
            return e;
        m->problem = *w;
    }
    m->is_builtin = true;
    return model_of(builtin_model().p, builtin_model().n, &m->model, w);
}

static void remember(const struct rows *r, struct arena *a, struct models *m)
{
    size_t n = r->verdicts.n;
    struct correction *v = arena_array(a, n + 1, sizeof *v);

    for (size_t i = 0; i < n; i++) {
        const struct verdict_newest_since_row *said = &r->verdicts.v[n - 1 - i];

        v[i] = (struct correction){said->text, said->said ? said->said : "oos"};
        m->n_corrections += said->id > r->learnt;
    }
    m->memory = n ? memory_new(m->model, v, n) : NULL;
}

enum err models_load(struct store *s, struct arena *a, struct models *ret, struct why *w)
{
    struct rows r = {.a = a};
    enum err e;

    *ret = (struct models){.model = NULL};
    if ((s && (e = store_read(s, look, &r, w))) || (e = load_taxonomy(s, &r, a, ret, w)) ||
        (e = load_model(s, &r, a, ret, w)))
        return e;
    snprintf(ret->version, sizeof ret->version, "%016" PRIx64, model_version(ret->model));
    remember(&r, a, ret);
    ret->triage = (struct triage){.model = ret->model, .memory = ret->memory};
    return OK;
}

void models_free(struct models *m)
{
    memory_free(m->memory);
    model_free(m->model);
}
