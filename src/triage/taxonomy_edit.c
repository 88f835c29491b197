#include "triage/taxonomy_edit.h"

#include <string.h>

/* ------- writing */

static void member(struct buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    buf_str(b, b->p[b->n - 1] == '{' ? "\"" : ", \"");
    buf_str(b, name);
    buf_str(b, "\": ");
    buf_json(b, value, strlen(value));
}

static void members(struct buf *b, const char *name, const char *const *v)
{
    if (!v || !*v)
        return;
    buf_printf(b, ", \"%s\": [", name);
    for (size_t i = 0; v[i]; i++) {
        buf_str(b, i ? ", " : "");
        buf_json(b, v[i], strlen(v[i]));
    }
    buf_char(b, ']');
}

static void write_category(struct buf *b, const struct taxonomy_category *c)
{
    buf_char(b, '{');
    member(b, "category", c->key);
    member(b, "queue", c->queue);
    member(b, "name", c->name);
    member(b, "description", c->description && *c->description ? c->description : NULL);
    members(b, "include", c->include);
    members(b, "exclude", c->exclude);
    members(b, "ties", c->ties);
    buf_str(b, "}\n");
}

void taxonomy_write(struct buf *b, const struct taxonomy *t)
{
    for (size_t i = 0; i < t->n_queues; i++) {
        buf_char(b, '{');
        member(b, "queue", t->queues[i].key);
        member(b, "name", t->queues[i].name);
        buf_str(b, "}\n");
    }
    for (size_t i = 0; i < t->n_categories; i++)
        write_category(b, &t->categories[i]);
    for (size_t i = 0; i < t->n_keywords; i++) {
        buf_char(b, '{');
        member(b, "keyword", t->keywords[i].text);
        member(b, "category", t->keywords[i].category);
        buf_str(b, "}\n");
    }
    for (size_t i = 0; i < t->n_examples; i++) {
        const struct taxonomy_example *x = &t->examples[i];

        buf_char(b, '{');
        member(b, x->category ? "example" : "oos", x->text);
        member(b, "category", x->category);
        member(b, "language", x->language);
        buf_str(b, "}\n");
    }
}

/* ------- editing: each list is copied once, with room for one more */

static void *with_room(struct arena *a, const void *v, size_t n, size_t size)
{
    char *out = arena_array(a, n + 1, size);

    if (n)
        memcpy(out, v, n * size);
    return out;
}

void taxonomy_put_queue(struct taxonomy *t, struct arena *a, const struct taxonomy_queue *q)
{
    size_t i = 0;

    t->queues = with_room(a, t->queues, t->n_queues, sizeof *t->queues);
    while (i < t->n_queues && strcmp(t->queues[i].key, q->key) != 0)
        i++;
    t->n_queues += i == t->n_queues;
    t->queues[i] = *q;
}

void taxonomy_put_category(struct taxonomy *t, struct arena *a, const struct taxonomy_category *c)
{
    size_t i = 0;

    t->categories = with_room(a, t->categories, t->n_categories, sizeof *t->categories);
    while (i < t->n_categories && strcmp(t->categories[i].key, c->key) != 0)
        i++;
    t->n_categories += i == t->n_categories;
    t->categories[i] = *c;
}

static void drop_keywords(struct taxonomy *t, const char *category)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_keywords; i++)
        if (strcmp(t->keywords[i].category, category) != 0)
            t->keywords[n++] = t->keywords[i];
    t->n_keywords = n;
}

bool taxonomy_drop_category(struct taxonomy *t, struct arena *a, const char *key)
{
    size_t kept = 0, n = 0;

    t->categories = with_room(a, t->categories, t->n_categories, sizeof *t->categories);
    t->keywords = with_room(a, t->keywords, t->n_keywords, sizeof *t->keywords);
    t->examples = with_room(a, t->examples, t->n_examples, sizeof *t->examples);
    for (size_t i = 0; i < t->n_categories; i++)
        if (strcmp(t->categories[i].key, key) != 0)
            t->categories[kept++] = t->categories[i];
    if (kept == t->n_categories)
        return false;
    t->n_categories = kept;
    drop_keywords(t, key);
    for (size_t i = 0; i < t->n_examples; i++)
        if (!t->examples[i].category || strcmp(t->examples[i].category, key) != 0)
            t->examples[n++] = t->examples[i];
    t->n_examples = n;
    return true;
}

void taxonomy_set_keywords(struct taxonomy *t, struct arena *a, const char *category,
                           const char *const *words, size_t n)
{
    struct taxonomy_keyword *v = arena_array(a, t->n_keywords + n + 1, sizeof *v);

    if (t->n_keywords)
        memcpy(v, t->keywords, t->n_keywords * sizeof *v);
    t->keywords = v;
    drop_keywords(t, category);
    for (size_t i = 0; i < n; i++)
        t->keywords[t->n_keywords++] = (struct taxonomy_keyword){words[i], category};
}

bool taxonomy_drop_example(struct taxonomy *t, struct arena *a, const char *text)
{
    size_t n = 0, before = t->n_examples;

    t->examples = with_room(a, t->examples, t->n_examples, sizeof *t->examples);
    for (size_t i = 0; i < t->n_examples; i++)
        if (strcmp(t->examples[i].text, text) != 0)
            t->examples[n++] = t->examples[i];
    t->n_examples = n;
    return n < before;
}

void taxonomy_put_example(struct taxonomy *t, struct arena *a, const struct taxonomy_example *x)
{
    taxonomy_drop_example(t, a, x->text);
    t->examples[t->n_examples++] = *x;
}
