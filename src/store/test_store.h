/* test_store.h: a fresh database of either engine for a test.
 *
 * SQLite: a folder under /tmp. PostgreSQL: a new database on a private server, which is
 * started by tests/fixtures/pg at the first use and ends with the test program.
 * Used by: *_test.c only; add `test_store` to the test's files in meson.build. */
#pragma once

#include "store/store.h"

struct test_store {
    enum store_engine engine;
    char dir[64]; /* data_dir, for blobs and the like on either engine */
    char url[256];
    struct store_conf conf; /* is_migrating; may be changed before opening */
};

/* End the test program, with words on standard error, if it cannot be made. */
void test_store_init(struct test_store *t, enum store_engine engine);
void test_store_done(struct test_store *t);
/* "restart", "stop" or "start" the PostgreSQL server. */
void test_store_server(const char *command);
/* Start another server, with settings such as "-c fsync=off", and give its URL. */
void test_store_other_server(const char *settings, char ret_url[256]);

/* Rows of cmocka's table: a test on one engine, on both. *state points at the engine, for `begin`
 * where there is one, else for the test. */
extern const enum store_engine TEST_ON_SQLITE, TEST_ON_PG;
#define ON_STORE_WITH(engine, f, begin, end)                                                       \
    {                                                                                              \
#f " on " #engine, f, begin, end, (void *)(uintptr_t)&TEST_ON_##engine                     \
    }
#define ON_BOTH_STORES_WITH(f, begin, end)                                                         \
    ON_STORE_WITH(SQLITE, f, begin, end), ON_STORE_WITH(PG, f, begin, end)
#define ON_STORE(engine, f) ON_STORE_WITH(engine, f, NULL, NULL)
#define ON_BOTH_STORES(f)   ON_STORE(SQLITE, f), ON_STORE(PG, f)
