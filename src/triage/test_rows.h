/* test_rows.h: a small data set of three categories, and models of it. Tests only. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct model;

/* A model's bytes (malloc) for a seed. */
void *test_rows_train(uint64_t seed, size_t *ret_n);
struct model *test_rows_model(uint64_t seed);
