/* facts.h: what does the text itself say of device, system, version, country, plan and error?
 *
 * Read with their place, so that a person sees why. Pure.
 * Used by: triage.h, desk (merges them with what the channel sent), incidents count by them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* X(kind, name: the same word as in the API's "context" where there is one) */
#define FACT_LIST(X)                                                                               \
    X(DEVICE, "device")           /* "iPhone 13", "Sonos", "Tesla" */                              \
    X(OS, "os")                   /* "iOS", "Android", "Windows" */                                \
    X(OS_VERSION, "os_version")   /* "17.2" */                                                     \
    X(APP_VERSION, "app_version") /* "8.9.2.1" */                                                  \
    X(REGION, "region")           /* ISO 3166 alpha-2, "BR" */                                     \
    X(PLAN, "plan")               /* "free" "premium" "family" "student" "duo" */                  \
    X(ERROR, "error")             /* "auth:18", "error code 4" */

#define FACT_ENUM(kind, name) FACT_##kind,
enum fact_kind { FACT_NONE = 0, FACT_LIST(FACT_ENUM) FACT_COUNT };
#undef FACT_ENUM

enum fact_source { FACT_FROM_TEXT = 1, FACT_FROM_CHANNEL, FACT_FROM_PERSON };

struct fact {
    enum fact_kind kind;
    enum fact_source source;
    const char *value; /* canonical; static or in the arena */
    uint32_t at, n;    /* bytes in the text; 0, 0 where it is not from the text */
};

/* Facts in order of their place, at most `most`; one a kind and value. What is denied ("not on
 * Android") is no fact, nor a device or system on which it works: it is not the one concerned
 * (of "works on iPhone but not on Android" Android is). Returns how many; linear in n. */
size_t facts_read(const char *text, size_t n, struct arena *a, struct fact *ret, size_t most);
const char *fact_name(enum fact_kind k);
