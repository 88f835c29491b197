/* lines.h: a file as lines, with their places, in little memory.
 * A line longer than the room comes in pieces. Used by: import. May use: base. */
#pragma once

#include "base/err.h"
#include "base/str.h"

#define LINES_ROOM_BYTES (256 * 1024)

struct lines {
    int fd;
    char *room;
    size_t at, end;
    int64_t offset; /* in the file, of room[at] */
    int64_t bytes;  /* of the whole file, when it was opened */
    bool is_inside; /* the last piece did not end its line */
    bool is_over;
};

struct line {
    struct str text; /* with its LF; n is 0 at the end of the file */
    int64_t offset;
    bool is_start, is_end; /* of a line */
};

/* E_NOT_FOUND: no such file; E_DENIED: may not be read; E_INVALID: not a file. */
CHECKED enum err lines_open(struct lines *l, const char *path, struct why *w);
void lines_close(struct lines *l);
/* The view lasts until the next call. E_UPSTREAM: the disk failed. */
CHECKED enum err lines_next(struct lines *l, struct line *ret, struct why *w);
/* Exactly n bytes at `offset`, whatever lines_next does. E_UPSTREAM too if the file is shorter
 * now. */
CHECKED enum err lines_at(const struct lines *l, int64_t offset, char *to, size_t n, struct why *w);
/* Without the LF or CR LF at its end. */
struct str line_bare(struct str s);
