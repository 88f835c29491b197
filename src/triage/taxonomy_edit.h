/* taxonomy_edit.h: a changed taxonomy, and its file.
 *
 * Edits give a new struct in an arena and check nothing: what taxonomy_write says is parsed
 * again before it is kept, so the parser's rules hold for edits too. Pure. Used by: desk. */
#pragma once

#include "base/buf.h"
#include "triage/taxonomy.h"

/* The whole file, one JSON object a line, in the order of the struct. */
void taxonomy_write(struct buf *b, const struct taxonomy *t);

/* Put in, or in the place of the one with its key. */
void taxonomy_put_queue(struct taxonomy *t, struct arena *a, const struct taxonomy_queue *q);
void taxonomy_put_category(struct taxonomy *t, struct arena *a, const struct taxonomy_category *c);
/* With its examples and keywords. False: there is no such category. */
bool taxonomy_drop_category(struct taxonomy *t, struct arena *a, const char *key);
/* All keywords of a category at once. */
void taxonomy_set_keywords(struct taxonomy *t, struct arena *a, const char *category,
                           const char *const *words, size_t n);
/* The same words of another category go from there. */
void taxonomy_put_example(struct taxonomy *t, struct arena *a, const struct taxonomy_example *x);
/* False: there is no such example. */
bool taxonomy_drop_example(struct taxonomy *t, struct arena *a, const char *text);
