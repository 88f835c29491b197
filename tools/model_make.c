/* model_make: train the built-in model while the program is built.
 *
 *   model_make TAXONOMY.jsonl OUT
 *
 * Deterministic: the same taxonomy and program give the same bytes. The golden set is left out,
 * as a desk leaves it out that trains anew (triage/golden.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "triage/golden.h"
#include "triage/taxonomy.h"
#include "triage/train_hints.h"

static int fail_with(const char *what)
{
    fprintf(stderr, "model_make: %s\n", what);
    return EXIT_FAILURE;
}

static char *read_file(struct arena *a, const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    long n;

    if (!f)
        return NULL;
    if (fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0) {
        text = arena_alloc(a, (size_t)n + 1);
        *ret_n = fread(text, 1, (size_t)n, f);
    }
    fclose(f);
    return text;
}

static CHECKED enum err train(struct arena *a, const struct taxonomy *t, void **ret, size_t *ret_n,
                              struct why *w)
{
    struct train_row *rows = arena_array(a, t->n_examples + 1, sizeof *rows);
    struct train_input in = {.rows = rows, .seed = 1};

    for (size_t i = 0; i < t->n_examples; i++)
        if (!golden_has(t->examples[i].text))
            rows[in.n_rows++] = (struct train_row){
                .text = t->examples[i].text,
                .label = t->examples[i].category ? t->examples[i].category : "oos"};
    in.hints = train_hints(t, a, &in.n_hints);
    return train_model(&in, ret, ret_n, w);
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new(1024 * 1024);
    struct taxonomy t;
    struct why w;
    char *text;
    void *model;
    FILE *out;
    size_t n = 0;
    bool is_written;

    if (argc != 3)
        return fail_with("usage: model_make TAXONOMY.jsonl OUT");
    if (!(text = read_file(a, argv[1], &n)))
        return fail_with("cannot read the taxonomy");
    if (taxonomy_parse(text, n, a, &t, &w) || train(a, &t, &model, &n, &w))
        return fail_with(w.text);
    if (!(out = fopen(argv[2], "wb")))
        return fail_with("cannot write the model");
    is_written = fwrite(model, 1, n, out) == n;
    if (fclose(out) != 0 || !is_written)
        return fail_with("cannot write the model");
    free(model);
    arena_free(a);
    return EXIT_SUCCESS;
}
