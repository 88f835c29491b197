#include "triage/interval.h"

#include <assert.h>
#include <math.h>

/* Continued fraction of the incomplete beta function, by Lentz' method: Abramowitz and Stegun
 * 26.5.8. It converges in about sqrt(max(a, b)) steps. */
#define STEPS_MOST 100000
#define CLOSE      1e-13
#define TINY       1e-300

static double away_from_zero(double x)
{
    return fabs(x) < TINY ? TINY : x;
}

static double fraction(double a, double b, double x)
{
    double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), f = d;

    for (int m = 1; m < STEPS_MOST; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step;

        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        f *= c * d;
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        step = c * d;
        f *= step;
        if (fabs(step - 1) < CLOSE)
            break;
    }
    return f;
}

/* lgamma writes a global sign; lgamma_r does not. */
static double log_gamma(double x)
{
    int sign;

    return lgamma_r(x, &sign);
}

/* Regularised incomplete beta function: the share of Beta(a, b) below x. */
static double beta_below(double a, double b, double x)
{
    double front;

    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * fraction(a, b, x) / a
                                     : 1 - front * fraction(b, a, 1 - x) / b;
}

/* Where Beta(a, b) has `share` below it, by halving: 60 steps are all the digits there are. */
static double beta_point(double a, double b, double share)
{
    double low = 0, high = 1;

    for (int i = 0; i < 60; i++) {
        double mid = (low + high) / 2;

        if (beta_below(a, b, mid) < share)
            low = mid;
        else
            high = mid;
    }
    return (low + high) / 2;
}

double interval_upper(int64_t k, int64_t n, double confidence)
{
    assert(k >= 0 && k <= n);
    return k == n ? 1 : beta_point((double)(k + 1), (double)(n - k), confidence);
}

double interval_lower(int64_t k, int64_t n, double confidence)
{
    assert(k >= 0 && k <= n);
    return k == 0 ? 0 : beta_point((double)k, (double)(n - k + 1), 1 - confidence);
}
