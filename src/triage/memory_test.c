/* What an agent corrects takes effect at once, and on what is like it only. */
#include "base/test.h"

#include <string.h>

#include "triage/memory.h"
#include "triage/model.h"
#include "triage/test_rows.h"
#include "triage/triage.h"

static void read_with(const struct model *m, const struct memory *mem, const char *text,
                      struct arena *a, struct triage_reading *ret)
{
    const struct triage t = {.model = m, .memory = mem};

    triage_read(&t, text, strlen(text), NULL, a, ret);
}

static void one_correction_is_recalled_for_the_same_text(void **state)
{
    const struct correction said[] = {{"payment app: the invoice!", "app"},
                                      {"payment app: the invoice!", "library"}};
    struct model *m = test_rows_model(1);
    struct memory *mem = memory_new(m, said, 2);
    struct arena *a = arena_new(4096);
    struct triage_reading g;

    (void)state;
    read_with(m, NULL, "PAYMENT app the  invoice !", a, &g);
    assert_string_equal(g.label, "billing");
    read_with(m, mem, "PAYMENT app the  invoice !", a, &g);
    assert_true(g.is_recalled);
    assert_string_equal(g.label, "library"); /* the latest word counts */
    assert_string_equal(g.top[0].label, "library");
    assert_false(g.is_sure);
    read_with(m, mem, "crash after the update", a, &g);
    assert_false(g.is_recalled);
    assert_string_equal(g.label, "app");
    memory_free(mem);
    model_free(m);
    arena_free(a);
}

static void a_correction_moves_what_shares_its_words(void **state)
{
    const struct correction said[] = {{"invoice songs missing again", "library"},
                                      {"the invoice of my songs is missing", "library"}};
    struct model *m = test_rows_model(1);
    struct memory *mem = memory_new(m, said, 2);
    struct arena *a = arena_new(4096);
    struct triage_reading before, after;
    const char *like = "songs on the invoice are missing";

    (void)state;
    read_with(m, NULL, like, a, &before);
    read_with(m, mem, like, a, &after);
    assert_false(after.is_recalled);
    assert_string_equal(after.label, "library");
    assert_true(strcmp(before.label, "library") != 0 || after.p > before.p);
    memory_free(mem);
    model_free(m);
    arena_free(a);
}

static void a_label_unknown_to_the_model_is_remembered(void **state)
{
    const struct correction said[] = {{"where is my concert ticket", "events"}};
    struct model *m = test_rows_model(1);
    struct memory *mem = memory_new(m, said, 1);
    struct arena *a = arena_new(4096);
    struct triage_reading g;

    (void)state;
    read_with(m, mem, "Where is my concert ticket?", a, &g);
    assert_false(g.is_recalled); /* the question mark is a word */
    read_with(m, mem, "Where is my concert ticket", a, &g);
    assert_string_equal(g.label, "events");
    assert_int_equal(g.n_top, 3);
    memory_free(mem);
    memory_free(NULL);
    model_free(m);
    arena_free(a);
}

static void the_oldest_fall_out(void **state)
{
    static struct correction said[MEMORY_TEXTS + 1];
    struct model *m = test_rows_model(1);
    struct arena *a = arena_new(4096);
    struct triage_reading g;
    struct memory *mem;

    (void)state;
    for (size_t i = 0; i <= MEMORY_TEXTS; i++)
        said[i] = (struct correction){i ? "songs lost" : "crash of payment", "library"};
    mem = memory_new(m, said, MEMORY_TEXTS);
    read_with(m, mem, "crash of payment", a, &g);
    assert_true(g.is_recalled);
    memory_free(mem);
    mem = memory_new(m, said, MEMORY_TEXTS + 1);
    read_with(m, mem, "crash of payment", a, &g);
    assert_false(g.is_recalled);
    memory_free(mem);
    model_free(m);
    arena_free(a);
}

static void three_who_agree_on_near_copies_are_recalled(void **state)
{
    static const char *const near[] = {
        "the radio station of my favourite band plays an error every morning since Monday",
        "the radio station of my favourite band plays an error every morning since Friday",
        "the radio station of my favourite band plays an error every morning since Sunday",
        "the radio station of my favourite band plays an error every morning since May"};
    const struct correction said[] = {
        {near[0], "library"}, {near[1], "library"}, {near[2], "library"}};
    struct model *m = test_rows_model(1);
    struct arena *a = arena_new(4096);
    struct triage_reading g;

    (void)state;
    for (size_t n = 2; n <= 3; n++) {
        struct memory *mem = memory_new(m, said, n);

        read_with(m, mem, near[3], a, &g);
        assert_int_equal(g.is_recalled, n == 3);
        if (n == 3)
            assert_string_equal(g.label, "library");
        memory_free(mem);
    }
    model_free(m);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_correction_is_recalled_for_the_same_text),
        cmocka_unit_test(a_correction_moves_what_shares_its_words),
        cmocka_unit_test(a_label_unknown_to_the_model_is_remembered),
        cmocka_unit_test(three_who_agree_on_near_copies_are_recalled),
        cmocka_unit_test(the_oldest_fall_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
