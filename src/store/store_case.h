/* store_case.h: what every test of the store begins with: a database, writes of one row, a count.
 *
 * Used by: tests of store/ only; add `store_case` to the test's files in meson.build. */
#pragma once

#include "store/test_store.h"

/* Of the test that runs; a test program has one at a time. */
extern struct test_store db;
extern struct why why;

/* For cmocka's table: see ON in test_store.h. */
int make_db(void **state);
int remove_db(void **state);
/* The test's database, opened as db.conf says; what is not OK fails the test. */
struct store *opened(void);

#define assert_ok(expr) assert_ok_(expr, #expr, __LINE__)
void assert_ok_(enum err e, const char *what, int line);

/* One value put under a name; may refuse itself afterwards. */
struct put {
    const char *name, *value;
    enum err refuse;
    int64_t id, number;
};

/* For store_write; `arg`: a struct put. */
enum err put(struct tx *tx, void *arg, struct why *w);
/* How many names are LIKE this. */
int64_t counted(struct store *s, const char *like);
/* For store_read; `arg`: char[EVENT_CURSOR_BYTES]. */
enum err cursor_now(struct tx *tx, void *arg, struct why *w);
