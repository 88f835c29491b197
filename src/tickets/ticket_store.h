/* ticket_store.h: tickets and their messages as rows and as the API's shapes.
 * Used by: tickets' and desk's files. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "contacts/contact.h"
#include "people/principal.h"
#include "tickets/ticket.h"

struct tx;

/* A ticket with what an operation needs beside the rules' part. */
struct ticket_whole {
    struct ticket_core core;
    int64_t number, contact_id, inbox_id, last_message_id, rev;
    const char *thread_id, *status_key;
    bool is_imported;
};

/* As lists and the desk show it. */
struct ticket {
    int64_t id, number;
    const char *subject, *status, *status_name, *status_category, *priority, *category;
    const char *urgency, *language, *sentiment;
    bool is_spam, is_deleted;
    msec snoozed_until;
    int64_t inbox_id;
    const char *inbox_name, *channel, *channel_label;
    struct contact_ref *contact;
    int64_t assignee_id, team_id;
    const char *assignee_name;
    struct shape_texts tags;
    msec waiting_since, created_at, updated_at, solved_at, last_at;
    const char *last_kind, *last_author, *preview;
    int64_t last_message_id;
    bool is_unread;
    int64_t messages, linked_id;
    bool is_automatic, is_imported;
    int64_t rev, sort_key;
};

extern const struct shape TICKET;

/* E_NOT_FOUND if there is none. */
CHECKED enum err ticket_load(struct tx *tx, struct arena *a, int64_t id, struct ticket_whole *ret,
                             struct why *w);
/* Views of some tickets, in the order of `ids`; those that are gone are left out. `agent_id`:
 * whose unread marks; 0 for none. */
CHECKED enum err ticket_views(struct tx *tx, struct arena *a, const int64_t *ids, size_t n,
                              int64_t agent_id, struct ticket **ret, size_t *ret_n, struct why *w);
/* One view, if `who` may see it; else E_NOT_FOUND, absent and forbidden alike. */
CHECKED enum err ticket_view_for(struct tx *tx, struct arena *a, int64_t id,
                                 const struct principal *who, struct ticket *ret, struct why *w);

/* What a list shows. */
struct ticket_filter {
    unsigned buckets;  /* bits 1 << bucket; 0: all but spam and deleted */
    bool has_assignee; /* then assignee_id, 0 for nobody's */
    int64_t assignee_id;
    bool has_team;
    int64_t team_id;
    int64_t inbox_id, contact_id, tag_id; /* 0: any */
    struct shape_texts categories;        /* any of these; none: any at all */
    const char *search;                   /* typed words, or NULL */
    bool is_by_waiting;                   /* waiting longest first; else newest first */
    const char *after;                    /* cursor of the page before, or NULL */
    size_t limit;
};

/* One page of what `who` may see. *ret_cursor is NULL at the end. E_INVALID: a bad cursor. */
CHECKED enum err ticket_page(struct tx *tx, struct arena *a, const struct ticket_filter *f,
                             const struct principal *who, struct ticket **ret, size_t *ret_n,
                             const char **ret_cursor, struct why *w);
