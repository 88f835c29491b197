#include "desk/automation.h"

#include "desk/page.h"

enum err automation_may(struct tx *tx, struct arena *a, const struct ticket_whole *t,
                        const char **ret_no, struct why *w)
{
    bool is_called = false;
    enum err e;

    if ((e = page_is_open(tx, a, t->core.id, &is_called, w)))
        return e;
    *ret_no = NULL;
    if (t->core.urgency == P1)
        *ret_no = "it is P1: a person answers, and nothing else does";
    else if (is_called)
        *ret_no = "somebody is being called for it";
    else if (t->core.bucket == BUCKET_SPAM || t->core.bucket == BUCKET_DELETED)
        *ret_no = "it is spam or deleted";
    return OK;
}
