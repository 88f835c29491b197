/* Does an import come out as threads, once, however often it is run, on either engine? */
#include "cli/import_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scope.h"
#include "base/test.h"
#include "inboxes/inbox_store.h"
#include "store/test_store.h"
#include "sys/secret.h"
#include "tickets/message.h"
#include "tickets/ticket_store.h"

SCOPED_FREE(struct arena, arena_free)

static struct test_store db;
static struct store *store;
static int64_t inbox_id;
static char said[2000]; /* every refusal, a line each */
static const struct principal ADMIN = {
    .kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = "", .sees_all = true};

static enum err make_inbox(struct tx *tx, void *arg, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    struct inbox_new in = {.name = "Old", .channel = "api"};

    (void)arg;
    return inbox_make(tx, a, &in, &ADMIN, &inbox_id, w);
}

static int begin(void **state)
{
    struct why w = {0};

    if (!secret_init())
        return -1;
    test_store_init(&db, *(const enum store_engine *)*state);
    if (store_open(&db.conf, &store, &w) || store_write(store, make_inbox, NULL, &w)) {
        print_error("%s\n", w.text);
        return -1;
    }
    return 0;
}

static int end(void **state)
{
    store_close(store);
    test_store_done(&db);
    return 0;
}

static void refused(void *arg, const char *where, const struct why *why)
{
    size_t n = strlen(said);

    snprintf(said + n, sizeof said - n, "%s: %s\n", where, why->text);
}

static struct import_figures run(const char *text)
{
    struct import_target target = {.store = store,
                                   .inbox = {.id = inbox_id,
                                             .name = "Old",
                                             .channel = "api",
                                             .settings = "{}",
                                             .secret = "00"},
                                   .status = CATEGORY_CLOSED,
                                   .refused = refused};
    struct import_writer *wr = import_writer_new(&target);
    struct import_source *s = NULL;
    char path[] = "/tmp/antiphon-import-XXXXXX";
    int fd = mkstemp(path);
    struct import_figures f;
    struct why w = {0};

    said[0] = '\0';
    assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    assert_int_equal(import_open(path, IMPORT_AUTO, &s, &w), OK);
    for (bool is_end = false; !is_end;) {
        struct arena *a = arena_new(4096);
        struct import_item item;
        enum err e = import_next(s, a, &item, &w);

        is_end = !e && item.kind == IMPORT_END;
        if (!e && item.kind > IMPORT_REPEAT) {
            assert_int_equal(import_writer_take(wr, a, &item, &w), OK);
            continue;
        }
        if (e)
            import_writer_refused(wr, &item, &w);
        else if (item.kind == IMPORT_REPEAT)
            import_writer_repeat(wr);
        arena_free(a);
    }
    assert_int_equal(import_writer_finish(wr, &w), OK);
    f = import_writer_figures(wr);
    assert_int_equal(f.read, f.stored + f.duplicate + f.refused);
    import_writer_free(wr);
    import_close(s);
    unlink(path);
    return f;
}

/* PostgreSQL has several writers: which thread was stored first is not said. */
static int by_contact(const void *a, const void *b)
{
    return strcmp(((const struct ticket *)b)->contact->name,
                  ((const struct ticket *)a)->contact->name);
}

/* All threads, by the customer's name, as "kind author: text" lines. */
struct telling {
    struct arena *a;
    struct buf b;
};

static enum err tell(struct tx *tx, void *arg, struct why *w)
{
    struct telling *t = arg;
    struct ticket_filter all = {.buckets = ~0u, .limit = 100};
    const char *cursor = NULL;
    struct ticket *v;
    size_t n;
    enum err e;

    if ((e = ticket_page(tx, t->a, &all, &ADMIN, &v, &n, &cursor, w)))
        return e;
    qsort(v, n, sizeof *v, by_contact);
    while (n-- > 0) {
        struct message *m;
        size_t n_messages;

        if ((e = message_list(tx, t->a, v[n].id, 0, 100, &m, &n_messages, w)))
            return e;
        buf_printf(&t->b, "%s%s%s\n", v[n].status, v[n].is_imported ? " imported" : "",
                   v[n].waiting_since ? " waiting" : "");
        for (size_t i = 0; i < n_messages; i++) {
            char at[TIME_TEXT_BYTES];

            time_format(at, m[i].created_at);
            buf_printf(&t->b, "  %.10s %s %s: %s\n", at, m[i].kind, m[i].author->name, m[i].text);
        }
    }
    return OK;
}

static void assert_told(const char *want)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    struct telling t = {.a = a};
    struct why w = {0};

    buf_init(&t.b, 100000);
    if (store_read(store, tell, &t, &w))
        fail_msg("%s", w.text);
    assert_string_equal(t.b.p, want);
    buf_done(&t.b);
}

#define LINE(id, contact, kind, author, text, thread)                                              \
    "{\"external_id\":\"" id "\",\"contact\":{\"external_id\":\"" contact "\",\"name\":\"" contact \
    "\"},\"kind\":\"" kind "\",\"author_name\":\"" author "\",\"text\":\"" text                    \
    "\",\"thread_external_id\":\"" thread "\",\"sent_at\":\"2020-02-03T04:05:06Z\"}\n"

static void lines_become_threads_once(void **state)
{
    static const char text[] = LINE("1", "Ana", "incoming", "", "my app is mute", "t1")
        LINE("2", "Ana", "reply", "Bo", "is the volume up?", "t1")
            LINE("3", "Ana", "note", "Bo", "she is a drummer", "t1")
                LINE("4", "Cy", "incoming", "", "hello", "t2")
                    LINE("5", "Cy", "reply", "Bo", "to nobody", "t3")
                        LINE("1", "Ana", "incoming", "", "the same id again", "t1");
    struct import_figures f = run(text);

    assert_int_equal(f.stored, 4);
    assert_int_equal(f.duplicate, 1);
    assert_string_equal(said, "line 5: is an answer of ours to nothing that is here\n");
    assert_told("closed imported\n"
                "  2020-02-03 incoming Ana: my app is mute\n"
                "  2020-02-03 reply Bo: is the volume up?\n"
                "  2020-02-03 note Bo: she is a drummer\n"
                "closed imported\n"
                "  2020-02-03 incoming Cy: hello\n");
    f = run(text);
    assert_int_equal(f.stored, 0);
    assert_int_equal(f.duplicate, 5);
    assert_int_equal(f.refused, 1);
}

/* More than are on their way at once, of many threads, in any order. */
static void many_keep_their_order(void **state)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(1 << 20);
    struct buf b;
    struct import_figures f;

    buf_init(&b, 4 << 20);
    for (int i = 0; i < 2000; i++)
        buf_printf(&b,
                   "{\"external_id\":\"m%d\",\"contact\":{\"external_id\":\"c%d\"},\"text\":\"%d\","
                   "\"thread_external_id\":\"t%d\"}\n",
                   i, i % 7, i / 7, i % 7);
    f = run(b.p);
    buf_done(&b);
    assert_int_equal(f.stored, 2000);
    struct telling t = {.a = a};
    struct why w = {0};
    int last = -1, threads = 0;

    buf_init(&t.b, 4 << 20);
    assert_int_equal(store_read(store, tell, &t, &w), OK);
    struct str rest = {t.b.p, t.b.n};
    while (rest.n) {
        struct str line = str_cut(&rest, '\n'), said_text = line;

        if (!str_starts(line, STR("  "))) {
            threads++;
            last = -1;
            continue;
        }
        while (memchr(said_text.p, ':', said_text.n))
            str_cut(&said_text, ':');
        int64_t v;

        assert_true(str_i64(str_trim(said_text), 0, 2000, &v));
        if (v <= last)
            fail_msg("%d comes before %d", last, (int)v);
        last = (int)v;
    }
    assert_int_equal(threads, 7);
    buf_done(&t.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_STORES_WITH(lines_become_threads_once, begin, end),
        ON_BOTH_STORES_WITH(many_keep_their_order, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
