/* antiphon triage, on a desk's own data: its taxonomy, its models, what its people said. Runs in
 * the running server, or beside a stopped one. */
#include "cli/triage_desk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scope.h"
#include "desk/desk.h"
#include "desk/judge.h"
#include "desk/lessons.h"
#include "desk/models.h"
#include "desk/reader.h"
#include "desk/retrain.h"
#include "people/audit.h"
#include "store/blob.h"
#include "store/store.h"
#include "triage/models.sql.h"
#include "triage/taxonomy.h"

SCOPED_FREE(struct arena, arena_free)

static const struct principal COMMAND = {
    .kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = "", .sees_all = true};

static const char *const MODEL_STATES[] = {"", "live", "kept", "refused"};

/* ------- taxonomy FILE */

static CHECKED enum err read_file(const struct cli *c, const char *path, struct str *ret,
                                  struct why *w)
{
    SCOPED(fd_close_p) int fd = open(cli_path(c, path), O_RDONLY | O_CLOEXEC);
    struct stat s;
    char *p;
    size_t n = 0;

    if (fd < 0)
        return fail(w, E_INVALID, "%s: %s", path, strerror(errno));
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || s.st_size > TAXONOMY_BYTES)
        return fail(w, E_INVALID, "%s: no file, or larger than %d bytes", path, TAXONOMY_BYTES);
    p = arena_alloc(c->arena, (size_t)s.st_size + 1);
    for (ssize_t got; n < (size_t)s.st_size; n += (size_t)got)
        if ((got = read(fd, p + n, (size_t)s.st_size - n)) <= 0)
            return fail(w, E_INVALID, "%s: could not be read whole", path);
    *ret = (struct str){p, n};
    return OK;
}

struct revision {
    struct arena *a;
    char hash[BLOB_HASH_BYTES];
    int64_t rev;
};

static enum err keep_taxonomy(struct tx *tx, void *arg, struct why *w)
{
    struct revision *r = arg;
    struct event ev = {
        .kind = EVENT_TRIAGE_CHANGED, .at = tx_now(tx), .data = "{\"what\":\"taxonomy\"}"};
    struct taxonomy_insert_in row = {.hash = r->hash, .now = tx_now(tx)};
    struct taxonomy_newest_row *newest;
    int64_t added = 0;
    enum err e;

    if ((e = q_taxonomy_newest(tx, r->a, &newest, w)))
        return e;
    row.rev = newest ? newest->rev + 1 : 1;
    if ((e = q_taxonomy_insert(tx, row, &added, w)))
        return e;
    if (added == 0)
        return fail(w, E_CONFLICT, "somebody else changed the taxonomy first");
    r->rev = row.rev;
    if ((e = audit_write(tx, &COMMAND, "taxonomy.replaced", "taxonomy", row.rev, NULL, w)) ||
        (e = retrain_ask(tx, w)))
        return e;
    return tx_event(tx, &ev, w);
}

static int put_taxonomy(struct cli *c)
{
    const char *path = cli_arg(c, 1);
    struct revision r = {.a = c->arena};
    struct taxonomy t;
    struct str text;
    struct why w;
    enum err e;

    if (!path)
        return cli_usage(c, "usage: antiphon triage taxonomy FILE --data DIR");
    if ((e = read_file(c, path, &text, &w)))
        return cli_fail(c, &w);
    if ((e = taxonomy_parse(text.p, text.n, c->arena, &t, &w))) {
        cli_say(c, "antiphon: %s: %s", path, w.text);
        return CLI_USAGE;
    }
    if ((e = blob_put(c->store, text.p, text.n, r.hash, &w)) ||
        (e = store_write(c->store, keep_taxonomy, &r, &w)))
        return cli_fail(c, &w);
    cli_say(c, "%zu queues, %zu categories, %zu examples; %s", t.n_queues, t.n_categories,
            t.n_examples, c->app ? "a training begins" : "the server trains when it runs");
    cli_out(c, "%" PRId64, r.rev);
    return CLI_DONE;
}

/* ------- retrain, rollback, models */

static enum err ask(struct tx *tx, void *arg, struct why *w)
{
    enum err e = audit_write(tx, &COMMAND, "triage.retrain", "model", 0, NULL, w);

    (void)arg;
    return e ? e : retrain_ask(tx, w);
}

struct list {
    struct arena *a;
    struct model_list_rows rows;
};

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct list *l = arg;

    return q_model_list(tx, l->a, &l->rows, w);
}

/* Beside a stopped server it trains here and now; a running one is asked, and goes on serving. */
static int retrain(struct cli *c)
{
    struct app app = {.store = c->store, .data_dir = c->data_dir, .started_at = clock_now()};
    struct job j = {.kind = "retrain", .key = "retrain", .arena = c->arena};
    struct list l = {.a = c->arena};
    struct why w;
    enum err e;

    if (c->app) {
        if ((e = store_write(c->store, ask, NULL, &w)))
            return cli_fail(c, &w);
        cli_say(c, "the server trains; `antiphon triage models` shows what came of it");
        return CLI_DONE;
    }
    if ((e = reader_start(c->store, &app.reader, &w)))
        return cli_fail(c, &w);
    e = retrain_job(&app, &j, &w);
    reader_stop(app.reader);
    if (e || (e = store_read(c->store, look, &l, &w)))
        return cli_fail(c, &w);
    if (l.rows.n && l.rows.v[0].state == MODEL_REFUSED) { /* the newest */
        cli_say(c, "antiphon: the new model was refused: %s", l.rows.v[0].why);
        return CLI_FAILED;
    }
    for (size_t i = 0; i < l.rows.n; i++)
        if (l.rows.v[i].state == MODEL_LIVE)
            cli_out(c, "%s", l.rows.v[i].version);
    return CLI_DONE;
}

struct back {
    struct list list;
    const char *version; /* NULL: the newest that is kept */
};

static enum err go_back(struct tx *tx, void *arg, struct why *w)
{
    struct back *b = arg;
    enum err e;

    if (!b->version && (e = look(tx, &b->list, w)))
        return e;
    for (size_t i = 0; !b->version && i < b->list.rows.n; i++)
        if (b->list.rows.v[i].state == MODEL_KEPT)
            b->version = b->list.rows.v[i].version;
    if (!b->version)
        return fail(w, E_NOT_FOUND, "there is no older model to go back to");
    return retrain_use(tx, b->list.a, b->version, &COMMAND, w);
}

static int rollback(struct cli *c)
{
    struct back b = {.list = {.a = c->arena}, .version = cli_arg(c, 1)};
    struct why w;

    if (store_write(c->store, go_back, &b, &w))
        return cli_fail(c, &w);
    cli_out(c, "%s", b.version);
    return CLI_DONE;
}

static int list_models(struct cli *c)
{
    struct list l = {.a = c->arena};
    struct why w;

    if (store_read(c->store, look, &l, &w))
        return cli_fail(c, &w);
    if (l.rows.n == 0)
        cli_say(c, "no model was trained here yet; the built-in one reads");
    for (size_t i = 0; i < l.rows.n; i++) {
        const struct model_list_row *r = &l.rows.v[i];
        char at[TIME_TEXT_BYTES];

        time_format(at, r->created_at);
        cli_out(c,
                "{\"version\":\"%s\",\"state\":\"%s\",\"is_builtin\":%s,\"created_at\":\"%s\","
                "\"metrics\":%s}",
                r->version, MODEL_STATES[r->state], r->hash ? "false" : "true", at, r->metrics);
    }
    return CLI_DONE;
}

/* ------- export */

/* One line: tabs and ends of lines would make more of it. */
static const char *in_one_line(struct arena *a, const char *text)
{
    char *line = arena_str(a, text);

    for (char *p = line; *p; p++)
        if (*p == '\t' || *p == '\n' || *p == '\r')
            *p = ' ';
    return line;
}

static void put_row(const struct cli *c, const struct train_row *row)
{
    const char *text = in_one_line(c->arena, row->text);

    if (str_trim(str_of(text)).n)
        cli_out(c, "%s\t%s", row->label, text);
}

static int export(struct cli *c)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1024 * 1024);
    struct models m;
    struct taxonomy all = {0};
    struct lessons l;
    struct why w;
    enum err e;

    if ((e = models_load(c->store, a, &m, &w))) {
        models_free(&m);
        return cli_fail(c, &w);
    }
    all = m.taxonomy;
    all.n_examples = 0; /* what people said, and nothing that was written in advance */
    e = lessons_gather(c->store, a, &all, &l, &w);
    models_free(&m);
    if (e)
        return cli_fail(c, &w);
    for (size_t i = 0; i < l.n_rows; i++)
        put_row(c, &l.rows[i]);
    for (size_t i = 0; i < l.n_golden; i++)
        put_row(c, &l.golden[i]);
    cli_say(c, "%zu messages", l.n_rows + l.n_golden);
    return CLI_DONE;
}

/* ------- which */

static const struct {
    const char *name;
    int (*run)(struct cli *c);
} VERBS[] = {{"taxonomy", put_taxonomy}, {"retrain", retrain}, {"rollback", rollback},
             {"models", list_models},    {"export", export},   {NULL, NULL}};

bool triage_desk_has(const char *verb)
{
    for (size_t i = 0; verb && VERBS[i].name; i++)
        if (strcmp(VERBS[i].name, verb) == 0)
            return true;
    return false;
}

int triage_desk(struct cli *c)
{
    const char *verb = cli_arg(c, 0);

    for (size_t i = 0; VERBS[i].name; i++)
        if (strcmp(VERBS[i].name, verb) == 0)
            return VERBS[i].run(c);
    return CLI_USAGE;
}
