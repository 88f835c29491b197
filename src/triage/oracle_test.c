/* The linear model against liblinear's L2-loss SVM on the same features: within half a point. On
 * forty categories of CLINC150 where ../shared/data is there, else on messages made here. */
#include "base/test.h"

#include <linear.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triage/net.h"
#include "triage/train_net.h"

#define LABELS      40
#define ROWS_MOST   8000
#define POINTS_LOST 0.005

struct made {
    struct train_row rows[ROWS_MOST], held[ROWS_MOST];
    size_t n, n_held;
};

/* Messages of words drawn from a topic of their label, from a neighbour's, or from all. */
static void make_rows(struct made *m, struct arena *a)
{
    struct chance c = {42};

    for (size_t i = 0; i < 7500; i++) {
        uint32_t label = chance_below(&c, LABELS);
        const char *text = "";
        struct train_row row;

        for (int w = 0; w < 6; w++) {
            uint32_t of = chance_below(&c, 10), topic = of < 6 ? label : of < 7 ? label ^ 1 : 90;

            text = arena_printf(a, "%s w%c%c%c", text, (int)('a' + topic % 26),
                                (int)('a' + topic / 26), (int)('a' + chance_below(&c, 20)));
        }
        row = (struct train_row){text, arena_printf(a, "l%u", label), 0};
        if (i % 3 == 0)
            m->held[m->n_held++] = row;
        else
            m->rows[m->n++] = row;
    }
}

/* The rows of one part of CLINC150's file, which has one string a line: text, then label. */
static size_t read_part(const char *whole, const char *part, struct arena *a,
                        struct train_row *rows)
{
    const char *p = strstr(whole, part), *end = p ? strstr(p, "]\n    ]") : NULL;
    const char *labels[LABELS];
    size_t n_labels = 0, n = 0;

    while (p && end && n < ROWS_MOST && (p = strchr(p, '\n')) && p < end) {
        const char *text = strchr(p, '"'), *stop = text ? strchr(text + 1, '\n') : NULL;
        const char *label = stop ? strchr(stop, '"') : NULL, *last;
        size_t known = 0;

        if (!label || label > end || !(last = strchr(label + 1, '"')))
            break;
        label = arena_dup(a, label + 1, (size_t)(last - label - 1));
        while (known < n_labels && strcmp(labels[known], label) != 0)
            known++;
        if (known == LABELS)
            break;
        if (known == n_labels)
            labels[n_labels++] = label;
        rows[n++] = (struct train_row){arena_dup(a, text + 1, (size_t)(stop - text - 4)), label, 0};
        p = strchr(last, ']');
    }
    return n;
}

static bool read_clinc(struct made *m, struct arena *a)
{
    FILE *f = fopen(SOURCE_ROOT "/../shared/data/clinc150/data_full.json", "re");
    char *whole;
    size_t n;

    if (!f)
        return false;
    whole = arena_alloc(a, 1 << 23);
    n = fread(whole, 1, (1 << 23) - 1, f);
    fclose(f);
    whole[n] = 0;
    m->n = read_part(whole, "\"train\": [", a, m->rows);
    m->n_held = read_part(whole, "\"val\": [", a, m->held);
    return m->n >= 100 * LABELS && m->n_held >= 20 * LABELS;
}

/* Rows as liblinear wants them: places from 1, ended by -1. */
static struct feature_node *nodes_of(const struct net_input *x, struct arena *a)
{
    struct feature_node *v = arena_array(a, x->n_sparse + 1, sizeof *v);
    size_t n = 0;

    for (size_t i = 0; i < x->n_sparse; i++)
        v[n++] = (struct feature_node){(int)x->row[i] + 1, (double)x->v[i]};
    v[n].index = -1;
    return v;
}

static void say_nothing(const char *words)
{
    (void)words;
}

static double right_of_liblinear(const struct train_set *s, struct arena *a)
{
    struct problem problem = {.l = (int)s->rows.n, .n = (int)s->net.n_rows, .bias = -1};
    struct parameter how = {.solver_type = L2R_L2LOSS_SVC_DUAL, .eps = 0.1, .C = 1, .p = 0.1};
    struct model *m;
    size_t right = 0;

    problem.y = arena_array(a, s->rows.n, sizeof *problem.y);
    problem.x = arena_array(a, s->rows.n, sizeof *problem.x);
    for (size_t i = 0; i < s->rows.n; i++) {
        problem.y[i] = s->rows.label[i];
        problem.x[i] = nodes_of(&s->rows.x[i], a);
    }
    set_print_string_function(say_nothing);
    m = train(&problem, &how);
    for (size_t i = 0; i < s->held.n; i++)
        right += (int)predict(m, nodes_of(&s->held.x[i], a)) == s->held.label[i];
    free_and_destroy_model(&m);
    return (double)right / (double)s->held.n;
}

static double right_of_ours(const struct train_set *s, const struct train_input *in)
{
    const struct train_progress progress = {in, 0, 1};
    struct train_plan plan = TRAIN_LINEAR;
    const struct kernel *k = kernel_pick();
    struct train_net net;
    struct why w;
    size_t right = 0;
    float *z;

    plan.seed = 1;
    assert_int_equal(train_net_of(s, &plan, &progress, &net, &w), OK);
    z = calloc(net.wide, sizeof *z);
    for (size_t i = 0; i < s->held.n; i++) {
        const struct net_input *x = &s->held.x[i];
        size_t best = 0;

        memcpy(z, net.bias, net.wide * sizeof *z);
        for (size_t q = 0; q < x->n; q++)
            k->add(z, net.rows + x->row[q] * net.width, x->v[q], net.wide);
        for (size_t y = 1; y < net.n_labels; y++)
            best = z[y] > z[best] ? y : best;
        right += (int)best == s->held.label[i];
    }
    free(z);
    train_net_done(&net);
    return (double)right / (double)s->held.n;
}

static void the_linear_model_is_as_good_as_liblinear(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct made *m = arena_new_of(a, struct made);
    struct train_input in = {.rows = m->rows, .held = m->held, .seed = 1};
    struct train_set s;
    double theirs, ours;
    struct why w;

    (void)state;
    if (!read_clinc(m, a)) {
        print_message("NOT TESTED: on CLINC150 (shared/data/clinc150 is not here)\n");
        m->n = m->n_held = 0;
        make_rows(m, a);
    }
    in.n_rows = m->n;
    in.n_held = m->n_held;
    assert_int_equal(train_set_of(&in, &s, &w), OK);
    theirs = right_of_liblinear(&s, a);
    ours = right_of_ours(&s, &in);
    print_message("%zu rows: liblinear %.4f, ours %.4f\n", m->n, theirs, ours);
    assert_true(ours >= theirs - POINTS_LOST);
    train_set_done(&s);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_linear_model_is_as_good_as_liblinear)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
