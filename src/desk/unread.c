#include "desk/unread.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "channels/webchat/webchat.h"
#include "contacts/contact.h"
#include "desk/desk.h"
#include "desk/letter.h"
#include "inboxes/inbox.sql.h"
#include "store/store.h"
#include "tickets/message.h"
#include "tickets/record.h"
#include "tickets/ticket_store.h"

static const struct principal SYSTEM = {.kind = WHO_SYSTEM, .role = ROLE_ADMIN, .name = ""};

static bool is_chat(const struct inbox_get_row *inbox)
{
    return strcmp(inbox->channel, webchat_channel.name) == 0 && !inbox->is_demo;
}

enum err unread_watch(struct tx *tx, const struct inbox_get_row *inbox, int64_t message_id,
                      struct why *w)
{
    struct job_new job = {.kind = "unread", .run_at = tx_now(tx), .subject_id = message_id};

    return is_chat(inbox) ? jobs_add(tx, &job, w) : OK;
}

struct looking {
    struct app *app;
    struct job *job;
    struct arena *a;
    msec again_at; /* 0: this is settled */
};

/* The agent's words, nobody else's; files as links. */
static const char *text_of(struct looking *l, const struct message *m, const char *title)
{
    const struct message_file *files = m->attachments.v;
    struct buf b;
    const char *text;

    buf_init(&b, LIMIT_JSON_BYTES / 2);
    buf_str(&b, m->text);
    for (size_t i = 0; i < m->attachments.n; i++)
        buf_printf(&b, "\n\n%s\n%s%s", files[i].name, l->app->base_url, files[i].url);
    buf_printf(&b, "\n\n-- \n%s\n", title);
    text = arena_dup(l->a, b.p, b.n);
    buf_done(&b);
    return text;
}

static CHECKED enum err write_letter(struct tx *tx, struct looking *l, const struct message *m,
                                     const struct inbox_get_row *inbox, struct why *w)
{
    struct webchat_settings s;
    struct ticket_whole t;
    struct contact c;
    struct letter letter;
    enum err e;

    if ((e = webchat_settings_read(inbox->settings, l->a, &s, w)) ||
        (e = ticket_load(tx, l->a, m->ticket_id, &t, w)) ||
        (e = contact_get(tx, l->a, t.contact_id, &c, w)))
        return e;
    if (!c.email || !*c.email)
        return OK;
    letter = (struct letter){.key = arena_printf(l->a, "unread.%" PRId64, m->id),
                             .to = c.email,
                             .to_name = c.name,
                             .subject = s.title ? s.title : inbox->name};
    letter.text = text_of(l, m, letter.subject);
    if ((e = letter_add(tx, l->a, &letter, w)))
        return e;
    return record_activity(tx, l->a, &t, &SYSTEM, "mailed", NULL, c.email, w);
}

/* Read meanwhile, in a demo, or no way to write: nothing to do. */
static CHECKED enum err settle(struct tx *tx, struct looking *l, struct why *w)
{
    struct inbox_get_row *inbox;
    struct message m;
    bool is_possible;
    enum err e;

    e = message_load(tx, l->a, l->job->subject_id, &m, w);
    if (e)
        return e == E_NOT_FOUND ? OK : e;
    if (m.state_code != STATE_SENT)
        return OK;
    if (tx_now(tx) < m.created_at + l->app->chat_mail_ms) {
        l->again_at = m.created_at + l->app->chat_mail_ms;
        return OK;
    }
    if ((e = q_inbox_get(tx, (struct inbox_get_in){.id = m.inbox_id}, l->a, &inbox, w)) ||
        (e = letter_may(tx, l->a, &is_possible, w)))
        return e;
    if (!inbox || !is_chat(inbox) || !is_possible)
        return OK;
    return write_letter(tx, l, &m, inbox, w);
}

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct looking *l = arg;
    enum err e;

    l->again_at = 0; /* a write may run again */
    if ((e = settle(tx, l, w)))
        return e;
    return l->again_at ? OK : jobs_finish(tx, l->job, w);
}

enum err unread_job(void *app, struct job *j, struct why *w)
{
    struct looking l = {.app = app, .job = j, .a = j->arena};
    enum err e = store_write(l.app->store, look, &l, w);

    if (e)
        return e;
    j->is_finished = l.again_at == 0;
    j->again_at = l.again_at;
    return OK;
}
