/* fuzz.h: what every fuzzer has.
 *
 * A fuzzer is a function of bytes that must neither crash nor break its own promises (CHECK).
 * Built with -Dfuzzers=true (clang) it searches by itself; built as corpus_NAME it runs once
 * over its corpus and mutations of it, in every `meson test`. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/scope.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #claim);            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)
