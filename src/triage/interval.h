/* interval.h: so many of so many were right: what may the true share be?
 *
 * Exact binomial bounds (Clopper and Pearson, Biometrika 26, 1934). Pure.
 * Used by: decide.c, confidence.c, triage's figures. */
#pragma once

#include <stdint.h>

/* The share that k wrong of n may still hide: the upper bound at `confidence` (0.95), one-sided.
 * 1 for n = 0. k is at most n. */
double interval_upper(int64_t k, int64_t n, double confidence);
/* The same from below; 0 for k = 0. */
double interval_lower(int64_t k, int64_t n, double confidence);
