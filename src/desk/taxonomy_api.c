#include "desk/taxonomy_api.h"

#include <inttypes.h>
#include <string.h>

#include "desk/desk.h"
#include "desk/judge.h"
#include "desk/reader.h"
#include "desk/retrain.h"
#include "people/audit.h"
#include "people/people.sql.h"
#include "store/blob.h"
#include "store/store.h"
#include "triage/language.h"
#include "triage/models.sql.h"
#include "triage/taxonomy_edit.h"
#include "triage/triage.sql.h"

#define EXAMPLES_PAGE 100

struct category_view {
    const char *key, *queue, *name, *description;
    struct shape_texts include, exclude, ties, keywords;
    int64_t examples;
};
#define AT(type, name, kind, flags, ...)                                                           \
    {                                                                                              \
#name, kind, flags, offsetof(struct type, name), __VA_ARGS__                               \
    }
#define CATEGORY_AT(name, kind, ...) AT(category_view, name, kind, 0, __VA_ARGS__)
SHAPE(CATEGORY, "Category", struct category_view, "What a message may be about",
      {CATEGORY_AT(key, SHAPE_TEXT), CATEGORY_AT(queue, SHAPE_TEXT), CATEGORY_AT(name, SHAPE_TEXT),
       CATEGORY_AT(description, SHAPE_TEXT), CATEGORY_AT(include, SHAPE_TEXTS),
       CATEGORY_AT(exclude, SHAPE_TEXTS), CATEGORY_AT(ties, SHAPE_TEXTS),
       CATEGORY_AT(keywords, SHAPE_TEXTS), CATEGORY_AT(examples, SHAPE_I64)});

#define CATEGORY_IN_AT(name, kind, flags, ...) AT(category_view, name, kind, flags, __VA_ARGS__)
SHAPE(CATEGORY_IN, "CategoryIn", struct category_view, "A category as it shall be",
      {CATEGORY_IN_AT(queue, SHAPE_TEXT, SHAPE_REQUIRED, .min = 1, .max = 60),
       CATEGORY_IN_AT(name, SHAPE_TEXT, SHAPE_REQUIRED, .min = 1, .max = 120),
       CATEGORY_IN_AT(description, SHAPE_TEXT, SHAPE_REQUIRED, .min = 1, .max = 2000),
       CATEGORY_IN_AT(include, SHAPE_TEXTS, 0, .max = 50),
       CATEGORY_IN_AT(exclude, SHAPE_TEXTS, 0, .max = 50),
       CATEGORY_IN_AT(ties, SHAPE_TEXTS, 0, .max = 50),
       CATEGORY_IN_AT(keywords, SHAPE_TEXTS, 0, .max = 200)});

struct queue_view {
    const char *key, *name;
    int64_t team_id;
};
SHAPE(QUEUE, "Queue", struct queue_view, "Categories that one team takes care of",
      {AT(queue_view, key, SHAPE_TEXT, 0), AT(queue_view, name, SHAPE_TEXT, 0),
       AT(queue_view, team_id, SHAPE_I64, SHAPE_NULLABLE, .doc = "who gets what is routed here")});
SHAPE(QUEUE_IN, "QueueIn", struct queue_view, "A queue as it shall be",
      {AT(queue_view, name, SHAPE_TEXT, SHAPE_REQUIRED, .min = 1, .max = 120),
       AT(queue_view, team_id, SHAPE_I64, SHAPE_NULLABLE)});

struct example_view {
    const char *text, *category, *language;
};
SHAPE(EXAMPLE, "Example", struct example_view, "A message and what it is about",
      {AT(example_view, text, SHAPE_TEXT, 0),
       AT(example_view, category, SHAPE_TEXT, SHAPE_NULLABLE),
       AT(example_view, language, SHAPE_TEXT, SHAPE_NULLABLE)});
SHAPE(EXAMPLE_IN, "ExampleIn", struct example_view, "An example to learn from",
      {AT(example_view, text, SHAPE_TEXT, SHAPE_REQUIRED, .min = 1, .max = 16384),
       AT(example_view, category, SHAPE_TEXT, SHAPE_NULLABLE, .min = 1, .max = 60,
          .doc = "null: about nothing of ours"),
       AT(example_view, language, SHAPE_TEXT, SHAPE_NULLABLE, .min = 2, .max = 7,
          .doc = "null: as it is read")});
SHAPE(EXAMPLE_DROP, "ExampleDrop", struct example_view, "An example that shall go",
      {AT(example_view, text, SHAPE_TEXT, SHAPE_REQUIRED, .min = 1, .max = 16384)});

/* ------- reading */

static const struct taxonomy *taxonomy_now(struct req *q)
{
    return reader_taxonomy(((struct app *)q->app)->reader, q->arena);
}

static struct shape_texts texts(const char **v)
{
    struct shape_texts t = {v, 0};

    while (v && v[t.n])
        t.n++;
    return t;
}

static struct category_view view_of(struct arena *a, const struct taxonomy *t,
                                    const struct taxonomy_category *c)
{
    struct category_view v = {.key = c->key,
                              .queue = c->queue,
                              .name = c->name,
                              .description = c->description,
                              .include = texts(c->include),
                              .exclude = texts(c->exclude),
                              .ties = texts(c->ties)};

    v.keywords.v = arena_array(a, t->n_keywords + 1, sizeof *v.keywords.v);
    for (size_t i = 0; i < t->n_keywords; i++)
        if (strcmp(t->keywords[i].category, c->key) == 0)
            v.keywords.v[v.keywords.n++] = t->keywords[i].text;
    for (size_t i = 0; i < t->n_examples; i++)
        v.examples += t->examples[i].category && strcmp(t->examples[i].category, c->key) == 0;
    return v;
}

enum err category_list_get(struct req *q, struct res *s, struct why *w)
{
    const struct taxonomy *t = taxonomy_now(q);
    struct category_view *v = arena_array(q->arena, t->n_categories + 1, sizeof *v);

    (void)w;
    for (size_t i = 0; i < t->n_categories; i++)
        v[i] = view_of(q->arena, t, &t->categories[i]);
    return reply_list(s, &CATEGORY, v, t->n_categories, false, NULL);
}

enum err queue_list_get(struct req *q, struct res *s, struct why *w)
{
    const struct taxonomy *t = taxonomy_now(q);
    struct queue_view *v = arena_array(q->arena, t->n_queues + 1, sizeof *v);
    struct queue_team_list_rows rows;
    enum err e;

    if ((e = q_queue_team_list(q->tx, q->arena, &rows, w)))
        return e;
    for (size_t i = 0; i < t->n_queues; i++) {
        v[i] = (struct queue_view){.key = t->queues[i].key, .name = t->queues[i].name};
        for (size_t k = 0; k < rows.n; k++)
            if (strcmp(rows.v[k].queue, v[i].key) == 0)
                v[i].team_id = rows.v[k].team_id;
    }
    return reply_list(s, &QUEUE, v, t->n_queues, false, NULL);
}

/* The cursor is the place in the file: a list of one revision, of some thousand lines. */
enum err example_list_get(struct req *q, struct res *s, struct why *w)
{
    const struct taxonomy *t = taxonomy_now(q);
    struct example_view *v = arena_array(q->arena, EXAMPLES_PAGE, sizeof *v);
    const char *category = req_query(q, "category"), *cursor = NULL;
    int64_t limit, i;
    size_t n = 0;
    enum err e;

    if ((e = req_query_i64(q, "limit", 1, EXAMPLES_PAGE, 25, &limit, w)) ||
        (e = req_query_i64(q, "after", 0, TAXONOMY_EXAMPLES, 0, &i, w)))
        return e;
    for (; i < (int64_t)t->n_examples; i++) {
        const struct taxonomy_example *x = &t->examples[i];

        if (category && strcmp(x->category ? x->category : "oos", category) != 0)
            continue;
        if (n == (size_t)limit) {
            cursor = arena_printf(q->arena, "%lld", (long long)i);
            break;
        }
        v[n++] = (struct example_view){x->text, x->category, x->language};
    }
    return reply_list(s, &EXAMPLE, v, n, cursor != NULL, cursor);
}

/* NULL: it would be too large. */
static const char *file_text(struct arena *a, const struct taxonomy *t, size_t *ret_n)
{
    struct buf b;
    const char *text;

    buf_init(&b, TAXONOMY_BYTES);
    taxonomy_write(&b, t);
    text = b.is_over ? NULL : arena_dup(a, b.p, b.n);
    *ret_n = b.n;
    buf_done(&b);
    return text;
}

enum err taxonomy_get(struct req *q, struct res *s, struct why *w)
{
    size_t n;
    const char *text = file_text(q->arena, taxonomy_now(q), &n);

    if (!text)
        return fail(w, E_TOO_LARGE, "a taxonomy has at most %d bytes", TAXONOMY_BYTES);
    s->content_type = "application/x-ndjson";
    buf_add(&s->body, text, n);
    return OK;
}

/* ------- writing */

struct revision {
    struct req *q;
    struct arena *a;
    const char *action;
    int64_t base; /* the revision that was changed; below 0: whichever is newest */
    char hash[BLOB_HASH_BYTES];
    const struct queue_view *queue; /* its team is set in the same transaction; NULL */
};

static CHECKED enum err set_team(struct tx *tx, struct arena *a, const struct queue_view *v,
                                 struct why *w)
{
    struct team_get_row *team;
    enum err e;

    if (v->team_id && ((e = q_team_get(tx, (struct team_get_in){.id = v->team_id}, a, &team, w))))
        return e;
    if (v->team_id && !team)
        return fail_field(w, E_INVALID, "team_id", "there is no team %" PRId64, v->team_id);
    if (v->team_id)
        return q_queue_team_set(
            tx, (struct queue_team_set_in){.queue = v->key, .team_id = v->team_id}, NULL, w);
    return q_queue_team_clear(tx, (struct queue_team_clear_in){.queue = v->key}, NULL, w);
}

static enum err keep_revision(struct tx *tx, void *arg, struct why *w)
{
    struct revision *r = arg;
    struct event ev = {
        .kind = EVENT_TRIAGE_CHANGED, .at = tx_now(tx), .data = "{\"what\":\"taxonomy\"}"};
    struct taxonomy_insert_in row = {.hash = r->hash, .agent_id = r->q->who->id, .now = tx_now(tx)};
    struct taxonomy_newest_row *newest;
    int64_t changed = 0;
    enum err e;

    if ((e = q_taxonomy_newest(tx, r->a, &newest, w)))
        return e;
    row.rev = 1 + (r->base >= 0 ? r->base : newest ? newest->rev : 0);
    if ((e = q_taxonomy_insert(tx, row, &changed, w)))
        return e;
    if (changed == 0)
        return fail(w, E_CONFLICT, "somebody else changed the taxonomy first");
    if ((r->queue && (e = set_team(tx, r->a, r->queue, w))) ||
        (e = audit_write(tx, r->q->who, r->action, "taxonomy", row.rev, NULL, w)) ||
        (e = retrain_ask(tx, w)))
        return e;
    return tx_event(tx, &ev, w);
}

/* Keep this text as the taxonomy, if it is one. */
static CHECKED enum err put_file(struct revision *r, const char *text, size_t n, struct why *w)
{
    struct app *app = r->q->app;
    struct taxonomy t;
    enum err e;

    if ((e = taxonomy_parse(text, n, r->a, &t, w)) ||
        (e = blob_put(app->store, text, n, r->hash, w)) ||
        (e = store_write(app->store, keep_revision, r, w)))
        return e;
    return reader_load(app->reader, w);
}

struct newest {
    struct arena *a;
    int64_t rev; /* 0: the built-in one */
    const char *hash;
};

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct newest *n = arg;
    struct taxonomy_newest_row *row;
    enum err e;

    if ((e = q_taxonomy_newest(tx, n->a, &row, w)))
        return e;
    n->rev = row ? row->rev : 0;
    n->hash = row ? row->hash : NULL;
    return OK;
}

/* The newest revision there is, which the reader may not have loaded yet. */
static CHECKED enum err newest(struct revision *r, struct taxonomy *ret, struct why *w)
{
    struct app *app = r->q->app;
    struct newest n = {.a = r->a};
    struct str text;
    enum err e;

    if ((e = store_read(app->store, look, &n, w)))
        return e;
    r->base = n.rev;
    if (!n.hash)
        return taxonomy_builtin(r->a, ret, w);
    if ((e = blob_read(app->store, n.hash, TAXONOMY_BYTES, r->a, &text, w)))
        return e;
    return taxonomy_parse(text.p, text.n, r->a, ret, w);
}

static CHECKED enum err put_taxonomy(struct revision *r, const struct taxonomy *t, struct why *w)
{
    size_t n;
    const char *text = file_text(r->a, t, &n);

    if (!text)
        return fail(w, E_TOO_LARGE, "a taxonomy has at most %d bytes", TAXONOMY_BYTES);
    return put_file(r, text, n, w);
}

enum err taxonomy_put(struct req *q, struct res *s, struct why *w)
{
    struct revision r = {.q = q, .a = q->arena, .action = "taxonomy.replaced", .base = -1};
    enum err e;

    if ((e = put_file(&r, q->body.p, q->body.n, w)))
        return e;
    return reply_empty(s);
}

static const char **ended(struct arena *a, const struct shape_texts *t)
{
    const char **v = arena_array(a, t->n + 1, sizeof *v);

    for (size_t i = 0; i < t->n; i++)
        v[i] = t->v[i];
    return v;
}

enum err category_put(struct req *q, struct res *s, struct why *w)
{
    struct revision r = {.q = q, .a = q->arena, .action = "taxonomy.category_put"};
    const struct category_view *in = q->in;
    struct taxonomy_category c = {.key = q->texts[0],
                                  .queue = in->queue,
                                  .name = in->name,
                                  .description = in->description ? in->description : "",
                                  .include = ended(q->arena, &in->include),
                                  .exclude = ended(q->arena, &in->exclude),
                                  .ties = ended(q->arena, &in->ties)};
    struct category_view out;
    struct taxonomy t;
    enum err e;

    if ((e = newest(&r, &t, w)))
        return e;
    taxonomy_put_category(&t, q->arena, &c);
    taxonomy_set_keywords(&t, q->arena, c.key, in->keywords.v, in->keywords.n);
    if ((e = put_taxonomy(&r, &t, w)))
        return e;
    out = view_of(q->arena, &t, taxonomy_category(&t, c.key));
    return reply(s, 200, &CATEGORY, &out);
}

enum err category_delete(struct req *q, struct res *s, struct why *w)
{
    struct revision r = {.q = q, .a = q->arena, .action = "taxonomy.category_dropped"};
    struct taxonomy t;
    enum err e;

    if ((e = newest(&r, &t, w)))
        return e;
    if (!taxonomy_drop_category(&t, q->arena, q->texts[0]))
        return fail(w, E_NOT_FOUND, "there is no category \"%s\"", q->texts[0]);
    if ((e = put_taxonomy(&r, &t, w)))
        return e;
    return reply_empty(s);
}

enum err queue_put(struct req *q, struct res *s, struct why *w)
{
    struct queue_view v = *(const struct queue_view *)q->in;
    struct revision r = {.q = q, .a = q->arena, .action = "taxonomy.queue_put", .queue = &v};
    struct taxonomy t;
    enum err e;

    v.key = q->texts[0];
    if ((e = newest(&r, &t, w)))
        return e;
    taxonomy_put_queue(&t, q->arena, &(struct taxonomy_queue){v.key, v.name});
    if ((e = put_taxonomy(&r, &t, w)))
        return e;
    return reply(s, 200, &QUEUE, &v);
}

enum err example_post(struct req *q, struct res *s, struct why *w)
{
    struct revision r = {.q = q, .a = q->arena, .action = "taxonomy.example_put"};
    struct example_view x = *(const struct example_view *)q->in;
    struct language read = language_read(x.text, strlen(x.text), NULL);
    struct taxonomy t;
    enum err e;

    if (!x.language) /* a file of examples says it of each */
        x.language = *read.code ? arena_str(q->arena, read.code) : "en";
    if ((e = newest(&r, &t, w)))
        return e;
    taxonomy_put_example(&t, q->arena, &(struct taxonomy_example){x.text, x.category, x.language});
    if ((e = put_taxonomy(&r, &t, w)))
        return e;
    return reply(s, 201, &EXAMPLE, &x);
}

enum err example_drop_post(struct req *q, struct res *s, struct why *w)
{
    struct revision r = {.q = q, .a = q->arena, .action = "taxonomy.example_dropped"};
    const struct example_view *in = q->in;
    struct taxonomy t;
    enum err e;

    if ((e = newest(&r, &t, w)))
        return e;
    if (!taxonomy_drop_example(&t, q->arena, in->text))
        return fail(w, E_NOT_FOUND, "there is no such example");
    if ((e = put_taxonomy(&r, &t, w)))
        return e;
    return reply_empty(s);
}
