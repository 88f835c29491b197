#include "contacts/contact.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "contacts/contact.sql.h"
#include "people/policy.h"
#include "store/store.h"

static const char *const STATES[] = {"unknown", "claimed", "verified", NULL};

SHAPE(IDENTITY, "Identity", struct identity, "One way a contact is known to us",
      {{"inbox_id", SHAPE_I64, 0, offsetof(struct identity, inbox_id)},
       {"channel", SHAPE_TEXT, 0, offsetof(struct identity, channel)},
       {"external_id", SHAPE_TEXT, 0, offsetof(struct identity, external_id)},
       {"state", SHAPE_ENUM, 0, offsetof(struct identity, state), .names = STATES}});

SHAPE(CONTACT, "Contact", struct contact, "A person who writes to us",
      {{"id", SHAPE_I64, 0, offsetof(struct contact, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct contact, name)},
       {"email", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct contact, email)},
       {"phone", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct contact, phone)},
       {"locale", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct contact, locale)},
       {"attributes", SHAPE_MAP, 0, offsetof(struct contact, attributes)},
       {"identities", SHAPE_LIST, 0, offsetof(struct contact, identities), .of = &IDENTITY},
       {"created_at", SHAPE_TIME, 0, offsetof(struct contact, created_at)},
       {"updated_at", SHAPE_TIME, 0, offsetof(struct contact, updated_at)},
       {"rev", SHAPE_I64, 0, offsetof(struct contact, rev)}});

SHAPE(CONTACT_REF, "ContactRef", struct contact_ref, "A contact, in short",
      {{"id", SHAPE_I64, 0, offsetof(struct contact_ref, id)},
       {"name", SHAPE_TEXT, 0, offsetof(struct contact_ref, name)},
       {"email", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct contact_ref, email)}});

/* Attributes are kept as one JSON object of strings. */
struct kept_attributes {
    struct shape_map attributes;
};
SHAPE(KEPT, "KeptAttributes", struct kept_attributes, "As stored",
      {{"attributes", SHAPE_MAP, 0, offsetof(struct kept_attributes, attributes)}});

static const char *attributes_text(struct arena *a, const struct shape_map *m)
{
    struct kept_attributes kept = {*m};
    struct buf b;
    const char *text;

    if (m->n == 0)
        return NULL;
    buf_init(&b, LIMIT_JSON_BYTES);
    for (shape_write(&b, &KEPT, &kept); b.is_over; shape_write(&b, &KEPT, &kept)) {
        buf_reset(&b);
        kept.attributes.n--; /* what stands last is oldest */
    }
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return text;
}

static CHECKED enum err attributes_read(struct arena *a, const char *text, struct shape_map *ret,
                                        struct why *w)
{
    struct kept_attributes kept = {{0}};
    enum err e;

    *ret = kept.attributes;
    if (!text)
        return OK;
    if ((e = shape_parse(&KEPT, text, strlen(text), a, &kept, w)))
        return e;
    *ret = kept.attributes;
    return OK;
}

static const char *value_of(const struct shape_map *m, const char *key)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->v[i].key, key) == 0)
            return m->v[i].value;
    return NULL;
}

/* Old attributes with the new ones laid over; at most LIMIT_ATTRIBUTES. */
static struct shape_map merge(struct arena *a, const struct shape_map *old,
                              const struct shape_map *new)
{
    struct shape_map m = {arena_array(a, old->n + new->n + 1, sizeof *m.v), 0};

    for (size_t i = 0; i < new->n &&m.n < LIMIT_ATTRIBUTES; i++)
        m.v[m.n++] = new->v[i];
    for (size_t i = 0; i < old->n && m.n < LIMIT_ATTRIBUTES; i++)
        if (!value_of(new, old->v[i].key))
            m.v[m.n++] = old->v[i];
    return m;
}

static const char *index_text(struct arena *a, const char *name, const char *email,
                              const char *phone, const char *external_id)
{
    return arena_printf(a, "%s %s %s %s", name ? name : "", email ? email : "", phone ? phone : "",
                        external_id ? external_id : "");
}

static CHECKED enum err index_add(struct tx *tx, int64_t id, const char *text, struct why *w)
{
    return tx_engine(tx) == STORE_SQLITE
               ? q_contact_index(tx, (struct contact_index_in){.id = id, .text = text}, NULL, w)
               : q_contact_index_pg(tx, (struct contact_index_pg_in){.id = id, .text = text}, NULL,
                                    w);
}

static CHECKED enum err contact_new(struct tx *tx, struct arena *a, int64_t inbox_id,
                                    const struct incoming_contact *from, struct contact_ref *ret,
                                    struct why *w)
{
    int64_t id = tx_id(tx), changed = 0;
    const char *name = from->name ? from->name : "";
    enum err e;

    e = q_identity_insert(tx,
                          (struct identity_insert_in){.inbox_id = inbox_id,
                                                      .external_id = from->external_id,
                                                      .contact_id = id,
                                                      .state = from->state,
                                                      .now = tx_now(tx)},
                          &changed, w);
    if (e)
        return e;
    if (changed == 0) { /* another node was first, between our look and our insert */
        *ret = (struct contact_ref){0};
        return OK;
    }
    e = q_contact_insert(
        tx,
        (struct contact_insert_in){.id = id,
                                   .name = name,
                                   .email = from->email,
                                   .phone = from->phone,
                                   .locale = from->locale,
                                   .attributes = attributes_text(a, &from->attributes),
                                   .now = tx_now(tx)},
        NULL, w);
    if (e)
        return e;
    if ((e = index_add(tx, id, index_text(a, name, from->email, from->phone, from->external_id),
                       w)))
        return e;
    *ret = (struct contact_ref){id, name, from->email, true};
    return OK;
}

/* The index holds all that a contact may be looked for by; after a change it is made anew. */
static CHECKED enum err contact_reindex(struct tx *tx, struct arena *a, int64_t id, struct why *w)
{
    struct contact c;
    struct buf b;
    const char *text;
    enum err e;

    if ((e = contact_get(tx, a, id, &c, w)))
        return e;
    buf_init(&b, LIMIT_JSON_BYTES);
    buf_str(&b, index_text(a, c.name, c.email, c.phone, NULL));
    for (size_t i = 0; i < c.identities.n; i++) {
        buf_char(&b, ' ');
        buf_str(&b, ((struct identity *)c.identities.v)[i].external_id);
    }
    text = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return index_add(tx, id, text, w);
}

static const char *newer(const char *old, const char *new, bool may_overwrite)
{
    return new &&*new && (may_overwrite || !old || !*old) ? new : old;
}

static bool differs(const char *x, const char *y)
{
    return strcmp(x ? x : "", y ? y : "") != 0;
}

static CHECKED enum err contact_refresh(struct tx *tx, struct arena *a, int64_t inbox_id,
                                        const struct contact_by_identity_row *row,
                                        const struct incoming_contact *from,
                                        struct contact_ref *ret, struct why *w)
{
    bool may = (int64_t)from->state >= row->state;
    struct contact_update_in new = {.id = row->id,
                                    .name = newer(row->name, from->name, may),
                                    .email = newer(row->email, from->email, may),
                                    .phone = newer(row->phone, from->phone, may),
                                    .locale = newer(row->locale, from->locale, may),
                                    .attributes = row->attributes,
                                    .now = tx_now(tx)};
    enum err e;

    *ret = (struct contact_ref){row->id, new.name, new.email, false};
    if (from->attributes.n > 0) {
        struct shape_map old, merged;

        if ((e = attributes_read(a, row->attributes, &old, w)))
            return e;
        merged = may ? merge(a, &old, &from->attributes) : merge(a, &from->attributes, &old);
        new.attributes = attributes_text(a, &merged);
    }
    if ((int64_t)from->state > row->state &&
        (e = q_identity_raise(tx,
                              (struct identity_raise_in){.inbox_id = inbox_id,
                                                         .external_id = from->external_id,
                                                         .state = from->state},
                              NULL, w)))
        return e;
    if (!differs(new.name, row->name) && !differs(new.email, row->email) &&
        !differs(new.phone, row->phone) && !differs(new.locale, row->locale) &&
        !differs(new.attributes, row->attributes))
        return OK;
    if ((e = q_contact_update(tx, new, NULL, w)))
        return e;
    return differs(new.name, row->name) || differs(new.email, row->email) ||
                   differs(new.phone, row->phone)
               ? contact_reindex(tx, a, row->id, w)
               : OK;
}

enum err contact_for(struct tx *tx, struct arena *a, int64_t inbox_id,
                     const struct incoming_contact *from, struct contact_ref *ret, struct why *w)
{
    struct contact_by_identity_in key = {.inbox_id = inbox_id, .external_id = from->external_id};
    struct contact_by_identity_row *row = NULL;
    struct contact_lock_row *locked = NULL;
    enum err e;

    if ((e = q_contact_by_identity(tx, key, a, &row, w)))
        return e;
    if (!row) {
        if ((e = contact_new(tx, a, inbox_id, from, ret, w)))
            return e;
        if (ret->id)
            return OK;
        if ((e = q_contact_by_identity(tx, key, a, &row, w)))
            return e;
        if (!row)
            return fail(w, E_BUSY, "the contact is being changed elsewhere");
    }
    if (tx_engine(tx) == STORE_POSTGRESQL) {
        if ((e = q_contact_lock(tx, (struct contact_lock_in){.id = row->id}, a, &locked, w)))
            return e;
        if (!locked)
            return fail(w, E_BUSY, "the contact is being changed elsewhere");
        /* Somebody may have changed it between our look and the lock. */
        row->name = locked->name;
        row->email = locked->email;
        row->phone = locked->phone;
        row->locale = locked->locale;
        row->attributes = locked->attributes;
    }
    return contact_refresh(tx, a, inbox_id, row, from, ret, w);
}

static CHECKED enum err contact_fill(struct arena *a, const struct contact_list_row *row,
                                     struct contact *ret, struct why *w)
{
    *ret = (struct contact){.id = row->id,
                            .name = row->name,
                            .email = row->email,
                            .phone = row->phone,
                            .locale = row->locale,
                            .created_at = row->created_at,
                            .updated_at = row->updated_at,
                            .rev = row->rev};
    return attributes_read(a, row->attributes, &ret->attributes, w);
}

/* The contacts of `ids`, newest first, with their identities. */
static CHECKED enum err contact_load(struct tx *tx, struct arena *a, const int64_t *ids, size_t n,
                                     struct contact **ret, size_t *ret_n, struct why *w)
{
    struct contact_list_rows rows;
    struct identity_list_rows known;
    struct contact *list;
    enum err e;

    if ((e = q_contact_list(tx, (struct contact_list_in){.ids = {ids, n}}, a, &rows, w)))
        return e;
    if ((e = q_identity_list(tx, (struct identity_list_in){.ids = {ids, n}}, a, &known, w)))
        return e;
    list = arena_array(a, rows.n + 1, sizeof *list);
    for (size_t i = 0; i < rows.n; i++) {
        struct identity *v = arena_array(a, known.n + 1, sizeof *v);
        size_t count = 0;

        if ((e = contact_fill(a, &rows.v[i], &list[i], w)))
            return e;
        for (size_t k = 0; k < known.n; k++)
            if (known.v[k].contact_id == rows.v[i].id)
                v[count++] =
                    (struct identity){known.v[k].inbox_id, known.v[k].channel,
                                      known.v[k].external_id, STATES[known.v[k].state % 3]};
        list[i].identities = (struct shape_list){v, count};
    }
    *ret = list;
    *ret_n = rows.n;
    return OK;
}

bool contact_is_seen(const struct principal *who, const struct contact *c)
{
    const struct identity *v = c->identities.v;

    if (who->sees_all || who->kind == WHO_SYSTEM)
        return true;
    for (size_t i = 0; i < c->identities.n; i++)
        if (policy_sees_inbox(who, v[i].inbox_id))
            return true;
    return false;
}

enum err contact_get(struct tx *tx, struct arena *a, int64_t id, struct contact *ret, struct why *w)
{
    struct contact *list;
    size_t n;
    enum err e;

    if ((e = contact_load(tx, a, &id, 1, &list, &n, w)))
        return e;
    if (n == 0)
        return fail(w, E_NOT_FOUND, "there is no contact %lld", (long long)id);
    *ret = list[0];
    return OK;
}

static int newest_first(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

    return (a < b) - (a > b);
}

/* A run for each inbox, merged: a page costs what it shows, however many are of others. */
static CHECKED enum err ids_of_inboxes(struct tx *tx, struct arena *a,
                                       const struct contact_wanted *in, int64_t *ids, size_t *ret_n,
                                       struct why *w)
{
    int64_t *all = arena_array(a, in->who->n_inboxes * in->limit + 1, sizeof *all);
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < in->who->n_inboxes; i++) {
        struct contact_page_inbox_in q = {
            .inbox_id = in->who->inbox_ids[i], .before = in->before, .limit = (int64_t)in->limit};
        struct contact_page_inbox_rows rows;
        enum err e = q_contact_page_inbox(tx, q, a, &rows, w);

        if (e)
            return e;
        for (size_t k = 0; k < rows.n; k++)
            all[n++] = rows.v[k].id;
    }
    if (n)
        qsort(all, n, sizeof *all, newest_first);
    for (size_t i = 0; i < n && kept < in->limit; i++)
        if (kept == 0 || ids[kept - 1] != all[i]) /* known in two inboxes */
            ids[kept++] = all[i];
    *ret_n = kept;
    return OK;
}

static CHECKED enum err ids_of_all(struct tx *tx, struct arena *a, const struct contact_wanted *in,
                                   int64_t *ids, size_t *ret_n, struct why *w)
{
    struct contact_page_in q = {.before = in->before, .limit = (int64_t)in->limit};
    struct contact_page_rows rows;
    size_t n = 0;
    enum err e;

    if ((e = q_contact_page(tx, q, a, &rows, w)))
        return e;
    for (; n < rows.n; n++)
        ids[n] = rows.v[n].id;
    *ret_n = n;
    return OK;
}

static CHECKED enum err ids_that_match(struct tx *tx, struct arena *a,
                                       const struct contact_wanted *in, int64_t *ids, size_t *ret_n,
                                       struct why *w)
{
    struct i64_list inboxes = {in->who->inbox_ids, in->who->n_inboxes};
    bool sees_all = policy_sees_all(in->who);
    size_t n = 0;
    enum err e;

    if (tx_engine(tx) == STORE_SQLITE) {
        struct contact_search_in q = {.match = in->match,
                                      .before = in->before,
                                      .limit = (int64_t)in->limit,
                                      .inbox_ids = inboxes,
                                      .with = sees_all ? 0 : WITH_CONTACT_SEARCH_IN_INBOXES};
        struct contact_search_rows rows;

        if ((e = q_contact_search(tx, q, a, &rows, w)))
            return e;
        for (; n < rows.n; n++)
            ids[n] = rows.v[n].id;
    } else {
        struct contact_search_pg_in q = {.match = in->match,
                                         .before = in->before,
                                         .limit = (int64_t)in->limit,
                                         .inbox_ids = inboxes,
                                         .with = sees_all ? 0 : WITH_CONTACT_SEARCH_PG_IN_INBOXES};
        struct contact_search_pg_rows rows;

        if ((e = q_contact_search_pg(tx, q, a, &rows, w)))
            return e;
        for (; n < rows.n; n++)
            ids[n] = rows.v[n].id;
    }
    *ret_n = n;
    return OK;
}

enum err contact_page(struct tx *tx, struct arena *a, const struct contact_wanted *in,
                      struct contact **ret, size_t *ret_n, struct why *w)
{
    int64_t *ids = arena_array(a, in->limit + 1, sizeof *ids);
    size_t n;
    enum err e = in->match                  ? ids_that_match(tx, a, in, ids, &n, w)
                 : policy_sees_all(in->who) ? ids_of_all(tx, a, in, ids, &n, w)
                                            : ids_of_inboxes(tx, a, in, ids, &n, w);

    return e ? e : contact_load(tx, a, ids, n, ret, ret_n, w);
}
