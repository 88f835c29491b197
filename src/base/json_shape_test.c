/* Does JSON from outside become our structs only where it keeps every rule, and does what we
 * write come back the same? The public suite of ../shared/data/json_parsing is run where that
 * folder is there. */
#include "base/json_shape.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/test.h"
#include "base/scope.h"

struct owner {
    const char *external_id;
    const char *email;
};

struct thing {
    uint64_t present;
    const char *name;
    int64_t count;
    bool is_open;
    msec at;
    const char *level;
    struct owner *owner;
    struct shape_list owners;
    struct shape_texts tags;
    struct shape_ids ids;
    struct shape_map attributes;
    const char *settings, *context;
    int64_t id;
    int64_t amount;
};

static const char *const LEVELS[] = {"low", "high", NULL};

static SHAPE(OWNER, "Owner", struct owner, NULL,
             {{"external_id", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct owner, external_id), 1,
               9},
              {"email", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct owner, email), 0, 320}});

static SHAPE_WITH_PRESENT(
    THING, "Thing", struct thing, "one of everything",
    {{"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct thing, name), 1, 5},
     {"count", SHAPE_I64, 0, offsetof(struct thing, count), 1, 100},
     {"is_open", SHAPE_BOOL, 0, offsetof(struct thing, is_open)},
     {"at", SHAPE_TIME, SHAPE_NULLABLE, offsetof(struct thing, at)},
     {"level", SHAPE_ENUM, SHAPE_NULLABLE, offsetof(struct thing, level), .names = LEVELS},
     {"owner", SHAPE_OBJECT, SHAPE_NULLABLE, offsetof(struct thing, owner), .of = &OWNER},
     {"owners", SHAPE_LIST, 0, offsetof(struct thing, owners), 0, 3, &OWNER},
     {"tags", SHAPE_TEXTS, 0, offsetof(struct thing, tags), 0, 3},
     {"ids", SHAPE_IDS, 0, offsetof(struct thing, ids), 0, 9},
     {"attributes", SHAPE_MAP, 0, offsetof(struct thing, attributes), 0, 2},
     {"settings", SHAPE_RAW, SHAPE_OMIT, offsetof(struct thing, settings), 0, 200},
     {"context", SHAPE_RAW, SHAPE_OMIT | SHAPE_NULLABLE | SHAPE_AN_OBJECT,
      offsetof(struct thing, context)},
     {"id", SHAPE_I64, SHAPE_READ_ONLY | SHAPE_OMIT, offsetof(struct thing, id)},
     {"amount", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct thing, amount)}});

static enum err parse(struct arena *a, const char *text, struct thing *ret, struct why *w)
{
    *ret = (struct thing){0};
    *w = (struct why){0};
    return shape_parse(&THING, text, strlen(text), a, ret, w);
}

static void free_arena(struct arena **a)
{
    arena_free(*a);
}

static void refusals(void **state)
{
    static const struct {
        const char *says, *text, *field;
        enum err want;
    } rows[] = {
        {"no text at all", "", "", E_MALFORMED},
        {"a list, not an object", "[1]", "", E_MALFORMED},
        {"a second value behind the first", "{\"name\":\"a\"} 1", "", E_MALFORMED},
        {"cut short", "{\"name\":\"a\"", "", E_MALFORMED},
        {"half a surrogate pair", "{\"name\":\"\\ud800\"}", "", E_MALFORMED},
        {"a byte that is not UTF-8", "{\"name\":\"\xff\"}", "", E_MALFORMED},
        {"a surrogate in UTF-8", "{\"name\":\"\xed\xa0\x80\"}", "", E_MALFORMED},
        {"a byte order mark", "\xef\xbb\xbf{\"name\":\"a\"}", "", E_MALFORMED},
        {"an unknown field", "{\"name\":\"a\",\"nmae\":1}", "nmae", E_INVALID},
        {"an unknown field inside", "{\"name\":\"a\",\"owner\":{\"external_id\":\"x\",\"e\":1}}",
         "owner.e", E_INVALID},
        {"a field twice", "{\"name\":\"a\",\"name\":\"b\"}", "name", E_INVALID},
        {"a field twice, once escaped", "{\"name\":\"a\",\"n\\u0061me\":\"b\"}", "name", E_INVALID},
        {"a required field missing", "{}", "name", E_INVALID},
        {"a required field of a list's entry missing",
         "{\"name\":\"a\",\"owners\":[{\"external_id\":\"x\"},{\"email\":\"y\"}]}",
         "owners.1.external_id", E_INVALID},
        {"null where text must stand", "{\"name\":null}", "name", E_INVALID},
        {"a number where text must stand", "{\"name\":5}", "name", E_INVALID},
        {"too short", "{\"name\":\"\"}", "name", E_INVALID},
        {"too long, counted in characters",
         "{\"name\":\"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4x\"}", "name", E_INVALID},
        {"NUL in a text", "{\"name\":\"a\\u0000\"}", "name", E_INVALID},
        {"below the least", "{\"name\":\"a\",\"count\":0}", "count", E_INVALID},
        {"above the most", "{\"name\":\"a\",\"count\":101}", "count", E_INVALID},
        {"a fraction", "{\"name\":\"a\",\"count\":1.0}", "count", E_INVALID},
        {"an exponent", "{\"name\":\"a\",\"count\":1e1}", "count", E_INVALID},
        {"more than 53 bits", "{\"name\":\"a\",\"amount\":9007199254740992}", "amount", E_INVALID},
        {"more than 64 bits", "{\"name\":\"a\",\"amount\":99999999999999999999}", "amount",
         E_INVALID},
        {"a number in quotes", "{\"name\":\"a\",\"count\":\"5\"}", "count", E_INVALID},
        {"a word for a boolean", "{\"name\":\"a\",\"is_open\":\"true\"}", "is_open", E_INVALID},
        {"no time", "{\"name\":\"a\",\"at\":\"yesterday\"}", "at", E_INVALID},
        {"a name that is not in the list", "{\"name\":\"a\",\"level\":\"Low\"}", "level",
         E_INVALID},
        {"an object for a list", "{\"name\":\"a\",\"tags\":{}}", "tags", E_INVALID},
        {"too many entries", "{\"name\":\"a\",\"tags\":[\"1\",\"2\",\"3\",\"4\"]}", "tags",
         E_INVALID},
        {"a number among the texts", "{\"name\":\"a\",\"tags\":[\"1\",2]}", "tags.1", E_INVALID},
        {"a text among the numbers", "{\"name\":\"a\",\"ids\":[\"1\"]}", "ids.0", E_INVALID},
        {"a number in the map", "{\"name\":\"a\",\"attributes\":{\"k\":1}}", "attributes.k",
         E_INVALID},
        {"a name twice in the map", "{\"name\":\"a\",\"attributes\":{\"k\":\"\",\"k\":\"\"}}",
         "attributes.k", E_INVALID},
        {"a name twice in a free object", "{\"name\":\"a\",\"settings\":{\"k\":1,\"k\":2}}",
         "settings.k", E_INVALID},
        {"NUL in a free object", "{\"name\":\"a\",\"settings\":[\"\\u0000\"]}", "settings",
         E_INVALID},
        {"a list for a free object", "{\"name\":\"a\",\"context\":[]}", "context", E_INVALID},
        {"what only we may set", "{\"name\":\"a\",\"id\":7}", "id", E_INVALID},
    };
    SCOPED(free_arena) struct arena *a = arena_new(4096);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct thing t;
        struct why w;
        enum err e = parse(a, rows[i].text, &t, &w);

        if (e != rows[i].want || strcmp(w.field, rows[i].field) != 0)
            fail_msg("%s: %s, field \"%s\": %s", rows[i].says, err_name(e), w.field, w.text);
    }
}

static void reads_all(void **state)
{
    static const char text[] =
        " { \"name\" : \"\\u00e4\\ud834\\udd1e\\n\" , \"count\":100,\"is_open\":true,"
        "\"at\":\"2026-11-22T05:32:00.123Z\",\"level\":\"high\","
        "\"owner\":{\"external_id\":\"x\",\"email\":null},"
        "\"owners\":[{\"external_id\":\"a\"},{\"external_id\":\"b\"}],\"tags\":[\"one\",\"\"],"
        "\"ids\":[1,-0,-5,9007199254740991,4,5],\"attributes\":{\"plan\":\"gold\"},"
        "\"settings\": { \"a\" : [ 1.50 , true , null , \"x\\u0041\" ] , \"b\" : { } } }";
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct thing t;
    struct why w;

    assert_int_equal(parse(a, text, &t, &w), OK);
    assert_string_equal(t.name, "\xc3\xa4\xf0\x9d\x84\x9e\n");
    assert_int_equal(t.count, 100);
    assert_true(t.is_open);
    assert_int_equal(t.at, 1795325520123);
    assert_ptr_equal(t.level, LEVELS[1]);
    assert_string_equal(t.owner->external_id, "x");
    assert_null(t.owner->email);
    assert_int_equal(t.owners.n, 2);
    assert_string_equal(((struct owner *)t.owners.v)[1].external_id, "b");
    assert_int_equal(t.tags.n, 2);
    assert_string_equal(t.tags.v[0], "one");
    assert_int_equal(t.ids.n, 6);
    assert_int_equal(t.ids.v[1], 0);
    assert_int_equal(t.ids.v[3], ((int64_t)1 << 53) - 1);
    assert_string_equal(t.attributes.v[0].value, "gold");
    assert_string_equal(t.settings, "{\"a\":[1.50,true,null,\"x\\u0041\"],\"b\":{}}");
    assert_true(SHAPE_HAS(&t, &THING, "name"));
    assert_false(SHAPE_HAS(&t, &THING, "amount"));
}

static void absent_and_null_differ_for_patch(void **state)
{
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    struct thing t;
    struct why w;

    assert_int_equal(parse(a, "{\"name\":\"a\",\"at\":null}", &t, &w), OK);
    assert_true(SHAPE_HAS(&t, &THING, "at"));
    assert_false(SHAPE_HAS(&t, &THING, "level"));
    assert_int_equal(t.at, 0);
}

static void writes_what_it_reads(void **state)
{
    static const char want[] =
        "{\"name\":\"a\\\"\\u0001\",\"count\":1,\"is_open\":false,\"at\":null,\"level\":null,"
        "\"owner\":{\"external_id\":\"x\",\"email\":null},\"owners\":[],\"tags\":[\"t\"],"
        "\"ids\":[2,3],\"attributes\":{\"k\":\"v\"},\"settings\":{\"z\":[0.1]},\"amount\":null}";
    SCOPED(free_arena) struct arena *a = arena_new(4096);
    SCOPED(buf_done) struct buf b;
    struct thing t;
    struct why w;

    buf_init(&b, 4096);
    assert_int_equal(parse(a, want, &t, &w), OK);
    shape_write(&b, &THING, &t);
    assert_string_equal(b.p, want);
}

static void an_empty_struct_is_still_whole(void **state)
{
    SCOPED(buf_done) struct buf b;

    buf_init(&b, 4096);
    shape_write(&b, &THING, &(struct thing){0});
    assert_string_equal(b.p, "{\"name\":\"\",\"count\":0,\"is_open\":false,\"at\":null,"
                             "\"level\":null,\"owner\":null,\"owners\":[],\"tags\":[],\"ids\":[],"
                             "\"attributes\":{},\"amount\":null}");
}

static void deep_text_is_refused_not_followed(void **state)
{
    static char text[200000];
    struct why w;

    memset(text, '[', sizeof text);
    assert_int_equal(json_check(text, sizeof text, &w), E_MALFORMED);
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    assert_int_equal(json_check(text, 128, &w), OK);
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_int_equal(json_check(text, 130, &w), E_MALFORMED);
}

static const char *say_suffix(const void *arg, const struct shape *s)
{
    return arg;
}

static void schema_says_what_must_be_there(void **state)
{
    SCOPED(buf_done) struct buf b;
    struct why w;

    buf_init(&b, 16384);
    shape_schema(&b, &THING, SHAPE_IN, say_suffix, "Input");
    assert_int_equal(json_check(b.p, b.n, &w), OK);
    assert_non_null(strstr(b.p, "\"required\":[\"name\"]"));
    assert_non_null(strstr(b.p, "#/components/schemas/OwnerInput\""));
    assert_null(strstr(b.p, "\"id\":{"));
    buf_reset(&b);
    shape_schema(&b, &THING, SHAPE_OUT, say_suffix, "");
    assert_int_equal(json_check(b.p, b.n, &w), OK);
    assert_non_null(strstr(b.p, "\"level\":{\"type\":[\"string\",\"null\"],\"enum\":[\"low\","
                                "\"high\",null]}"));
    assert_non_null(strstr(b.p, "\"attributes\",\"amount\"]"));
}

/* The public suite: y_ must be taken, n_ refused, i_ must not crash. */
static void public_suite(void **state)
{
    static const char folder[] = SOURCE_ROOT "/../shared/data/json_parsing";
    static char text[300000];
    DIR *d = opendir(folder);
    int taken = 0, refused = 0;

    if (!d) {
        print_message("ABSENT: %s: the public JSON suite was not run\n", folder);
        return;
    }
    for (const struct dirent *f; (f = readdir(d));) {
        char path[512];
        struct why w = {0};
        size_t n;
        FILE *file;
        enum err e;

        if (!strstr(f->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
        assert_non_null(file = fopen(path, "rb"));
        n = fread(text, 1, sizeof text, file);
        fclose(file);
        e = json_check(text, n, &w);
        if ((f->d_name[0] == 'y' && e) || (f->d_name[0] == 'n' && !e))
            fail_msg("%s: %s: %s", f->d_name, err_name(e), w.text);
        taken += f->d_name[0] == 'y';
        refused += f->d_name[0] == 'n';
    }
    closedir(d);
    assert_true(taken >= 90 && refused >= 180);
}

struct measured {
    double share, any;
};
static SHAPE(MEASURED, "Measured", struct measured, "numbers with a fraction",
             {{"share", SHAPE_REAL, SHAPE_REQUIRED, offsetof(struct measured, share), 0, 1},
              {"any", SHAPE_REAL, SHAPE_NULLABLE, offsetof(struct measured, any)}});

static void numbers_with_a_fraction(void **state)
{
    static const struct {
        const char *in, *out; /* out NULL: refused */
    } rows[] = {
        {"{\"share\":0.98}", "{\"share\":0.98,\"any\":null}"},
        {"{\"share\":1,\"any\":-2.5e-3}", "{\"share\":1,\"any\":-0.0025}"},
        {"{\"share\":0.123456789,\"any\":1e300}", "{\"share\":0.123456789,\"any\":1e+300}"},
        {"{\"share\":0}", "{\"share\":0,\"any\":null}"},
        {"{\"share\":1.01}", NULL},
        {"{\"share\":-0.1}", NULL},
        {"{\"share\":\"0.5\"}", NULL},
        {"{\"share\":0.5,\"any\":1e999}", NULL},
        {"{\"share\":.5}", NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        SCOPED(free_arena) struct arena *a = arena_new(1024);
        struct measured v = {0};
        struct why w;
        struct buf b;

        if ((shape_parse(&MEASURED, rows[i].in, strlen(rows[i].in), a, &v, &w) == OK) !=
            (rows[i].out != NULL))
            fail_msg("%s", rows[i].in);
        if (!rows[i].out)
            continue;
        buf_init(&b, 200);
        shape_write(&b, &MEASURED, &v);
        assert_string_equal(b.p, rows[i].out);
        buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals),
        cmocka_unit_test(reads_all),
        cmocka_unit_test(absent_and_null_differ_for_patch),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(an_empty_struct_is_still_whole),
        cmocka_unit_test(deep_text_is_refused_not_followed),
        cmocka_unit_test(schema_says_what_must_be_there),
        cmocka_unit_test(public_suite),
        cmocka_unit_test(numbers_with_a_fraction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
