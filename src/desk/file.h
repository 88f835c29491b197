/* file.h: take an uploaded file in. Used by: file_api.c, chat_api.c. */
#pragma once

#include "base/err.h"
#include "http/http.h"

struct app;

struct upload {
    const char *token, *name, *type;
    int64_t bytes;
};

/* The request's body, durable when this returns; `owner` alone may attach it. On a thread that
 * may block (ON_SLOW). */
CHECKED enum err file_take(struct app *app, struct req *q, const char *owner, size_t max_bytes,
                           struct upload *ret, struct why *w);
