#include "demo/demo_desk.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"

/* Room for each list, far above what one desk to look at needs. */
#define MAX_THINGS 2000

struct line {
    const char *about;
    struct demo_file *file;
    struct demo_agent *agent;
    struct demo_inbox *inbox;
    struct demo_contact *contact;
    struct demo_ticket *ticket;
    struct demo_message *message;
    struct demo_draft *draft;
    struct demo_broken *broken;
};

#define TEXT(type, name, flags, max)                                                               \
    {                                                                                              \
#name, SHAPE_TEXT, flags, offsetof(struct type, name), 0, max                              \
    }

static const char *const ROLES[] = {"agent", "coach", "lead", "admin", NULL};
static const char *const CHANNELS[] = {"email", "webchat", "api", NULL};
static const char *const KINDS[] = {"incoming", "reply", "note", NULL};
static const char *const STATES[] = {"failed", "unknown", NULL};
static const char *const STATUSES[] = {"new", "open", "pending", "hold", "solved", "closed", NULL};
static const char *const PRIORITIES[] = {"low", "normal", "high", "urgent", NULL};

static SHAPE(DEMO_FILE, "DemoFile", struct demo_file, NULL,
             {TEXT(demo_file, name, SHAPE_REQUIRED, 80), TEXT(demo_file, type, SHAPE_REQUIRED, 40),
              TEXT(demo_file, text, 0, 4000)});

static SHAPE(DEMO_AGENT, "DemoAgent", struct demo_agent, NULL,
             {TEXT(demo_agent, key, SHAPE_REQUIRED, 40),
              TEXT(demo_agent, name, SHAPE_REQUIRED, 80),
              TEXT(demo_agent, email, SHAPE_REQUIRED, 80),
              {"role", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct demo_agent, role),
               .names = ROLES},
              TEXT(demo_agent, locale, SHAPE_REQUIRED, 20),
              {"teams", SHAPE_TEXTS, SHAPE_REQUIRED, offsetof(struct demo_agent, teams), 0, 9}});

static SHAPE(DEMO_INBOX, "DemoInbox", struct demo_inbox, NULL,
             {TEXT(demo_inbox, key, SHAPE_REQUIRED, 40),
              TEXT(demo_inbox, name, SHAPE_REQUIRED, 80),
              {"channel", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct demo_inbox, channel),
               .names = CHANNELS},
              TEXT(demo_inbox, address, 0, 80),
              TEXT(demo_inbox, team, 0, 80)});

static SHAPE(DEMO_CONTACT, "DemoContact", struct demo_contact, NULL,
             {TEXT(demo_contact, key, SHAPE_REQUIRED, 40),
              TEXT(demo_contact, name, SHAPE_REQUIRED, 80),
              TEXT(demo_contact, email, SHAPE_REQUIRED, 80),
              TEXT(demo_contact, locale, SHAPE_REQUIRED, 20), TEXT(demo_contact, plan, 0, 40),
              TEXT(demo_contact, device, 0, 80), TEXT(demo_contact, os, 0, 40),
              TEXT(demo_contact, os_version, 0, 20), TEXT(demo_contact, app_version, 0, 20),
              TEXT(demo_contact, region, 0, 20)});

static SHAPE(
    DEMO_MESSAGE, "DemoMessage", struct demo_message, NULL,
    {{"kind", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct demo_message, kind), .names = KINDS},
     TEXT(demo_message, by, 0, 40),
     {"age_min", SHAPE_I64, SHAPE_REQUIRED, offsetof(struct demo_message, age_min), 1, 21 * 1440},
     {"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct demo_message, text), 1, 4000},
     TEXT(demo_message, html, 0, 8000),
     {"files", SHAPE_TEXTS, 0, offsetof(struct demo_message, files), 0, 9},
     {"state", SHAPE_ENUM, 0, offsetof(struct demo_message, state), .names = STATES},
     TEXT(demo_message, state_text, 0, 200),
     {"is_automatic", SHAPE_BOOL, 0, offsetof(struct demo_message, is_automatic)}});

static SHAPE(DEMO_DRAFT, "DemoDraft", struct demo_draft, NULL,
             {TEXT(demo_draft, by, SHAPE_REQUIRED, 40),
              {"kind", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct demo_draft, kind),
               .names = KINDS},
              TEXT(demo_draft, text, SHAPE_REQUIRED, 4000)});

static SHAPE(DEMO_TICKET, "DemoTicket", struct demo_ticket, NULL,
             {TEXT(demo_ticket, inbox, SHAPE_REQUIRED, 40),
              TEXT(demo_ticket, contact, SHAPE_REQUIRED, 40),
              TEXT(demo_ticket, language, SHAPE_REQUIRED, 10),
              {"status", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct demo_ticket, status),
               .names = STATUSES},
              {"priority", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct demo_ticket, priority),
               .names = PRIORITIES},
              TEXT(demo_ticket, assignee, 0, 40),
              TEXT(demo_ticket, team, 0, 40),
              TEXT(demo_ticket, category, 0, 40),
              {"tags", SHAPE_TEXTS, 0, offsetof(struct demo_ticket, tags), 0, LIMIT_TAGS},
              TEXT(demo_ticket, subject, 0, LIMIT_SUBJECT_CHARS),
              {"snooze_min", SHAPE_I64, 0, offsetof(struct demo_ticket, snooze_min), 1, 21 * 1440},
              {"is_unread", SHAPE_BOOL, 0, offsetof(struct demo_ticket, is_unread)},
              {"is_spam", SHAPE_BOOL, 0, offsetof(struct demo_ticket, is_spam)},
              {"is_follow_up", SHAPE_BOOL, 0, offsetof(struct demo_ticket, is_follow_up)}});

static SHAPE(DEMO_BROKEN, "DemoBroken", struct demo_broken, NULL,
             {TEXT(demo_broken, inbox, SHAPE_REQUIRED, 40),
              {"age_min", SHAPE_I64, SHAPE_REQUIRED, offsetof(struct demo_broken, age_min), 1,
               21 * 1440},
              TEXT(demo_broken, error, SHAPE_REQUIRED, 200),
              TEXT(demo_broken, raw, SHAPE_REQUIRED, 4000)});

#define PART(name, shape)                                                                          \
    {                                                                                              \
#name, SHAPE_OBJECT, 0, offsetof(struct line, name), .of = &shape                          \
    }

static SHAPE(LINE, "DemoLine", struct line, NULL,
             {{"about", SHAPE_TEXT, 0, offsetof(struct line, about), 0, 1000},
              PART(file, DEMO_FILE),
              PART(agent, DEMO_AGENT),
              PART(inbox, DEMO_INBOX),
              PART(contact, DEMO_CONTACT),
              PART(ticket, DEMO_TICKET),
              PART(message, DEMO_MESSAGE),
              PART(draft, DEMO_DRAFT),
              PART(broken, DEMO_BROKEN)});

/* Where is the key among n structs of `size` bytes whose first member is the key? */
static size_t key_at(const void *v, size_t n, size_t size, const char *key)
{
    for (size_t i = 0; key && i < n; i++) {
        const char *const *have = (const void *)((const char *)v + i * size);

        if (strcmp(*have, key) == 0)
            return i;
    }
    return SIZE_MAX;
}

size_t demo_agent_at(const struct demo_desk *d, const char *key)
{
    return key_at(d->agents, d->n_agents, sizeof(*d->agents), key);
}

size_t demo_inbox_at(const struct demo_desk *d, const char *key)
{
    return key_at(d->inboxes, d->n_inboxes, sizeof(*d->inboxes), key);
}

size_t demo_contact_at(const struct demo_desk *d, const char *key)
{
    return key_at(d->contacts, d->n_contacts, sizeof(*d->contacts), key);
}

size_t demo_file_at(const struct demo_desk *d, const char *name)
{
    return key_at(d->files, d->n_files, sizeof(*d->files), name);
}

/* Under construction: all messages and drafts stand in one array each, in the order of the
 * file, and a ticket points at its part of it. */
struct reading {
    struct demo_desk desk;
    struct demo_message *messages;
    struct demo_draft *drafts;
    size_t n_messages, n_drafts;
};

static enum err check_message(const struct reading *r, const struct demo_ticket *t,
                              const struct demo_message *m, struct why *w)
{
    bool is_incoming = strcmp(m->kind, "incoming") == 0;

    if (is_incoming ? m->by != NULL : demo_agent_at(&r->desk, m->by) == SIZE_MAX)
        return fail(w, E_INVALID, "%s", is_incoming ? "incoming has no 'by'" : "'by' is no agent");
    if (t->n_messages == 0 && !is_incoming)
        return fail(w, E_INVALID, "a ticket begins with what the customer said");
    if (t->n_messages && t->messages[t->n_messages - 1].age_min < m->age_min)
        return fail(w, E_INVALID, "is older than the message above it");
    for (size_t i = 0; i < m->files.n; i++)
        if (demo_file_at(&r->desk, m->files.v[i]) == SIZE_MAX)
            return fail(w, E_INVALID, "names no file '%s'", m->files.v[i]);
    for (size_t i = 0; i < r->n_messages; i++)
        if (strcmp(r->messages[i].text, m->text) == 0)
            return fail(w, E_INVALID, "says what message %zu says", i + 1);
    return OK;
}

static enum err add_message(struct reading *r, const struct demo_message *m, struct why *w)
{
    struct demo_ticket *t = r->desk.n_tickets ? &r->desk.tickets[r->desk.n_tickets - 1] : NULL;
    enum err e;

    if (!t)
        return fail(w, E_INVALID, "a message stands below a ticket");
    if (t->n_messages == 0)
        t->messages = &r->messages[r->n_messages];
    if ((e = check_message(r, t, m, w)))
        return e;
    r->messages[r->n_messages++] = *m;
    t->n_messages++;
    return OK;
}

static enum err add_draft(struct reading *r, const struct demo_draft *d, struct why *w)
{
    struct demo_ticket *t = r->desk.n_tickets ? &r->desk.tickets[r->desk.n_tickets - 1] : NULL;

    if (!t || demo_agent_at(&r->desk, d->by) == SIZE_MAX || strcmp(d->kind, "incoming") == 0)
        return fail(w, E_INVALID, "a draft is an agent's and stands below a ticket");
    if (t->n_drafts == 0)
        t->drafts = &r->drafts[r->n_drafts];
    r->drafts[r->n_drafts++] = *d;
    t->n_drafts++;
    return OK;
}

/* Has the same contact a closed ticket further up? */
static bool has_closed(const struct demo_desk *d, const struct demo_ticket *t)
{
    for (size_t i = 0; i < d->n_tickets; i++)
        if (strcmp(d->tickets[i].contact, t->contact) == 0 &&
            strcmp(d->tickets[i].status, "closed") == 0)
            return true;
    return false;
}

static enum err add_ticket(struct reading *r, const struct demo_ticket *t, struct why *w)
{
    struct demo_desk *d = &r->desk;

    if (demo_inbox_at(d, t->inbox) == SIZE_MAX)
        return fail(w, E_INVALID, "names no inbox '%s'", t->inbox);
    if (demo_contact_at(d, t->contact) == SIZE_MAX)
        return fail(w, E_INVALID, "names no contact '%s'", t->contact);
    if (t->assignee && demo_agent_at(d, t->assignee) == SIZE_MAX)
        return fail(w, E_INVALID, "names no agent '%s'", t->assignee);
    if (t->is_follow_up && !has_closed(d, t))
        return fail(w, E_INVALID, "follows no closed ticket");
    d->tickets[d->n_tickets++] = *t;
    return OK;
}

static enum err add_line(struct reading *r, const struct line *l, struct why *w)
{
    struct demo_desk *d = &r->desk;

    if (l->message)
        return add_message(r, l->message, w);
    if (l->draft)
        return add_draft(r, l->draft, w);
    if (l->ticket)
        return add_ticket(r, l->ticket, w);
    if (l->broken && demo_inbox_at(d, l->broken->inbox) == SIZE_MAX)
        return fail(w, E_INVALID, "names no inbox '%s'", l->broken->inbox);
    if (l->broken)
        d->brokens[d->n_brokens++] = *l->broken;
    else if (l->file)
        d->files[d->n_files++] = *l->file;
    else if (l->agent)
        d->agents[d->n_agents++] = *l->agent;
    else if (l->inbox)
        d->inboxes[d->n_inboxes++] = *l->inbox;
    else if (l->contact)
        d->contacts[d->n_contacts++] = *l->contact;
    else if (!l->about)
        return fail(w, E_INVALID, "says nothing");
    return OK;
}

static void reading_init(struct reading *r, struct arena *a)
{
    *r = (struct reading){
        .desk = {.files = arena_array(a, MAX_THINGS, sizeof(struct demo_file)),
                 .agents = arena_array(a, MAX_THINGS, sizeof(struct demo_agent)),
                 .inboxes = arena_array(a, MAX_THINGS, sizeof(struct demo_inbox)),
                 .contacts = arena_array(a, MAX_THINGS, sizeof(struct demo_contact)),
                 .tickets = arena_array(a, MAX_THINGS, sizeof(struct demo_ticket)),
                 .brokens = arena_array(a, MAX_THINGS, sizeof(struct demo_broken))},
        .messages = arena_array(a, MAX_THINGS, sizeof(struct demo_message)),
        .drafts = arena_array(a, MAX_THINGS, sizeof(struct demo_draft)),
    };
}

enum err demo_desk_read(struct str text, struct arena *a, struct demo_desk *ret, struct why *w)
{
    struct reading r;
    struct why why = {0};
    enum err e;

    reading_init(&r, a);
    for (size_t n = 1; text.n; n++) {
        struct str s = str_trim(str_cut(&text, '\n'));
        struct line *l = arena_new_of(a, struct line);

        if (s.n == 0)
            continue;
        if (n > MAX_THINGS)
            return fail(w, E_INVALID, "the demo desk has over %d lines", MAX_THINGS);
        if ((e = shape_parse(&LINE, s.p, s.n, a, l, &why)) || (e = add_line(&r, l, &why)))
            return fail(w, e, "demo desk, line %zu: %s %s", n, why.field, why.text);
    }
    *ret = r.desk;
    return OK;
}
