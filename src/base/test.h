/* test.h: cmocka, as our tests use it: with the headers it wants, with base/err.h's `fail` instead
 * of its own, and with a fail_msg that compilers and analyzers know not to return.
 * Used by: *_test.c and what they share. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#pragma push_macro("fail")
#undef fail
#include <cmocka.h>
#undef fail
#pragma pop_macro("fail")

#undef fail_msg
#define fail_msg(...)                                                                              \
    do {                                                                                           \
        print_error("ERROR: ");                                                                    \
        print_error(__VA_ARGS__);                                                                  \
        print_error("\n");                                                                         \
        _fail(__FILE__, __LINE__);                                                                 \
        __builtin_unreachable();                                                                   \
    } while (0)

/* Fails with the words of the reason, a struct why. */
#define assert_well(expr, w)                                                                       \
    do {                                                                                           \
        enum err e_ = (expr);                                                                      \
        if (e_)                                                                                    \
            fail_msg("%s: %s: %s", #expr, err_name(e_), (w).text);                                 \
    } while (0)
