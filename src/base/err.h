/* err.h: how does a function say that it failed, and why?
 *
 * One closed list of errors for the whole program. A function that can fail returns
 * `enum err` (OK is 0), leaves its outputs untouched, and says why in `struct why`.
 * It knows nothing of HTTP beyond the status number that stands in the table.
 * Used by: everything. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* X(name, HTTP status, worth retrying?, what a person should understand) */
#define ERR_LIST(X)                                                                                \
    X(MALFORMED, 400, false, "the request cannot be read")                                         \
    X(UNKNOWN_WHO, 401, false, "sign in first")                                                    \
    X(DENIED, 403, false, "not allowed")                                                           \
    X(NOT_FOUND, 404, false, "no such thing")                                                      \
    X(METHOD, 405, false, "this address does not take that method")                                \
    X(CONFLICT, 409, false, "someone else changed it first")                                       \
    X(STALE, 412, false, "it has changed since it was read")                                       \
    X(TOO_LARGE, 413, false, "too big")                                                            \
    X(MEDIA, 415, false, "this kind of content is not taken here")                                 \
    X(INVALID, 422, false, "the request breaks a rule")                                            \
    X(LIMIT, 429, true, "too much, too fast")                                                      \
    X(INTERNAL, 500, false, "a bug here; see the log")                                             \
    X(UPSTREAM, 502, true, "a channel's service failed")                                           \
    X(UNKNOWN, 502, false, "may have been sent; look first")                                       \
    X(BUSY, 503, true, "try again shortly")                                                        \
    X(FULL, 507, true, "the disk is full")

#define ERR_ENUM(name, status, retry, words) E_##name,
enum err { OK = 0, ERR_LIST(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

/* Every function that can fail carries this: its result cannot be dropped. */
#define CHECKED __attribute__((warn_unused_result))

#define WHY_TEXT_BYTES  240
#define WHY_FIELD_BYTES 64

/* Why something failed: one sentence for a person, lower case, no full stop, and, where
 * one input field is to blame, its JSON path ("contact.email"). */
struct why {
    enum err code;
    int retry_after_s; /* seconds to wait before another try; 0: not said */
    char field[WHY_FIELD_BYTES];
    char text[WHY_TEXT_BYTES];
};

/* Fill `w` (may be NULL) and return `e`. Texts longer than the room are cut at a character.
 * The field, if one was set before, is cleared. */
enum err fail(struct why *w, enum err e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, naming the input field at fault. */
enum err fail_field(struct why *w, enum err e, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Both say in the caller's own file that `e` comes back: a static analyzer reads one file at a
 * time and would else believe that a failure may be OK. */
#define fail(w, e, ...)                                                                            \
    __extension__({                                                                                \
        const enum err fail_code_ = (e);                                                           \
        (void)fail((w), fail_code_, __VA_ARGS__);                                                  \
        fail_code_;                                                                                \
    })
#define fail_field(w, e, field, ...)                                                               \
    __extension__({                                                                                \
        const enum err fail_code_ = (e);                                                           \
        (void)fail_field((w), fail_code_, (field), __VA_ARGS__);                                   \
        fail_code_;                                                                                \
    })

int err_status(enum err e);        /* HTTP status; 200 for OK            */
bool err_may_retry(enum err e);    /* may the same call work later?      */
const char *err_name(enum err e);  /* "not_found": in logs and JSON type */
const char *err_words(enum err e); /* for a person                       */
