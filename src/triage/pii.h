/* pii.h: which parts of a text are personal data?
 *
 * One pass from left to right, checksums where the kind has one (card: Luhn, IBAN: mod 97).
 * Pure. Used by: triage.h, desk (what is sealed), logs, `antiphon pii scan`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(kind, name in JSON and masks, sealed: the desk shows its mask until somebody with the right
 * asks for the original) */
#define PII_LIST(X)                                                                                \
    X(EMAIL, "email", false)                                                                       \
    X(PHONE, "phone", false)                                                                       \
    X(CARD, "card", true)                                                                          \
    X(IBAN, "iban", true)                                                                          \
    X(ADDRESS, "address", false)                                                                   \
    X(TOKEN, "token", true)                                                                        \
    X(PASSWORD, "password", true)                                                                  \
    X(IP, "ip", false)                                                                             \
    X(NATIONAL_ID, "national_id", true)                                                            \
    X(NAME, "name", false)

#define PII_ENUM(kind, name, sealed) PII_##kind,
enum pii_kind { PII_NONE = 0, PII_LIST(PII_ENUM) PII_COUNT };
#undef PII_ENUM

struct pii_span {
    uint32_t at, n; /* bytes in the text */
    enum pii_kind kind;
};

/* The spans, in order, not overlapping; at most `most`. Returns how many. Linear in n. */
size_t pii_scan(const char *text, size_t n, struct pii_span *ret, size_t most);

/* Write the text with each span replaced by "[card]" and the like into `ret` (room bytes, NUL
 * included; a text that does not fit is cut at a character). `only_sealed`: leave the kinds that
 * are not sealed as they are. Returns its length. */
size_t pii_mask(const char *text, size_t n, const struct pii_span *spans, size_t n_spans,
                bool only_sealed, char *ret, size_t room);

const char *pii_name(enum pii_kind k);
bool pii_is_sealed(enum pii_kind k);
