#include "import/csv.h"

#include <csv.h>
#include <inttypes.h>
#include <stdlib.h>

struct csv {
    struct csv_parser parser;
    char *text; /* the fields of the row, each with a NUL */
    size_t n_text;
    size_t ends[CSV_FIELDS_MOST];
    size_t n;
    bool is_row, is_too_wide, is_too_long;
    int64_t line; /* lines read */
};

static int is_blank(unsigned char c)
{
    (void)c;
    return 0; /* libcsv would trim blanks around a field; they belong to the text */
}

struct csv *csv_new(void)
{
    struct csv *c = calloc(1, sizeof(*c));

    if (!c || !(c->text = malloc(CSV_ROW_BYTES + CSV_FIELDS_MOST)) ||
        csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort(); /* out of memory, as arenas do */
    csv_set_space_func(&c->parser, is_blank);
    return c;
}

void csv_free_reader(struct csv *c)
{
    if (!c)
        return;
    csv_free(&c->parser);
    free(c->text);
    free(c);
}

static void field_ended(void *p, size_t n, void *arg)
{
    struct csv *c = arg;

    if (c->n == CSV_FIELDS_MOST) {
        c->is_too_wide = true;
        return;
    }
    if (n > CSV_ROW_BYTES - c->n_text) {
        c->is_too_long = true;
        return;
    }
    if (n)
        memcpy(c->text + c->n_text, p, n);
    c->n_text += n;
    c->text[c->n_text++] = '\0';
    c->ends[c->n++] = c->n_text;
}

static void row_ended(int by, void *arg)
{
    struct csv *c = arg;

    (void)by;
    c->is_row = true;
}

static void row_begin(struct csv *c)
{
    c->n_text = c->n = 0;
    c->is_row = c->is_too_wide = c->is_too_long = false;
}

/* Throw away what libcsv holds of a broken row. */
static void restart(struct csv *c)
{
    csv_free(&c->parser);
    if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_space_func(&c->parser, is_blank);
}

static enum err row_check(struct csv *c, struct why *w)
{
    if (c->is_too_wide)
        return fail(w, E_INVALID, "has more than %d columns", CSV_FIELDS_MOST);
    if (c->is_too_long)
        return fail(w, E_INVALID, "has more than %d bytes", CSV_ROW_BYTES);
    return OK;
}

static void row_fields(struct csv *c, struct csv_row *ret)
{
    size_t from = 0;

    for (size_t i = 0; i < c->n; i++) {
        ret->field[i] = (struct str){c->text + from, c->ends[i] - from - 1};
        from = c->ends[i];
    }
    ret->n = c->n;
}

/* One more piece of the file into the parser. */
static enum err feed(struct csv *c, struct str s, struct why *w)
{
    if (csv_parse(&c->parser, s.p, s.n, field_ended, row_ended, c) != s.n) {
        restart(c);
        return fail(w, E_INVALID, "has a quote in the wrong place");
    }
    return OK;
}

/* The file is over: what is held is the last row, without a line end. */
static enum err feed_end(struct csv *c, struct why *w)
{
    if (csv_fini(&c->parser, field_ended, row_ended, c) != 0) {
        restart(c);
        return fail(w, E_INVALID, "has a quote that is never closed");
    }
    return OK;
}

/* Behind a row that was too long or broken: the line it was found in is left behind. */
static enum err skip_line(struct csv *c, struct lines *l, struct line *line, struct why *w)
{
    enum err e;

    while (line->text.n && !line->is_end)
        if ((e = lines_next(l, line, w)))
            return e;
    return OK;
}

static enum err read_row(struct csv *c, struct lines *l, struct csv_row *ret, struct why *w)
{
    struct line line;
    enum err e;

    row_begin(c);
    *ret = (struct csv_row){.offset = l->offset, .line = c->line + 1};
    while (!c->is_row) {
        if ((e = lines_next(l, &line, w)))
            return e;
        c->line += line.is_start && line.text.n;
        if (line.text.n == 0)
            return feed_end(c, w);
        ret->bytes += (int64_t)line.text.n;
        if (ret->bytes > CSV_ROW_BYTES) {
            restart(c);
            e = fail(w, E_INVALID, "has more than %d bytes: a quote may be missing", CSV_ROW_BYTES);
        } else {
            e = feed(c, line.text, w);
        }
        if (e) {
            struct why skipping = {0};
            enum err s = skip_line(c, l, &line, &skipping);

            return s ? fail(w, s, "%s", skipping.text) : e;
        }
        if (!c->is_row && ret->bytes == (int64_t)line.text.n && line_bare(line.text).n == 0) {
            ret->offset = l->offset; /* an empty line */
            ret->bytes = 0;
            ret->line = c->line + 1;
        }
    }
    return OK;
}

enum err csv_next(struct csv *c, struct lines *l, struct csv_row *ret, struct why *w)
{
    enum err e;

    if ((e = read_row(c, l, ret, w)) || (e = row_check(c, w)))
        return e;
    row_fields(c, ret);
    return OK;
}

enum err csv_parse_row(struct csv *c, const char *p, size_t n, struct csv_row *ret, struct why *w)
{
    enum err e;

    row_begin(c);
    *ret = (struct csv_row){.bytes = (int64_t)n};
    if ((e = feed(c, (struct str){p, n}, w)) || (!c->is_row && (e = feed_end(c, w))) ||
        (e = row_check(c, w)))
        return e;
    row_fields(c, ret);
    return OK;
}
