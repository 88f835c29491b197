/* While a retrain replaces the model a hundred times, each reader's answer is that of one whole
 * model: the same text, the same version, the same answer. */
#include "base/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "triage/model.h"
#include "triage/swap.h"
#include "triage/test_rows.h"
#include "triage/triage.h"

#define READERS 4
#define SWAPS   100
#define SEEDS   3

struct load {
    struct swap *swap;
    uint64_t version[SEEDS];
    float p[SEEDS]; /* what each model says of TEXT, asked alone */
    _Atomic bool is_over;
    _Atomic int n_wrong, n_read, n_freed;
};

static const char TEXT[] = "the invoice shows a payment since monday";

static struct triage_reading ask(const struct model *m)
{
    const struct triage t = {.model = m};
    struct arena *a = arena_new(4096);
    struct triage_reading g;

    triage_read(&t, TEXT, sizeof TEXT - 1, NULL, a, &g);
    arena_free(a);
    return g;
}

static void *read_on(void *arg)
{
    struct load *l = arg;

    while (!atomic_load(&l->is_over)) {
        struct swap_held held = swap_take(l->swap);
        uint64_t version = model_version(held.value);
        float p = ask(held.value).p;
        bool is_right = false;

        for (int i = 0; i < SEEDS; i++)
            is_right |= version == l->version[i] && p == l->p[i];
        swap_put(l->swap, held);
        atomic_fetch_add(&l->n_wrong, !is_right);
        atomic_fetch_add(&l->n_read, 1);
    }
    return NULL;
}

static _Atomic int freed;

static void free_model(void *m)
{
    atomic_fetch_add(&freed, 1);
    model_free(m);
}

static struct model *opened(const void *bytes, size_t n)
{
    struct model *m = NULL;
    struct why w;

    assert_int_equal(model_of(bytes, n, &m, &w), OK);
    return m;
}

static void readers_see_whole_models_only(void **state)
{
    struct load l = {0};
    pthread_t readers[READERS];
    void *bytes[SEEDS];
    size_t n[SEEDS];

    (void)state;
    atomic_store(&freed, 0);
    for (int i = 0; i < SEEDS; i++) {
        struct model *m;

        bytes[i] = test_rows_train((uint64_t)i + 1, &n[i]);
        m = opened(bytes[i], n[i]);
        l.version[i] = model_version(m);
        l.p[i] = ask(m).p;
        model_free(m);
    }
    l.swap = swap_new(opened(bytes[0], n[0]), free_model);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_on, &l), 0);
    for (int i = 1; i <= SWAPS; i++) {
        int before = atomic_load(&l.n_read);

        swap_replace(l.swap, opened(bytes[i % SEEDS], n[i % SEEDS]));
        while (atomic_load(&l.n_read) < before + READERS)
            sched_yield();
    }
    atomic_store(&l.is_over, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(atomic_load(&l.n_wrong), 0);
    assert_int_equal(atomic_load(&freed), SWAPS);
    swap_free(l.swap);
    assert_int_equal(atomic_load(&freed), SWAPS + 1);
    for (int i = 0; i < SEEDS; i++)
        free(bytes[i]);
}

static void what_is_held_outlives_its_replacement(void **state)
{
    struct swap *s = swap_new(test_rows_model(1), free_model);
    struct swap_held old = swap_take(s);

    (void)state;
    atomic_store(&freed, 0);
    swap_replace(s, test_rows_model(2));
    assert_int_equal(atomic_load(&freed), 0);
    assert_true(model_labels(old.value) == 3);
    swap_put(s, old);
    assert_int_equal(atomic_load(&freed), 1);
    swap_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_see_whole_models_only),
        cmocka_unit_test(what_is_held_outlives_its_replacement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
