/* language_train.c: a tool of the build. Which weights tell the languages apart?
 *
 *   language_train OUT.bin LIST... en.txt de.txt ...      (names of files are the codes)
 *
 * Reads the sentences written for this project (src/triage/language/), cuts windows of many
 * lengths out of them, fits a softmax over hashed grams by AdaGrad and writes the table with 8-bit
 * weights. Deterministic: its own random numbers, one thread. The temperature and the figures it
 * prints come from a first run that keeps every eighth line apart; the table is of all lines.
 * docs/decisions/0055-reading-language.md has the measurements. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triage/language_grams.h"

#define LINES_MOST    8000
#define EXAMPLES_MOST 40000
#define EPOCHS        10
#define RATE          0.35F
#define KEEP          0.8F /* share of the grams of an example seen in one step */
#define LENGTH_HALF   40.0F

struct line {
    char *text;
    int class;
    bool is_words; /* a list of common words */
    bool is_apart;
};

struct example {
    uint16_t *row;
    uint32_t n;
    int class;
};

struct train {
    struct line lines[LINES_MOST];
    size_t n_lines;
    struct example examples[EXAMPLES_MOST];
    size_t n_examples;
    float weight[LANGUAGE_ROWS][LANGUAGE_TRAINED], square[LANGUAGE_ROWS][LANGUAGE_TRAINED];
    float bias[LANGUAGE_TRAINED];
    uint64_t random;
};

static void die(const char *what, const char *name)
{
    (void)fprintf(stderr, "language_train: %s: %s\n", name, what);
    exit(1);
}

static uint32_t dice(struct train *t, uint32_t sides)
{
    t->random = t->random * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((t->random >> 33) % sides);
}

static int class_of(const char *path)
{
    const char *name = strrchr(path, '/');

    name = name ? name + 1 : path;
    for (int c = 0; c < LANGUAGE_TRAINED; c++) {
        size_t n = strlen(LANGUAGE_CLASSES[c].code);

        if (strncmp(name, LANGUAGE_CLASSES[c].code, n) == 0 && strcmp(name + n, ".txt") == 0)
            return c;
    }
    die("no language of this name", path);
    return 0;
}

static void read_file(struct train *t, const char *path)
{
    FILE *f = fopen(path, "r");
    char buf[4000];
    int class = class_of(path);
    uint32_t n = 0;

    if (!f)
        die("cannot be read", path);
    while (fgets(buf, sizeof(buf), f)) {
        struct line *l = &t->lines[t->n_lines];

        buf[strcspn(buf, "\n")] = '\0';
        if (buf[0] == '#' || buf[0] == '\0')
            continue;
        if (t->n_lines++ == LINES_MOST)
            die("too many lines", path);
        l->class = class;
        l->is_words = buf[0] == '=';
        l->is_apart = !l->is_words && ++n % 8 == 0;
        if (!(l->text = strdup(buf + (l->is_words ? 2 : 0))))
            abort();
    }
    (void)fclose(f);
}

static void add_example(struct train *t, const char *text, size_t n, int flags, int class)
{
    static struct language_grams g;
    struct example *e = &t->examples[t->n_examples];

    language_grams(text, n, flags, &g);
    if (g.n == 0)
        return;
    if (t->n_examples++ == EXAMPLES_MOST)
        die("too many examples", text);
    e->n = g.n;
    e->class = class;
    if (!(e->row = malloc(g.n * sizeof(g.row[0]))))
        abort();
    memcpy(e->row, g.row, g.n * sizeof(g.row[0]));
}

#define WORDS_MOST 400

static size_t cut(const char *text, const char *word[WORDS_MOST], size_t len[WORDS_MOST])
{
    size_t n = 0;

    while (*text != '\0' && n < WORDS_MOST) {
        len[n] = strcspn(text, " ");
        word[n] = text;
        text += len[n];
        n += len[n] > 0;
        text += *text == ' ';
    }
    return n;
}

/* Common words in any order: to the grams, which do not look across words, that is a sentence. */
static void add_words(struct train *t, const struct line *l)
{
    const char *word[WORDS_MOST];
    size_t len[WORDS_MOST], n = cut(l->text, word, len);
    char text[1000];

    for (size_t i = 0; i < n; i++)
        add_example(t, word[i], len[i], 0, l->class);
    for (size_t i = 0; i < 2 * n; i++) {
        size_t at = 0;

        for (uint32_t k = 2 + dice(t, 5); k > 0; k--) {
            size_t w = dice(t, (uint32_t)n);

            memcpy(text + at, word[w], len[w]);
            at += len[w];
            text[at++] = ' ';
        }
        add_example(t, text, at, dice(t, 4) == 0 ? GRAMS_PLAIN : 0, l->class);
    }
}

static void add_windows(struct train *t, const struct line *l)
{
    const char *word[WORDS_MOST];
    size_t len[WORDS_MOST], n = cut(l->text, word, len);

    add_example(t, l->text, strlen(l->text), 0, l->class);
    add_example(t, l->text, strlen(l->text), GRAMS_PLAIN, l->class);
    for (size_t i = 0; i < 4 && n > 1; i++) {
        size_t k = 1 + dice(t, n < 5 ? (uint32_t)n : 5), from = dice(t, (uint32_t)(n - k + 1));

        add_example(t, word[from], (size_t)(word[from + k - 1] + len[from + k - 1] - word[from]),
                    dice(t, 4) == 0 ? GRAMS_PLAIN : 0, l->class);
    }
}

static void make_examples(struct train *t, bool is_all)
{
    for (size_t i = 0; i < t->n_examples; i++) {
        free(t->examples[i].row);
        t->examples[i].row = NULL;
    }
    t->n_examples = 0;
    t->random = 1;
    for (size_t i = 0; i < t->n_lines; i++) {
        if (t->lines[i].is_words)
            add_words(t, &t->lines[i]);
        else if (is_all || !t->lines[i].is_apart)
            add_windows(t, &t->lines[i]);
    }
}

static float length_factor(uint32_t n)
{
    return 1 / sqrtf(1 + (float)n / LENGTH_HALF);
}

/* Probabilities among the languages of the same script; 0 for others. */
static void softmax(float logit[LANGUAGE_TRAINED], int class)
{
    float best = -INFINITY, all = 0;

    for (int c = 0; c < LANGUAGE_TRAINED; c++)
        if (LANGUAGE_CLASSES[c].script == LANGUAGE_CLASSES[class].script && logit[c] > best)
            best = logit[c];
    for (int c = 0; c < LANGUAGE_TRAINED; c++) {
        bool is_in = LANGUAGE_CLASSES[c].script == LANGUAGE_CLASSES[class].script;

        logit[c] = is_in ? expf(logit[c] - best) : 0;
        all += logit[c];
    }
    for (int c = 0; c < LANGUAGE_TRAINED; c++)
        logit[c] /= all;
}

static void score(const struct train *t, const uint16_t *row, uint32_t n, float factor,
                  float logit[LANGUAGE_TRAINED])
{
    memset(logit, 0, LANGUAGE_TRAINED * sizeof(logit[0]));
    for (uint32_t i = 0; i < n; i++)
        for (int c = 0; c < LANGUAGE_TRAINED; c++)
            logit[c] += t->weight[row[i]][c];
    for (int c = 0; c < LANGUAGE_TRAINED; c++)
        logit[c] = logit[c] * factor + t->bias[c];
}

static void step(struct train *t, const struct example *e, float rate)
{
    static uint16_t seen[LANGUAGE_GRAMS];
    float p[LANGUAGE_TRAINED], factor = length_factor(e->n) / KEEP;
    uint32_t n = 0;

    for (uint32_t i = 0; i < e->n; i++)
        if (dice(t, 1000) < (uint32_t)(KEEP * 1000))
            seen[n++] = e->row[i];
    score(t, seen, n, factor, p);
    softmax(p, e->class);
    p[e->class] -= 1;
    for (uint32_t i = 0; i < n; i++) {
        float *w = t->weight[seen[i]], *s = t->square[seen[i]];

        for (int c = 0; c < LANGUAGE_TRAINED; c++) {
            float d = p[c] * factor;

            s[c] += d * d;
            w[c] -= rate * d / sqrtf(s[c]);
        }
    }
}

static void fit(struct train *t)
{
    memset(t->weight, 0, sizeof(t->weight));
    memset(t->bias, 0, sizeof(t->bias));
    for (size_t r = 0; r < LANGUAGE_ROWS; r++)
        for (int c = 0; c < LANGUAGE_TRAINED; c++)
            t->square[r][c] = 0.02F;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (size_t i = t->n_examples; i > 1; i--) {
            size_t k = dice(t, (uint32_t)i);
            struct example swap = t->examples[k];

            t->examples[k] = t->examples[i - 1];
            t->examples[i - 1] = swap;
        }
        for (size_t i = 0; i < t->n_examples; i++)
            step(t, &t->examples[i], RATE * (1 - (float)epoch / EPOCHS));
    }
}

/* Mean log loss of what was kept apart, whole lines and their first 25 bytes, at a temperature. */
static float measure(const struct train *t, float temperature, bool is_short, float *ret_right)
{
    static struct language_grams g;
    float loss = 0;
    size_t n = 0, right = 0;

    for (size_t i = 0; i < t->n_lines; i++) {
        const struct line *l = &t->lines[i];
        float p[LANGUAGE_TRAINED];
        size_t len = strlen(l->text);
        int best = 0;

        if (!l->is_apart)
            continue;
        if (is_short && len > 25)
            for (len = 25; l->text[len] != ' ' && l->text[len] != '\0';)
                len++;
        language_grams(l->text, len, 0, &g);
        score(t, g.row, g.n, length_factor(g.n) / temperature, p);
        softmax(p, l->class);
        for (int c = 1; c < LANGUAGE_TRAINED; c++)
            best = p[c] > p[best] ? c : best;
        n++;
        right += best == l->class;
        loss -= logf(p[l->class] + 1e-6F);
    }
    *ret_right = (float)right / (float)n;
    return loss / (float)n;
}

static float best_temperature(const struct train *t)
{
    float best = 1, least = INFINITY, right;

    for (int i = 0; i < 43; i++) { /* 0.5 to 3.9 */
        float temperature = 0.5F * powf(1.05F, (float)i);
        float loss = measure(t, temperature, false, &right) + measure(t, temperature, true, &right);

        if (loss < least) {
            least = loss;
            best = temperature;
        }
    }
    return best;
}

static void write_table(const struct train *t, float temperature, const char *path)
{
    static struct language_table out;
    float most = 0;
    FILE *f = fopen(path, "wb");

    for (size_t r = 0; r < LANGUAGE_ROWS; r++)
        for (int c = 0; c < LANGUAGE_TRAINED; c++)
            most = fmaxf(most, fabsf(t->weight[r][c]));
    most = fminf(most, 4.0F); /* the few above are cut: finer steps for all others */
    for (size_t r = 0; r < LANGUAGE_ROWS; r++)
        for (int c = 0; c < LANGUAGE_TRAINED; c++)
            out.weight[r][c] =
                (int8_t)lrintf(fmaxf(-127, fminf(127, t->weight[r][c] / most * 127)));
    out.scale = most / 127 / temperature;
    out.length_half = LENGTH_HALF;
    if (!f || fwrite(&out, sizeof(out), 1, f) != 1 || fclose(f) != 0)
        die("cannot be written", path);
}

int main(int argc, char **argv)
{
    static struct train whole_train;
    struct train *t = &whole_train;
    float temperature, whole, cut_short;

    if (argc < 3)
        return 2;
    for (int i = 2; i < argc; i++)
        read_file(t, argv[i]);
    make_examples(t, false);
    fit(t);
    temperature = best_temperature(t);
    (void)measure(t, temperature, false, &whole);
    (void)measure(t, temperature, true, &cut_short);
    printf("language: kept apart %.4f right of whole lines, %.4f of 25 bytes; temperature %.2f; "
           "%zu examples\n",
           (double)whole, (double)cut_short, (double)temperature, t->n_examples);
    make_examples(t, true);
    fit(t);
    write_table(t, temperature, argv[1]);
    return 0;
}
