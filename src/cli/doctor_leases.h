/* doctor_leases.h: does everybody hold what is theirs, and nobody what is another's?
 *
 * Node numbers (PostgreSQL, store/lease.c) and the leases of what one node alone may do, as
 * watching a mailbox (desk/house.c). The judgements are pure.
 * Used by: doctor.c. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

struct store;

enum verdict {
    VERDICT_WELL,
    VERDICT_NOTE, /* a node died; what it held passes on by itself */
    VERDICT_FOUND
};

/* A node number as its row and its lock tell of it. */
struct node_seen {
    int64_t n;
    const char *holder; /* "": nobody */
    msec lease_until;   /* renewed each second while the node lives */
    bool is_locked;     /* a connection is there that took the number */
};
bool node_is_there(const struct node_seen *v, msec now);
/* `ret_says` gets what follows "node 3 ". */
enum verdict node_judge(const struct node_seen *v, msec now, const char **ret_says);

struct lease_seen {
    msec expires_at;
    bool is_wanted;     /* what it is for is still to be done */
    bool is_node_there; /* its holder lives */
    bool is_any_there;  /* a node that could take it lives */
};
/* `ret_says` gets what follows "the lease of … by node 3 ". */
enum verdict lease_judge(const struct lease_seen *v, msec now, const char **ret_says);

struct lease_lines {
    struct lease_line {
        enum verdict verdict; /* not VERDICT_WELL */
        const char *text;
    } * v;
    size_t n;
};
/* All that is not well. `is_running`: this process is the server, and not doctor alone. */
CHECKED enum err leases_look(struct store *s, struct arena *a, bool is_running,
                             struct lease_lines *ret, struct why *w);
