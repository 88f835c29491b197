/* Does each export give the items that stand beside it? A case is a folder of
 * tests/wire/import: got.mbox, got.csv, got.jsonl or got/ (a Maildir), and want.jsonl, one line
 * an item. A new case needs no code. */
#include "import/import.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/scope.h"

#define CASES SOURCE_ROOT "/tests/wire/import"

SCOPED_FREE(struct arena, arena_free)
SCOPED_FREE(struct import_source, import_close)

static void member(struct buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(b, ",\"%s\":", name);
    buf_json(b, value, strlen(value));
}

static void write_item(struct buf *b, const struct import_item *item)
{
    static const char *const KINDS[] = {"end",   "nothing", "repeat", "incoming",
                                        "reply", "note",    "mail"};

    buf_printf(b, "{\"kind\":\"%s\"", KINDS[item->kind]);
    member(b, "where", item->where);
    if (item->kind == IMPORT_MAIL) {
        buf_str(b, ",\"at\":");
        buf_time(b, item->at);
        buf_str(b, ",\"raw\":");
        buf_json(b, item->raw.p, item->raw.n);
    } else if (item->kind != IMPORT_REPEAT) {
        member(b, "external_id", item->in.external_id);
        member(b, "thread", item->in.thread_external_id);
        member(b, "contact", item->in.contact.external_id);
        member(b, "name", item->in.contact.name);
        member(b, "author", item->author);
        member(b, "subject", item->in.subject);
        member(b, "text", item->in.text);
        member(b, "context", item->in.context);
        if (item->in.sent_at) {
            buf_str(b, ",\"at\":");
            buf_time(b, item->in.sent_at);
        }
        assert_true(item->in.is_imported);
    }
    buf_str(b, "}\n");
}

/* All items of the export at `path`, as want.jsonl has them. */
static void write_all(struct buf *b, const char *path)
{
    SCOPED(import_close_p) struct import_source *s = NULL;
    struct why w = {0};
    enum err e = import_open(path, IMPORT_AUTO, &s, &w);

    if (e) {
        buf_str(b, "{\"cannot open\":");
        buf_json(b, strchr(w.text, ':') ? strrchr(w.text, ':') : w.text, strlen(w.text));
        buf_str(b, "}\n");
        return;
    }
    for (;;) {
        SCOPED(arena_free_p) struct arena *a = arena_new(4096);
        struct import_item item;
        int64_t done, all;

        e = import_next(s, a, &item, &w);
        import_progress(s, &done, &all);
        assert_true(done <= all);
        if (e) {
            assert_int_equal(e, E_INVALID);
            buf_str(b, "{\"refused\":");
            buf_json(b, w.text, strlen(w.text));
            member(b, "field", *w.field ? w.field : NULL);
            member(b, "where", item.where);
            buf_str(b, "}\n");
        } else if (item.kind == IMPORT_END) {
            return;
        } else if (item.kind != IMPORT_NOTHING) {
            write_item(b, &item);
        }
    }
}

static char *file_read(const char *path)
{
    FILE *f = fopen(path, "r");
    char *p = calloc(1, 1 << 20);

    assert_non_null(p);
    if (f) {
        assert_true(fread(p, 1, (1 << 20) - 1, f) < (1 << 20) - 1);
        fclose(f);
    }
    return p;
}

/* The first difference in words; WIRE_WRITE=1 in the environment writes want.jsonl instead. */
static void compare(const char *name, const char *got, const char *want_path)
{
    char *want = file_read(want_path);
    bool is_same = strcmp(want, got) == 0;

    free(want);
    if (getenv("WIRE_WRITE")) {
        FILE *f = fopen(want_path, "w");

        assert_non_null(f);
        fputs(got, f);
        fclose(f);
    } else if (!is_same) {
        fail_msg("case %s gives:\n%s", name, got);
    }
}

static void run_case(const char *name)
{
    static const char *const GOT[] = {"got.mbox", "got.csv", "got.jsonl", "got"};
    char path[512], want[512];
    struct buf b;
    bool is_found = false;

    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < sizeof(GOT) / sizeof(*GOT) && !is_found; i++) {
        snprintf(path, sizeof(path), CASES "/%s/%s", name, GOT[i]);
        is_found = access(path, R_OK) == 0;
    }
    if (!is_found)
        fail_msg("case %s has no got.*", name);
    snprintf(want, sizeof(want), CASES "/%s/want.jsonl", name);
    write_all(&b, path);
    assert_false(b.is_over);
    compare(name, b.n ? b.p : "", want);
    buf_done(&b);
}

static void every_case_gives_what_it_wants(void **state)
{
    DIR *dir = opendir(CASES);
    struct dirent *d;
    int n = 0;

    assert_non_null(dir);
    while ((d = readdir(dir))) {
        if (d->d_name[0] == '.')
            continue;
        run_case(d->d_name);
        n++;
    }
    closedir(dir);
    assert_true(n >= 10);
}

static void what_is_not_there_is_said(void **state)
{
    struct import_source *s = NULL;
    struct why w = {0};

    assert_int_equal(import_open("/nowhere/at/all", IMPORT_AUTO, &s, &w), E_NOT_FOUND);
    assert_int_equal(import_open(SOURCE_ROOT "/src", IMPORT_AUTO, &s, &w), E_INVALID);
    assert_non_null(strstr(w.text, "no Maildir"));
    assert_int_equal(import_open(SOURCE_ROOT "/meson.build", IMPORT_AUTO, &s, &w), E_INVALID);
    assert_int_equal(import_open(SOURCE_ROOT "/meson.build", IMPORT_TWITTER, &s, &w), E_INVALID);
    assert_non_null(strstr(w.text, "lacks"));
    assert_null(s);
}

/* A line of 300 kB without an end, then a good one: the good one comes through. */
static void a_line_without_end_is_one_refusal(void **state)
{
    char path[] = "/tmp/antiphon-import-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    struct import_source *s = NULL;
    struct import_item item;
    struct why w = {0};
    struct arena *a = arena_new(4096);

    if (!f)
        fail_msg("%s cannot be written", path);
    fputs("{\"text\":\"", f);
    for (int i = 0; i < 600000; i++)
        fputc('x', f);
    fputs("\n{\"external_id\":\"1\",\"contact\":{\"external_id\":\"c\"},\"text\":\"hi\"}\n", f);
    fclose(f);
    assert_int_equal(import_open(path, IMPORT_AUTO, &s, &w), OK);
    assert_int_equal(import_next(s, a, &item, &w), E_INVALID);
    assert_string_equal(item.where, "line 1");
    assert_int_equal(import_next(s, a, &item, &w), OK);
    assert_int_equal(item.kind, IMPORT_INCOMING);
    assert_string_equal(item.in.text, "hi");
    assert_int_equal(import_next(s, a, &item, &w), OK);
    assert_int_equal(item.kind, IMPORT_END);
    import_close(s);
    arena_free(a);
    unlink(path);
}

/* A quote that is never closed swallows at most one row's room, not the file. */
static void a_lost_quote_does_not_swallow_the_file(void **state)
{
    char path[] = "/tmp/antiphon-import-XXXXXX";
    int fd = mkstemp(path), refused = 0, taken = 0;
    FILE *f = fdopen(fd, "w");
    struct import_source *s = NULL;
    struct why w = {0};

    if (!f)
        fail_msg("%s cannot be written", path);
    fputs("tweet_id,author_id,inbound,created_at,text\n"
          "1,7,True,Tue Oct 31 22:10:47 +0000 2017,\"never closed\n",
          f);
    for (int i = 2; i < 30000; i++)
        fprintf(f, "%d,7,True,Tue Oct 31 22:10:47 +0000 2017,plain words %d\n", i, i);
    fclose(f);
    assert_int_equal(import_open(path, IMPORT_AUTO, &s, &w), OK);
    for (;;) {
        struct arena *a = arena_new(4096);
        struct import_item item;
        enum err e = import_next(s, a, &item, &w);

        refused += e != OK;
        taken += !e && item.kind == IMPORT_INCOMING;
        arena_free(a);
        if (!e && item.kind == IMPORT_END)
            break;
    }
    assert_int_equal(refused, 1);
    assert_in_range(taken, 10000, 29998);
    import_close(s);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_gives_what_it_wants),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(a_line_without_end_is_one_refusal),
        cmocka_unit_test(a_lost_quote_does_not_swallow_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
