#include "triage/reading_store.h"

#include <string.h>

#include "base/limits.h"
#include "store/store.h"
#include "triage/triage.sql.h"

#define DAY_MS  ((msec)86400 * 1000)
#define WEEK_MS (7 * DAY_MS)

/* ------- in */

static const char *words_at(struct arena *a, const char *text, uint32_t at, uint32_t n)
{
    return arena_dup(a, text + at, n);
}

static struct shape_list guesses(struct arena *a, const struct reading_new *n)
{
    const struct triage_reading *r = n->reading;
    size_t most = r->n_set > r->n_top ? r->n_top : r->n_set ? r->n_set : r->n_top;
    struct triage_guess_view *v = arena_array(a, most + 1, sizeof *v);

    for (size_t i = 0; i < most; i++)
        v[i] = (struct triage_guess_view){.category = r->top[i].label, .p = (double)r->top[i].p};
    return (struct shape_list){v, most};
}

static struct shape_list because(struct arena *a, const struct reading_new *n)
{
    const struct triage_reading *r = n->reading;
    struct triage_because_view *v = arena_array(a, r->n_because + 1, sizeof *v);

    for (size_t i = 0; i < r->n_because; i++)
        v[i] = (struct triage_because_view){
            .at = r->because[i].at,
            .n = r->because[i].n,
            .words = words_at(a, n->text, r->because[i].at, r->because[i].n)};
    return (struct shape_list){v, r->n_because};
}

static struct shape_list reasons(struct arena *a, const struct reading_new *n)
{
    const struct urgency *u = &n->reading->urgency;
    struct triage_reason_view *v = arena_array(a, u->n_reasons + 1, sizeof *v);

    for (size_t i = 0; i < u->n_reasons; i++) {
        const struct urgency_reason *r = &u->reasons[i];

        v[i] =
            (struct triage_reason_view){.kind = urgency_kind_name(r->kind),
                                        .level = urgency_level_name(r->level),
                                        .at = r->at,
                                        .n = r->n,
                                        .words = r->n ? words_at(a, n->text, r->at, r->n) : NULL};
    }
    return (struct shape_list){v, u->n_reasons};
}

static const char *detail_text(struct arena *a, const struct reading_new *n)
{
    const struct triage_reading *r = n->reading;
    struct reading_detail d = {.top = guesses(a, n),
                               .because = because(a, n),
                               .reasons = reasons(a, n),
                               .language_p = (double)r->language.p,
                               .sentiment_p = (double)r->sentiment.p[r->sentiment.mood],
                               .is_recalled = r->is_recalled};
    struct buf b;
    const char *text;

    buf_init(&b, LIMIT_JSON_BYTES);
    shape_write(&b, &READING_DETAIL, &d);
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}

static CHECKED enum err facts_save(struct tx *tx, const struct reading_new *n, struct why *w)
{
    enum err e;

    for (size_t i = 0; i < n->reading->n_facts; i++) {
        const struct fact *f = &n->reading->facts[i];
        struct fact_set_in row = {.ticket_id = n->ticket_id,
                                  .kind = f->kind,
                                  .source = FACT_FROM_TEXT,
                                  .value = f->value,
                                  .message_id = n->message_id,
                                  .at_byte = f->at,
                                  .n_bytes = f->n};

        if ((e = q_fact_set(tx, row, NULL, w)))
            return e;
    }
    return OK;
}

enum err reading_save(struct tx *tx, struct arena *a, const struct reading_new *n, struct why *w)
{
    const struct triage_reading *r = n->reading;
    struct reading_insert_in row = {.message_id = n->message_id,
                                    .ticket_id = n->ticket_id,
                                    .inbox_id = n->inbox_id,
                                    .model = n->model,
                                    .category = r->label,
                                    .p = (double)r->p,
                                    .oos = (double)r->oos,
                                    .is_sure = r->is_sure,
                                    .decision = n->decision,
                                    .language = r->language.code,
                                    .mood = (int64_t)r->sentiment.mood + 1,
                                    .urgency = r->urgency.level,
                                    .detail = detail_text(a, n),
                                    .now = tx_now(tx)};
    enum err e;

    if ((e = q_reading_insert(tx, row, NULL, w)))
        return e;
    return facts_save(tx, n, w);
}

/* ------- out */

static const char *category_title(const struct taxonomy *t, const char *key)
{
    const struct taxonomy_category *c = t && key ? taxonomy_category(t, key) : NULL;

    return c ? c->name : NULL;
}

/* What a channel's context says, by the names that facts have too. */
struct context_facts {
    const char *device, *os, *os_version, *app_version, *region, *language, *plan, *log_ref;
};
#define CONTEXT(name)                                                                              \
    {                                                                                              \
#name, SHAPE_TEXT, SHAPE_OMIT, offsetof(struct context_facts, name)                        \
    }
static SHAPE(CONTEXT_FACTS, "ContextFacts", struct context_facts, NULL,
             {CONTEXT(device), CONTEXT(os), CONTEXT(os_version), CONTEXT(app_version),
              CONTEXT(region), CONTEXT(language), CONTEXT(plan), CONTEXT(log_ref)});

static const char *of_channel(const struct context_facts *c, enum fact_kind kind)
{
    switch (kind) {
    case FACT_DEVICE:
        return c->device;
    case FACT_OS:
        return c->os;
    case FACT_OS_VERSION:
        return c->os_version;
    case FACT_APP_VERSION:
        return c->app_version;
    case FACT_REGION:
        return c->region;
    case FACT_PLAN:
        return c->plan;
    case FACT_ERROR:
    case FACT_NONE:
    case FACT_COUNT:
        break;
    }
    return NULL;
}

/* Who is believed: a person before all; of versions the channel, which measured them; of the
 * rest the text, which says what the matter is about (a phone may complain of a speaker). */
static int weight(enum fact_kind kind, int64_t source)
{
    bool is_measured = kind == FACT_OS || kind == FACT_OS_VERSION || kind == FACT_APP_VERSION;

    if (source == FACT_FROM_PERSON)
        return 3;
    return (source == FACT_FROM_CHANNEL) == is_measured ? 2 : 1;
}

static const char *source_name(int64_t source)
{
    static const char *const names[] = {"text", "channel", "person"};

    return names[source - 1];
}

static void best_fact(const struct fact_list_rows *rows, const struct context_facts *c,
                      enum fact_kind kind, struct shape_list *out)
{
    struct triage_fact_view *v = out->v, *f = &v[out->n];
    const char *said = of_channel(c, kind);
    int best = 0;

    if (said && *said) {
        best = weight(kind, FACT_FROM_CHANNEL);
        *f = (struct triage_fact_view){fact_name(kind), said, source_name(FACT_FROM_CHANNEL),
                                       .message_id = 0};
    }
    for (size_t i = 0; i < rows->n; i++) {
        const struct fact_list_row *r = &rows->v[i];

        if (r->kind != (int64_t)kind || weight(kind, r->source) <= best)
            continue;
        best = weight(kind, r->source);
        *f = (struct triage_fact_view){.kind = fact_name(kind),
                                       .value = r->value,
                                       .source = source_name(r->source),
                                       .message_id = r->message_id,
                                       .at = r->at_byte,
                                       .n = r->n_bytes};
    }
    if (best && f->value)
        out->n++;
}

static CHECKED enum err facts_view(struct tx *tx, struct arena *a, int64_t ticket_id,
                                   const char *context, struct shape_list *ret, struct why *w)
{
    struct context_facts c = {0};
    struct fact_list_rows rows;
    struct why ignored;
    enum err e;

    if ((e = q_fact_list(tx, (struct fact_list_in){.ticket_id = ticket_id}, a, &rows, w)))
        return e;
    if (context && shape_parse(&CONTEXT_FACTS, context, strlen(context), a, &c, &ignored))
        c = (struct context_facts){0}; /* a channel's own words: shown beside, not as facts */
    ret->v = arena_array(a, FACT_COUNT, sizeof(struct triage_fact_view));
    for (enum fact_kind k = FACT_NONE + 1; k < FACT_COUNT; k++)
        best_fact(&rows, &c, k, ret);
    return OK;
}

static CHECKED enum err detail_read(struct arena *a, const char *text, struct reading_detail *ret,
                                    struct why *w)
{
    *ret = (struct reading_detail){0};
    return shape_parse(&READING_DETAIL, text, strlen(text), a, ret, w);
}

/* The part that is about the category: of the newest reading that something was decided on. */
static CHECKED enum err view_category(struct tx *tx, struct arena *a, const struct taxonomy *t,
                                      struct ticket_triage *v, struct why *w)
{
    const struct reading_decided_in of = {.ticket_id = v->ticket_id};
    struct verdict_newest_row *said;
    struct reading_decided_row *r;
    struct reading_detail d;
    enum err e;

    if ((e = q_reading_decided(tx, of, a, &r, w)) || !r)
        return e;
    e = q_verdict_newest(tx, (struct verdict_newest_in){.message_id = r->message_id}, a, &said, w);
    if (e || (e = detail_read(a, r->detail, &d, w)))
        return e;
    v->message_id = r->message_id;
    v->decision = DECISION_NAMES[r->decision - 1];
    v->is_corrected = said != NULL;
    v->model = *r->model ? r->model : NULL;
    if (r->decision == DECIDED_BLIND && !said)
        return OK;
    v->category = said ? said->said : r->category;
    v->category_name = category_title(t, v->category);
    v->p = said ? 0 : r->p;
    v->oos = r->oos;
    v->is_recalled = d.is_recalled;
    v->top = d.top;
    for (size_t i = 0; i < d.top.n; i++) {
        struct triage_guess_view *g = (struct triage_guess_view *)d.top.v + i;

        g->name = category_title(t, g->category);
    }
    if (!said)
        v->because = d.because;
    return OK;
}

enum err reading_view(struct tx *tx, struct arena *a, int64_t ticket_id, const char *context,
                      const struct taxonomy *taxonomy, struct ticket_triage *ret, struct why *w)
{
    struct ticket_triage v = {.ticket_id = ticket_id, .decision = DECISION_NAMES[DECIDED_NONE - 1]};
    struct reading_newest_row *r;
    struct reading_detail d;
    enum err e;

    if ((e = q_reading_newest(tx, (struct reading_newest_in){.ticket_id = ticket_id}, a, &r, w)) ||
        (e = facts_view(tx, a, ticket_id, context, &v.facts, w)))
        return e;
    if (r) {
        if ((e = detail_read(a, r->detail, &d, w)) || (e = view_category(tx, a, taxonomy, &v, w)))
            return e;
        v.language = *r->language ? r->language : NULL;
        v.language_p = d.language_p;
        v.sentiment = MOOD_NAMES[r->mood - 1];
        v.sentiment_p = d.sentiment_p;
        v.urgency = r->urgency ? URGENCY_NAMES[r->urgency - 1] : NULL;
        v.reasons = d.reasons;
    }
    if (v.category && taxonomy) {
        const struct taxonomy_category *c = taxonomy_category(taxonomy, v.category);

        v.queue = c ? c->queue : NULL;
    }
    *ret = v;
    return OK;
}

enum err reading_decided(struct tx *tx, struct arena *a, int64_t ticket_id,
                         struct reading_decided *ret, struct why *w)
{
    const struct reading_decided_in of = {.ticket_id = ticket_id};
    struct verdict_newest_row *said;
    struct reading_decided_row *r;
    enum err e;

    *ret = (struct reading_decided){0};
    if ((e = q_reading_decided(tx, of, a, &r, w)) || !r)
        return e;
    e = q_verdict_newest(tx, (struct verdict_newest_in){.message_id = r->message_id}, a, &said, w);
    if (e)
        return e;
    *ret = (struct reading_decided){.message_id = r->message_id,
                                    .inbox_id = r->inbox_id,
                                    .model = r->model,
                                    .category = r->category,
                                    .language = r->language,
                                    .is_sure = r->is_sure,
                                    .decision = (enum decision)r->decision,
                                    .is_answered = said != NULL};
    return OK;
}

enum err reading_to_judge(struct tx *tx, struct arena *a, int64_t ticket_id,
                          struct reading_decided *ret, struct why *w)
{
    struct reading_told_row *r;
    enum err e;

    if ((e = reading_decided(tx, a, ticket_id, ret, w)) || ret->message_id)
        return e;
    e = q_reading_told(tx, (struct reading_told_in){.ticket_id = ticket_id}, a, &r, w);
    if (e || !r)
        return e;
    *ret = (struct reading_decided){.message_id = r->message_id,
                                    .inbox_id = r->inbox_id,
                                    .model = r->model ? r->model : "",
                                    .category = r->category,
                                    .language = r->language ? r->language : "",
                                    .decision = DECIDED_NONE};
    return OK;
}

/* ------- the promise */

msec week_of(msec t)
{
    msec days = t / DAY_MS; /* since a Thursday */

    return (days - (days + 3) % 7) * DAY_MS;
}

enum err promise_get(struct tx *tx, struct arena *a, int64_t inbox_id, double share,
                     struct promise *ret, struct why *w)
{
    struct week_sum_in of = {.inbox_id = inbox_id,
                             .since = week_of(tx_now(tx)) - PROMISE_WEEKS * WEEK_MS};
    struct week_sum_row *row;
    enum err e;

    if ((e = q_week_sum(tx, of, a, &row, w)))
        return e;
    *ret = (struct promise){share, row ? row->n : 0, row ? row->n_right : 0};
    return OK;
}
