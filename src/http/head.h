/* head.h: what does a request's head say? Inner part of reader.c: the rules on the request
 * line and the header fields, once the whole head is in memory. */
#pragma once

#include "http/reader.h"

/* `text` is the head with its last empty line, in r->a. Sets r->state to READ_AHEAD or
 * READ_BAD. */
void head_take(struct reader *r, char *text, size_t n);
