/* Both lists are read anew each time: they are short, and asked for by a person's click. */
#include "triage/helpline.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/json_shape.h"
#include "base/str.h"

struct str helplines_text(void); /* helplines.jsonl, built in */
struct str protocols_text(void); /* protocols.jsonl, built in */

#define CHARS_MOST 400
#define STEPS_MOST 20
#define ANYWHERE   "*"

#define AT(name) offsetof(struct helpline, name)
static SHAPE(LINE, "Helpline", struct helpline, NULL,
             {{"country", SHAPE_TEXT, SHAPE_REQUIRED, AT(country), 1, 2},
              {"name", SHAPE_TEXT, SHAPE_REQUIRED, AT(name), 1, CHARS_MOST},
              {"number", SHAPE_TEXT, 0, AT(number), 2, CHARS_MOST},
              {"url", SHAPE_TEXT, 0, AT(url), 9, CHARS_MOST},
              {"emergency", SHAPE_TEXT, 0, AT(emergency), 2, CHARS_MOST},
              {"note", SHAPE_TEXT, SHAPE_REQUIRED, AT(note), 1, CHARS_MOST}});
#undef AT

struct steps {
    const char *kind, *locale, *title;
    struct shape_texts steps;
};

#define AT(name) offsetof(struct steps, name)
static SHAPE(STEPS, "Protocol", struct steps, NULL,
             {{"kind", SHAPE_TEXT, SHAPE_REQUIRED, AT(kind), 1, CHARS_MOST},
              {"locale", SHAPE_TEXT, SHAPE_REQUIRED, AT(locale), 2, CHARS_MOST},
              {"title", SHAPE_TEXT, SHAPE_REQUIRED, AT(title), 1, CHARS_MOST},
              {"steps", SHAPE_TEXTS, SHAPE_REQUIRED, AT(steps), 1, STEPS_MOST}});
#undef AT

/* The next line as a struct of `s`; false: there is none. A broken line is our own bug. */
static bool next(struct str *all, const struct shape *s, struct arena *a, void *ret)
{
    const char *end = all->n ? memchr(all->p, '\n', all->n) : NULL;
    size_t n = end ? (size_t)(end - all->p) : all->n;
    struct why w;
    enum err e;

    if (all->n == 0)
        return false;
    memset(ret, 0, s->size);
    e = shape_parse(s, all->p, n, a, ret, &w);
    assert(!e);
    (void)e;
    n += end != NULL;
    all->p += n;
    all->n -= n;
    return true;
}

static void add_of(const char *country, struct arena *a, struct helplines *to)
{
    struct str all = helplines_text();
    struct helpline line;

    while (next(&all, &LINE, a, &line))
        if (strcasecmp(line.country, country) == 0)
            to->v[to->n++] = line;
}

struct helplines helpline_for(const char *country, struct arena *a)
{
    struct str all = helplines_text();
    struct helplines ret = {0};
    size_t n = 0;

    for (size_t i = 0; i < all.n; i++)
        n += all.p[i] == '\n';
    ret.v = arena_array(a, n, sizeof *ret.v);
    if (country && strcmp(country, ANYWHERE) != 0)
        add_of(country, a, &ret);
    add_of(ANYWHERE, a, &ret);
    return ret;
}

static bool is_in(const char *locale, const char *language)
{
    size_t n = strlen(language);

    return strncasecmp(locale, language, n) == 0 && strchr("-_", locale[n]) != NULL;
}

const struct protocol *protocol_for(enum urgency_kind kind, const char *locale, struct arena *a)
{
    struct str all = protocols_text();
    struct protocol *ret = NULL;
    struct steps s;

    while (next(&all, &STEPS, a, &s)) {
        bool is_wanted = locale && is_in(locale, s.locale);

        if (strcmp(s.kind, urgency_kind_name(kind)) != 0 ||
            (!is_wanted && strcmp(s.locale, "en") != 0))
            continue;
        if (!ret)
            ret = arena_alloc(a, sizeof *ret);
        else if (!is_wanted)
            continue;
        *ret = (struct protocol){s.kind, s.locale, s.title, s.steps.v, s.steps.n};
    }
    return ret;
}
