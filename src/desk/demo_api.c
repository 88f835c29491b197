#include "desk/demo.h"

#include <string.h>

#include "demo/demo_desk.h"
#include "desk/desk.h"
#include "people/people.h"
#include "store/store.h"
#include "sys/secret.h"

#define PASSWORD_BYTES 9 /* 72 bits: it stands in a link on the operator's own terminal */

static SHAPE(DEMO_LOGIN, "DemoLogin", struct demo_login, "An invented agent",
             {{"name", SHAPE_TEXT, 0, offsetof(struct demo_login, name)},
              {"email", SHAPE_TEXT, 0, offsetof(struct demo_login, email)},
              {"role", SHAPE_TEXT, 0, offsetof(struct demo_login, role)}});

SHAPE(DEMO_STATE, "Demo", struct demo_state, "Is the demo desk there, and who works in it?",
      {{"is_there", SHAPE_BOOL, 0, offsetof(struct demo_state, is_there)},
       {"agents", SHAPE_LIST, 0, offsetof(struct demo_state, agents), .of = &DEMO_LOGIN}});

enum err demo_get(struct req *q, struct res *s, struct why *w)
{
    struct demo_state state = {0};
    struct demo_login *logins;
    struct demo_desk desk;
    enum err e;

    if ((e = demo_is_there(q->tx, &state.is_there, w)))
        return e;
    if (state.is_there) {
        if ((e = demo_desk_read(demo_desk_text(), q->arena, &desk, w)))
            return e;
        logins = arena_array(q->arena, desk.n_agents, sizeof *logins);
        for (size_t i = 0; i < desk.n_agents; i++)
            logins[i] =
                (struct demo_login){desk.agents[i].name, desk.agents[i].email, desk.agents[i].role};
        state.agents = (struct shape_list){logins, desk.n_agents};
    }
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
    const char *password;
};

static enum err look(struct tx *tx, void *arg, struct why *w)
{
    struct beginning *b = arg;
    enum err e;

    if ((e = demo_is_there(tx, &b->is_there, w)) ||
        (e = people_is_set_up(tx, b->a, &b->is_set_up, w)))
        return e;
    return setting_read(tx, b->a, "demo_password", &b->password, w);
}

static enum err keep_password(struct tx *tx, void *arg, struct why *w)
{
    const struct beginning *b = arg;

    return setting_write(tx, "demo_password", b->password, w);
}

enum err demo_begin(struct store *s, struct reader *r, struct arena *a, const char **ret_password,
                    struct why *w)
{
    struct beginning b = {.a = a};
    const char *hash;
    enum err e;

    if ((e = store_read(s, look, &b, w)))
        return e;
    if (!b.is_there) {
        if (b.is_set_up)
            return fail(w, E_CONFLICT, "this desk is in use: the demo needs an empty data folder");
        b.password = secret_token(a, PASSWORD_BYTES);
        if ((e = password_hash(b.password, a, &hash, w)) ||
            (e = store_write(s, keep_password, &b, w)) || (e = demo_load(s, r, hash, w)))
            return e;
    }
    *ret_password = b.password;
    return OK;
}
