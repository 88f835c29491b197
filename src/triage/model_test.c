/* A model is trained from rows written here, kept, opened, damaged, and asked. */
#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triage/model.h"
#include "triage/model_file.h"
#include "triage/test_rows.h"
#include "triage/train.h"
#include "triage/triage.h"

static void a_trained_model_knows_its_categories(void **state)
{
    size_t n;
    void *bytes = test_rows_train(1, &n);
    struct arena *a = arena_new(4096);
    struct model *m = NULL;
    struct triage_reading g;
    struct triage t;
    struct why w;
    const char *text = "the app shows an Error since the UPDATE";

    (void)state;
    assert_int_equal(model_of(bytes, n, &m, &w), OK);
    assert_int_equal(model_labels(m), 3);
    t = (struct triage){.model = m};
    triage_read(&t, text, strlen(text), NULL, a, &g);
    assert_string_equal(g.label, "app");
    assert_true(g.n_because > 0);
    assert_true(strncmp(text + g.because[0].at, "Error", g.because[0].n) == 0 ||
                strncmp(text + g.because[0].at, "UPDATE", g.because[0].n) == 0);
    triage_read(&t, "", 0, NULL, a, &g);
    assert_non_null(g.label);
    model_free(m);
    arena_free(a);
    free(bytes);
}

static void a_seed_gives_one_model(void **state)
{
    size_t n, m;
    void *one = test_rows_train(7, &n), *two = test_rows_train(7, &m);

    (void)state;
    assert_int_equal(n, m);
    assert_memory_equal(one, two, n);
    free(one);
    free(two);
}

static void damage_is_named(void **state)
{
    static const char *const sections[] = {"meta",  "labels", "buckets", "idf",
                                           "scale", "rows",   "bias",    "own"};
    size_t n;
    unsigned char *bytes = test_rows_train(1, &n);
    struct model *m = NULL;
    struct why w;

    (void)state;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        const unsigned char *entry = memmem(bytes, 1024, sections[i], strlen(sections[i]) + 1);
        uint64_t at;

        assert_non_null(entry);
        memcpy(&at, entry + 8, sizeof at);
        bytes[at] ^= 1;
        assert_int_equal(model_of(bytes, n, &m, &w), E_INVALID);
        assert_non_null(strstr(w.text, sections[i]));
        bytes[at] ^= 1;
    }
    assert_int_equal(model_of(bytes, n - 1, &m, &w), E_INVALID);
    assert_int_equal(model_of("PNG", 3, &m, &w), E_INVALID);
    bytes[0] ^= 1;
    assert_int_equal(model_of(bytes, n, &m, &w), E_INVALID);
    free(bytes);
}

static void what_cannot_be_trained_is_refused(void **state)
{
    static const struct {
        const char *says;
        struct train_row rows[3];
        const char *why;
    } rows[] = {
        {"one label is no choice", {{"a b", "x", 0}, {"c", "x", 0}, {"d", "x", 0}}, "labels"},
        {"an empty text", {{"a b", "x", 0}, {"", "y", 0}, {"d", "x", 0}}, "row 2"},
        {"no label", {{"a b", "", 0}, {"c", "y", 0}, {"d", "x", 0}}, "row 1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct train_input in = {.rows = rows[i].rows, .n_rows = 3};
        struct why w = {0};
        void *bytes = NULL;
        size_t n;

        if (train_model(&in, &bytes, &n, &w) != E_INVALID || !strstr(w.text, rows[i].why))
            fail_msg("%s: %s", rows[i].says, w.text);
    }
}

/* Lengths around the lanes; values that would show another order of adding. */
static void with_and_without_simd_the_bits_are_the_same(void **state)
{
    const struct kernel *fast = kernel_pick(), *plain = &KERNEL_PLAIN;
    float a[2][64], b[2][64], d[64], v_rate[2] = {0.7F, 0.1F};
    int8_t row[64], other[64];
    int16_t most[2][64] = {{0}};

    (void)state;
    for (size_t n = 8; n <= 64; n += 8) {
        for (size_t i = 0; i < n; i++) {
            a[0][i] = a[1][i] = 1.0F / (float)(i + 3);
            b[0][i] = b[1][i] = 0.01F + (float)(i * i) * 1e-3F;
            d[i] = 1e3F / (float)(7 * i + 1) - 20;
            row[i] = (int8_t)(i * 37);
            other[i] = (int8_t)(127 - i * 5);
        }
        fast->add_i8(a[0], row, 0.3F, n);
        plain->add_i8(a[1], row, 0.3F, n);
        fast->add(a[0], d, 0.3F, n);
        plain->add(a[1], d, 0.3F, n);
        fast->step(a[0], b[0], d, v_rate, n);
        plain->step(a[1], b[1], d, v_rate, n);
        assert_memory_equal(a[0], a[1], n * sizeof(float));
        assert_memory_equal(b[0], b[1], n * sizeof(float));
        fast->pair(most[0], row, other, n);
        plain->pair(most[1], row, other, n);
        assert_memory_equal(most[0], most[1], n * sizeof(int16_t));
        a[0][0] = fast->dot(d, b[0], n);
        a[1][0] = plain->dot(d, b[0], n);
        a[0][1] = fast->dot_i8(d, row, n);
        a[1][1] = plain->dot_i8(d, row, n);
        assert_memory_equal(a[0], a[1], 2 * sizeof(float));
    }
}

static void read_any(const struct triage *t, const char *text, size_t n, struct arena *a)
{
    struct triage_reading g, again;

    triage_read(t, text, n, NULL, a, &g);
    assert_non_null(g.label);
    assert_true(g.p >= 0 && g.p <= 1 && g.oos >= 0 && g.oos <= 1);
    for (size_t i = 0; i < g.n_because; i++)
        assert_true(g.because[i].at + g.because[i].n <= n);
    triage_read(t, text, n, NULL, a, &again);
    g.us = again.us = 0;
    assert_true(g.label == again.label && g.p == again.p && g.oos == again.oos);
    arena_reset(a);
}

static void any_text_gets_an_answer(void **state)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "\xFF\xFE\xFD",
                                        "🎵🎵🎵",
                                        "\u202Eabc\u202C",
                                        "مرحبا، لا يعمل التطبيق",
                                        "\xED\xA0\x80",
                                        "a\xCC"};
    struct model *m = test_rows_model(1);
    const struct triage t = {.model = m};
    struct arena *a = arena_new(4096);
    char *much = malloc(1 << 20), *line = NULL;
    size_t room = 0, n_lines = 0;
    FILE *f = fopen(SOURCE_ROOT "/../shared/data/naughty_strings/blns.txt", "re");

    (void)state;
    assert_non_null(much);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        read_any(&t, texts[i], strlen(texts[i]), a);
    memset(much, 'a', 1 << 20);
    read_any(&t, much, 1 << 20, a);
    for (ssize_t n; f && (n = getline(&line, &room, f)) >= 0; n_lines++)
        read_any(&t, line, (size_t)n, a);
    if (f)
        fclose(f);
    else
        print_message("NOT TESTED: the naughty strings (shared/data is not here)\n");
    assert_true(!f || n_lines > 500);
    free(line);
    free(much);
    model_free(m);
    arena_free(a);
}

static void exp_and_log_are_close_enough(void **state)
{
    (void)state;
    for (int i = 0; i < 109; i++) {
        float x = -20 + 0.37F * (float)i;

        assert_float_equal(kernel_log((double)kernel_exp(x)), x, 2e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trained_model_knows_its_categories),
        cmocka_unit_test(a_seed_gives_one_model),
        cmocka_unit_test(damage_is_named),
        cmocka_unit_test(what_cannot_be_trained_is_refused),
        cmocka_unit_test(with_and_without_simd_the_bits_are_the_same),
        cmocka_unit_test(any_text_gets_an_answer),
        cmocka_unit_test(exp_and_log_are_close_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
