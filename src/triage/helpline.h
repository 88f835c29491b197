/* helpline.h: whom can we name to a person in need, and what does the desk do then?
 *
 * Two lists beside this file, built in: helplines.jsonl (crisis lines by country) and
 * protocols.jsonl (the steps of each kind of P1). Numbers change: each line says in `note` that
 * it is to be checked before it is given. Pure. Used by: desk. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "triage/urgency.h"

struct helpline {
    const char *country;   /* "DE"; "*": for all countries */
    const char *name;      /* "TelefonSeelsorge" */
    const char *number;    /* as dialled there; NULL: `url` only */
    const char *url;       /* NULL: none known */
    const char *emergency; /* the country's emergency number; NULL: not known */
    const char *note;      /* what to do before giving it */
};

struct helplines {
    struct helpline *v;
    size_t n; /* >= 1 */
};

/* The lines of a country (ISO 3166-1, two letters, any case), the international ones behind them;
 * NULL or a country without one: only the international ones. All lives in the arena. */
struct helplines helpline_for(const char *country, struct arena *a);

struct protocol {
    const char *kind;   /* urgency_kind_name() */
    const char *locale; /* of these words: "en" */
    const char *title;
    const char **steps;
    size_t n; /* steps, >= 1 */
};

/* What the desk does for a kind of P1, in the language of `locale` ("de-AT" is "de"; NULL or one
 * without a translation: English). NULL: a kind that has no protocol of its own. */
const struct protocol *protocol_for(enum urgency_kind kind, const char *locale, struct arena *a);
