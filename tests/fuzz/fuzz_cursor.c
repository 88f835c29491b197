/* The cursor that a client sends back: one of ours, or refused; never a guess. */
#include <unistd.h>

#include "fuzz.h"
#include "store/store.h"

static struct store *an_empty_store(void)
{
    static struct store *store;
    struct store_conf conf = {.node = 0, .is_migrating = true};
    char dir[] = "/tmp/antiphon-fuzz-XXXXXX";
    struct why w = {0};

    if (store)
        return store;
    CHECK(mkdtemp(dir));
    conf.data_dir = dir;
    if (store_open(&conf, &store, &w)) {
        fprintf(stderr, "%s\n", w.text);
        abort();
    }
    return store;
}

struct asked {
    const char *cursor;
    struct arena *a;
    enum err got;
};

static enum err ask(struct tx *tx, void *arg, struct why *w)
{
    struct asked *q = arg;
    struct event *events;
    size_t n = 0;

    q->got = store_events_after(tx, q->cursor, 10, q->a, &events, &n, w);
    CHECK(q->got || n == 0);
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new(4096);
    struct asked q = {.cursor = arena_dup(a, data, n), .a = a};
    struct why w = {0};
    int64_t v;

    (void)str_i64((struct str){(const char *)data, n}, INT64_MIN, INT64_MAX, &v);
    if (q.cursor[0]) {
        CHECK(store_read(an_empty_store(), ask, &q, &w) == OK);
        CHECK(q.got == OK || q.got == E_NOT_FOUND);
    }
    arena_free(a);
    return 0;
}
