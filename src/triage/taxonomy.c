#include "triage/taxonomy.h"

#include <stdint.h>
#include <string.h>

#include "base/json_shape.h"
#include "base/str.h"

#define MAX_KEY_CHARS      60
#define MAX_NAME_CHARS     120
#define MAX_WORDS_CHARS    2000 /* a description, one line of include, exclude or ties */
#define MAX_WORDS          50   /* such lines of one category */
#define MAX_KEYWORD_CHARS  120
#define MAX_EXAMPLE_CHARS  16384 /* triage.h reads no more of a message than that */
#define MAX_LANGUAGE_CHARS 7     /* struct language's room: "hi-Latn" */

struct line {
    const char *queue, *category, *keyword, *example, *oos; /* what the line is, or belongs to */
    const char *name, *description, *language;
    struct shape_texts include, exclude, ties;
};

#define TEXT(name, max)                                                                            \
    {                                                                                              \
#name, SHAPE_TEXT, 0, offsetof(struct line, name), 1, max                                  \
    }
#define TEXTS(name)                                                                                \
    {                                                                                              \
#name, SHAPE_TEXTS, 0, offsetof(struct line, name), 0, MAX_WORDS                           \
    }

static SHAPE(LINE, "TaxonomyLine", struct line, NULL,
             {TEXT(queue, MAX_KEY_CHARS), TEXT(category, MAX_KEY_CHARS),
              TEXT(keyword, MAX_KEYWORD_CHARS), TEXT(example, MAX_EXAMPLE_CHARS),
              TEXT(oos, MAX_EXAMPLE_CHARS), TEXT(name, MAX_NAME_CHARS),
              TEXT(description, MAX_WORDS_CHARS), TEXT(language, MAX_LANGUAGE_CHARS),
              TEXTS(include), TEXTS(exclude), TEXTS(ties)});

/* Members of a line, as bits. */
enum { QUEUE = 1, CATEGORY = 2, KEYWORD = 4, EXAMPLE = 8, OOS = 16, NAME = 32, LANGUAGE = 64 };
enum { WORDS = 128 }; /* description, include, exclude, ties */

/* Under construction. What a line names may stand below it, so the numbers of the lines are kept
 * for the errors of the second look. */
struct reading {
    struct taxonomy t;
    uint32_t *category_at, *keyword_at, *example_at; /* line numbers, from 1 */
};

static unsigned members(const struct line *l)
{
    bool has_words = l->description || l->include.v || l->exclude.v || l->ties.v;

    return (l->queue ? QUEUE : 0U) | (l->category ? CATEGORY : 0U) | (l->keyword ? KEYWORD : 0U) |
           (l->example ? EXAMPLE : 0U) | (l->oos ? OOS : 0U) | (l->name ? NAME : 0U) |
           (l->language ? LANGUAGE : 0U) | (has_words ? WORDS : 0U);
}

static enum err check_key(const char *key, struct why *w)
{
    if (key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        return fail(w, E_INVALID, "key '%s': only a-z, 0-9 and _ may stand in it", key);
    if (strcmp(key, "oos") == 0)
        return fail(w, E_INVALID, "key 'oos' is kept for what is out of scope");
    return OK;
}

static enum err check_text(const char *text, struct why *w)
{
    return str_trim(str_of(text)).n ? OK : fail(w, E_INVALID, "the text is empty");
}

static enum err check_language(const char *code, struct why *w)
{
    size_t n = strspn(code, "abcdefghijklmnopqrstuvwxyz");

    if (n < 2 || n > 3 || (code[n] != '\0' && code[n] != '-'))
        return fail(w, E_INVALID, "'%s' is no code of a language", code);
    return OK;
}

static const struct taxonomy_queue *queue_of(const struct taxonomy *t, const char *key)
{
    for (size_t i = 0; i < t->n_queues; i++)
        if (strcmp(t->queues[i].key, key) == 0)
            return &t->queues[i];
    return NULL;
}

const struct taxonomy_category *taxonomy_category(const struct taxonomy *t, const char *key)
{
    for (size_t i = 0; i < t->n_categories; i++)
        if (strcmp(t->categories[i].key, key) == 0)
            return &t->categories[i];
    return NULL;
}

static enum err check_texts(const struct shape_texts *s, const char *name, struct why *w)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_trim(str_of(s->v[i])).n == 0 ||
            utf8_count(s->v[i], strlen(s->v[i])) > MAX_WORDS_CHARS)
            return fail(w, E_INVALID, "'%s', number %zu: has to have 1 to %d characters", name,
                        i + 1, MAX_WORDS_CHARS);
    return OK;
}

static const char **ended(const struct shape_texts *s, struct arena *a)
{
    const char **v = arena_array(a, s->n + 1, sizeof(*v));

    for (size_t i = 0; i < s->n; i++)
        v[i] = s->v[i];
    return v;
}

static enum err add_queue(struct reading *r, const struct line *l, struct why *w)
{
    struct taxonomy *t = &r->t;
    enum err e;

    if ((e = check_key(l->queue, w)) || (e = check_text(l->name, w)))
        return e;
    if (queue_of(t, l->queue))
        return fail(w, E_INVALID, "queue '%s' stands there twice", l->queue);
    if (t->n_queues == TAXONOMY_QUEUES)
        return fail(w, E_INVALID, "there are over %d queues", TAXONOMY_QUEUES);
    t->queues[t->n_queues++] = (struct taxonomy_queue){l->queue, l->name};
    return OK;
}

static enum err add_category(struct reading *r, const struct line *l, struct arena *a,
                             struct why *w)
{
    struct taxonomy *t = &r->t;
    enum err e;

    if ((e = check_key(l->category, w)) || (e = check_text(l->name, w)) ||
        (e = check_texts(&l->include, "include", w)) ||
        (e = check_texts(&l->exclude, "exclude", w)) || (e = check_texts(&l->ties, "ties", w)))
        return e;
    if (taxonomy_category(t, l->category))
        return fail(w, E_INVALID, "category '%s' stands there twice", l->category);
    if (t->n_categories == TAXONOMY_CATEGORIES)
        return fail(w, E_INVALID, "there are over %d categories", TAXONOMY_CATEGORIES);
    t->categories[t->n_categories++] = (struct taxonomy_category){
        .key = l->category,
        .queue = l->queue,
        .name = l->name,
        .description = l->description ? l->description : "",
        .include = ended(&l->include, a),
        .exclude = ended(&l->exclude, a),
        .ties = ended(&l->ties, a),
    };
    return OK;
}

static enum err add_keyword(struct reading *r, const struct line *l, struct why *w)
{
    struct taxonomy *t = &r->t;
    enum err e = check_text(l->keyword, w);

    if (e)
        return e;
    if (t->n_keywords == TAXONOMY_KEYWORDS)
        return fail(w, E_INVALID, "there are over %d keywords", TAXONOMY_KEYWORDS);
    t->keywords[t->n_keywords++] = (struct taxonomy_keyword){l->keyword, l->category};
    return OK;
}

static enum err add_example(struct reading *r, const struct line *l, struct why *w)
{
    struct taxonomy *t = &r->t;
    const char *text = l->example ? l->example : l->oos;
    enum err e;

    if ((e = check_text(text, w)) || (e = check_language(l->language, w)))
        return e;
    if (t->n_examples == TAXONOMY_EXAMPLES)
        return fail(w, E_INVALID, "there are over %d examples", TAXONOMY_EXAMPLES);
    t->examples[t->n_examples++] = (struct taxonomy_example){text, l->category, l->language};
    return OK;
}

static enum err add_line(struct reading *r, const struct line *l, uint32_t number, struct arena *a,
                         struct why *w)
{
    unsigned has = members(l);
    enum err e;

    if (has == (QUEUE | NAME))
        return add_queue(r, l, w);
    if ((has & ~(unsigned)WORDS) == (CATEGORY | QUEUE | NAME)) {
        if ((e = add_category(r, l, a, w)) == OK)
            r->category_at[r->t.n_categories - 1] = number;
        return e;
    }
    if (has == (KEYWORD | CATEGORY)) {
        if ((e = add_keyword(r, l, w)) == OK)
            r->keyword_at[r->t.n_keywords - 1] = number;
        return e;
    }
    if (has == (EXAMPLE | CATEGORY | LANGUAGE) || has == (OOS | LANGUAGE)) {
        if ((e = add_example(r, l, w)) == OK)
            r->example_at[r->t.n_examples - 1] = number;
        return e;
    }
    return fail(w, E_INVALID,
                "is no queue (queue, name), category (category, queue, name), keyword (keyword, "
                "category), example (example, category, language) or oos (oos, language)");
}

/* Does every name that is used stand there? */
static enum err check_names(const struct reading *r, struct why *w)
{
    const struct taxonomy *t = &r->t;
    const char *known = NULL; /* the last key found: examples come in rows of one category */

    if (t->n_categories == 0)
        return fail(w, E_INVALID, "the taxonomy has no category");
    for (size_t i = 0; i < t->n_categories; i++)
        if (!queue_of(t, t->categories[i].queue))
            return fail(w, E_INVALID, "line %u: there is no queue '%s'", r->category_at[i],
                        t->categories[i].queue);
    for (size_t i = 0; i < t->n_keywords; i++)
        if (!taxonomy_category(t, t->keywords[i].category))
            return fail(w, E_INVALID, "line %u: there is no category '%s'", r->keyword_at[i],
                        t->keywords[i].category);
    for (size_t i = 0; i < t->n_examples; i++) {
        const char *key = t->examples[i].category;

        if (!key || (known && strcmp(key, known) == 0))
            continue;
        if (!taxonomy_category(t, key))
            return fail(w, E_INVALID, "line %u: there is no category '%s'", r->example_at[i], key);
        known = key;
    }
    return OK;
}

/* Room for what can come: no more than there are lines, nor than the limit. */
static size_t room(size_t n_lines, size_t limit)
{
    return n_lines < limit ? n_lines : limit;
}

static void reading_init(struct reading *r, struct str text, struct arena *a)
{
    size_t n = 1;

    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    *r = (struct reading){
        .t = {.queues = arena_array(a, room(n, TAXONOMY_QUEUES), sizeof(*r->t.queues)),
              .categories = arena_array(a, room(n, TAXONOMY_CATEGORIES), sizeof(*r->t.categories)),
              .keywords = arena_array(a, room(n, TAXONOMY_KEYWORDS), sizeof(*r->t.keywords)),
              .examples = arena_array(a, room(n, TAXONOMY_EXAMPLES), sizeof(*r->t.examples))},
        .category_at = arena_array(a, room(n, TAXONOMY_CATEGORIES), sizeof(uint32_t)),
        .keyword_at = arena_array(a, room(n, TAXONOMY_KEYWORDS), sizeof(uint32_t)),
        .example_at = arena_array(a, room(n, TAXONOMY_EXAMPLES), sizeof(uint32_t)),
    };
}

enum err taxonomy_parse(const char *text, size_t n, struct arena *a, struct taxonomy *ret,
                        struct why *w)
{
    struct str rest = {text, n};
    struct reading r;
    struct why why = {0};
    enum err e;

    if (n > TAXONOMY_BYTES)
        return fail(w, E_TOO_LARGE, "the taxonomy has %zu bytes; the limit is %d", n,
                    TAXONOMY_BYTES);
    reading_init(&r, rest, a);
    for (uint32_t number = 1; rest.n; number++) {
        struct str s = str_trim(str_cut(&rest, '\n'));
        struct line l = {0};

        if (s.n == 0)
            continue;
        if (shape_parse(&LINE, s.p, s.n, a, &l, &why) || add_line(&r, &l, number, a, &why))
            return fail(w, E_INVALID, "line %u: %s%s%s", number, why.field, *why.field ? " " : "",
                        why.text);
    }
    if ((e = check_names(&r, w)))
        return e;
    *ret = r.t;
    return OK;
}

struct str taxonomy_text(void); /* taxonomy.jsonl, by tools/incbin.py */

enum err taxonomy_builtin(struct arena *a, struct taxonomy *ret, struct why *w)
{
    struct str s = taxonomy_text();

    return taxonomy_parse(s.p, s.n, a, ret, w);
}
