/* What was said on Twitter? Reads the CSV of the public "Customer Support on Twitter" corpus in
 * two passes: one for who answers whom (tweets.h), one for the words, ticket by ticket.
 *
 * Columns, by name and in any order, others are passed over (an unnamed first one too):
 * tweet_id, author_id, inbound (True: a customer), created_at (`Tue Oct 31 22:10:47 +0000
 * 2017`), text, response_tweet_id (several by comma), in_response_to_tweet_id. Ids may end in
 * ".0", as some tools write numbers in columns with gaps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "import/csv.h"
#include "import/reader.h"
#include "import/stamp.h"
#include "import/tweets.h"

enum column { TWEET_ID, AUTHOR_ID, INBOUND, CREATED_AT, TEXT, RESPONSES, RESPONSE_TO, COLUMNS };

static const struct str NAMES[COLUMNS] = {STR("tweet_id"),
                                          STR("author_id"),
                                          STR("inbound"),
                                          STR("created_at"),
                                          STR("text"),
                                          STR("response_tweet_id"),
                                          STR("in_response_to_tweet_id")};

/* Without these it is another file. */
#define COLUMNS_NEEDED RESPONSES

/* Rows of the first pass between two looks at the progress bar. */
#define ROWS_A_STEP 50000

struct twitter {
    struct import_reader base;
    struct lines lines;
    struct csv *csv;
    struct tweets *tweets;
    size_t at[COLUMNS]; /* which field each column is; CSV_FIELDS_MOST: absent */
    size_t n_fields;
    bool is_indexed;
    char *row; /* room to read one again */
};

static bool find_columns(const struct csv_row *row, size_t at[COLUMNS])
{
    bool is_all = true;

    for (int c = 0; c < COLUMNS; c++) {
        at[c] = CSV_FIELDS_MOST;
        for (size_t i = 0; i < row->n; i++) {
            struct str name = str_trim(row->field[i]);

            if (i == 0 && str_starts(name, STR("\xEF\xBB\xBF")))
                name = (struct str){name.p + 3, name.n - 3};
            if (str_eq(name, NAMES[c]))
                at[c] = i;
        }
        is_all = is_all && (c >= COLUMNS_NEEDED || at[c] < CSV_FIELDS_MOST);
    }
    return is_all;
}

bool twitter_is_header(struct str line)
{
    struct csv *c = csv_new();
    size_t at[COLUMNS];
    struct csv_row row;
    struct why w;
    struct str bare = line_bare(line);
    bool is_header;

    if (str_starts(bare, STR("\xEF\xBB\xBF")))
        bare = (struct str){bare.p + 3, bare.n - 3};
    is_header = csv_parse_row(c, bare.p, bare.n, &row, &w) == OK && find_columns(&row, at);
    csv_free_reader(c);
    return is_header;
}

static struct str column(const struct twitter *t, const struct csv_row *row, enum column c)
{
    return t->at[c] < row->n ? row->field[t->at[c]] : (struct str){"", 0};
}

static bool id_parse(struct str s, int64_t *ret)
{
    s = str_trim(s);
    if (s.n > 2 && memcmp(s.p + s.n - 2, ".0", 2) == 0)
        s.n -= 2;
    return str_i64(s, 0, INT64_MAX, ret);
}

/* FNV-1a. Two customers of one conversation with the same one would share a ticket: one chance
 * in four thousand million. */
static uint32_t author_hash(struct str s)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return h;
}

/* A row as it stands, or why it cannot be taken. */
static enum err row_read(const struct twitter *t, const struct csv_row *row, struct tweet *ret,
                         struct why *w)
{
    struct str inbound = str_trim(column(t, row, INBOUND)), text = column(t, row, TEXT);
    struct str author = str_trim(column(t, row, AUTHOR_ID));

    *ret = (struct tweet){.offset = row->offset, .bytes = row->bytes};
    if (row->n != t->n_fields)
        return fail(w, E_INVALID, "has %zu columns; the first line has %zu", row->n, t->n_fields);
    if (!id_parse(column(t, row, TWEET_ID), &ret->id))
        return fail(w, E_INVALID, "tweet_id is not a number");
    if (!stamp_parse(column(t, row, CREATED_AT), &ret->at) || ret->at / 1000 > UINT32_MAX)
        return fail(w, E_INVALID, "created_at is not a time like Tue Oct 31 22:10:47 +0000 2017");
    if (!str_eq_nocase(inbound, STR("true")) && !str_eq_nocase(inbound, STR("false")))
        return fail(w, E_INVALID, "inbound is neither True nor False");
    if (author.n == 0 || author.n > LIMIT_EXTERNAL_ID_CHARS)
        return fail(w, E_INVALID, "author_id is empty or too long");
    if (str_trim(text).n == 0)
        return fail(w, E_INVALID, "text is empty");
    if (!utf8_is_valid(text.p, text.n) || !utf8_is_valid(author.p, author.n))
        return fail(w, E_INVALID, "is not UTF-8");
    if (memchr(text.p, '\0', text.n) || memchr(author.p, '\0', author.n))
        return fail(w, E_INVALID, "has a NUL in it");
    ret->is_inbound = str_eq_nocase(inbound, STR("true"));
    ret->author = author_hash(author);
    return OK;
}

/* Who answers whom, as one row says it; without `is_taking` it is only looked at. */
static enum err links_read(struct twitter *t, const struct csv_row *row, int64_t id, bool is_taking,
                           struct why *w)
{
    struct str answers = str_trim(column(t, row, RESPONSE_TO));
    struct str rest = str_trim(column(t, row, RESPONSES));
    int64_t other;

    if (answers.n) {
        if (!id_parse(answers, &other))
            return fail(w, E_INVALID, "in_response_to_tweet_id is not a number");
        if (is_taking)
            tweets_answer(t->tweets, id, other);
    }
    while (rest.n) {
        if (!id_parse(str_cut(&rest, ','), &other))
            return fail(w, E_INVALID, "response_tweet_id is not a list of numbers");
        if (is_taking)
            tweets_answer(t->tweets, other, id);
    }
    return OK;
}

/* One row of the first pass. *ret_is_new: its tweet was not there yet. */
static enum err index_row(struct twitter *t, const struct csv_row *row, bool *ret_is_new,
                          struct why *w)
{
    struct tweet tweet;
    enum err e;

    if ((e = row_read(t, row, &tweet, w)) || (e = links_read(t, row, tweet.id, false, w)))
        return e;
    *ret_is_new = tweets_add(t->tweets, &tweet);
    return *ret_is_new ? links_read(t, row, tweet.id, true, w) : OK;
}

/* The first pass, a step of it. */
static enum err index_some(struct twitter *t, struct import_item *ret, struct why *w)
{
    enum err e;

    ret->kind = IMPORT_NOTHING;
    for (int i = 0; i < ROWS_A_STEP; i++) {
        struct csv_row row;
        bool is_new = true;

        e = csv_next(t->csv, &t->lines, &row, w);
        t->base.done = t->lines.offset;
        snprintf(ret->where, sizeof(ret->where), "line %" PRId64, row.line);
        if (e)
            return e;
        if (row.n == 0) {
            tweets_sort(t->tweets);
            t->is_indexed = true;
            return OK;
        }
        if ((e = index_row(t, &row, &is_new, w)))
            return e;
        if (!is_new) {
            ret->kind = IMPORT_REPEAT;
            return OK;
        }
    }
    return OK;
}

static enum err row_again(struct twitter *t, int64_t offset, int64_t bytes, struct csv_row *ret,
                          struct why *w)
{
    enum err e;

    if ((e = lines_at(&t->lines, offset, t->row, (size_t)bytes, w)))
        return e;
    return csv_parse_row(t->csv, t->row, (size_t)bytes, ret, w);
}

/* Twitter's own escapes: &amp; &lt; &gt;, nothing else. */
static char *plain(struct arena *a, struct str s)
{
    static const struct {
        struct str name;
        char c;
    } ENTITIES[] = {{STR("&amp;"), '&'}, {STR("&lt;"), '<'}, {STR("&gt;"), '>'}};
    char *p = arena_dup(a, s.p, s.n);
    size_t to = 0;

    for (size_t i = 0; i < s.n;) {
        struct str rest = {s.p + i, s.n - i};
        size_t step = 1;

        p[to] = s.p[i];
        for (size_t k = 0; s.p[i] == '&' && k < sizeof(ENTITIES) / sizeof(*ENTITIES); k++)
            if (str_starts(rest, ENTITIES[k].name)) {
                p[to] = ENTITIES[k].c;
                step = ENTITIES[k].name.n;
            }
        to++;
        i += step;
    }
    p[to] = '\0';
    return p;
}

static void fill(struct arena *a, const struct tweet_place *place, const char *author,
                 const char *customer, const char *text, struct import_item *ret)
{
    ret->kind = place->tweet.is_inbound ? IMPORT_INCOMING : IMPORT_REPLY;
    ret->author = place->tweet.is_inbound ? NULL : author;
    ret->in = (struct incoming){
        .external_id = arena_printf(a, "%" PRId64, place->tweet.id),
        .contact = {.external_id = customer,
                    .name = arena_printf(a, "@%s", customer),
                    .state = IDENTITY_CLAIMED},
        .text = text,
        .thread_external_id = arena_printf(a, "%" PRId64, place->ticket_id),
        .sent_at = place->tweet.at,
        .is_imported = true,
    };
}

static enum err twitter_next(struct import_reader *base, struct arena *a, struct import_item *ret,
                             struct why *w)
{
    struct twitter *t = (struct twitter *)base;
    const char *author, *customer, *text;
    struct tweet_place place;
    struct csv_row row;
    struct str who;
    enum err e;

    if (!t->is_indexed)
        return index_some(t, ret, w);
    if (!tweets_next(t->tweets, &place)) {
        base->done = base->all;
        ret->kind = IMPORT_END;
        return OK;
    }
    base->done += place.tweet.bytes;
    snprintf(ret->where, sizeof(ret->where), "tweet %" PRId64, place.tweet.id);
    if (!place.has_customer)
        return fail(w, E_INVALID, "no customer is in its conversation");
    if ((e = row_again(t, place.tweet.offset, place.tweet.bytes, &row, w)))
        return e;
    who = str_trim(column(t, &row, AUTHOR_ID));
    author = customer = arena_dup(a, who.p, who.n);
    text = plain(a, column(t, &row, TEXT));
    if (!place.tweet.is_inbound) {
        if ((e = row_again(t, place.customer_offset, place.customer_bytes, &row, w)))
            return e;
        who = str_trim(column(t, &row, AUTHOR_ID));
        customer = arena_dup(a, who.p, who.n);
    }
    fill(a, &place, author, customer, text, ret);
    return OK;
}

static void twitter_close(struct import_reader *base)
{
    struct twitter *t = (struct twitter *)base;

    lines_close(&t->lines);
    csv_free_reader(t->csv);
    tweets_free(t->tweets);
    free(t->row);
    free(t);
}

static enum err header_read(struct twitter *t, struct why *w)
{
    struct csv_row row;
    enum err e;

    if ((e = csv_next(t->csv, &t->lines, &row, w)))
        return e;
    if (!find_columns(&row, t->at))
        return fail(w, E_INVALID,
                    "its first line lacks one of tweet_id, author_id, inbound, created_at, text");
    t->n_fields = row.n;
    return OK;
}

enum err twitter_open(const char *path, struct import_reader **ret, struct why *w)
{
    struct twitter *t = calloc(1, sizeof(*t));
    enum err e;

    if (!t)
        abort();
    if ((e = lines_open(&t->lines, path, w))) {
        free(t);
        return e;
    }
    t->csv = csv_new();
    t->tweets = tweets_new();
    t->row = malloc(CSV_ROW_BYTES);
    if (!t->row)
        abort();
    if ((e = header_read(t, w))) {
        twitter_close(&t->base);
        return e;
    }
    t->base = (struct import_reader){twitter_next, twitter_close, 0, 2 * t->lines.bytes};
    *ret = &t->base;
    return OK;
}
