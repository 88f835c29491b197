#include "triage/golden.h"

#include <stdint.h>

#define GOLDEN_ONE_IN 8

bool golden_has(const char *text)
{
    uint64_t h = 14695981039346656037U; /* FNV-1a */

    for (const char *p = text; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211U;
    return (h >> 32) % GOLDEN_ONE_IN == 0;
}
