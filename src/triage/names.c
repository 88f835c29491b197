/* The words that rows and the API use for what the headers number. */
#include "triage/urgency.h"

#define NAME_ONLY(kind, name) [URGENCY_##kind] = (name),
const char *urgency_kind_name(enum urgency_kind k)
{
    static const char *const names[] = {[URGENCY_NONE] = "none", URGENCY_KIND_LIST(NAME_ONLY)};

    return names[k];
}
#undef NAME_ONLY

const char *urgency_level_name(enum urgency_level l)
{
    static const char *const names[] = {"P1", "P2", "P3", "P4"};

    return names[l - 1];
}
