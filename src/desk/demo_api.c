#include <string.h>

#include "demo/demo_desk.h"
#include "desk/demo.h"
#include "desk/desk.h"

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
