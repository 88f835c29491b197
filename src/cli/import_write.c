#include "cli/import_write.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "desk/intake.h"
#include "desk/reader.h"
#include "desk/reply.h"
#include "store/blob.h"
#include "tickets/message.sql.h"
#include "tickets/ticket.sql.h"

/* On their way at once: some full batches of the writer. */
#define SLOTS 512
/* Threads that read mail: most of the time each waits for its child or for the disk. */
#define READERS 8

/* An item goes up this ladder; mail from RAW, all else from READ. Posting keeps their order. */
enum stage { STAGE_FREE, STAGE_RAW, STAGE_READING, STAGE_READ, STAGE_POSTED, STAGE_DONE };

struct slot {
    struct import_writer *wr;
    struct store_write op;
    struct arena *a;
    struct import_item item;
    enum stage stage;
    const struct read *read;
    bool is_duplicate;
    enum err err; /* of reading; later of the write */
    struct why why;
};

struct import_writer {
    struct import_target target;
    const struct channel *mail;
    struct inbox mailbox; /* the target as the mail channel wants to see it */
    struct arena *a;
    struct import_figures figures;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* a slot has gone up */
    pthread_cond_t raw;   /* there is mail to read, or it is over */
    pthread_t readers[READERS];
    int n_readers;
    bool is_over;
    size_t next; /* the slot that is taken next; the oldest one on its way */
    size_t post; /* the slot that is posted next */
    size_t read; /* the slot that is read next */
    struct slot slots[SLOTS];
};

struct import_writer *import_writer_new(const struct import_target *t)
{
    struct import_writer *wr = calloc(1, sizeof *wr);
    const char *us = t->us;

    if (!wr)
        abort();
    wr->target = *t;
    wr->a = arena_new(1024);
    wr->mail = channel_named("email");
    wr->mailbox = t->inbox;
    if (us || strcmp(t->inbox.channel, "email") != 0)
        wr->mailbox.settings =
            arena_printf(wr->a, "{\"address\":\"%s\"}", us ? us : "nobody@import.invalid");
    wr->mailbox.channel = "email";
    pthread_mutex_init(&wr->lock, NULL);
    pthread_cond_init(&wr->moved, NULL);
    pthread_cond_init(&wr->raw, NULL);
    return wr;
}

void import_writer_free(struct import_writer *wr)
{
    if (!wr)
        return;
    pthread_mutex_lock(&wr->lock);
    wr->is_over = true;
    pthread_cond_broadcast(&wr->raw);
    pthread_mutex_unlock(&wr->lock);
    for (int i = 0; i < wr->n_readers; i++)
        pthread_join(wr->readers[i], NULL);
    pthread_cond_destroy(&wr->moved);
    pthread_cond_destroy(&wr->raw);
    pthread_mutex_destroy(&wr->lock);
    arena_free(wr->a);
    free(wr);
}

struct import_figures import_writer_figures(const struct import_writer *wr)
{
    return wr->figures;
}

void import_writer_refused(struct import_writer *wr, const struct import_item *item,
                           const struct why *why)
{
    wr->figures.read++;
    wr->figures.refused++;
    wr->target.refused(wr->target.arg, item->where, why);
}

void import_writer_repeat(struct import_writer *wr)
{
    wr->figures.read++;
    wr->figures.duplicate++;
}

/* ------- inside the writer */

/* The ticket that our answer belongs to: of a mail it answers, else of its thread. */
static CHECKED enum err ticket_answered(struct tx *tx, struct arena *a, const struct incoming *m,
                                        int64_t *ret, struct why *w)
{
    struct ticket_of_thread_in thread = {.inbox_id = m->inbox_id,
                                         .thread_id = m->thread_external_id};
    struct ticket_of_thread_row *of;
    enum err e;

    for (size_t i = 0; i < m->n_refs; i++) {
        struct message_by_key_in key = {.inbox_id = m->inbox_id, .external_id = m->refs[i]};
        struct message_by_key_row *row;

        if ((e = q_message_by_key(tx, key, a, &row, w)))
            return e;
        if (row) {
            *ret = row->ticket_id;
            return OK;
        }
    }
    if ((e = q_ticket_of_thread(tx, thread, a, &of, w)))
        return e;
    if (!of)
        return fail(w, E_INVALID, "is an answer of ours to nothing that is here");
    *ret = of->id;
    return OK;
}

static CHECKED enum err keep_answer(struct tx *tx, struct slot *s, struct why *w)
{
    const struct incoming *m = &s->item.in;
    struct message_by_key_in key = {.inbox_id = m->inbox_id, .external_id = m->external_id};
    struct reply_history h = {.inbox_id = m->inbox_id,
                              .external_id = m->external_id,
                              .author_name = s->item.author,
                              .text = m->text,
                              .html = m->html,
                              .sent_at = m->sent_at,
                              .kind = s->item.kind == IMPORT_NOTE ? "note" : NULL};
    struct message_by_key_row *old;
    int64_t id;
    enum err e;

    if ((e = q_message_by_key(tx, key, s->a, &old, w)))
        return e;
    s->is_duplicate = old != NULL;
    if (old)
        return OK;
    if ((e = ticket_answered(tx, s->a, m, &h.ticket_id, w)))
        return e;
    return reply_keep_history(tx, s->a, &h, &id, &s->is_duplicate, w);
}

static enum err keep(struct tx *tx, void *arg, struct why *w)
{
    struct slot *s = arg;
    struct intake_result done;
    enum err e;

    s->is_duplicate = false;
    if (s->item.kind != IMPORT_INCOMING)
        return keep_answer(tx, s, w);
    if ((e = intake(tx, s->a, &s->item.in, s->read, &done, w)))
        return e;
    s->is_duplicate = done.is_duplicate;
    return OK;
}

static void move(struct slot *s, enum stage to)
{
    pthread_mutex_lock(&s->wr->lock);
    s->stage = to;
    pthread_cond_broadcast(&s->wr->moved);
    pthread_mutex_unlock(&s->wr->lock);
}

static void kept(struct store_write *op)
{
    struct slot *s = op->arg;

    s->err = op->err;
    s->why = op->why;
    move(s, STAGE_DONE);
}

/* ------- in the caller's thread */

/* Is the item to blame, or is there no going on? */
static bool is_refusal(enum err e)
{
    return e == E_INVALID || e == E_MALFORMED || e == E_NOT_FOUND || e == E_CONFLICT ||
           e == E_TOO_LARGE || e == E_MEDIA;
}

static CHECKED enum err harvest(struct slot *s, struct why *w)
{
    struct import_writer *wr = s->wr;
    enum err e = s->err;

    if (e && is_refusal(e))
        import_writer_refused(wr, &s->item, &s->why);
    else if (!e && s->is_duplicate)
        import_writer_repeat(wr);
    else if (!e)
        wr->figures.read++, wr->figures.stored++;
    arena_free(s->a);
    s->stage = STAGE_FREE;
    return e && !is_refusal(e) ? fail(w, e, "%s: %s", s->item.where, s->why.text) : OK;
}

/* FNV-1a: what is of one thread goes through one connection, in order. */
static uint64_t part_of(const struct incoming *m)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (const char *p = m->thread_external_id; p && *p; p++)
        h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
    return h;
}

/* Post, in their order, all that have been read. */
static void post_read(struct import_writer *wr)
{
    for (;;) {
        struct slot *s = &wr->slots[wr->post];

        pthread_mutex_lock(&wr->lock);
        if (s->stage != STAGE_READ) {
            pthread_mutex_unlock(&wr->lock);
            return;
        }
        s->stage = s->err ? STAGE_DONE : STAGE_POSTED;
        pthread_mutex_unlock(&wr->lock);
        wr->post = (wr->post + 1) % SLOTS;
        if (s->err)
            continue;
        s->item.in.inbox_id = wr->target.inbox.id;
        s->item.in.is_imported = true;
        s->item.in.import_status = wr->target.status;
        s->read = reader_read(wr->target.reader, s->a, &s->item.in);
        s->op =
            (struct store_write){.run = keep, .done = kept, .arg = s, .part = part_of(&s->item.in)};
        store_post(wr->target.store, &s->op);
    }
}

/* The next slot, free: the item in it is waited for, and those behind it go on meanwhile. */
static CHECKED enum err next_slot(struct import_writer *wr, struct slot **ret, struct why *w)
{
    struct slot *s = &wr->slots[wr->next];
    enum stage stage;

    for (;;) {
        post_read(wr);
        pthread_mutex_lock(&wr->lock);
        while (s->stage != STAGE_FREE && s->stage != STAGE_DONE &&
               wr->slots[wr->post].stage != STAGE_READ)
            pthread_cond_wait(&wr->moved, &wr->lock);
        stage = s->stage;
        pthread_mutex_unlock(&wr->lock);
        if (stage == STAGE_FREE || stage == STAGE_DONE)
            break;
    }
    wr->next = (wr->next + 1) % SLOTS;
    *ret = s;
    return stage == STAGE_DONE ? harvest(s, w) : OK;
}

enum err import_writer_finish(struct import_writer *wr, struct why *w)
{
    size_t began = wr->next;
    enum err first = OK;

    for (size_t i = 0; i < SLOTS; i++) {
        struct why why = {0};
        struct slot *s;
        enum err e = next_slot(wr, &s, &why);

        if (e && !first)
            first = fail(w, e, "%s", why.text);
    }
    wr->next = began; /* all are free, and posting goes on where it stands */
    return first;
}

/* A mail of ours is an answer; its thread is named by the first mail of it that it names. */
static void place_mail(const struct import_writer *wr, struct import_item *item, struct arena *a)
{
    struct incoming *m = &item->in;
    const char *address = strstr(wr->mailbox.settings, "\"address\":\"");
    struct str own = str_of(address ? address + strlen("\"address\":\"") : "");

    own = str_cut(&own, '"');
    item->kind = IMPORT_INCOMING;
    if (own.n && str_eq_nocase(own, str_of(m->contact.external_id))) {
        item->kind = IMPORT_REPLY;
        item->author = m->contact.name ? m->contact.name : m->contact.external_id;
    }
    m->second_id = NULL; /* the same Message-ID is the same mail */
    m->token_ticket_id = 0;
    m->thread_external_id = m->n_refs ? m->refs[m->n_refs - 1] : m->external_id;
    m->thread_external_id = arena_printf(a, "%.*s", LIMIT_EXTERNAL_ID_CHARS, m->thread_external_id);
    if (!m->sent_at)
        m->sent_at = item->at;
}

/* Raw mail, read in its child process, with its files on disk. */
static CHECKED enum err read_mail(struct import_writer *wr, struct import_item *item,
                                  struct arena *a, struct why *w)
{
    char *hash = arena_alloc(a, BLOB_HASH_BYTES);
    struct incoming *m = &item->in;
    enum err e;

    if ((e = wr->mail->parse(&wr->mailbox, item->raw.p, item->raw.n, a, m, w)) ||
        (e = blob_put(wr->target.store, item->raw.p, item->raw.n, hash, w)))
        return e;
    m->raw_hash = hash;
    for (size_t i = 0; i < m->n_attachments; i++) {
        struct attachment *f = &m->attachments[i];

        hash = arena_alloc(a, BLOB_HASH_BYTES);
        if ((e = blob_put(wr->target.store, f->bytes, (size_t)f->n_bytes, hash, w)))
            return e;
        f->hash = hash;
    }
    place_mail(wr, item, a);
    return OK;
}

/* A reader's life: the oldest mail that nobody reads yet. */
static void *reader(void *arg)
{
    struct import_writer *wr = arg;

    pthread_mutex_lock(&wr->lock);
    while (!wr->is_over) {
        struct slot *s = &wr->slots[wr->read];

        if (s->stage != STAGE_RAW) {
            pthread_cond_wait(&wr->raw, &wr->lock);
            continue;
        }
        s->stage = STAGE_READING;
        wr->read = (wr->read + 1) % SLOTS;
        pthread_mutex_unlock(&wr->lock);
        s->err = read_mail(wr, &s->item, s->a, &s->why);
        move(s, STAGE_READ);
        pthread_mutex_lock(&wr->lock);
    }
    pthread_mutex_unlock(&wr->lock);
    return NULL;
}

static CHECKED enum err start_readers(struct import_writer *wr, struct why *w)
{
    while (wr->n_readers < READERS) {
        if (pthread_create(&wr->readers[wr->n_readers], NULL, reader, wr) != 0)
            break;
        wr->n_readers++;
    }
    return wr->n_readers ? OK : fail(w, E_BUSY, "could not start a thread");
}

enum err import_writer_take(struct import_writer *wr, struct arena *a,
                            const struct import_item *item, struct why *w)
{
    bool is_mail = item->kind == IMPORT_MAIL;
    struct slot *s;
    enum err e;

    if ((is_mail && !wr->n_readers && (e = start_readers(wr, w))) || (e = next_slot(wr, &s, w))) {
        arena_free(a);
        return e;
    }
    pthread_mutex_lock(&wr->lock);
    *s = (struct slot){.wr = wr, .a = a, .item = *item};
    s->stage = is_mail ? STAGE_RAW : STAGE_READ;
    pthread_cond_signal(&wr->raw);
    pthread_mutex_unlock(&wr->lock);
    post_read(wr);
    return OK;
}
