/* Which pages may show the chat? */
#include "channels/webchat/origin.h"

#include "base/test.h"

static const struct {
    const char *says, *text, *want; /* want NULL: refused */
} spellings[] = {
    {"as it should be", "https://shop.example", "https://shop.example"},
    {"capitals", "HTTPS://Shop.Example", "https://shop.example"},
    {"copied with the slash", "https://shop.example/", "https://shop.example"},
    {"blanks around", " https://shop.example ", "https://shop.example"},
    {"https' own port", "https://shop.example:443", "https://shop.example"},
    {"http's own port", "http://shop.example:80", "http://shop.example"},
    {"http's port under https", "https://shop.example:80", "https://shop.example:80"},
    {"a port", "http://localhost:5173", "http://localhost:5173"},
    {"an address", "http://[::1]:8080", "http://[::1]:8080"},
    {"punycode", "https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"},
    {"every page", "*", "*"},
    {"no scheme", "shop.example", NULL},
    {"a path", "https://shop.example/help", NULL},
    {"a user", "https://me@shop.example", NULL},
    {"a wildcard inside", "https://*.example", NULL},
    {"a query", "https://shop.example?x", NULL},
    {"another scheme", "file:///home", NULL},
    {"an extension", "chrome-extension://abc", NULL},
    {"null", "null", NULL},
    {"nothing", "", NULL},
    {"only a scheme", "https://", NULL},
    {"port 0", "https://shop.example:0", NULL},
    {"port 65536", "https://shop.example:65536", NULL},
    {"a port of letters", "https://shop.example:8o", NULL},
    {"two ports", "https://shop.example:1:2", NULL},
    {"no host", "https://:80", NULL},
    {"an open bracket", "http://[::1", NULL},
    {"a line break", "https://shop.example\r\nX: y", NULL},
};

static void origins_have_one_spelling(void **state)
{
    struct arena *a = arena_new(1024);

    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        const char *got = NULL;
        struct why w = {0};
        enum err e = webchat_origin_clean(spellings[i].text, a, &got, &w);

        print_message("%s\n", spellings[i].says);
        if (spellings[i].want) {
            assert_int_equal(e, OK);
            assert_string_equal(got, spellings[i].want);
        } else {
            assert_int_equal(e, E_INVALID);
            assert_null(got);
        }
    }
    arena_free(a);
}

static const char *shop[] = {"https://shop.example", "http://localhost:5173"};
static const char *all[] = {"*"};

static const struct {
    const char *says, **listed;
    size_t n;
    const char *own, *origin;
    bool want;
} rows[] = {
    {"listed", shop, 2, NULL, "https://shop.example", true},
    {"listed with a port", shop, 2, NULL, "http://localhost:5173", true},
    {"browsers leave the own port out; others may not", shop, 2, NULL, "https://shop.example:443",
     true},
    {"another port", shop, 2, NULL, "http://localhost:5174", false},
    {"another scheme", shop, 2, NULL, "http://shop.example", false},
    {"a subdomain", shop, 2, NULL, "https://www.shop.example", false},
    {"a name that ends like it", shop, 2, NULL, "https://evilshop.example", false},
    {"a name that starts like it", shop, 2, NULL, "https://shop.example.evil", false},
    {"null", shop, 2, NULL, "null", false},
    {"null under *", all, 1, NULL, "null", false},
    {"anything under *", all, 1, NULL, "https://any.example", true},
    {"a file under *", all, 1, NULL, "file://", false},
    {"none listed", NULL, 0, NULL, "https://shop.example", false},
    {"our own page, none listed", NULL, 0, "http://127.0.0.1:8080", "http://127.0.0.1:8080", true},
    {"not our own page", NULL, 0, "http://127.0.0.1:8080", "http://127.0.0.1:8081", false},
    {"no origin at all", all, 1, NULL, NULL, false},
    {"the star itself", shop, 2, NULL, "*", false},
};

static void only_listed_pages_are_allowed(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct shape_texts listed = {rows[i].listed, rows[i].n};

        print_message("%s\n", rows[i].says);
        assert_int_equal(webchat_origin_allowed(&listed, rows[i].own, rows[i].origin),
                         rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_have_one_spelling),
        cmocka_unit_test(only_listed_pages_are_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
