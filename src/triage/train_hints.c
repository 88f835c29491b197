#include "triage/train_hints.h"

#include <stdio.h>
#include <string.h>

/* Half an example: a phrase is no message. By cross-validation 1 for keywords is no better, 0.25 a
 * point worse. */
#define WEIGHT 0.5F

static size_t count(const struct taxonomy *t)
{
    size_t n = t->n_categories + t->n_keywords;

    for (size_t i = 0; i < t->n_categories; i++)
        for (const char *const *p = (const char *const *)t->categories[i].include; p && *p; p++)
            n++;
    return n;
}

static const char *what_it_is(const struct taxonomy_category *c, struct arena *a)
{
    size_t room = strlen(c->name) + strlen(c->description) + 3;
    char *text = arena_alloc(a, room);

    (void)snprintf(text, room, "%s. %s", c->name, c->description);
    return text;
}

struct train_row *train_hints(const struct taxonomy *t, struct arena *a, size_t *ret_n)
{
    struct train_row *rows = arena_array(a, count(t) + 1, sizeof *rows);
    size_t n = 0;

    for (size_t i = 0; i < t->n_categories; i++) {
        const struct taxonomy_category *c = &t->categories[i];

        rows[n++] = (struct train_row){what_it_is(c, a), c->key, WEIGHT};
        for (const char *const *p = (const char *const *)c->include; p && *p; p++)
            rows[n++] = (struct train_row){*p, c->key, WEIGHT};
    }
    for (size_t i = 0; i < t->n_keywords; i++)
        rows[n++] = (struct train_row){t->keywords[i].text, t->keywords[i].category, WEIGHT};
    *ret_n = n;
    return rows;
}
