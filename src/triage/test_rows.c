#include "triage/test_rows.h"

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "triage/model.h"
#include "triage/train.h"

#define ROWS 360

/* Three categories with words of their own, and chatter around them. */
static const char *const ABOUT[][4] = {{"refund", "charged", "invoice", "payment"},
                                       {"crash", "freeze", "error", "update"},
                                       {"playlist", "lost", "songs", "library"}};
static const char *const LABELS[] = {"billing", "app", "library"};
static const char *const CHATTER[] = {"hello there", "please help", "since monday", "my phone",
                                      "I am angry",  "again",       "why oh why",   "thank you"};

static void make_rows(char text[ROWS][120], struct train_row rows[ROWS])
{
    for (size_t i = 0; i < ROWS; i++) {
        const char *const *about = ABOUT[i % 3];

        snprintf(text[i], sizeof text[i], "%s %s %s %s", CHATTER[i % 8], about[i / 3 % 4],
                 CHATTER[i / 8 % 8], about[i / 12 % 4]);
        rows[i] = (struct train_row){text[i], LABELS[i % 3], 0};
    }
}

void *test_rows_train(uint64_t seed, size_t *ret_n)
{
    static char text[ROWS][120];
    static struct train_row rows[ROWS];
    struct train_input in = {.rows = rows, .n_rows = ROWS, .seed = seed};
    void *bytes = NULL;
    struct why w = {0};

    make_rows(text, rows);
    if (train_model(&in, &bytes, ret_n, &w))
        fail_msg("could not train: %s", w.text);
    return bytes;
}

struct model *test_rows_model(uint64_t seed)
{
    size_t n;
    void *bytes = test_rows_train(seed, &n);
    struct model *m = NULL;
    struct why w = {0};

    if (model_of(bytes, n, &m, &w))
        fail_msg("could not open: %s", w.text);
    free(bytes);
    return m;
}
