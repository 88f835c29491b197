/* Words in, what was found out: the ticket of a number, contacts newest first, messages newest
 * first. */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "contacts/contact.h"
#include "desk/desk_api.h"
#include "people/policy.h"
#include "search/query.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/message.sql.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_store.h"

struct hit {
    const char *kind, *title, *snippet;
    int64_t ticket_id, message_id, contact_id, ticket_number;
    msec at;
};
static const char *const KINDS[] = {"message", "contact", "ticket", NULL};
SHAPE(SEARCH_HIT, "SearchHit", struct hit, "Something found",
      {{"kind", SHAPE_ENUM, 0, offsetof(struct hit, kind), .names = KINDS},
       {"ticket_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct hit, ticket_id)},
       {"ticket_number", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct hit, ticket_number)},
       {"message_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct hit, message_id)},
       {"contact_id", SHAPE_I64, SHAPE_NULLABLE, offsetof(struct hit, contact_id)},
       {"title", SHAPE_TEXT, 0, offsetof(struct hit, title)},
       {"snippet", SHAPE_TEXT, 0, offsetof(struct hit, snippet)},
       {"at", SHAPE_TIME, 0, offsetof(struct hit, at)}});

/* A search for both shows this many people at most, above the messages. */
#define CONTACTS_MOST        5
#define SNIPPET_CHARS        200
#define SNIPPET_BEFORE_BYTES 60

static size_t step_back(const char *text, size_t at, size_t bytes)
{
    at = at > bytes ? at - bytes : 0;
    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    return at;
}

/* The text around the first word that was typed. */
static const char *snippet_of(struct arena *a, const char *text, const char *typed)
{
    struct str word = str_of(typed);
    size_t n = strlen(text), at = 0;

    word = str_cut(&word, ' ');
    for (size_t i = 0; word.n && i + word.n <= n; i++) {
        if (str_eq_nocase((struct str){text + i, word.n}, word)) {
            at = step_back(text, i, SNIPPET_BEFORE_BYTES);
            break;
        }
    }
    return message_preview(a,
                           arena_dup(a, text + at, utf8_cut(text + at, n - at, 4 * SNIPPET_CHARS)));
}

struct found {
    struct hit *v;
    size_t n;
    const char *cursor;
};

/* Who types a number means that ticket; if it is not theirs to see, it is not there. */
static CHECKED enum err find_number(struct req *q, const char *typed, struct found *f,
                                    struct why *w)
{
    struct ticket_of_number_in of;
    struct ticket_of_number_row *row;
    struct ticket t;
    enum err e;

    if (!query_number(typed, &of.number))
        return OK;
    if ((e = q_ticket_of_number(q->tx, of, q->arena, &row, w)) || !row)
        return e;
    if ((e = ticket_view_for(q->tx, q->arena, row->id, q->who, &t, w)))
        return e == E_NOT_FOUND ? OK : e;
    f->v[f->n++] = (struct hit){.kind = "ticket",
                                .title = *t.subject ? t.subject : t.contact->name,
                                .snippet = t.preview,
                                .ticket_id = t.id,
                                .ticket_number = t.number,
                                .at = t.last_at};
    return OK;
}

/* Hits of one page in growing order of age; one more than there is room for tells of a next. */
static CHECKED enum err find_messages(struct req *q, const char *typed, struct message_wanted in,
                                      struct found *f, struct why *w)
{
    size_t room = in.limit, n_seen = 0, n = ++in.limit;
    int64_t *ids = arena_array(q->arena, in.limit, sizeof *ids), last = INT64_MAX - 1;
    struct message_hits_rows rows;
    enum err e;

    while (n_seen <= room && n == in.limit) { /* what was deleted is found, and not shown */
        if ((e = message_find(q->tx, q->arena, &in, ids, &n, w)) ||
            (e = q_message_hits(q->tx, (struct message_hits_in){.ids = {ids, n}}, q->arena, &rows,
                                w)))
            return e;
        for (size_t i = 0; i < rows.n && n_seen <= room; i++) {
            const struct message_hits_row *r = &rows.v[i];

            if (n_seen++ == room) {
                f->cursor = arena_printf(q->arena, "%" PRId64, last);
                break;
            }
            last = r->id;
            f->v[f->n++] = (struct hit){.kind = "message",
                                        .title = *r->subject ? r->subject : r->author_name,
                                        .snippet = snippet_of(q->arena, r->text, typed),
                                        .ticket_id = r->ticket_id,
                                        .ticket_number = r->number,
                                        .message_id = r->id,
                                        .at = r->created_at};
        }
        in.before = n ? ids[n - 1] : in.before;
    }
    return OK;
}

static CHECKED enum err find_contacts(struct req *q, struct contact_wanted in, struct found *f,
                                      struct why *w)
{
    size_t room = in.limit++, n;
    struct contact *list;
    enum err e;

    if ((e = contact_page(q->tx, q->arena, &in, &list, &n, w)))
        return e;
    if (n > room) {
        n = room;
        f->cursor = arena_printf(q->arena, "%" PRId64, list[n - 1].id);
    }
    for (size_t i = 0; i < n; i++)
        f->v[f->n++] = (struct hit){.kind = "contact",
                                    .title = list[i].name,
                                    .snippet = list[i].email   ? list[i].email
                                               : list[i].phone ? list[i].phone
                                                               : "",
                                    .contact_id = list[i].id,
                                    .at = list[i].updated_at};
    return OK;
}

enum err search_get(struct req *q, struct res *s, struct why *w)
{
    const char *typed = req_query(q, "q"), *kind = req_query(q, "kind"), *match;
    int64_t limit = 0, before = 0, most;
    struct found f = {0};
    bool is_first;
    enum err e;

    if (!typed || utf8_count(typed, strlen(typed)) > LIMIT_QUERY_CHARS)
        return fail_field(w, E_INVALID, "q", "say what to look for, in at most %d characters",
                          LIMIT_QUERY_CHARS);
    if (kind && strcmp(kind, "message") != 0 && strcmp(kind, "contact") != 0)
        return fail_field(w, E_INVALID, "kind", "kind is \"message\" or \"contact\"");
    if ((e = req_query_i64(q, "limit", 1, LIMIT_PAGE, LIMIT_PAGE_DEFAULT, &limit, w)) ||
        (e = req_query_i64(q, "after", 1, INT64_MAX, INT64_MAX, &before, w)))
        return e;
    is_first = !kind && before == INT64_MAX;
    match = tx_engine(q->tx) == STORE_SQLITE ? query_fts5(q->arena, typed)
                                             : query_tsquery(q->arena, typed);
    if (!match)
        return reply_list(s, &SEARCH_HIT, NULL, 0, false, NULL);
    f.v = arena_array(q->arena, (size_t)limit + 1, sizeof *f.v);
    /* The first page shows the ticket of a number, then contacts, in half of it at most, above
     * the messages; pages after it go on with one kind. */
    if (is_first && (e = find_number(q, typed, &f, w)))
        return e;
    most = kind ? limit : limit / 2 < CONTACTS_MOST ? limit / 2 : CONTACTS_MOST;
    if ((kind ? strcmp(kind, "contact") == 0 : is_first && most > 0) &&
        (e = find_contacts(q, (struct contact_wanted){match, before, (size_t)most, q->who}, &f, w)))
        return e;
    if (!kind)
        f.cursor = NULL;
    if ((!kind || strcmp(kind, "message") == 0) &&
        (e = find_messages(
             q, typed, (struct message_wanted){match, before, (size_t)limit - f.n, q->who}, &f, w)))
        return e;
    return reply_list(s, &SEARCH_HIT, f.v, f.n, f.cursor != NULL, f.cursor);
}
