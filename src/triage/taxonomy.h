/* taxonomy.h: which categories does this business sort its messages into?
 *
 * One file of JSON lines, whole: queues, categories with what belongs in and what does not, rules
 * for ties, keywords, and examples. The desk of a music-streaming service is built in
 * (taxonomy.jsonl); another business brings its own. Lines, each an object with one of:
 *   {"queue": KEY, "name": TEXT}
 *   {"category": KEY, "queue": KEY, "name": TEXT, "description": TEXT, "include": [TEXT],
 *    "exclude": [TEXT], "ties": [TEXT]}
 *   {"keyword": TEXT, "category": KEY}            a word or phrase that speaks for a category
 *   {"example": TEXT, "category": KEY, "language": CODE}
 *   {"oos": TEXT, "language": CODE}               about nothing of ours
 * Pure. Used by: cli, desk, the build (trains the built-in model). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define TAXONOMY_QUEUES     64
#define TAXONOMY_CATEGORIES 400
#define TAXONOMY_KEYWORDS   20000
#define TAXONOMY_EXAMPLES   200000
#define TAXONOMY_BYTES      (64 * 1024 * 1024) /* the whole file */

struct taxonomy_queue {
    const char *key, *name;
};
struct taxonomy_category {
    const char *key, *queue, *name, *description;
    const char **include, **exclude, **ties; /* NULL-ended */
};
struct taxonomy_keyword {
    const char *text, *category;
};
struct taxonomy_example {
    const char *text, *category, *language; /* category NULL: out of scope */
};
struct taxonomy {
    struct taxonomy_queue *queues;
    struct taxonomy_category *categories;
    struct taxonomy_keyword *keywords;
    struct taxonomy_example *examples;
    size_t n_queues, n_categories, n_keywords, n_examples;
};

/* Read it whole; empty lines are stepped over, and a line may name a key that stands below it.
 * E_INVALID names the line and the reason: an unknown member, a category without queue, a key
 * twice, an example of no category, keys other than a-z 0-9 _ (1 to 60), the key `oos` (it means
 * out of scope), more lines of a kind than the limits above. E_TOO_LARGE: over TAXONOMY_BYTES. */
CHECKED enum err taxonomy_parse(const char *text, size_t n, struct arena *a, struct taxonomy *ret,
                                struct why *w);
/* The built-in one. */
CHECKED enum err taxonomy_builtin(struct arena *a, struct taxonomy *ret, struct why *w);
/* NULL: there is no such category. */
const struct taxonomy_category *taxonomy_category(const struct taxonomy *t, const char *key);
