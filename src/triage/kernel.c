#include "triage/kernel.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* GCC's and clang's vectors of eight: one register with AVX2, two without. */
typedef float f8 __attribute__((vector_size(32)));
typedef float f8_at __attribute__((vector_size(32), aligned(4), may_alias));

typedef int16_t s8 __attribute__((vector_size(16)));
typedef int16_t s8_at __attribute__((vector_size(16), aligned(2), may_alias));

#define BODY static inline __attribute__((always_inline))

BODY void body_add(float *to, const float *row, float v, size_t n)
{
    for (size_t i = 0; i < n; i += KERNEL_WIDTH)
        *(f8_at *)(to + i) += v * *(const f8_at *)(row + i);
}

BODY void body_step(float *w, float *sums, const float *d, const float *v_rate, size_t n)
{
    float v = v_rate[0], rate = v_rate[1];

    for (size_t i = 0; i < n; i += KERNEL_WIDTH) {
        f8 g = v * *(const f8_at *)(d + i), s = *(f8_at *)(sums + i) + g * g, root;

        *(f8_at *)(sums + i) = s;
        for (int k = 0; k < KERNEL_WIDTH; k++)
            root[k] = __builtin_sqrtf(s[k]);
        *(f8_at *)(w + i) -= rate * g / root;
    }
}

#define SUM_OF(s)                                                                                  \
    ((((s)[0] + (s)[4]) + ((s)[1] + (s)[5])) + (((s)[2] + (s)[6]) + ((s)[3] + (s)[7])))

BODY float body_dot(const float *a, const float *b, size_t n)
{
    f8 s = {0};

    for (size_t i = 0; i < n; i += KERNEL_WIDTH)
        s += *(const f8_at *)(a + i) * *(const f8_at *)(b + i);
    return SUM_OF(s);
}

/* Eight small whole numbers as floats. Compilers do not find the one instruction for it by
 * themselves, so it is named. */
#define FLOATS_PLAIN(p)                                                                            \
    (f8)                                                                                           \
    {                                                                                              \
        (p)[0], (p)[1], (p)[2], (p)[3], (p)[4], (p)[5], (p)[6], (p)[7]                             \
    }
#define SHORTS_PLAIN(p)                                                                            \
    (s8)                                                                                           \
    {                                                                                              \
        (p)[0], (p)[1], (p)[2], (p)[3], (p)[4], (p)[5], (p)[6], (p)[7]                             \
    }
#define SHORTS_AVX2(p) (s8) _mm_cvtepi8_epi16(_mm_loadl_epi64((const void *)(p)))
#define FLOATS_AVX2(p)                                                                             \
    (f8) _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(p))))

/* One set of the loops, compiled for `how`. */
#define KERNELS(of, floats, shorts, how)                                                           \
    how static void add_i8_##of(float *to, const int8_t *row, float v, size_t n)                   \
    {                                                                                              \
        for (size_t i = 0; i < n; i += KERNEL_WIDTH)                                               \
            *(f8_at *)(to + i) += v * floats(row + i);                                             \
    }                                                                                              \
    how static float dot_i8_##of(const float *a, const int8_t *b, size_t n)                        \
    {                                                                                              \
        f8 s = {0};                                                                                \
                                                                                                   \
        for (size_t i = 0; i < n; i += KERNEL_WIDTH)                                               \
            s += *(const f8_at *)(a + i) * floats(b + i);                                          \
        return SUM_OF(s);                                                                          \
    }                                                                                              \
    how static void pair_##of(int16_t *most, const int8_t *a, const int8_t *b, size_t n)           \
    {                                                                                              \
        for (size_t i = 0; i < n; i += KERNEL_WIDTH) {                                             \
            s8 have = *(const s8_at *)(most + i), sum = shorts(a + i) + shorts(b + i);             \
            s8 is_more = sum > have;                                                               \
                                                                                                   \
            *(s8_at *)(most + i) = (sum & is_more) | (have & ~is_more);                            \
        }                                                                                          \
    }                                                                                              \
    how static void add_##of(float *to, const float *row, float v, size_t n)                       \
    {                                                                                              \
        body_add(to, row, v, n);                                                                   \
    }                                                                                              \
    how static void step_##of(float *w, float *sums, const float *d, const float *v_rate,          \
                              size_t n)                                                            \
    {                                                                                              \
        body_step(w, sums, d, v_rate, n);                                                          \
    }                                                                                              \
    how static float dot_##of(const float *a, const float *b, size_t n)                            \
    {                                                                                              \
        return body_dot(a, b, n);                                                                  \
    }                                                                                              \
    const struct kernel of = {#of,       add_i8_##of, add_##of,   step_##of,                       \
                              pair_##of, dot_##of,    dot_i8_##of}

#define ANY_MACHINE
KERNELS(KERNEL_PLAIN, FLOATS_PLAIN, SHORTS_PLAIN, ANY_MACHINE);

#if defined(__x86_64__)
KERNELS(KERNEL_AVX2, FLOATS_AVX2, SHORTS_AVX2, __attribute__((target("avx2"))));

const struct kernel *kernel_pick(void)
{
    return __builtin_cpu_supports("avx2") ? &KERNEL_AVX2 : &KERNEL_PLAIN;
}
#else
const struct kernel *kernel_pick(void)
{
    return &KERNEL_PLAIN;
}
#endif

/* Cody-Waite reduction and a polynomial (Cephes, expf): no libm, whose last bit differs between
 * versions and processors. */
float kernel_exp(float x)
{
    float n, r, y;
    int32_t bits;

    if (x < -87.0F)
        return 0;
    if (x > 88.0F)
        x = 88.0F;
    n = floorf(x * 1.44269504F + 0.5F);
    r = x - n * 0.693359375F - n * -2.12194440e-4F;
    y = 1.9875691500e-4F;
    y = y * r + 1.3981999507e-3F;
    y = y * r + 8.3334519073e-3F;
    y = y * r + 4.1665795894e-2F;
    y = y * r + 1.6666665459e-1F;
    y = y * r + 5.0000001201e-1F;
    y = y * r * r + r + 1;
    bits = ((int32_t)n + 127) * (1 << 23);
    memcpy(&n, &bits, sizeof n);
    return y * n;
}

/* x = m 2^k with m in [sqrt 1/2, sqrt 2); ln m = 2 atanh((m-1)/(m+1)), a series. */
double kernel_log(double x)
{
    int k;
    double m = frexp(x, &k), s, z, sum = 0;

    if (m < 0.70710678118654752) {
        m *= 2;
        k--;
    }
    s = (m - 1) / (m + 1);
    z = s * s;
    for (int i = 21; i >= 1; i -= 2)
        sum = sum * z + 1.0 / i;
    return 2 * s * sum + k * 0.69314718055994531;
}
