/* full_test.c: what does a full disk cost? A clear refusal, nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/test.h"
#include "store/blob.h"
#include "store/store_test.sql.h"
#include "store/test_store.h"

#define DISK_BYTES    "size=12m"
#define BALLAST_BYTES (6 * 1024 * 1024)

static struct test_store db;
static struct why why;
static char ballast[128];

/* A small disk of memory, with a file on it that can be taken away to make room. */
static int make_disk(void **state)
{
    static char zeros[BALLAST_BYTES];
    bool is_full;
    FILE *f;

    (void)state;
    test_store_init(&db, STORE_SQLITE);
    if (mount("tmpfs", db.dir, "tmpfs", 0, DISK_BYTES) != 0) {
        print_error("cannot mount a small tmpfs, so a full disk cannot be tested; run as root\n");
        return -1;
    }
    snprintf(ballast, sizeof ballast, "%s/ballast", db.dir);
    f = fopen(ballast, "w");
    is_full = f && fwrite(zeros, 1, sizeof zeros, f) == sizeof zeros;
    if (f && fclose(f) != 0)
        is_full = false;
    return is_full ? 0 : -1;
}

static int remove_disk(void **state)
{
    (void)state;
    umount2(db.dir, MNT_DETACH);
    test_store_done(&db);
    return 0;
}

static struct store *opened(void)
{
    struct store *s = NULL;

    if (store_open(&db.conf, &s, &why))
        fail_msg("%s", why.text);
    return s;
}

static enum err put_named(struct tx *tx, void *arg, struct why *w)
{
    struct arena *a = arena_new(32768);
    char *value = arena_alloc(a, 16384);
    enum err e;

    memset(value, 'x', 16383);
    e = q_test_put(tx, (struct test_put_in){arena_printf(a, "%d", *(int *)arg), value}, NULL, w);
    arena_free(a);
    return e;
}

static enum err count(struct tx *tx, void *arg, struct why *w)
{
    struct arena *a = arena_new(256);
    struct test_count_row *row;
    enum err e = q_test_count(tx, (struct test_count_in){"%"}, a, &row, w);

    if (!e)
        *(int64_t *)arg = row->n;
    arena_free(a);
    return e;
}

static void a_full_disk_refuses_and_reading_goes_on(void **state)
{
    struct store *s = opened();
    int64_t n = 0, blob_bytes;
    char hash[BLOB_HASH_BYTES], big[300000] = {1};
    enum err e = OK;
    int i = 0, fd;

    (void)state;
    while (e == OK && i < 2000) {
        i++;
        e = store_write(s, put_named, &i, &why);
    }
    assert_int_equal(e, E_FULL);
    assert_int_equal(store_write(s, put_named, &i, &why), E_FULL); /* and again, and alive */
    assert_int_equal(store_read(s, count, &n, &why), OK);
    assert_int_equal(n, i - 1); /* each that was acknowledged, none that was refused */

    e = blob_put(s, big, sizeof big, hash, &why);
    assert_int_equal(e, E_FULL);

    assert_int_equal(unlink(ballast), 0);
    assert_int_equal(store_write(s, put_named, &i, &why), OK);
    assert_int_equal(blob_put(s, big, sizeof big, hash, &why), OK);
    assert_int_equal(blob_open(s, hash, &fd, &blob_bytes, &why), OK);
    assert_int_equal(blob_bytes, sizeof big);
    close(fd);
    assert_int_equal(store_check(s, &why), OK);
    store_close(s);

    s = opened();
    assert_int_equal(store_read(s, count, &n, &why), OK);
    assert_int_equal(n, i);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_disk_refuses_and_reading_goes_on, make_disk,
                                        remove_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
