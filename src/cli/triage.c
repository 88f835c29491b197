/* antiphon triage: train a classifier of messages, measure it, let it read. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/scope.h"
#include "cli/cli.h"
#include "cli/triage_desk.h"
#include "triage/confidence.h"
#include "triage/metrics.h"
#include "triage/model.h"
#include "triage/train.h"
#include "triage/triage.h"

/* A file of tickets is held in memory: far more than a million of them. */
#define FILE_BYTES ((off_t)1 << 30)
/* A line of `read`: a message with all that it quotes. */
#define LINE_BYTES      ((size_t)16 * 1024 * 1024)
#define TEXT_BYTES_MOST ((size_t)1024 * 1024)

SCOPED_FREE(struct arena, arena_free)
SCOPED_FREE(struct model, model_free)

/* ------- files */

static CHECKED enum err read_file(const struct cli *c, const char *path, struct str *ret,
                                  struct why *w)
{
    int fd = open(cli_path(c, path), O_RDONLY | O_CLOEXEC);
    struct stat s;
    char *p;
    size_t n = 0;

    if (fd < 0)
        return fail(w, E_INVALID, "%s: %s", path, strerror(errno));
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || s.st_size > FILE_BYTES) {
        close(fd);
        return fail(w, E_INVALID, "%s: no file, or larger than 1 GiB", path);
    }
    p = arena_alloc(c->arena, (size_t)s.st_size + 1);
    for (ssize_t got; n < (size_t)s.st_size; n += (size_t)got)
        if ((got = read(fd, p + n, (size_t)s.st_size - n)) <= 0)
            break;
    close(fd);
    if (n < (size_t)s.st_size)
        return fail(w, E_INVALID, "%s: could not be read whole", path);
    *ret = (struct str){p, n};
    return OK;
}

static CHECKED enum err check_line(const char *path, size_t line, struct str s, struct why *w)
{
    if (memchr(s.p, 0, s.n))
        return fail(w, E_INVALID, "%s:%zu: holds a NUL byte", path, line);
    if (!utf8_is_valid(s.p, s.n))
        return fail(w, E_INVALID, "%s:%zu: is no UTF-8", path, line);
    return OK;
}

static struct str next_line(struct str *rest)
{
    struct str line = str_cut(rest, '\n');

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* One row of "label<TAB>text"; the text is all behind the first tab, further tabs included. */
static CHECKED enum err read_row(const struct cli *c, const char *path, size_t number,
                                 struct str line, struct train_row *ret, struct why *w)
{
    struct str label, text = line;
    enum err e;

    if (line.n == 0)
        return fail(w, E_INVALID, "%s:%zu: is empty", path, number);
    if ((e = check_line(path, number, line, w)))
        return e;
    if (!memchr(line.p, '\t', line.n))
        return fail(w, E_INVALID, "%s:%zu: has no tab between label and text", path, number);
    label = str_cut(&text, '\t');
    if (label.n == 0 || str_trim(label).n != label.n)
        return fail(w, E_INVALID, "%s:%zu: has no label, or one with spaces around it", path,
                    number);
    if (label.n > 120)
        return fail(w, E_INVALID, "%s:%zu: has a label longer than 120 bytes", path, number);
    if (str_trim(text).n == 0)
        return fail(w, E_INVALID, "%s:%zu: has no text", path, number);
    *ret = (struct train_row){arena_dup(c->arena, text.p, text.n),
                              arena_dup(c->arena, label.p, label.n), 0};
    return OK;
}

static size_t count_lines(struct str s)
{
    size_t n = s.n && s.p[s.n - 1] != '\n';

    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

struct rows {
    struct train_row *v;
    size_t n;
};

static CHECKED enum err read_rows(const struct cli *c, const char *path, struct rows *ret,
                                  struct why *w)
{
    struct str all;
    struct rows r = {0};
    size_t n;
    enum err e;

    if ((e = read_file(c, path, &all, w)))
        return e;
    n = count_lines(all);
    if (n == 0)
        return fail(w, E_INVALID, "%s:1: is empty", path);
    r.v = arena_array(c->arena, n, sizeof *r.v);
    while (r.n < n) {
        if ((e = read_row(c, path, r.n + 1, next_line(&all), &r.v[r.n], w)))
            return e;
        r.n++;
    }
    *ret = r;
    return OK;
}

/* Lines of text; empty ones are passed over. */
static CHECKED enum err read_texts(const struct cli *c, const char *path, const char ***ret,
                                   size_t *ret_n, struct why *w)
{
    struct str all;
    const char **v;
    size_t n, kept = 0;
    enum err e;

    if ((e = read_file(c, path, &all, w)))
        return e;
    n = count_lines(all);
    v = arena_array(c->arena, n, sizeof *v);
    for (size_t i = 0; i < n; i++) {
        struct str line = next_line(&all);

        if ((e = check_line(path, i + 1, line, w)))
            return e;
        if (line.n)
            v[kept++] = arena_dup(c->arena, line.p, line.n);
    }
    *ret = v;
    *ret_n = kept;
    return OK;
}

/* All or nothing: a temporary file beside it, brought to the disk, renamed. */
static CHECKED enum err write_file(const struct cli *c, const char *path, const void *p, size_t n,
                                   struct why *w)
{
    const char *whole = cli_path(c, path);
    char *part = arena_printf(c->arena, "%s.XXXXXX", whole);
    int fd = mkostemp(part, O_CLOEXEC);
    size_t done = 0;

    if (fd < 0)
        return fail(w, E_UPSTREAM, "%s: could not be written: %s", path, strerror(errno));
    for (ssize_t put; done < n; done += (size_t)put)
        if ((put = write(fd, (const char *)p + done, n - done)) <= 0)
            break;
    if (done < n || fchmod(fd, 0644) != 0 || fsync(fd) != 0) {
        close(fd);
        unlink(part);
        return fail(w, E_FULL, "%s: could not be written: %s", path, strerror(errno));
    }
    close(fd);
    if (rename(part, whole) != 0) {
        unlink(part);
        return fail(w, E_UPSTREAM, "%s: could not be written: %s", path, strerror(errno));
    }
    return OK;
}

static CHECKED enum err open_model(const struct cli *c, struct model **ret, struct why *w)
{
    const char *path = cli_option(c, "model");
    struct why inner = {0};

    if (!path)
        return fail(w, E_INVALID, "--model is wanted");
    if (model_open(cli_path(c, path), ret, &inner))
        return fail(w, E_INVALID, "%s: %s", path, inner.text);
    return OK;
}

/* ------- train */

struct teller {
    const struct cli *c;
    int percent;
};

static bool tell(void *arg, float done, const char *what)
{
    struct teller *t = arg;
    int percent = (int)(done * 100);

    if (percent >= t->percent + 10 || t->percent < 0) {
        cli_say(t->c, "%s: %d %%", what, percent);
        t->percent = percent / 10 * 10;
    }
    return false;
}

static void print_metrics(struct buf *b, const struct model_metrics *m)
{
    const struct {
        const char *name;
        float v;
    } rows[] = {{"accuracy", m->accuracy},
                {"top3", m->top3},
                {"macro_f1", m->macro_f1},
                {"ece", m->ece},
                {"oos_auroc", m->oos_auroc},
                {"coverage", m->coverage},
                {"accuracy_routed", m->accuracy_routed},
                {"threshold", m->threshold}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        buf_printf(b, "%s\"%s\":%.6g", i ? "," : "", rows[i].name, (double)rows[i].v);
    buf_printf(b, ",\"n\":%u", m->n);
}

static CHECKED enum err read_number(const struct cli *c, const char *option, double least,
                                    double most, double *v, struct why *w)
{
    const char *text = cli_option(c, option);
    char *end;
    double x;

    if (!text)
        return OK;
    errno = 0;
    x = strtod(text, &end);
    if (*end || end == text || errno || !(x >= least && x <= most))
        return fail(w, E_INVALID, "--%s is a number from %g to %g", option, least, most);
    *v = x;
    return OK;
}

static CHECKED enum err train_input_of(const struct cli *c, struct train_input *in, struct why *w)
{
    struct rows rows = {0}, held = {0};
    const char **texts = NULL;
    double seed = 1, promise = 0.98;
    enum err e;

    if (!cli_arg(c, 1) || cli_arg(c, 2))
        return fail(w, E_INVALID, "triage train wants one file");
    if (!cli_option(c, "out"))
        return fail(w, E_INVALID, "--out is wanted");
    if ((e = read_number(c, "seed", 0, 9007199254740992.0, &seed, w)) ||
        (e = read_number(c, "promise", 0.5, 0.9999, &promise, w)) ||
        (e = read_rows(c, cli_arg(c, 1), &rows, w)))
        return e;
    if (cli_option(c, "val") && (e = read_rows(c, cli_option(c, "val"), &held, w)))
        return e;
    if (cli_option(c, "unlabelled") &&
        (e = read_texts(c, cli_option(c, "unlabelled"), &texts, &in->n_unlabelled, w)))
        return e;
    in->rows = rows.v;
    in->n_rows = rows.n;
    in->held = held.v;
    in->n_held = held.n;
    in->unlabelled = texts;
    in->promise = (float)promise;
    in->seed = (uint64_t)seed;
    return OK;
}

static CHECKED enum err train(const struct cli *c, struct why *w)
{
    struct teller teller = {c, -1};
    struct train_input in = {.on_progress = tell, .arg = &teller};
    SCOPED(model_free_p) struct model *m = NULL;
    const char *out = cli_option(c, "out");
    struct buf b;
    void *bytes;
    size_t n;
    enum err e;

    if ((e = train_input_of(c, &in, w)))
        return e;
    if ((e = train_model(&in, &bytes, &n, w))) {
        struct why inner = *w;

        return fail(w, e, "%s: %s", cli_arg(c, 1), inner.text);
    }
    e = model_of(bytes, n, &m, w);
    if (!e)
        e = write_file(c, out, bytes, n, w);
    free(bytes);
    if (e)
        return e;
    buf_init(&b, TEXT_BYTES_MOST);
    buf_printf(&b, "{\"labels\":%zu,\"n_train\":%u,", model_labels(m), model_metrics(m)->n_train);
    print_metrics(&b, model_metrics(m));
    buf_printf(&b, ",\"model_bytes\":%zu}", model_bytes(m));
    cli_out(c, "%s", b.p);
    buf_done(&b);
    return OK;
}

/* ------- eval */

/* What one file came to. */
struct readings {
    struct answered *answered;
    struct routable *routable;
    float *us;
    size_t n;
};

static uint64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void read_one(const struct model *m, const struct train_row *row, struct arena *a,
                     struct readings *to)
{
    const struct triage t = {.model = m};
    struct answered *r = &to->answered[to->n];
    struct triage_reading g;
    uint64_t begun = cpu_ns();

    triage_read(&t, row->text, strlen(row->text), NULL, a, &g);
    to->us[to->n] = (float)(cpu_ns() - begun) / 1000;
    *r = (struct answered){.label = model_label_index(m, row->label),
                           .top = {-1, -1, -1},
                           .p = g.p,
                           .oos = g.oos,
                           .routed = g.is_sure};
    if (strcmp(row->label, "oos") == 0)
        r->label = -1;
    else if (r->label < 0)
        r->label = -2;
    for (size_t i = 0; i < g.n_top; i++)
        r->top[i] = model_label_index(m, g.top[i].label);
    to->routable[to->n] =
        (struct routable){g.sure, r->label >= 0 && r->top[0] == r->label, r->label == -1};
    to->n++;
}

static void read_all(const struct cli *c, const struct model *m, const struct rows *rows,
                     struct readings *ret)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(256 * 1024);

    ret->n = 0;
    ret->answered = arena_array(c->arena, rows->n, sizeof *ret->answered);
    ret->routable = arena_array(c->arena, rows->n, sizeof *ret->routable);
    ret->us = arena_array(c->arena, rows->n, sizeof *ret->us);
    for (size_t i = 0; i < rows->n; i++) {
        read_one(m, &rows->v[i], a, ret);
        arena_reset(a);
    }
}

static int upwards(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static float quantile(const float *sorted, size_t n, double q)
{
    size_t at = (size_t)ceil(q * (double)n);

    return n ? sorted[at > 0 ? at - 1 : 0] : 0;
}

static void print_eval(const struct cli *c, const struct model *m, struct readings *r,
                       float threshold)
{
    struct model_metrics metrics = {0};
    struct buf b;

    metrics_of(r->answered, r->n, model_labels(m), &metrics);
    metrics.threshold = threshold;
    qsort(r->us, r->n, sizeof *r->us, upwards);
    buf_init(&b, TEXT_BYTES_MOST);
    buf_char(&b, '{');
    print_metrics(&b, &metrics);
    buf_printf(&b, ",\"us_p50\":%.1f,\"us_p99\":%.1f,\"model_bytes\":%zu}",
               (double)quantile(r->us, r->n, 0.5), (double)quantile(r->us, r->n, 0.99),
               model_bytes(m));
    cli_out(c, "%s", b.p);
    buf_done(&b);
}

static CHECKED enum err eval(const struct cli *c, struct why *w)
{
    SCOPED(model_free_p) struct model *m = NULL;
    const char *from = cli_option(c, "threshold-from");
    double promise = 0.98;
    float threshold;
    struct readings r;
    struct rows rows, val;
    enum err e;

    if (!cli_arg(c, 1) || cli_arg(c, 2))
        return fail(w, E_INVALID, "triage eval wants one file");
    if ((e = open_model(c, &m, w)) || (e = read_number(c, "promise", 0.5, 0.9999, &promise, w)) ||
        (e = read_rows(c, cli_arg(c, 1), &rows, w)))
        return e;
    threshold = model_metrics(m)->threshold;
    if (from) {
        if ((e = read_rows(c, from, &val, w)))
            return e;
        read_all(c, m, &val, &r);
        threshold = confidence_threshold(r.routable, r.n, (float)promise, CONFIDENCE_OOS_SHARE);
    }
    read_all(c, m, &rows, &r);
    for (size_t i = 0; from && i < r.n; i++)
        r.answered[i].routed = r.routable[i].sure >= threshold;
    print_eval(c, m, &r, threshold);
    return OK;
}

/* ------- read */

/* JSON wants UTF-8: broken bytes become U+FFFD. */
static void print_text(struct buf *b, const char *s)
{
    size_t n = strlen(s);

    if (utf8_is_valid(s, n))
        buf_json(b, s, n);
    else
        buf_str(b, "\"\xEF\xBF\xBD\"");
}

static void print_or_null(struct buf *b, const char *name, const char *s)
{
    buf_printf(b, ",\"%s\":", name);
    if (s && *s)
        print_text(b, s);
    else
        buf_str(b, "null");
}

static void print_number(struct buf *b, const char *name, float v, bool is_known)
{
    if (is_known)
        buf_printf(b, ",\"%s\":%.4f", name, (double)v);
    else
        buf_printf(b, ",\"%s\":null", name);
}

static void print_top(struct buf *b, const struct triage_reading *g)
{
    buf_str(b, ",\"top\":[");
    for (size_t i = 0; i < g->n_top; i++) {
        buf_str(b, i ? ",[" : "[");
        print_text(b, g->top[i].label);
        buf_printf(b, ",%.4f]", (double)g->top[i].p);
    }
    buf_char(b, ']');
}

static void print_category(struct buf *b, const struct triage_reading *g)
{
    if (!g->label) {
        buf_str(b, "{\"label\":null,\"p\":null,\"route\":false,\"top\":[],\"oos\":null");
        return;
    }
    buf_str(b, "{\"label\":");
    print_text(b, g->label);
    buf_printf(b, ",\"p\":%.4f,\"route\":%s", (double)g->p, g->is_sure ? "true" : "false");
    print_top(b, g);
    buf_printf(b, ",\"oos\":%.4f", (double)g->oos);
}

static void print_facts(struct buf *b, const struct triage_reading *g)
{
    buf_str(b, ",\"facts\":[");
    for (size_t i = 0; i < g->n_facts; i++) {
        const struct fact *f = &g->facts[i];

        buf_printf(b, "%s{\"kind\":\"%s\",\"value\":", i ? "," : "", fact_name(f->kind));
        print_text(b, f->value);
        buf_printf(b, ",\"at\":%u,\"n\":%u}", f->at, f->n);
    }
    buf_char(b, ']');
}

/* The words of each reason; null for a hint's and the model's own. */
static void print_urgency_why(struct buf *b, const char *text, const struct urgency *u)
{
    buf_str(b, ",\"urgency_why\":[");
    for (size_t i = 0; i < u->n_reasons; i++) {
        const struct urgency_reason *r = &u->reasons[i];

        buf_printf(b, "%s{\"kind\":\"%s\",\"level\":\"%s\",\"words\":", i ? "," : "",
                   urgency_kind_name(r->kind), urgency_level_name(r->level));
        if (r->n > 0 && utf8_is_valid(text + r->at, r->n))
            buf_json(b, text + r->at, r->n);
        else
            buf_str(b, "null");
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void print_heads(struct buf *b, const char *text, const struct triage_reading *g)
{
    print_or_null(b, "language", g->language.code);
    print_number(b, "language_p", g->language.p, g->language.code[0] != 0);
    print_or_null(b, "sentiment", mood_name(g->sentiment.mood));
    print_number(b, "sentiment_p", g->sentiment.p[g->sentiment.mood], true);
    print_or_null(b, "urgency", urgency_level_name(g->urgency.level));
    print_urgency_why(b, text, &g->urgency);
    print_facts(b, g);
}

static CHECKED enum err read_lines(const struct cli *c, struct why *w)
{
    SCOPED(model_free_p) struct model *m = NULL;
    SCOPED(arena_free_p) struct arena *a = arena_new(256 * 1024);
    struct triage t = {0};
    FILE *in;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int fd;
    enum err e;

    if (cli_arg(c, 1))
        return fail(w, E_INVALID, "triage read takes lines on standard input, no file");
    if ((e = open_model(c, &m, w)))
        return e;
    t.model = m;
    fd = dup(c->in);
    in = fd < 0 ? NULL : fdopen(fd, "r");
    if (!in)
        return fail(w, E_INTERNAL, "could not read standard input: %s", strerror(errno));
    while ((n = getline(&line, &room, in)) >= 0) {
        struct triage_reading g;
        struct buf b;

        n -= n && line[n - 1] == '\n';
        triage_read(&t, line, (size_t)n, NULL, a, &g);
        buf_init(&b, TEXT_BYTES_MOST);
        print_category(&b, &g);
        print_heads(&b, line, &g);
        buf_printf(&b, ",\"us\":%u}", g.us);
        cli_out(c, "%s", b.p);
        buf_done(&b);
        arena_reset(a);
    }
    free(line);
    fclose(in);
    return OK;
}

int cmd_triage(struct cli *c)
{
    static const struct {
        const char *name;
        enum err (*run)(const struct cli *c, struct why *w);
    } verbs[] = {{"train", train}, {"eval", eval}, {"read", read_lines}};
    const char *verb = cli_arg(c, 0);
    struct why w = {0};

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (verb && strcmp(verb, verbs[i].name) == 0)
            return verbs[i].run(c, &w) ? cli_fail(c, &w) : CLI_DONE;
    if (triage_desk_has(verb))
        return triage_desk(c);
    return cli_usage(c,
                     "antiphon: triage train, eval, read, taxonomy, retrain, rollback, models or "
                     "export");
}
