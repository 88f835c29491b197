#include "desk/letter.h"

#include <inttypes.h>
#include <string.h>

#include "base/json_shape.h"
#include "base/limits.h"
#include "desk/desk.h"
#include "desk/send.h"
#include "inboxes/inbox.sql.h"
#include "people/people_app.h"
#include "store/store.h"
#include "sys/secret.h"

#define KEY_BYTES 16

SHAPE(LETTER, "Letter", struct letter, "A mail of the house's own",
      {{"key", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct letter, key)},
       {"to", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct letter, to)},
       {"to_name", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct letter, to_name)},
       {"subject", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct letter, subject)},
       {"text", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct letter, text)}});

struct store *people_store(void *app)
{
    return ((struct app *)app)->store;
}

const char *people_base_url(void *app)
{
    return ((struct app *)app)->base_url;
}

enum err letter_add(struct tx *tx, struct arena *a, const struct letter *l, struct why *w)
{
    struct job_new job = {.kind = "letter", .key = l->key, .run_at = tx_now(tx)};
    struct buf b;

    buf_init(&b, LIMIT_JSON_BYTES);
    shape_write(&b, &LETTER, l);
    job.payload = arena_dup(a, b.p, b.n);
    buf_done(&b);
    return jobs_add(tx, &job, w);
}

enum err people_mail_reset(struct tx *tx, struct arena *a, void *app, const char *email,
                           const char *name, const char *token, struct why *w)
{
    struct letter l = {.key = secret_token(a, KEY_BYTES),
                       .to = email,
                       .to_name = name,
                       .subject = "A new password",
                       .text =
                           arena_printf(a,
                                        "Hello %s,\n\nhere you can choose a new password:\n\n"
                                        "%s/reset?token=%s\n\nThe link works once, for an hour. "
                                        "If you did not ask for it, nothing has changed.\n",
                                        name, people_base_url(app), token)};

    return letter_add(tx, a, &l, w);
}

struct finding {
    struct arena *a;
    struct inbox inbox;
    const struct channel *channel;
};

/* The first mail inbox that really sends. */
static enum err find_inbox(struct tx *tx, void *arg, struct why *w)
{
    struct finding *f = arg;
    struct inbox_list_rows rows;
    enum err e;

    f->channel = NULL;
    if ((e = q_inbox_list(tx, f->a, &rows, w)))
        return e;
    for (size_t i = 0; i < rows.n && !f->channel; i++) {
        const struct inbox_list_row *r = &rows.v[i];

        if (strcmp(r->channel, "email") != 0 || !r->is_active || r->is_demo)
            continue;
        f->channel = channel_named("email");
        f->inbox = (struct inbox){.id = r->id,
                                  .name = r->name,
                                  .channel = r->channel,
                                  .settings = r->settings,
                                  .secret = r->secret,
                                  .is_active = true};
    }
    return OK;
}

enum err letter_may(struct tx *tx, struct arena *a, bool *ret, struct why *w)
{
    struct finding f = {.a = a};
    enum err e = find_inbox(tx, &f, w);

    if (e)
        return e;
    *ret = f.channel != NULL;
    return OK;
}

static enum err no_step(void *arg, struct why *w)
{
    (void)arg;
    (void)w;
    return OK;
}

enum err letter_job(void *app, struct job *j, struct why *w)
{
    struct finding f = {.a = j->arena};
    struct letter l = {0};
    struct outgoing out;
    const char *external_id;
    enum err e;

    if ((e = shape_parse(&LETTER, j->payload, strlen(j->payload), j->arena, &l, w)) ||
        (e = store_read(((struct app *)app)->store, find_inbox, &f, w)))
        return e;
    if (!f.channel)
        return OK;
    out = (struct outgoing){.key = send_key(j->arena, f.channel, &f.inbox, 0, j->id),
                            .to = l.to,
                            .to_name = l.to_name,
                            .from_name = f.inbox.name,
                            .subject = l.subject,
                            .text = l.text};
    return f.channel->send(&f.inbox, &out, no_step, NULL, j->arena, &external_id, w);
}
