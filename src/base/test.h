/* test.h: cmocka, as our tests use it. Its macro `fail` would hide base/err.h's function.
 * Used by: *_test.c only. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h" /* before cmocka takes the name `fail` */

#include <cmocka.h>

#undef fail
#undef fail_msg
#define fail_msg(...)                                                                              \
    do {                                                                                           \
        print_error("ERROR: ");                                                                    \
        print_error(__VA_ARGS__);                                                                  \
        print_error("\n");                                                                         \
        _fail(__FILE__, __LINE__);                                                                 \
    } while (0)

/* Fails with the words of the reason, a struct why. */
#define assert_well(expr, w)                                                                       \
    do {                                                                                           \
        enum err e_ = (expr);                                                                      \
        if (e_)                                                                                    \
            fail_msg("%s: %s: %s", #expr, err_name(e_), (w).text);                                 \
    } while (0)
