/* Bytes from anywhere as a body: refused, or parsed and written back to the same thing. */
#include "base/json_shape.h"
#include "fuzz.h"

struct inner {
    const char *word;
    int64_t n;
};

struct outer {
    const char *text, *kind, *raw;
    int64_t n;
    bool is;
    int64_t at;
    struct inner *one;
    struct shape_list many;
    struct shape_texts words;
    struct shape_ids ids;
    struct shape_map map;
};

static const char *const KINDS[] = {"reply", "note", NULL};

static SHAPE(INNER, "Inner", struct inner, "",
             {{"word", SHAPE_TEXT, 0, offsetof(struct inner, word), 0, 20, .doc = ""},
              {"n", SHAPE_I64, 0, offsetof(struct inner, n), -5, 5, .doc = ""}});
static SHAPE(OUTER, "Outer", struct outer, "",
             {{"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct outer, text), 1, 100, .doc = ""},
              {"kind", SHAPE_ENUM, SHAPE_OMIT, offsetof(struct outer, kind), .names = KINDS},
              {"raw", SHAPE_RAW, SHAPE_OMIT, offsetof(struct outer, raw), 0, 1000, .doc = ""},
              {"n", SHAPE_I64, 0, offsetof(struct outer, n), 0, 0, .doc = ""},
              {"is", SHAPE_BOOL, 0, offsetof(struct outer, is), 0, 0, .doc = ""},
              {"at", SHAPE_TIME, SHAPE_OMIT, offsetof(struct outer, at), 0, 0, .doc = ""},
              {"one", SHAPE_OBJECT, SHAPE_OMIT, offsetof(struct outer, one), .of = &INNER},
              {"many", SHAPE_LIST, 0, offsetof(struct outer, many), 0, 5, .of = &INNER},
              {"words", SHAPE_TEXTS, 0, offsetof(struct outer, words), 0, 5, .doc = ""},
              {"ids", SHAPE_IDS, 0, offsetof(struct outer, ids), 0, 5, .doc = ""},
              {"map", SHAPE_MAP, 0, offsetof(struct outer, map), 0, 5, .doc = ""}});

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new(4096);
    struct outer first = {0}, second = {0};
    struct why w = {0};
    struct buf one, two;

    (void)!json_check((const char *)data, n, &w);
    if (shape_parse(&OUTER, (const char *)data, n, a, &first, &w) == OK) {
        buf_init(&one, (size_t)1 << 20);
        buf_init(&two, (size_t)1 << 20);
        shape_write(&one, &OUTER, &first);
        CHECK(json_check(one.p, one.n, &w) == OK);
        CHECK(shape_parse(&OUTER, one.p, one.n, a, &second, &w) == OK);
        shape_write(&two, &OUTER, &second);
        CHECK(one.n == two.n && memcmp(one.p, two.p, one.n) == 0);
        buf_done(&one);
        buf_done(&two);
    }
    arena_free(a);
    return 0;
}
