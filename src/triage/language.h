/* language.h: which language is a text in?
 *
 * Scripts first, then character n-grams; a short text leans on the account's locale. Pure; its
 * table is built into the program. Used by: triage.h, desk. */
#pragma once

#include <stddef.h>

struct language {
    char code[8]; /* BCP 47: "en", "pt", "hi-Latn"; "" where there is nothing to read */
    float p;      /* 0-1 */
};

/* `locale` ("pt-BR", may be NULL) is a prior that weighs less the longer the text is. */
struct language language_read(const char *text, size_t n, const char *locale);
/* The codes that it knows; NULL-ended. */
extern const char *const LANGUAGE_CODES[];
