/* kernel.h: the few loops that the time goes into, with AVX2 and without.
 *
 * Both give the same bits: no sum is reordered (a dot product has eight partial sums in both),
 * and nothing is contracted (-ffp-contract=off). All lengths are multiples of 8.
 * Used by: model.c, score.c, train_*.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KERNEL_WIDTH 8

struct kernel {
    const char *name;
    /* to += v * row */
    void (*add_i8)(float *to, const int8_t *row, float v, size_t n);
    void (*add)(float *to, const float *row, float v, size_t n);
    /* AdaGrad on one row whose gradient is v * d: sums += (v d)^2; w -= rate * v d / sqrt(sums) */
    void (*step)(float *w, float *sums, const float *d, const float *v_rate, size_t n);
    /* most = max(most, a + b), the best pair so far */
    void (*pair)(int16_t *most, const int8_t *a, const int8_t *b, size_t n);
    float (*dot)(const float *a, const float *b, size_t n);
    float (*dot_i8)(const float *a, const int8_t *b, size_t n);
};

extern const struct kernel KERNEL_PLAIN;
#if defined(__x86_64__)
extern const struct kernel KERNEL_AVX2; /* only where kernel_pick() says so */
#endif
/* The fastest that this machine has. */
const struct kernel *kernel_pick(void);

/* n rounded up to whole lanes. */
static inline size_t kernel_padded(size_t n)
{
    return (n + KERNEL_WIDTH - 1) / KERNEL_WIDTH * KERNEL_WIDTH;
}

/* e^x, the same number on every machine; 0 below -87, capped at 88. */
float kernel_exp(float x);
/* Natural logarithm of x > 0, the same number on every machine. */
double kernel_log(double x);
