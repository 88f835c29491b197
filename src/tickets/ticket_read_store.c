#include "tickets/ticket_read.h"

#include "people/audit.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/ticket.h"
#include "tickets/ticket.sql.h"
#include "tickets/ticket_api.h"

static const char *const DRAFT_KINDS[] = {"reply", "note", NULL};

SHAPE(DRAFT, "Draft", struct draft, "What an agent has begun to write",
      {{"kind", SHAPE_ENUM, 0, offsetof(struct draft, kind), .names = DRAFT_KINDS},
       {"text", SHAPE_TEXT, 0, offsetof(struct draft, text)},
       {"updated_at", SHAPE_TIME, 0, offsetof(struct draft, updated_at)}});
SHAPE(TAG, "Tag", struct tag, "A word on tickets",
      {{"id", SHAPE_I64, 0, offsetof(struct tag, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct tag, name)}});
SHAPE(STATUS, "Status", struct status, "A status and the category it stands for",
      {{"id", SHAPE_I64, 0, offsetof(struct status, id)},
       {"key", SHAPE_TEXT, 0, offsetof(struct status, key)},
       {"name", SHAPE_TEXT, 0, offsetof(struct status, name)},
       {"category", SHAPE_ENUM, 0, offsetof(struct status, category), .names = CATEGORY_NAMES},
       {"position", SHAPE_I64, 0, offsetof(struct status, position)}});

enum err drafts_of(struct tx *tx, struct arena *a, int64_t ticket_id, int64_t agent_id,
                   struct draft **ret, size_t *ret_n, struct why *w)
{
    struct draft_list_rows rows;
    enum err e;

    e = q_draft_list(tx, (struct draft_list_in){.ticket_id = ticket_id, .agent_id = agent_id}, a,
                     &rows, w);
    if (e)
        return e;
    *ret = arena_array(a, rows.n + 1, sizeof **ret);
    for (*ret_n = 0; *ret_n < rows.n; (*ret_n)++)
        (*ret)[*ret_n] = (struct draft){message_kind_name((enum message_kind)rows.v[*ret_n].kind),
                                        rows.v[*ret_n].text, rows.v[*ret_n].updated_at};
    return OK;
}

enum err tags_all(struct tx *tx, struct arena *a, struct tag **ret, size_t *ret_n, struct why *w)
{
    struct tag_list_rows rows;
    enum err e;

    if ((e = q_tag_list(tx, a, &rows, w)))
        return e;
    *ret = arena_array(a, rows.n + 1, sizeof **ret);
    for (*ret_n = 0; *ret_n < rows.n; (*ret_n)++)
        (*ret)[*ret_n] = (struct tag){rows.v[*ret_n].id, rows.v[*ret_n].name};
    return OK;
}

enum err tag_id(struct tx *tx, struct arena *a, const char *name, int64_t *ret, struct why *w)
{
    struct tag_by_name_row *row;
    enum err e;

    if ((e = q_tag_by_name(tx, (struct tag_by_name_in){.name = name}, a, &row, w)))
        return e;
    *ret = row ? row->id : 0;
    return OK;
}

enum err statuses_all(struct tx *tx, struct arena *a, struct status **ret, size_t *ret_n,
                      struct why *w)
{
    struct status_list_rows rows;
    enum err e;

    if ((e = q_status_list(tx, a, &rows, w)))
        return e;
    *ret = arena_array(a, rows.n + 1, sizeof **ret);
    for (*ret_n = 0; *ret_n < rows.n; (*ret_n)++)
        (*ret)[*ret_n] = (struct status){rows.v[*ret_n].id, rows.v[*ret_n].key, rows.v[*ret_n].name,
                                         category_name((enum category)rows.v[*ret_n].category),
                                         rows.v[*ret_n].position};
    return OK;
}

enum err status_make(struct tx *tx, struct arena *a, const struct principal *who, struct status *s,
                     struct why *w)
{
    struct status_by_key_row *taken;
    unsigned bits = 0;
    int64_t category = 0;
    enum err e;

    if ((e = q_status_by_key(tx, (struct status_by_key_in){.key = s->key}, a, &taken, w)))
        return e;
    if (taken)
        return fail_field(w, E_CONFLICT, "key", "there is a status \"%s\" already", s->key);
    if (!buckets_parse(s->category, &bits))
        return fail_field(w, E_INVALID, "category", "this is no category");
    category = __builtin_ctz(bits);
    s->id = tx_id(tx);
    e = q_status_insert(tx,
                        (struct status_insert_in){.id = s->id,
                                                  .key = s->key,
                                                  .name = s->name,
                                                  .category = category,
                                                  .position = s->position},
                        NULL, w);
    return e ? e : audit_write(tx, who, "status.created", "status", s->id, NULL, w);
}

enum err status_change(struct tx *tx, const struct principal *who, int64_t id, const char *name,
                       int64_t position, struct why *w)
{
    int64_t changed = 0;
    enum err e;

    e = q_status_rename(tx, (struct status_rename_in){.id = id, .name = name, .position = position},
                        &changed, w);
    if (e)
        return e;
    if (changed == 0)
        return fail(w, E_NOT_FOUND, "there is no status %lld", (long long)id);
    return audit_write(tx, who, "status.changed", "status", id, NULL, w);
}
