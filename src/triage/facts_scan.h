/* facts_scan.h: what the parts of the reader of facts tell each other.
 *
 * facts.c walks the text phrase by phrase (the longest of the list that begins at a word) and
 * keeps the last ones; the readers below look a bounded way back and ahead, so the whole is
 * linear. Used by: facts*.c. */
#pragma once

#include "triage/facts.h"
#include "triage/facts_words.h"

#define FACTS_BACK 8 /* phrases that are remembered */

/* A phrase of the list, or a word that is in none. */
struct facts_phrase {
    size_t at, end;    /* end == at: no word was there */
    uint64_t classes;  /* 0: in no list */
    const char *value; /* may hold '#' for the numbers in the text */
    bool is_capital, is_shouted;
    bool is_after_break; /* a sentence or line ended before it */
    bool is_after_comma;
    bool is_denied; /* a device, system or plan that was said not to be concerned */
};

/* What the clause said last of how it goes. */
enum facts_mood { MOOD_NONE, MOOD_WORKS, MOOD_FAILS };

struct facts_text {
    const char *p;
    size_t n;
    struct facts_phrase back[FACTS_BACK]; /* ring; the last is back[(n_back - 1) % …] */
    size_t n_back;
    enum facts_mood mood;
    bool is_mood_near; /* no comma and no "but" since */
    bool is_after_but;
    struct arena *arena;
    struct fact *ret;
    size_t most, n_ret;
};

/* The phrase that begins with the first word at or behind `from`, and the breaks before it. */
struct facts_phrase facts_phrase_at(const struct facts_text *t, size_t from);
/* The k-th last phrase, 0 the last; one without classes where there is none. */
const struct facts_phrase *facts_back(const struct facts_text *t, size_t k);
/* The phrase behind `p` in its sentence; one without classes at the end of the text if none. */
struct facts_phrase facts_next(const struct facts_text *t, const struct facts_phrase *p);
/* Do these bytes join two words of one name: a blank, "-", ".", "'", or two of them? */
bool facts_is_joint(const struct facts_text *t, size_t from, size_t to);
/* "the", "der", "la": short, and no place. */
bool facts_is_article(const struct facts_phrase *p);
/* Has one of the last `most` phrases of this sentence one of the classes? */
bool facts_context(const struct facts_text *t, uint64_t classes, size_t most);

static inline unsigned char facts_byte(const struct facts_text *t, size_t at)
{
    return at < t->n ? (unsigned char)t->p[at] : 0;
}
static inline bool facts_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* Adds it unless the same kind and value is there. Copies the value. */
void facts_add(struct facts_text *t, enum fact_kind kind, const char *value, size_t value_n,
               size_t at, size_t end);

/* "Paranoid Android", "the song iPhone", "iPhone by …". */
bool facts_is_title(const struct facts_text *t, const struct facts_phrase *p);
/* Is the phrase, as written, one of these words? */
bool facts_is_word(const struct facts_text *t, const struct facts_phrase *p,
                   const char *const *words, size_t n);
/* The value of the phrase, with each '#' as the next number in it. */
void facts_add_phrase(struct facts_text *t, enum fact_kind kind, const struct facts_phrase *p);

/* ------- facts_plan.c, facts_region.c */

/* Adds the plan that begins with `p`, if it is one. Where to go on. */
size_t facts_read_plan(struct facts_text *t, struct facts_phrase *p);
/* Adds the country, if it is one. */
void facts_read_region(struct facts_text *t, struct facts_phrase *p);

/* ------- facts_denied.c */

/* The clause now says that it works, or fails. */
void facts_hear_mood(struct facts_text *t, const struct facts_phrase *p);
/* Is `p` (a device or system with `is_thing`, else a plan or place) said not to be concerned? */
bool facts_is_denied(const struct facts_text *t, const struct facts_phrase *p, bool is_thing);

/* ------- facts_number.c */

struct facts_version {
    size_t at, end;
    int n_dots;
    unsigned first; /* the number before the first dot */
    unsigned most;  /* the largest of its numbers */
};
/* "17", "8.9.2.1", "v8.9" at `at`. false: no version, or a date. */
bool facts_version_at(const struct facts_text *t, size_t at, struct facts_version *ret);
/* Behind an "error": adds its number or name. Returns where to go on. */
size_t facts_read_error(struct facts_text *t, const struct facts_phrase *p);
/* "auth:18", "502 error", "v8.9.12", "8.9.20.125" at a word of no list. Where to go on. */
size_t facts_read_number(struct facts_text *t, const struct facts_phrase *p);
/* Behind "version": adds a version of the app. Where to go on. */
size_t facts_read_version(struct facts_text *t, const struct facts_phrase *p);
/* Behind a system: adds its version. Where to go on. */
size_t facts_read_os_version(struct facts_text *t, const struct facts_phrase *p);
