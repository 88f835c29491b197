/* demo_desk.h: what does the demo desk say?
 *
 * Reads desk.jsonl, the invented streaming service that a newcomer looks at, into structs and
 * checks that it holds together: every name that it uses stands in it, ages fall within a
 * thread, nothing is said twice. It knows no store; demo.c writes what this gives.
 *
 * desk.jsonl: one JSON object a line with exactly one member, in any order but that a `message`
 * or a `draft` belongs to the `ticket` above it:
 *   about    a word to whoever opens the file
 *   file     {name, type, text?}: an attachment; a picture (image/png) is drawn by demo_picture.c
 *   agent    {key, name, email, role, locale, teams}
 *   inbox    {key, name, channel, address?, team?}
 *   contact  {key, name, email, locale, plan?, device?, os?, os_version?, app_version?, region?}
 *   ticket   {inbox, contact, language, status, priority, assignee?, team?, category?, tags?,
 *             subject?, snooze_min?, is_unread?, is_spam?, is_follow_up?}
 *   message  {kind, by? (an agent's key), age_min, text, html?, files?, state?, state_text?,
 *             is_automatic?}
 *   draft    {by, kind, text}
 *   broken   {inbox, age_min, error, raw}: a mail that nobody can parse
 * Ages are minutes before the moment of loading. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json_shape.h"
#include "base/str.h"

struct demo_file {
    const char *name, *type, *text; /* text is NULL for a picture */
};

struct demo_agent {
    const char *key, *name, *email, *role, *locale;
    struct shape_texts teams;
};

struct demo_inbox {
    const char *key, *name, *channel, *address, *team;
};

struct demo_contact {
    const char *key, *name, *email, *locale;
    const char *plan, *device, *os, *os_version, *app_version, *region; /* each may be NULL */
};

struct demo_message {
    const char *kind; /* incoming, reply, note */
    const char *by;   /* agent's key; NULL for incoming */
    int64_t age_min;
    const char *text, *html;
    struct shape_texts files;
    const char *state, *state_text; /* failed or unknown; NULL: as it should be */
    bool is_automatic;
};

struct demo_draft {
    const char *by, *kind, *text;
};

struct demo_ticket {
    const char *inbox, *contact, *language, *status, *priority, *assignee, *team, *category;
    struct shape_texts tags;
    const char *subject;
    int64_t snooze_min; /* from now on; 0: not snoozed */
    bool is_unread, is_spam;
    bool is_follow_up; /* of the same contact's closed ticket above it */
    struct demo_message *messages;
    size_t n_messages;
    struct demo_draft *drafts;
    size_t n_drafts;
};

struct demo_broken {
    const char *inbox;
    int64_t age_min;
    const char *error, *raw;
};

struct demo_desk {
    struct demo_file *files;
    struct demo_agent *agents;
    struct demo_inbox *inboxes;
    struct demo_contact *contacts;
    struct demo_ticket *tickets;
    struct demo_broken *brokens;
    size_t n_files, n_agents, n_inboxes, n_contacts, n_tickets, n_brokens;
};

/* The file that came with the program. */
struct str demo_desk_text(void);

/* Reads `text` into *ret, in `a`. E_INVALID, naming the line: it does not hold together. */
CHECKED enum err demo_desk_read(struct str text, struct arena *a, struct demo_desk *ret,
                                struct why *w);

/* Positions by key; SIZE_MAX if there is none. */
size_t demo_agent_at(const struct demo_desk *d, const char *key);
size_t demo_inbox_at(const struct demo_desk *d, const char *key);
size_t demo_contact_at(const struct demo_desk *d, const char *key);
size_t demo_file_at(const struct demo_desk *d, const char *name);

/* A small PNG drawn for `name`, always the same for the same name; in `a`. */
struct str demo_picture(const char *name, struct arena *a);
