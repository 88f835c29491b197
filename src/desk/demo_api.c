#include "desk/demo.h"

#include <string.h>

#include "demo/demo_desk.h"
#include "desk/desk.h"
#include "people/people.h"
#include "store/store.h"
#include "sys/secret.h"

#define TOKEN_BYTES    16
#define PASSWORD_BYTES 9

static SHAPE(DEMO_LOGIN, "DemoLogin", struct demo_login, "An invented agent",
             {{"name", SHAPE_TEXT, 0, offsetof(struct demo_login, name)},
              {"email", SHAPE_TEXT, 0, offsetof(struct demo_login, email)},
              {"role", SHAPE_TEXT, 0, offsetof(struct demo_login, role)},
              {"password", SHAPE_TEXT, 0, offsetof(struct demo_login, password)}});

SHAPE(DEMO_STATE, "Demo", struct demo_state, "Is the demo desk there, and who works in it?",
      {{"is_demo", SHAPE_BOOL, 0, offsetof(struct demo_state, is_demo)},
       {"logins", SHAPE_LIST, 0, offsetof(struct demo_state, logins), .of = &DEMO_LOGIN,
        .doc = "only to who has the link that the server printed"}});

static CHECKED enum err logins_read(struct arena *a, const char *password, struct shape_list *ret,
                                    struct why *w)
{
    struct demo_login *logins;
    struct demo_desk desk;
    enum err e;

    if ((e = demo_desk_read(demo_desk_text(), a, &desk, w)))
        return e;
    logins = arena_array(a, desk.n_agents, sizeof *logins);
    for (size_t i = 0; i < desk.n_agents; i++)
        logins[i] = (struct demo_login){desk.agents[i].name, desk.agents[i].email,
                                        desk.agents[i].role, password};
    *ret = (struct shape_list){logins, desk.n_agents};
    return OK;
}

static bool is_same(const char *a, const char *b)
{
    return a && b && strlen(a) == strlen(b) && secret_equal(a, b, strlen(a));
}

/* The logins are for who holds the token of the printed link: a demo on a reachable address
 * must not hand an admin's password to everybody. */
enum err demo_get(struct req *q, struct res *s, struct why *w)
{
    struct demo_state state = {0};
    const char *token, *password;
    enum err e;

    if ((e = demo_is_there(q->tx, &state.is_demo, w)) ||
        (e = setting_read(q->tx, q->arena, "demo_token", &token, w)) ||
        (e = setting_read(q->tx, q->arena, "demo_password", &password, w)))
        return e;
    if (state.is_demo && password && is_same(token, req_query(q, "token")) &&
        (e = logins_read(q->arena, password, &state.logins, w)))
        return e;
    return reply(s, 200, &DEMO_STATE, &state);
}

enum err demo_clear_post(struct req *q, struct res *s, struct why *w)
{
    struct app *app = q->app;
    enum err e;

    if ((e = demo_clear(app->store, w)))
        return e;
    return reply_empty(s);
}

/* ------- at the start of the server */

struct beginning {
    struct arena *a;
    bool is_there, is_set_up;
    struct demo_key *key;
};

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct beginning *b = arg;
    enum err e;

    if ((e = demo_is_there(tx, &b->is_there, w)) ||
        (e = people_is_set_up(tx, b->a, &b->is_set_up, w)) ||
        (e = setting_read(tx, b->a, "demo_token", &b->key->token, w)))
        return e;
    return setting_read(tx, b->a, "demo_password", &b->key->password, w);
}

static enum err keep_key(struct tx *tx, void *arg, struct why *w)
{
    const struct beginning *b = arg;
    enum err e;

    if ((e = setting_write(tx, "demo_token", b->key->token, w)))
        return e;
    return setting_write(tx, "demo_password", b->key->password, w);
}

enum err demo_begin(struct store *s, struct arena *a, struct demo_key *ret, struct why *w)
{
    struct demo_key key = {0};
    struct beginning b = {.a = a, .key = &key};
    const char *hash;
    enum err e;

    if ((e = store_read(s, look, &b, w)))
        return e;
    if (!b.is_there) {
        if (b.is_set_up)
            return fail(w, E_CONFLICT, "this desk is in use: the demo needs an empty data folder");
        key = (struct demo_key){secret_token(a, TOKEN_BYTES), secret_token(a, PASSWORD_BYTES)};
        if ((e = store_write(s, keep_key, &b, w)) ||
            (e = password_hash(key.password, a, &hash, w)) || (e = demo_load(s, hash, w)))
            return e;
    }
    *ret = key;
    return OK;
}
