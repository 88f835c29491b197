/* Do keywords and descriptions teach a category, without being counted as messages? */
#include "triage/train_hints.h"

#include "base/test.h"

#include <stdlib.h>
#include <string.h>

#include "triage/model.h"
#include "triage/triage.h"

static const char TAXONOMY[] =
    "{\"queue\": \"q\", \"name\": \"Q\"}\n"
    "{\"category\": \"money\", \"queue\": \"q\", \"name\": \"Money\", \"description\": \"Sums and "
    "bills\", \"include\": [\"a wrong sum\"], \"exclude\": [], \"ties\": []}\n"
    "{\"category\": \"sound\", \"queue\": \"q\", \"name\": \"Sound\", \"description\": \"How it "
    "sounds\", \"include\": [], \"exclude\": [], \"ties\": []}\n"
    "{\"category\": \"bare\", \"queue\": \"q\", \"name\": \"Bare\", \"description\": \"No example "
    "yet\", \"include\": [], \"exclude\": [], \"ties\": []}\n"
    "{\"keyword\": \"Rechnung\", \"category\": \"money\"}\n"
    "{\"keyword\": \"Rechnung falsch\", \"category\": \"money\"}\n"
    "{\"keyword\": \"Rauschen\", \"category\": \"sound\"}\n"
    "{\"keyword\": \"Rauschen links\", \"category\": \"sound\"}\n"
    "{\"example\": \"charged too much\", \"category\": \"money\", \"language\": \"en\"}\n"
    "{\"example\": \"charged too late\", \"category\": \"money\", \"language\": \"en\"}\n"
    "{\"example\": \"noise and hiss\", \"category\": \"sound\", \"language\": \"en\"}\n"
    "{\"example\": \"noise on the left\", \"category\": \"sound\", \"language\": \"en\"}\n";

static struct model *learn(const struct taxonomy *t, const struct train_row *hints, size_t n)
{
    struct train_row rows[4];
    struct train_input in = {.rows = rows, .n_rows = 4, .hints = hints, .n_hints = n, .seed = 1};
    struct model *m = NULL;
    void *bytes = NULL;
    struct why w = {0};
    size_t size;

    for (size_t i = 0; i < 4; i++)
        rows[i] = (struct train_row){t->examples[i].text, t->examples[i].category, 0};
    if (train_model(&in, &bytes, &size, &w) || model_of(bytes, size, &m, &w))
        fail_msg("%s", w.text);
    free(bytes);
    return m;
}

static float p_of(const struct model *m, const char *text, const char *label, struct arena *a)
{
    const struct triage t = {.model = m};
    struct triage_reading r;

    triage_read(&t, text, strlen(text), NULL, a, &r);
    for (size_t i = 0; i < r.n_top; i++)
        if (strcmp(r.top[i].label, label) == 0)
            return r.top[i].p;
    return 0;
}

static void a_keyword_teaches(void **state)
{
    struct arena *a = arena_new(1 << 16);
    struct taxonomy t;
    struct why w = {0};
    struct model *without, *with;
    struct train_row *hints;
    size_t n;

    (void)state;
    assert_int_equal(taxonomy_parse(TAXONOMY, strlen(TAXONOMY), a, &t, &w), OK);
    hints = train_hints(&t, a, &n);
    assert_int_equal(n, 3 + 1 + 4);
    assert_string_equal(hints[0].text, "Money. Sums and bills");
    without = learn(&t, NULL, 0);
    with = learn(&t, hints, n);
    assert_true(p_of(with, "Rechnung", "money", a) > p_of(without, "Rechnung", "money", a) + 0.02F);
    assert_true(p_of(with, "Rauschen", "sound", a) > p_of(without, "Rauschen", "sound", a) + 0.02F);
    assert_int_equal(model_labels(with), 2); /* a hint alone makes no category */
    assert_int_equal(model_metrics(with)->n_train, model_metrics(without)->n_train);
    assert_int_equal(model_metrics(with)->n, model_metrics(without)->n);
    model_free(without);
    model_free(with);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keyword_teaches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
