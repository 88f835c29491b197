/* sums.h: what do the badges show? Sums over the counted kinds of tickets: of a bucket, and in
 * it of each team, assignee and inbox. A desk with forty agents has ten thousand kinds and two
 * hundred sums. Pure. Used by: live.c. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "people/principal.h"

/* One kind of tickets and how many there are; 0 stands for nobody. */
struct count_kind {
    int64_t bucket, team_id, assignee_id, inbox_id, n;
};

enum sum_of { SUM_ALL, SUM_TEAM, SUM_ASSIGNEE, SUM_INBOX };

struct count_sum {
    int64_t bucket, id; /* id: of the team, assignee or inbox; 0: nobody, or SUM_ALL */
    enum sum_of of;
    int64_t n;
};

/* Over the kinds that `who` may see (NULL: all). Sums of 0 are left out; in no order. */
void count_sums(struct arena *a, const struct count_kind *v, size_t n, const struct principal *who,
                struct count_sum **ret, size_t *ret_n);
