#include "contacts/contact_api.h"

#include <inttypes.h>

#include "base/limits.h"
#include "contacts/contact.h"
#include "search/query.h"
#include "store/store.h"

enum err contact_list_get(struct req *q, struct res *s, struct why *w)
{
    struct contact_wanted wanted = {.who = q->who};
    const char *typed = req_query(q, "q"), *cursor = NULL;
    struct contact *list;
    int64_t limit = 0;
    bool has_more;
    size_t n;
    enum err e;

    if ((e = req_query_i64(q, "limit", 1, LIMIT_PAGE, LIMIT_PAGE_DEFAULT, &limit, w)) ||
        (e = req_query_i64(q, "after", 1, INT64_MAX, INT64_MAX, &wanted.before, w)))
        return e;
    if (typed && *typed) {
        wanted.match = tx_engine(q->tx) == STORE_SQLITE ? query_fts5(q->arena, typed)
                                                        : query_tsquery(q->arena, typed);
        if (!wanted.match)
            return reply_list(s, &CONTACT, NULL, 0, false, NULL);
    }
    wanted.limit = (size_t)limit + 1;
    if ((e = contact_page(q->tx, q->arena, &wanted, &list, &n, w)))
        return e;
    has_more = n > (size_t)limit;
    n = has_more ? (size_t)limit : n;
    if (has_more)
        cursor = arena_printf(q->arena, "%" PRId64, list[n - 1].id);
    return reply_list(s, &CONTACT, list, n, has_more, cursor);
}

enum err contact_one_get(struct req *q, struct res *s, struct why *w)
{
    struct contact c;
    enum err e;

    if ((e = contact_get(q->tx, q->arena, q->ids[0], &c, w)))
        return e;
    if (!contact_is_seen(q->who, &c))
        return fail(w, E_NOT_FOUND, "there is no contact %" PRId64, q->ids[0]);
    res_header(s, "ETag", arena_printf(q->arena, "\"%" PRId64 "\"", c.rev));
    return reply(s, 200, &CONTACT, &c);
}
