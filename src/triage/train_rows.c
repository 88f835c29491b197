#include "triage/train_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "base/str.h"
#include "triage/model_file.h"
#include "triage/read.h"

SCOPED_FREE(struct arena, arena_free)

#define ROWS_MOST 2000000
#define DF_LEAST  2
/* One row in so many is held out where the caller has no held-out rows. */
#define HELD_EVERY 10

uint64_t chance_next(struct chance *c)
{
    uint64_t z = c->state += 0x9e3779b97f4a7c15ull;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

uint32_t chance_below(struct chance *c, uint32_t n)
{
    return (uint32_t)((chance_next(c) >> 32) * n >> 32);
}

float chance_unit(struct chance *c)
{
    return (float)(chance_next(c) >> 40) * 0x1p-24F;
}

/* ------- typos */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char beside(char letter, struct chance *c)
{
    static const char rows[] = "qwertyuiop asdfghjkl zxcvbnm";
    const char *at = strchr(rows, letter | 0x20);

    if (!at)
        return letter;
    at += chance_below(c, 2) && at[1] && at[1] != ' ' ? 1 : at > rows && at[-1] != ' ' ? -1 : 0;
    return *at;
}

static size_t slip(char *word, size_t n, struct chance *c)
{
    size_t i = chance_below(c, (uint32_t)n - 1);
    char kept = word[i];

    switch (chance_below(c, 4)) {
    case 0: /* two change places */
        word[i] = word[i + 1];
        word[i + 1] = kept;
        return n;
    case 1: /* one is missing */
        memmove(word + i, word + i + 1, n - i - 1);
        return n - 1;
    case 2: /* one comes twice */
        memmove(word + i + 1, word + i, n - i);
        return n + 1;
    default:
        word[i] = beside(word[i], c);
        return n;
    }
}

const char *typo_in(const char *text, struct chance *c, struct arena *a)
{
    size_t n = strlen(text), at = 0, size = 0, seen = 0, changed;
    char *out;

    for (size_t i = 0, begun = 0; i <= n; i++) {
        if (is_letter(text[i])) /* the NUL is none */
            continue;
        if (i - begun >= 4 && chance_below(c, (uint32_t)++seen) == 0) {
            at = begun;
            size = i - begun;
        }
        begun = i + 1;
    }
    if (size == 0)
        return text;
    out = arena_alloc(a, n + 2);
    memcpy(out, text, at + size);
    changed = slip(out + at, size, c);
    memcpy(out + at + changed, text + at + size, n - at - size);
    return out;
}

/* ------- labels */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_oos(const char *label)
{
    return strcmp(label, "oos") == 0;
}

static int label_of(const struct train_set *s, const char *label)
{
    const char **at;

    if (is_oos(label))
        return (int)s->n_labels;
    at = bsearch(&label, s->labels, s->n_labels, sizeof *s->labels, by_text);
    return at ? (int)(at - s->labels) : -1;
}

static CHECKED enum err check_row(const struct train_row *r, size_t i, struct why *w)
{
    if (!r->text || !*r->text)
        return fail(w, E_INVALID, "row %zu has no text", i + 1);
    if (!r->label || !*r->label)
        return fail(w, E_INVALID, "row %zu has no label", i + 1);
    if (strlen(r->label) > MODEL_LABEL_BYTES || !utf8_is_valid(r->label, strlen(r->label)))
        return fail(w, E_INVALID, "the label of row %zu is longer than %d bytes or no UTF-8", i + 1,
                    MODEL_LABEL_BYTES);
    return OK;
}

static CHECKED enum err find_labels(const struct train_input *in, struct train_set *s,
                                    struct why *w)
{
    const char **all = arena_array(s->arena, in->n_rows, sizeof *all);
    size_t n = 0;
    enum err e;

    if (in->n_rows > ROWS_MOST || in->n_held > ROWS_MOST)
        return fail(w, E_INVALID, "more than %d rows", ROWS_MOST);
    for (size_t i = 0; i < in->n_rows; i++) {
        if ((e = check_row(&in->rows[i], i, w)))
            return e;
        if (is_oos(in->rows[i].label))
            s->n_oos++;
        else
            all[n++] = in->rows[i].label;
    }
    qsort(all, n, sizeof *all, by_text);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(all[i], all[i - 1]) != 0)
            all[s->n_labels++] = all[i];
    s->labels = all;
    s->has_oos = s->n_oos >= TRAIN_OOS_LEAST;
    if (s->n_labels < 2 || s->n_labels > MODEL_LABELS - 1)
        return fail(w, E_INVALID, "%zu labels; a model needs 2 to %d", s->n_labels,
                    MODEL_LABELS - 1);
    return OK;
}

/* ------- features */

/* Which rows are held out: every tenth of its label, so that each label has its share. */
static void split(const struct train_input *in, const struct train_set *s, bool *is_held)
{
    size_t *seen = arena_array(s->arena, s->n_labels + 1, sizeof *seen);
    struct chance c = {in->seed ^ 0x68656c64};
    size_t *order = arena_array(s->arena, in->n_rows, sizeof *order);

    if (in->n_held)
        return;
    for (size_t i = 0; i < in->n_rows; i++)
        order[i] = i;
    for (size_t i = in->n_rows; i > 1; i--) {
        size_t k = chance_below(&c, (uint32_t)i), kept = order[k];

        order[k] = order[i - 1];
        order[i - 1] = kept;
    }
    for (size_t i = 0; i < in->n_rows; i++) {
        size_t y = (size_t)label_of(s, in->rows[order[i]].label);

        is_held[order[i]] = ++seen[y] % HELD_EVERY == 0;
    }
}

static void count_rows(struct train_set *s, const struct features *f, size_t n, uint32_t *df,
                       uint32_t *last, uint32_t stamp)
{
    (void)n;
    (void)s;
    for (size_t i = 0; i < f->n; i++)
        if (last[f->v[i].bucket] != stamp) {
            last[f->v[i].bucket] = stamp;
            df[f->v[i].bucket]++;
        }
}

/* Which buckets become features, and how rare each is. */
static void find_vocabulary(const struct train_input *in, struct train_set *s, const bool *is_held)
{
    uint32_t *df = calloc(FEATURE_BUCKETS, sizeof *df);
    uint32_t *last = calloc(FEATURE_BUCKETS, sizeof *last), n = 0, rows = 0;
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 16);

    s->row_of = calloc(FEATURE_BUCKETS, sizeof *s->row_of);
    if (!df || !last || !s->row_of)
        abort();
    for (size_t i = 0; i < in->n_rows; i++) {
        struct features f;

        if (is_held[i])
            continue;
        read_features(in->rows[i].text, strlen(in->rows[i].text), a, &f, NULL);
        count_rows(s, &f, f.n, df, last, ++rows);
        arena_reset(a);
    }
    for (size_t i = 0; i < in->n_hints; i++) {
        struct features f;

        read_features(in->hints[i].text, strlen(in->hints[i].text), a, &f, NULL);
        count_rows(s, &f, f.n, df, last, ++rows);
        arena_reset(a);
    }
    for (size_t b = 0; b < FEATURE_BUCKETS; b++)
        n += df[b] >= DF_LEAST;
    s->idf = calloc(n + 1, sizeof *s->idf);
    if (!s->idf)
        abort();
    n = 0;
    for (size_t b = 0; b < FEATURE_BUCKETS; b++)
        if (df[b] >= DF_LEAST) {
            s->idf[n] = 1 + (float)kernel_log((1.0 + rows) / (1.0 + df[b]));
            s->row_of[b] = ++n;
        }
    s->net = (struct net){.n_rows = n, .row_of = s->row_of, .idf = s->idf};
    free(df);
    free(last);
}

static void add_row(struct train_set *s, struct train_rows *to, const char *text,
                    const struct train_row *r, struct arena *scratch)
{
    struct net_input x, *kept = &to->x[to->n];
    struct features f;

    read_features(text, strlen(text), scratch, &f, NULL);
    net_input(&s->net, &f, scratch, &x);
    *kept = x;
    kept->row = arena_array(s->arena, x.n, sizeof *x.row);
    kept->v = arena_array(s->arena, x.n, sizeof *x.v);
    kept->word = arena_array(s->arena, x.n_words, sizeof *x.word);
    memcpy(kept->word, x.word, x.n_words * sizeof *x.word);
    kept->feature = NULL;
    memcpy(kept->row, x.row, x.n * sizeof *x.row);
    memcpy(kept->v, x.v, x.n * sizeof *x.v);
    to->label[to->n] = label_of(s, r->label);
    to->weight[to->n++] = r->weight > 0 ? r->weight : 1;
    arena_reset(scratch);
}

static void make_room(struct train_set *s, struct train_rows *r, size_t n)
{
    r->x = arena_array(s->arena, n, sizeof *r->x);
    r->label = arena_array(s->arena, n, sizeof *r->label);
    r->weight = arena_array(s->arena, n, sizeof *r->weight);
}

static void learn_from(struct train_set *s, const struct train_row *r, struct chance *c,
                       struct arena *scratch)
{
    add_row(s, &s->rows, r->text, r, scratch);
    add_row(s, &s->typos, typo_in(r->text, c, s->arena), r, scratch);
}

static void fill(const struct train_input *in, struct train_set *s, const bool *is_held)
{
    SCOPED(arena_free_p) struct arena *scratch = arena_new(1 << 16);
    struct chance c = {in->seed ^ 0x7479706f};

    make_room(s, &s->rows, in->n_rows + in->n_hints);
    make_room(s, &s->typos, in->n_rows + in->n_hints);
    make_room(s, &s->held, in->n_rows + in->n_held);
    for (size_t i = 0; i < in->n_rows; i++) {
        const struct train_row *r = &in->rows[i];

        if (is_held[i]) {
            add_row(s, &s->held, r->text, r, scratch);
            continue;
        }
        if (is_oos(r->label) && !s->has_oos)
            continue; /* too few to learn from */
        learn_from(s, r, &c, scratch);
    }
    s->n_hints = s->rows.n;
    for (size_t i = 0; i < in->n_hints; i++)
        if (label_of(s, in->hints[i].label) >= 0)
            learn_from(s, &in->hints[i], &c, scratch);
    s->n_hints = s->rows.n - s->n_hints;
    for (size_t i = 0; i < in->n_held; i++)
        add_row(s, &s->held, in->held[i].text, &in->held[i], scratch);
}

enum err train_set_of(const struct train_input *in, struct train_set *ret, struct why *w)
{
    struct train_set s = {.arena = arena_new(1 << 20)};
    bool *is_held = arena_array(s.arena, in->n_rows, sizeof *is_held);
    enum err e;

    if ((e = find_labels(in, &s, w))) {
        arena_free(s.arena);
        return e;
    }
    split(in, &s, is_held);
    find_vocabulary(in, &s, is_held);
    fill(in, &s, is_held);
    *ret = s;
    return OK;
}

void train_set_done(struct train_set *s)
{
    arena_free(s->arena);
    free(s->row_of);
    free(s->idf);
}
