/* blob_test.c: what is put is there, whole, after put returns; what nobody names goes. */
#include <stdio.h>
#include <unistd.h>

#include "base/test.h"
#include "store/blob.h"
#include "store/test_store.h"

static struct test_store db;
static struct why why;

#define assert_ok(expr) assert_int_equal(expr, OK)

static int make_store(void **state)
{
    struct store *s = NULL;

    test_store_init(&db, *(const enum store_engine *)*state);
    assert_ok(store_open(&db.conf, &s, &why));
    *state = s;
    return 0;
}

static int remove_store(void **state)
{
    store_close(*state);
    test_store_done(&db);
    return 0;
}

static void the_same_bytes_have_the_same_name(void **state)
{
    struct store *s = *state;
    char one[BLOB_HASH_BYTES], two[BLOB_HASH_BYTES], path[128];
    int64_t bytes;
    FILE *f;

    assert_ok(blob_put(s, "abc", 3, one, &why));
    /* FIPS 180-2, appendix B.1 */
    assert_string_equal(one, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    snprintf(path, sizeof path, "%s/in", db.dir);
    assert_non_null(f = fopen(path, "w"));
    fputs("abc", f);
    fclose(f);
    assert_ok(blob_put_file(s, path, two, &bytes, &why));
    assert_string_equal(one, two);
    assert_int_equal(bytes, 3);
    assert_int_equal(access(path, F_OK), 0);
}

static void sizes_around_a_piece_come_back(void **state)
{
    static const size_t sizes[] = {0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3000000};
    struct arena *a = arena_new(1024);

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *bytes = arena_alloc(a, sizes[i]), hash[BLOB_HASH_BYTES];
        struct str got;

        for (size_t j = 0; j < sizes[i]; j++)
            bytes[j] = (char)(j * 31 + i);
        assert_ok(blob_put(*state, bytes, sizes[i], hash, &why));
        assert_ok(blob_read(*state, hash, sizes[i], a, &got, &why));
        assert_int_equal(got.n, sizes[i]);
        assert_memory_equal(got.p, bytes, sizes[i]);
        if (sizes[i])
            assert_int_equal(blob_read(*state, hash, sizes[i] - 1, a, &got, &why), E_TOO_LARGE);
    }
    arena_free(a);
}

static void what_is_not_there_is_not_found(void **state)
{
    static const char *const names[] = {
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ae", "", "../../etc/passwd",
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"};
    int64_t bytes;
    int fd;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(blob_open(*state, names[i], &fd, &bytes, &why), E_NOT_FOUND);
}

static void damage_is_noticed(void **state)
{
    char hash[BLOB_HASH_BYTES], path[256];
    int64_t bytes;
    FILE *f;
    int fd;

    assert_ok(blob_put(*state, "abcdef", 6, hash, &why));
    snprintf(path, sizeof path, "%s/blobs/%.2s/%s", db.dir, hash, hash + 2);
    assert_non_null(f = fopen(path, "r+"));
    fputs("x", f);
    fclose(f);
    assert_int_equal(blob_open(*state, hash, &fd, &bytes, &why), E_INTERNAL);
}

static enum err is_used(struct tx *tx, void *arg, const char *hash, bool *ret, struct why *w)
{
    (void)tx;
    (void)w;
    *ret = strcmp(hash, arg) == 0;
    return OK;
}

static void the_sweep_takes_what_is_old_and_unused(void **state)
{
    char used[BLOB_HASH_BYTES], unused[BLOB_HASH_BYTES];
    int64_t n, bytes;
    int fd;

    assert_ok(blob_put(*state, "used", 4, used, &why));
    assert_ok(blob_put(*state, "unused", 6, unused, &why));
    assert_ok(blob_sweep(*state, clock_now() - 3600000, is_used, used, &n, &why));
    assert_int_equal(n, 0);
    assert_ok(blob_sweep(*state, clock_now() + 3600000, is_used, used, &n, &why));
    assert_int_equal(n, 1);
    assert_int_equal(blob_open(*state, unused, &fd, &bytes, &why), E_NOT_FOUND);
    assert_ok(blob_open(*state, used, &fd, &bytes, &why));
    close(fd);
}

int main(void)
{
#define TEST(f) ON_BOTH_STORES_WITH(f, make_store, remove_store)
    const struct CMUnitTest tests[] = {
        TEST(the_same_bytes_have_the_same_name),
        TEST(sizes_around_a_piece_come_back),
        TEST(what_is_not_there_is_not_found),
        ON_STORE_WITH(SQLITE, damage_is_noticed, make_store, remove_store),
        TEST(the_sweep_takes_what_is_old_and_unused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
