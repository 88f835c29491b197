/* Does the description say what the table says? */
#include "http/openapi.h"

#include "base/test.h"
#include "base/scope.h"

struct part {
    const char *name;
};
struct whole {
    int64_t id;
    struct part *part;
    struct shape_list parts;
};

static SHAPE(PART, "Part", struct part, NULL,
             {{"name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct part, name), 1, 9}});
static SHAPE(WHOLE, "Whole", struct whole, "all \"of\" it",
             {{"id", SHAPE_I64, 0, offsetof(struct whole, id)},
              {"part", SHAPE_OBJECT, SHAPE_NULLABLE, offsetof(struct whole, part), .of = &PART},
              {"parts", SHAPE_LIST, 0, offsetof(struct whole, parts), .of = &PART}});
static SHAPE(OTHER_PART, "Part", struct part, "another with the same name",
             {{"name", SHAPE_TEXT, 0, offsetof(struct part, name)}});

static enum err run(struct req *q, struct res *s, struct why *w)
{
    return OK;
}

static const char *permission(int p)
{
    return p == 1 ? "public" : "see";
}

static const struct route ROUTES[] = {
    {METHOD_GET, "/v1/wholes", 2, PER_WHO, ON_READ, 0, run, NULL, &WHOLE, true, "q,limit", "all"},
    {METHOD_GET, "/v1/wholes/:id", 1, PER_WHO, ON_READ, 0, run, NULL, &WHOLE, false, NULL, "one"},
    {METHOD_POST, "/v1/wholes", 2, PER_WHO, ON_WRITE, 99, run, &PART, &WHOLE, false, NULL, "make"},
    {METHOD_GET, "/v1/wholes/:id/parts/:kind/*", 2, PER_WHO, ON_READ, 0, run, NULL, NULL, false,
     NULL, "a file"},
    {METHOD_GET, "/hidden", 1, PER_NONE, ON_LOOP, 0, run},
};

static void says_what_the_table_says(void **state)
{
    static const char *const wants[] = {
        "\"/v1/wholes\":{\"get\":{\"operationId\":\"get_v1_wholes\"",
        "},\"post\":{\"operationId\":\"post_v1_wholes\"", /* in the same path */
        "\"/v1/wholes/{id}\":{",
        "\"/v1/wholes/{id}/parts/{kind}/{rest}\":{",
        "\"x-permission\":\"public\",\"security\":[]",
        "{\"name\":\"limit\",\"in\":\"query\",\"schema\":{\"type\":\"integer\"",
        ("\"requestBody\":{\"required\":true,\"content\":{\"application/json\":"
         "{\"schema\":{\"$ref\":\"#/components/schemas/PartInput\"}}}}"),
        "\"items\":{\"$ref\":\"#/components/schemas/Whole\"}",
        "\"PartInput\":{\"type\":\"object\"",
        "\"part\":{\"anyOf\":[{\"$ref\":\"#/components/schemas/Part\"},{\"type\":\"null\"}]}",
        "\"description\":\"all \\\"of\\\" it\"",
    };
    SCOPED(buf_done) struct buf b;
    struct why w;

    buf_init(&b, 100000);
    assert_int_equal(openapi_write(&b, ROUTES, sizeof ROUTES / sizeof *ROUTES, permission, &w), OK);
    assert_int_equal(json_check(b.p, b.n, &w), OK);
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        if (!strstr(b.p, wants[i]))
            fail_msg("%s is not in %s", wants[i], b.p);
    assert_null(strstr(b.p, "hidden"));
}

static void two_shapes_of_one_name_are_a_bug(void **state)
{
    static const struct route twice[] = {
        {METHOD_GET, "/a", 1, PER_NONE, ON_READ, 0, run, NULL, &WHOLE, false, NULL, "a"},
        {METHOD_GET, "/b", 1, PER_NONE, ON_READ, 0, run, NULL, &OTHER_PART, false, NULL, "b"}};
    SCOPED(buf_done) struct buf b;
    struct why w;

    buf_init(&b, 100000);
    assert_int_equal(openapi_write(&b, twice, 2, NULL, &w), E_INTERNAL);
    assert_non_null(strstr(w.text, "Part"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_the_table_says),
        cmocka_unit_test(two_shapes_of_one_name_are_a_bug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
