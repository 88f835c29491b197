/* Bytes on a socket: a request or a refusal, the same one however the bytes are cut. */
#include "fuzz.h"
#include "http/reader.h"
#include "http/target.h"

struct outcome {
    enum read_state state;
    enum method method;
    int status;
    int64_t content_length;
    size_t n_headers, body_bytes, took;
};

static void look_at_target(struct str target, struct arena *a)
{
    struct str query = {0}, name, value;
    const char *path = NULL;
    struct why w = {0};

    if (target_split(target, a, &path, &query, &w))
        return;
    CHECK(utf8_is_valid(path, strlen(path)) && !strstr(path, "/../"));
    while (query_next(&query, &name, &value)) {
        (void)form_decode(name, a);
        (void)form_decode(value, a);
    }
}

/* Read the first request, `step` bytes at a time. */
static struct outcome read_by(const uint8_t *data, size_t n, size_t step)
{
    struct arena *a = arena_new(65536);
    struct outcome o = {0};
    struct reader r;

    reader_init(&r, a);
    while (r.state != READ_DONE && r.state != READ_BAD) {
        size_t room = n - o.took < step ? n - o.took : step, took;

        if (r.state == READ_AHEAD) {
            look_at_target(r.target, a);
            r.max_body = 1000;
            reader_go_on(&r);
            continue;
        }
        if (room == 0)
            break;
        took = reader_feed(&r, (const char *)data + o.took, room);
        CHECK(took <= room);
        CHECK(took > 0 || r.state == READ_AHEAD || r.state == READ_DONE || r.state == READ_BAD);
        o.took += took;
    }
    o.state = r.state;
    o.status = r.state == READ_BAD ? r.status : 0;
    if (r.state == READ_DONE) {
        o.method = r.method;
        o.n_headers = r.n_headers;
        o.content_length = r.content_length;
        o.body_bytes = r.body_bytes;
        CHECK(o.body_bytes <= 1000);
    }
    if (r.state != READ_DONE)
        o.took = 0; /* how far a refused one was read may differ */
    reader_done(&r);
    arena_free(a);
    return o;
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    return a->state == b->state && a->method == b->method && a->status == b->status &&
           a->content_length == b->content_length && a->n_headers == b->n_headers &&
           a->body_bytes == b->body_bytes && a->took == b->took;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct outcome whole = read_by(data, n, n ? n : 1), bytes = read_by(data, n, 1),
                   sevens = read_by(data, n, 7);

    CHECK(is_same(&whole, &bytes));
    CHECK(is_same(&whole, &sevens));
    return 0;
}
