#include "people/auth_api.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "people/people.h"
#include "people/people.sql.h"
#include "people/people_api.h"
#include "people/policy.h"
#include "store/store.h"
#include "sys/secret.h"

/* A key's last use is written at most once a minute: a row a message would be a hot row. */
#define USED_EVERY_MS       ((msec)60 * 1000)
#define FAST_SLOTS          1024
#define FAST_MS             ((msec)30 * 1000)
#define IDEM_SECRET         0 /* in place of a status: the answer was not kept */
#define IDEM_KEY_MOST_BYTES 255

/* Tokens that were good a moment ago, by a hash of their hash. What is fast is still checked
 * again inside the write: a stale entry costs time, never rights. */
static _Atomic uint64_t fast[FAST_SLOTS];
static _Atomic int64_t fast_until[FAST_SLOTS];

static bool token_of(const struct req *q, struct str *ret, bool *ret_is_key)
{
    struct str h = req_header(q, "authorization");
    const char *cookie;

    if (h.n > 7 && str_eq_nocase((struct str){h.p, 7}, STR("Bearer "))) {
        *ret = str_trim((struct str){h.p + 7, h.n - 7});
        *ret_is_key = true;
        return ret->n > 0;
    }
    cookie = req_cookie(q, SESSION_COOKIE);
    if (!cookie || !*cookie)
        return false;
    *ret = str_of(cookie);
    *ret_is_key = false;
    return true;
}

static uint64_t mark_of(const unsigned char hash[HASH_BYTES])
{
    uint64_t mark;

    memcpy(&mark, hash, sizeof mark);
    return mark ? mark : 1;
}

static void remember(const unsigned char hash[HASH_BYTES])
{
    uint64_t mark = mark_of(hash);

    atomic_store(&fast_until[mark % FAST_SLOTS], clock_now() + FAST_MS);
    atomic_store(&fast[mark % FAST_SLOTS], mark);
}

bool auth_is_fast(const struct req *q)
{
    unsigned char hash[HASH_BYTES];
    struct str token;
    bool is_key;
    uint64_t mark;

    if (q->route->permission == P_PUBLIC)
        return true;
    if (!token_of(q, &token, &is_key))
        return false;
    secret_hash(token.p, token.n, hash);
    mark = mark_of(hash);
    return atomic_load(&fast[mark % FAST_SLOTS]) == mark &&
           atomic_load(&fast_until[mark % FAST_SLOTS]) > clock_now();
}

void auth_forget(void)
{
    for (size_t i = 0; i < FAST_SLOTS; i++)
        atomic_store(&fast[i], 0);
}

static CHECKED enum err by_key(struct req *q, const unsigned char hash[HASH_BYTES],
                               struct principal *who, bool *ret_found, struct why *w)
{
    struct api_key_by_hash_row *key;
    enum err e;

    e = q_api_key_by_hash(q->tx,
                          (struct api_key_by_hash_in){.hash = {(const char *)hash, HASH_BYTES}},
                          q->arena, &key, w);
    if (e || !key)
        return e;
    who->kind = WHO_KEY;
    who->id = key->id;
    who->name = key->name;
    who->sees_all = key->inbox_id == 0;
    if (!role_parse(key->role, &who->role))
        return fail(w, E_INTERNAL, "the key has an unknown role");
    if (key->inbox_id) {
        int64_t *ids = arena_new_of(q->arena, int64_t);

        *ids = key->inbox_id;
        who->inbox_ids = ids;
        who->n_inboxes = 1;
    }
    *ret_found = true;
    if (tx_may_write(q->tx) && tx_now(q->tx) - key->last_used_at > USED_EVERY_MS)
        return q_api_key_used(q->tx, (struct api_key_used_in){.id = key->id, .now = tx_now(q->tx)},
                              NULL, w);
    return OK;
}

static CHECKED enum err by_session(struct req *q, const unsigned char hash[HASH_BYTES],
                                   struct principal *who, bool *ret_found, struct why *w)
{
    struct session_get_row *s;
    struct agent_inbox_list_rows sees;
    int64_t *ids;
    enum err e;

    e = q_session_get(
        q->tx,
        (struct session_get_in){.hash = {(const char *)hash, HASH_BYTES}, .now = tx_now(q->tx)},
        q->arena, &s, w);
    if (e || !s)
        return e;
    who->kind = WHO_AGENT;
    who->id = s->agent_id;
    who->name = s->name;
    who->email = s->email;
    who->csrf = s->csrf;
    who->session = (const unsigned char *)arena_dup(q->arena, hash, HASH_BYTES);
    who->sees_all = s->sees_all;
    if (!role_parse(s->role, &who->role))
        return fail(w, E_INTERNAL, "the agent has an unknown role");
    *ret_found = true;
    if (s->sees_all)
        return OK;
    e = q_agent_inbox_list(q->tx, (struct agent_inbox_list_in){.agent_id = s->agent_id}, q->arena,
                           &sees, w);
    if (e)
        return e;
    ids = arena_array(q->arena, sees.n + 1, sizeof *ids);
    for (size_t i = 0; i < sees.n; i++)
        ids[i] = sees.v[i].inbox_id;
    who->inbox_ids = ids;
    who->n_inboxes = sees.n;
    return OK;
}

/* A browser sends its cookie along whoever made the request; the token in a header shows that
 * it was our page. */
static CHECKED enum err check_csrf(const struct req *q, const struct principal *who, struct why *w)
{
    struct str sent;

    if (who->kind != WHO_AGENT || q->route->method == METHOD_GET)
        return OK;
    sent = req_header(q, "x-csrf-token");
    if (sent.n != strlen(who->csrf) || !secret_equal(sent.p, who->csrf, sent.n))
        return fail(w, E_DENIED, "the X-CSRF-Token header is missing or old: load the page again");
    return OK;
}

enum err auth_request(struct req *q, struct why *w)
{
    struct principal *who = arena_new_of(q->arena, struct principal);
    unsigned char hash[HASH_BYTES];
    struct str token;
    bool is_key, is_found = false;
    enum err e = OK;

    who->ip = q->ip;
    who->request_id = q->request_id;
    q->who = who;
    if (q->tx && token_of(q, &token, &is_key)) {
        secret_hash(token.p, token.n, hash);
        e = is_key ? by_key(q, hash, who, &is_found, w) : by_session(q, hash, who, &is_found, w);
        if (e)
            return e;
        if (is_found)
            remember(hash);
    }
    if (q->route->permission == P_PUBLIC)
        return OK;
    if (!is_found)
        return fail(w, E_UNKNOWN_WHO, "sign in, or send a valid API key");
    if ((e = check_csrf(q, who, w)))
        return e;
    if (!policy_may(who, (enum permission)q->route->permission))
        return fail(w, E_DENIED, "your role, %s, does not allow this", role_name(who->role));
    return OK;
}

/* ------- the same request again */

static bool idem_key(struct req *q, struct str *ret)
{
    *ret = req_header(q, "idempotency-key");
    return q->route->method == METHOD_POST && ret->n > 0;
}

/* The body goes in by its hash: an upload is not copied for this. */
static void idem_fingerprint(const struct req *q, unsigned char ret[HASH_BYTES])
{
    unsigned char body[HASH_BYTES];
    struct buf b;

    secret_hash(q->body.p, q->body.n, body);
    buf_init(&b, strlen(q->path) + q->query.n + HASH_BYTES + 16);
    buf_str(&b, q->path);
    buf_char(&b, '?');
    buf_add(&b, q->query.p, q->query.n);
    buf_char(&b, '\n');
    buf_add(&b, body, HASH_BYTES);
    secret_hash(b.p, b.n, ret);
    buf_done(&b);
}

/* Keys are kept per caller. What is open to all has none, or one that the answer is about to
 * change (signing in). */
static bool is_nobodys(const struct req *q)
{
    return q->route->permission == P_PUBLIC || q->who->kind == WHO_NOBODY;
}

/* Answers that show a secret once: a key, a link. They are not kept, or the secret would lie in
 * the table for a day. */
static bool shows_a_secret(const struct req *q)
{
    const struct shape *out = q->route->out;

    return out == &KEY || out == &AGENT || out == &LINK;
}

enum err auth_idem_before(struct req *q, struct res *s, bool *ret_done, struct why *w)
{
    unsigned char print[HASH_BYTES];
    struct idempotency_get_row *row;
    struct str key;
    enum err e;

    *ret_done = false;
    if (!idem_key(q, &key))
        return OK;
    if (is_nobodys(q))
        return fail(w, E_INVALID, "an Idempotency-Key cannot be obeyed here: it would be nobody's");
    if (key.n > IDEM_KEY_MOST_BYTES)
        return fail(w, E_INVALID, "an Idempotency-Key has at most %d bytes", IDEM_KEY_MOST_BYTES);
    e = q_idempotency_get(q->tx,
                          (struct idempotency_get_in){.who = principal_owner(q->arena, q->who),
                                                      .key = arena_dup(q->arena, key.p, key.n)},
                          q->arena, &row, w);
    if (e || !row)
        return e;
    idem_fingerprint(q, print);
    if (row->fingerprint.n != HASH_BYTES || memcmp(row->fingerprint.p, print, HASH_BYTES) != 0)
        return fail(w, E_INVALID, "this Idempotency-Key was used for another request");
    if (row->status == IDEM_SECRET)
        return fail(w, E_CONFLICT,
                    "it was made by the first request; what that showed is shown once");
    s->status = (int)row->status;
    buf_str(&s->body, row->body);
    if (row->location)
        res_header(s, "Location", row->location);
    res_header(s, "Idempotency-Replayed", "true");
    *ret_done = true;
    return OK;
}

enum err auth_idem_after(struct req *q, const struct res *s, struct why *w)
{
    unsigned char print[HASH_BYTES];
    const char *location = NULL;
    struct str key;

    if (!idem_key(q, &key))
        return OK;
    for (size_t i = 0; i < s->n_extra; i++)
        if (str_eq_nocase(s->extra[i].name, STR("Location")))
            location = arena_dup(q->arena, s->extra[i].value.p, s->extra[i].value.n);
    idem_fingerprint(q, print);
    return q_idempotency_insert(
        q->tx,
        (struct idempotency_insert_in){.who = principal_owner(q->arena, q->who),
                                       .key = arena_dup(q->arena, key.p, key.n),
                                       .fingerprint = {(const char *)print, HASH_BYTES},
                                       .status = shows_a_secret(q) ? IDEM_SECRET : s->status,
                                       .body = s->body.n && !shows_a_secret(q) ? s->body.p : "",
                                       .location = location,
                                       .now = tx_now(q->tx)},
        NULL, w);
}
