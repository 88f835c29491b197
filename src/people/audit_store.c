#include "people/audit.h"

#include "people/people.sql.h"
#include "store/store.h"

static const char *kind_of(const struct principal *who)
{
    switch (who->kind) {
    case WHO_AGENT:
        return "agent";
    case WHO_KEY:
        return "key";
    case WHO_NOBODY:
        return "nobody";
    case WHO_SYSTEM:
        break;
    }
    return "system";
}

enum err audit_write(struct tx *tx, const struct principal *who, const char *action,
                     const char *object, int64_t object_id, const char *detail, struct why *w)
{
    struct audit_insert_in line = {.id = tx_id(tx),
                                   .at = tx_now(tx),
                                   .actor_kind = kind_of(who),
                                   .actor_id = who->id,
                                   .action = action,
                                   .object = object,
                                   .object_id = object_id,
                                   .detail = detail,
                                   .ip = who->ip,
                                   .request_id = who->request_id};

    return q_audit_insert(tx, line, NULL, w);
}
