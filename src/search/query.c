#include "search/query.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

/* What both engines take for a part of a word: letters, digits, all beyond ASCII. */
static bool is_word(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

struct words {
    struct {
        struct str text;
        bool joins; /* stands right behind the one before, in quotes */
    } v[QUERY_WORDS];
    size_t n;
    bool is_last_open; /* the text ends inside its last word, so it may go on */
};

static void words_of(const char *text, struct words *w)
{
    bool is_quoted = false, is_first = true;

    memset(w, 0, sizeof *w);
    for (const char *p = text; *p && w->n < QUERY_WORDS;) {
        struct str word = {p, 0};

        if (*p == '"') {
            is_quoted = !is_quoted;
            is_first = true;
        }
        while (is_word((unsigned char)p[word.n]))
            word.n++;
        if (word.n == 0) {
            p++;
            continue;
        }
        w->v[w->n].text = word;
        w->v[w->n].joins = is_quoted && !is_first;
        w->n++;
        is_first = false;
        p += word.n;
        w->is_last_open = *p == 0;
    }
}

/* How one engine writes a query. */
struct dialect {
    char quote;
    const char *both, *behind, *open;
};

/* A typed word is already free of quotes, so it needs no escaping, only its frame. */
static const char *write_query(struct arena *a, const char *text, const struct dialect *d)
{
    struct words w;
    struct buf b;
    const char *out;

    words_of(text, &w);
    if (w.n == 0)
        return NULL;
    buf_init(&b, LIMIT_JSON_BYTES);
    for (size_t i = 0; i < w.n; i++) {
        if (i)
            buf_str(&b, w.v[i].joins ? d->behind : d->both);
        buf_char(&b, d->quote);
        buf_add(&b, w.v[i].text.p, w.v[i].text.n);
        buf_char(&b, d->quote);
    }
    if (w.is_last_open)
        buf_str(&b, d->open);
    out = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return out;
}

const char *query_fts5(struct arena *a, const char *text)
{
    static const struct dialect fts5 = {'"', " AND ", " + ", "*"};

    return write_query(a, text, &fts5);
}

const char *query_tsquery(struct arena *a, const char *text)
{
    static const struct dialect tsquery = {'\'', " & ", " <-> ", ":*"};

    return write_query(a, text, &tsquery);
}

bool query_number(const char *text, int64_t *ret)
{
    struct str s = str_trim(str_of(text));

    if (s.n && *s.p == '#')
        s = (struct str){s.p + 1, s.n - 1};
    return s.n && *s.p >= '0' && *s.p <= '9' && str_i64(s, 1, INT64_MAX, ret);
}

const char *query_whole(struct arena *a, const char *query)
{
    size_t n = strlen(query);

    if (n == 0 || query[n - 1] != '*')
        return NULL;
    n--;
    if (n > 0 && query[n - 1] == ':')
        n--;
    return arena_dup(a, query, n);
}
