#include "desk/protocol_api.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "contacts/contact.h"
#include "people/audit.h"
#include "people/people.h"
#include "people/people.sql.h"
#include "people/policy.h"
#include "store/store.h"
#include "tickets/message.sql.h"
#include "tickets/ticket_store.h"
#include "triage/country.h"
#include "triage/facts.h"
#include "triage/helpline.h"
#include "triage/reading_store.h"
#include "triage/triage.sql.h"

/* Readings of a ticket that are looked through for reasons. */
#define READINGS_MOST 20
#define STEPS_MOST    20
#define TITLE_CHARS   120

struct helpline_view {
    const char *country, *name, *number, *url, *emergency, *note;
};
#define LINE_AT(name, flags, ...)                                                                  \
    {                                                                                              \
#name, SHAPE_TEXT, flags, offsetof(struct helpline_view, name), __VA_ARGS__                \
    }
static SHAPE(HELPLINE, "Helpline", struct helpline_view, "Somebody who can be called",
             {LINE_AT(country, SHAPE_NULLABLE, .doc = "ISO 3166-1; null: for all countries"),
              LINE_AT(name, 0), LINE_AT(number, SHAPE_NULLABLE), LINE_AT(url, SHAPE_NULLABLE),
              LINE_AT(emergency, SHAPE_NULLABLE, .doc = "the country's emergency number"),
              LINE_AT(note, 0, .doc = "numbers change: check before giving")});

struct protocol_view {
    const char *kind, *locale, *title;
    struct shape_texts steps;
    bool is_own;
    struct shape_list helplines; /* struct helpline_view */
};
#define AT(name, type, flags, ...)                                                                 \
    {                                                                                              \
#name, type, flags, offsetof(struct protocol_view, name), __VA_ARGS__                      \
    }
SHAPE(PROTOCOL, "Protocol", struct protocol_view, "What the desk does at a P1 of a kind",
      {AT(kind, SHAPE_TEXT, 0, .doc = "as in a ticket's reasons"),
       AT(locale, SHAPE_TEXT, SHAPE_NULLABLE, .doc = "of the words; null: the desk's, for all"),
       AT(title, SHAPE_TEXT, 0), AT(steps, SHAPE_TEXTS, 0),
       AT(is_own, SHAPE_BOOL, 0, .doc = "the desk's own words, not the built-in ones"),
       AT(helplines, SHAPE_LIST, 0, .of = &HELPLINE,
          .doc = "of the contact's country, the international ones behind them")});

struct protocol_in {
    const char *locale, *title;
    struct shape_texts steps;
};
#define IN_AT(name, type, flags, ...)                                                              \
    {                                                                                              \
#name, type, flags, offsetof(struct protocol_in, name), __VA_ARGS__                        \
    }
SHAPE(PROTOCOL_IN, "ProtocolIn", struct protocol_in, "The desk's own words for a kind of P1",
      {IN_AT(locale, SHAPE_TEXT, SHAPE_NULLABLE, .min = 2, .max = 12,
             .doc = "the language of these words; null: for all"),
       IN_AT(title, SHAPE_TEXT, SHAPE_REQUIRED, .min = 1, .max = TITLE_CHARS),
       IN_AT(steps, SHAPE_TEXTS, SHAPE_REQUIRED, .max = STEPS_MOST,
             .doc = "none: back to the built-in ones")});

/* ------- the words */

static const char *setting_name(struct arena *a, const char *kind, const char *locale)
{
    return locale ? arena_printf(a, "protocol.%s.%s", kind, locale)
                  : arena_printf(a, "protocol.%s", kind);
}

/* "de-AT" → "de" */
static const char *language_of(struct arena *a, const char *locale)
{
    return arena_dup(a, locale, strcspn(locale, "-_"));
}

static CHECKED enum err own_words(struct req *q, const char *kind, const char *locale,
                                  struct protocol_view *ret, struct why *w)
{
    struct protocol_in own = {0};
    const char *text;
    enum err e;

    if ((e = setting_read(q->tx, q->arena, setting_name(q->arena, kind, locale), &text, w)) ||
        !text)
        return e;
    if ((e = shape_parse(&PROTOCOL_IN, text, strlen(text), q->arena, &own, w)))
        return e;
    *ret = (struct protocol_view){
        .kind = kind, .locale = locale, .title = own.title, .steps = own.steps, .is_own = true};
    return OK;
}

/* The desk's own in the reader's language, its own for all, then the built-in ones: what a desk
 * has decided goes before a translation of what it has not. kind NULL: there are none. */
static CHECKED enum err words_for(struct req *q, enum urgency_kind k, const char *locale,
                                  struct protocol_view *ret, struct why *w)
{
    const char *kind = urgency_kind_name(k);
    const struct protocol *built_in;
    struct protocol_view v = {0};
    enum err e;

    if ((e = own_words(q, kind, language_of(q->arena, locale), &v, w)) ||
        (!v.kind && (e = own_words(q, kind, NULL, &v, w))))
        return e;
    built_in = v.kind ? NULL : protocol_for(k, locale, q->arena);
    if (built_in)
        v = (struct protocol_view){.kind = kind,
                                   .locale = built_in->locale,
                                   .title = built_in->title,
                                   .steps = {built_in->steps, built_in->n}};
    *ret = v;
    return OK;
}

static CHECKED enum err reader_locale(struct req *q, const char **ret, struct why *w)
{
    struct agent_get_row *row = NULL;
    enum err e;

    if (q->who->kind == WHO_AGENT &&
        (e = q_agent_get(q->tx, (struct agent_get_in){.id = q->who->id}, q->arena, &row, w)))
        return e;
    *ret = row && *row->locale ? row->locale : "en";
    return OK;
}

/* ------- whom to name */

/* Somebody may be in danger. */
static bool has_helplines(enum urgency_kind k)
{
    return k == URGENCY_SELF_HARM || k == URGENCY_THREAT || k == URGENCY_MINOR;
}

static CHECKED enum err country_of(struct req *q, const struct ticket *t, struct country *ret,
                                   struct why *w)
{
    const char *region = NULL;
    struct message_context_row *context;
    struct ticket_triage triage;
    struct contact c;
    enum err e;

    if ((e = contact_get(q->tx, q->arena, t->contact->id, &c, w)) ||
        (e = q_message_context(q->tx, (struct message_context_in){.ticket_id = t->id}, q->arena,
                               &context, w)) ||
        (e = reading_view(q->tx, q->arena, t->id, context ? context->context : NULL, NULL, &triage,
                          w)))
        return e;
    for (size_t i = 0; i < triage.facts.n; i++) {
        const struct triage_fact_view *f = (const struct triage_fact_view *)triage.facts.v + i;

        if (strcmp(f->kind, fact_name(FACT_REGION)) == 0)
            region = f->value;
    }
    *ret = country_guess(region, c.locale, c.phone);
    return OK;
}

static struct shape_list lines_of(struct arena *a, const char *country)
{
    struct helplines lines = helpline_for(country, a);
    struct helpline_view *v = arena_array(a, lines.n + 1, sizeof *v);

    for (size_t i = 0; i < lines.n; i++) {
        const struct helpline *l = &lines.v[i];

        v[i] = (struct helpline_view){.country = strcmp(l->country, "*") == 0 ? NULL : l->country,
                                      .name = l->name,
                                      .number = l->number,
                                      .url = l->url,
                                      .emergency = l->emergency,
                                      .note = l->note};
    }
    return (struct shape_list){v, lines.n};
}

/* ------- which kinds */

struct kinds {
    enum urgency_kind v[URGENCY_KIND_COUNT];
    size_t n;
};

static enum urgency_kind kind_named(const char *name)
{
    for (enum urgency_kind k = URGENCY_NONE + 1; k < URGENCY_KIND_COUNT; k++)
        if (strcmp(urgency_kind_name(k), name) == 0)
            return k;
    return URGENCY_NONE;
}

static void add_kind(struct kinds *to, enum urgency_kind k)
{
    for (size_t i = 0; i < to->n; i++)
        if (to->v[i] == k)
            return;
    if (k != URGENCY_NONE)
        to->v[to->n++] = k;
}

/* Why any message of it read as P1, newest first: a calm word later takes no protocol away. */
static CHECKED enum err kinds_of_ticket(struct req *q, int64_t ticket_id, struct kinds *ret,
                                        struct why *w)
{
    struct reading_urgent_in of = {.ticket_id = ticket_id, .limit = READINGS_MOST};
    struct reading_urgent_rows rows;
    enum err e;

    if ((e = q_reading_urgent(q->tx, of, q->arena, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n; i++) {
        const char *text = rows.v[i].detail;
        struct reading_detail d = {0};

        if ((e = shape_parse(&READING_DETAIL, text, strlen(text), q->arena, &d, w)))
            return e;
        for (size_t k = 0; k < d.reasons.n; k++) {
            const struct triage_reason_view *r = (const struct triage_reason_view *)d.reasons.v + k;

            if (strcmp(r->level, urgency_level_name(P1)) == 0)
                add_kind(ret, kind_named(r->kind));
        }
    }
    return OK;
}

/* ------- handlers */

static CHECKED enum err add_words(struct req *q, const struct kinds *kinds, const char *country,
                                  struct protocol_view *list, size_t *n, struct why *w)
{
    const char *locale;
    enum err e;

    if ((e = reader_locale(q, &locale, w)))
        return e;
    for (size_t i = 0; i < kinds->n; i++) {
        struct protocol_view *v = &list[*n];

        if ((e = words_for(q, kinds->v[i], locale, v, w)))
            return e;
        if (!v->kind)
            continue;
        if (country && has_helplines(kinds->v[i]))
            v->helplines = lines_of(q->arena, country);
        ++*n;
    }
    return OK;
}

enum err protocol_list_get(struct req *q, struct res *s, struct why *w)
{
    struct protocol_view list[URGENCY_KIND_COUNT] = {0};
    struct country country = {""};
    struct kinds kinds = {.n = 0};
    int64_t ticket_id = 0;
    struct ticket t;
    size_t n = 0;
    enum err e;

    if ((e = req_query_i64(q, "ticket", 1, INT64_MAX, 0, &ticket_id, w)))
        return e;
    if (ticket_id) {
        if ((e = ticket_view_for(q->tx, q->arena, ticket_id, q->who, &t, w)) ||
            (e = kinds_of_ticket(q, ticket_id, &kinds, w)) || (e = country_of(q, &t, &country, w)))
            return e;
    } else {
        for (enum urgency_kind k = URGENCY_NONE + 1; k < URGENCY_KIND_COUNT; k++)
            add_kind(&kinds, k);
    }
    if ((e = add_words(q, &kinds, ticket_id ? country.code : NULL, list, &n, w)))
        return e;
    return reply_list(s, &PROTOCOL, list, n, false, NULL);
}

static CHECKED enum err keep_words(struct req *q, const char *kind, struct protocol_in *in,
                                   struct why *w)
{
    const char *name = setting_name(q->arena, kind, in->locale), *text;
    struct buf b;

    if (in->steps.n == 0)
        return q_setting_delete(q->tx, (struct setting_delete_in){.name = name}, NULL, w);
    buf_init(&b, LIMIT_JSON_BYTES);
    shape_write(&b, &PROTOCOL_IN, in);
    text = arena_dup(q->arena, b.p, b.n);
    buf_done(&b);
    return setting_write(q->tx, name, text, w);
}

static CHECKED enum err check_words(struct req *q, struct protocol_in *in, struct why *w)
{
    if (in->locale) {
        in->locale = language_of(q->arena, in->locale);
        if (strspn(in->locale, "abcdefghijklmnopqrstuvwxyz") != strlen(in->locale) || !*in->locale)
            return fail_field(w, E_INVALID, "locale", "is no language");
    }
    for (size_t i = 0; i < in->steps.n; i++) {
        size_t n = utf8_count(in->steps.v[i], strlen(in->steps.v[i]));

        if (n == 0 || n > LIMIT_PROTOCOL_STEP_CHARS)
            return fail_field(w, E_INVALID, "steps", "a step has 1 to %d characters",
                              LIMIT_PROTOCOL_STEP_CHARS);
    }
    return OK;
}

enum err protocol_put(struct req *q, struct res *s, struct why *w)
{
    struct protocol_in in = *(const struct protocol_in *)q->in;
    enum urgency_kind k = kind_named(q->texts[0]);
    struct protocol_view v = {0};
    const char *locale;
    enum err e;

    if (k == URGENCY_NONE)
        return fail(w, E_NOT_FOUND, "there is no kind of P1 \"%s\"", q->texts[0]);
    if ((e = check_words(q, &in, w)) || (e = keep_words(q, urgency_kind_name(k), &in, w)) ||
        (e = audit_write(q->tx, q->who, "protocol.changed", "protocol", 0,
                         arena_printf(q->arena, "{\"kind\":\"%s\"}", urgency_kind_name(k)), w)) ||
        (e = reader_locale(q, &locale, w)) || (e = words_for(q, k, locale, &v, w)))
        return e;
    if (!v.kind) /* its own words are gone, and there are no others */
        v = (struct protocol_view){.kind = urgency_kind_name(k), .title = ""};
    return reply(s, 200, &PROTOCOL, &v);
}
