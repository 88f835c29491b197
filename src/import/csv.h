/* csv.h: rows out of comma-separated values: quotes, doubled quotes, line ends within them.
 * libcsv does the reading; this adds places, limits and a way on behind a broken row.
 * Source: RFC 4180. Used by: import. May use: base. */
#pragma once

#include "import/lines.h"

#define CSV_FIELDS_MOST 64
/* One row; what is longer has lost a quote. */
#define CSV_ROW_BYTES (1024 * 1024)

struct csv_row {
    struct str field[CSV_FIELDS_MOST]; /* NUL-terminated; they last until the next row */
    size_t n;                          /* 0 at the end of the file */
    int64_t offset, bytes;             /* where it stands in the file */
    int64_t line;                      /* its first line, from 1 */
};

struct csv;

struct csv *csv_new(void);
void csv_free_reader(struct csv *c); /* takes NULL */
/* The next row that is not empty. E_INVALID: this row cannot be read (ret->line is set); the
 * next call goes on behind it, at the next line end. */
CHECKED enum err csv_next(struct csv *c, struct lines *l, struct csv_row *ret, struct why *w);
/* One row out of memory, as csv_next gave its place. */
CHECKED enum err csv_parse_row(struct csv *c, const char *p, size_t n, struct csv_row *ret,
                               struct why *w);
