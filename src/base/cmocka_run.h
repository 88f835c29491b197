/* cmocka_run.h: cmocka with the headers it wants, in the order it wants them. Tests only. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
