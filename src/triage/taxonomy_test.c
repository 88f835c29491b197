/* Is the built-in taxonomy as rich as it promises, and is a broken one refused by line and
 * reason? */
#include "triage/taxonomy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/scope.h"

SCOPED_FREE(struct arena, arena_free)

static const char *const LANGUAGES[] = {"en", "de", "fr", "es", "pt", "it"};
#define N_LANGUAGES    (sizeof(LANGUAGES) / sizeof(*LANGUAGES))
#define LEAST_EXAMPLES 60
#define LEAST_OF_EACH  10 /* in each language of a category */
#define LEAST_OOS      120
#define LEAST_KEYWORDS 12 /* of a category, all languages together */
#define MOST_WORDS     400
#define NEAR_PER_CENT  60 /* shared of all words of two examples: nearer is a copy */

static struct taxonomy read_own(struct arena *a)
{
    struct taxonomy t = {0};
    struct why w = {0};

    if (taxonomy_builtin(a, &t, &w))
        fail_msg("%s", w.text);
    return t;
}

static size_t count(const struct taxonomy *t, const char *category, const char *language)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_examples; i++) {
        const struct taxonomy_example *x = &t->examples[i];

        if (strcmp(x->language, language) == 0)
            n += category ? x->category && strcmp(x->category, category) == 0 : !x->category;
    }
    return n;
}

static void every_category_has_examples_in_six_languages(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct taxonomy t = read_own(a);

    for (size_t c = 0; c <= t.n_categories; c++) {
        const char *key = c < t.n_categories ? t.categories[c].key : NULL;
        size_t all = 0;

        for (size_t k = 0; k < N_LANGUAGES; k++) {
            size_t n = count(&t, key, LANGUAGES[k]);

            if (n < LEAST_OF_EACH)
                fail_msg("%s has %zu examples in %s", key ? key : "oos", n, LANGUAGES[k]);
            all += n;
        }
        if (all < (key ? LEAST_EXAMPLES : LEAST_OOS))
            fail_msg("%s has %zu examples", key ? key : "oos", all);
    }
}

static void it_is_the_desk_of_a_streaming_service(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct taxonomy t = read_own(a);

    assert_int_equal(t.n_queues, 6);
    assert_in_range(t.n_categories, 20, 24);
    for (size_t i = 0; i < t.n_categories; i++) {
        const struct taxonomy_category *c = &t.categories[i];
        size_t n = 0;

        assert_ptr_equal(taxonomy_category(&t, c->key), c);
        for (size_t k = 0; k < t.n_keywords; k++)
            n += strcmp(t.keywords[k].category, c->key) == 0;
        if (!*c->description || !c->include[0] || !c->exclude[0] || !c->ties[0] ||
            n < LEAST_KEYWORDS)
            fail_msg("%s says too little of itself", c->key);
    }
    for (size_t q = 0; q < t.n_queues; q++) {
        size_t n = 0;

        for (size_t i = 0; i < t.n_categories; i++)
            n += strcmp(t.categories[i].queue, t.queues[q].key) == 0;
        assert_true(n > 0);
    }
    assert_null(taxonomy_category(&t, "oos"));
}

/* The words of a text, hashed (FNV-1a), each once and sorted. Bytes beyond ASCII are letters. */
struct words {
    uint32_t v[MOST_WORDS];
    size_t n;
};

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void words_of(const char *text, struct words *ret)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = 0;

    ret->n = 0;
    while (*p) {
        uint32_t h = 2166136261U;
        const unsigned char *first = p;

        for (; isalnum(*p) || *p >= 0x80; p++)
            h = (h ^ (uint32_t)tolower(*p)) * 16777619U;
        if (p == first)
            p++;
        else if (ret->n < MOST_WORDS)
            ret->v[ret->n++] = h;
    }
    qsort(ret->v, ret->n, sizeof(*ret->v), by_value);
    for (size_t i = 0; i < ret->n; i++)
        if (n == 0 || ret->v[i] != ret->v[n - 1])
            ret->v[n++] = ret->v[i];
    ret->n = n;
}

static bool are_near(const struct words *a, const struct words *b)
{
    size_t same = 0, i = 0, j = 0;

    while (i < a->n && j < b->n) {
        same += a->v[i] == b->v[j];
        if (a->v[i] == b->v[j]) {
            i++;
            j++;
        } else if (a->v[i] < b->v[j]) {
            i++;
        } else {
            j++;
        }
    }
    return same * 100 >= (a->n + b->n - same) * NEAR_PER_CENT;
}

static void no_example_is_said_twice(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct taxonomy t = read_own(a);
    struct words *words = arena_array(a, t.n_examples, sizeof(*words));

    for (size_t i = 0; i < t.n_examples; i++) {
        words_of(t.examples[i].text, &words[i]);
        for (size_t j = 0; j < i; j++)
            if (are_near(&words[i], &words[j]))
                fail_msg("'%s' and '%s'", t.examples[j].text, t.examples[i].text);
    }
}

static void no_keyword_stands_twice_in_a_category(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct taxonomy t = read_own(a);

    for (size_t i = 0; i < t.n_keywords; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(t.keywords[i].text, t.keywords[j].text) == 0 &&
                strcmp(t.keywords[i].category, t.keywords[j].category) == 0)
                fail_msg("'%s' of %s", t.keywords[i].text, t.keywords[i].category);
}

#define Q             "{\"queue\":\"q\",\"name\":\"Q\"}\n"
#define C             "{\"category\":\"c\",\"queue\":\"q\",\"name\":\"C\"}\n"
#define EXAMPLE_OF(c) "{\"example\":\"no sound\",\"category\":\"" c "\",\"language\":\"en\"}\n"

static void a_small_one_is_read(void **state)
{
    static const char text[] =
        EXAMPLE_OF("c") "\n  \r\n" C Q "{\"keyword\":\"Sonos\",\"category\":\"c\"}\n"
                        "{\"oos\":\"namaste\",\"language\":\"hi-Latn\"}";
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    struct taxonomy t = {0};
    struct why w = {0};

    if (taxonomy_parse(text, sizeof(text) - 1, a, &t, &w))
        fail_msg("%s", w.text);
    assert_int_equal(t.n_queues, 1);
    assert_int_equal(t.n_categories, 1);
    assert_string_equal(t.categories[0].description, "");
    assert_null(t.categories[0].ties[0]);
    assert_string_equal(t.keywords[0].text, "Sonos");
    assert_int_equal(t.n_examples, 2);
    assert_string_equal(t.examples[0].category, "c");
    assert_null(t.examples[1].category);
    assert_string_equal(t.examples[1].language, "hi-Latn");
}

static void what_is_broken_is_refused_by_line(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "has no category"},
        {Q, "has no category"},
        {Q "what\n", "line 2: "},
        {Q "{\"queue\":\"q\",\"name\":\"Q\"", "line 2: "},
        {Q C "{\"exampel\":\"x\",\"category\":\"c\",\"language\":\"en\"}", "line 3: exampel"},
        {Q C "{\"example\":\"\xff\",\"category\":\"c\",\"language\":\"en\"}", "line 3: "},
        {Q C "\n{\"example\":\"x\",\"category\":\"c\"}", "line 4: is no queue"},
        {Q C "{\"example\":\"x\",\"oos\":\"x\",\"category\":\"c\",\"language\":\"en\"}",
         "line 3: is no queue"},
        {Q C "{\"keyword\":\"x\",\"category\":\"c\",\"language\":\"en\"}", "line 3: is no queue"},
        {Q Q C, "line 2: queue 'q' stands there twice"},
        {Q C C, "line 3: category 'c' stands there twice"},
        {C EXAMPLE_OF("c"), "line 1: there is no queue 'q'"},
        {Q C EXAMPLE_OF("c") EXAMPLE_OF("d"), "line 4: there is no category 'd'"},
        {Q C "{\"keyword\":\"x\",\"category\":\"e\"}", "line 3: there is no category 'e'"},
        {"{\"queue\":\"Q 1\",\"name\":\"Q\"}", "line 1: key 'Q 1': only a-z"},
        {Q "{\"category\":\"k\xc3\xa9\",\"queue\":\"q\",\"name\":\"C\"}",
         "line 2: key 'k\xc3\xa9'"},
        {Q "{\"category\":\"oos\",\"queue\":\"q\",\"name\":\"C\"}", "line 2: key 'oos' is kept"},
        {"{\"queue\":\"\",\"name\":\"Q\"}", "line 1: queue"},
        {"{\"queue\":\"a123456789b123456789c123456789d123456789e123456789f123456789g\","
         "\"name\":\"Q\"}",
         "line 1: queue"},
        {"{\"queue\":\"q\",\"name\":\"  \"}", "line 1: the text is empty"},
        {Q C "{\"example\":\" \\n\",\"category\":\"c\",\"language\":\"en\"}",
         "line 3: the text is empty"},
        {Q C "{\"oos\":\"x\",\"language\":\"English\"}", "line 3: 'English' is no code"},
        {Q C "{\"oos\":\"x\",\"language\":\"e\"}", "line 3: 'e' is no code"},
        {Q "{\"category\":\"c\",\"queue\":\"q\",\"name\":\"C\",\"ties\":[\"a\",\"\"]}",
         "line 2: 'ties', number 2"},
        {Q "{\"category\":\"c\",\"queue\":\"q\",\"name\":\"C\",\"include\":\"a\"}",
         "line 2: include"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        SCOPED(arena_free_p) struct arena *a = arena_new(4096);
        struct taxonomy t = {.n_queues = 77};
        struct why w = {0};

        assert_int_equal(taxonomy_parse(rows[i].text, strlen(rows[i].text), a, &t, &w), E_INVALID);
        assert_int_equal(t.n_queues, 77);
        if (!strstr(w.text, rows[i].why))
            fail_msg("row %zu: '%s' does not say '%s'", i, w.text, rows[i].why);
    }
}

/* A file that goes over a limit by one, of each kind. */
static void what_is_too_much_is_refused(void **state)
{
    static const struct {
        const char *format, *why;
        int n;
    } rows[] = {
        {"{\"queue\":\"q%d\",\"name\":\"Q\"}\n", "line 66: there are over 64 queues", 65},
        {"{\"category\":\"c%d\",\"queue\":\"q\",\"name\":\"C\"}\n",
         "line 402: there are over 400 categories", 400},
        {"{\"keyword\":\"k%d\",\"category\":\"c\"}\n", "line 20003: there are over 20000 keywords",
         20001},
        {"{\"oos\":\"o%d\",\"language\":\"en\"}\n", "line 200003: there are over 200000 examples",
         200001},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
        struct taxonomy t = {0};
        struct why w = {0};
        struct buf b;

        buf_init(&b, 1 << 24);
        buf_str(&b, Q C);
        for (int k = 0; k < rows[i].n; k++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            buf_printf(&b, rows[i].format, k);
#pragma GCC diagnostic pop
        }
        assert_int_equal(taxonomy_parse(b.p, b.n, a, &t, &w), E_INVALID);
        buf_done(&b);
        if (!strstr(w.text, rows[i].why))
            fail_msg("row %zu: '%s' does not say '%s'", i, w.text, rows[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_desk_of_a_streaming_service),
        cmocka_unit_test(every_category_has_examples_in_six_languages),
        cmocka_unit_test(no_example_is_said_twice),
        cmocka_unit_test(no_keyword_stands_twice_in_a_category),
        cmocka_unit_test(a_small_one_is_read),
        cmocka_unit_test(what_is_broken_is_refused_by_line),
        cmocka_unit_test(what_is_too_much_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
