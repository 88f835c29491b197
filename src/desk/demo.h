/* demo.h: the demo desk comes and goes.
 *
 * What demo/demo_desk.h reads is written through the desk's own operations, with dates relative
 * to now, so that every screen has something true to show. Its inboxes are marked is_demo: they
 * send nothing out. One call takes everything away again, what visitors wrote into it included.
 * Used by: cli (serve --demo), routes (GET /demo, POST /demo/clear), main. */
#pragma once

#include "base/err.h"
#include "http/http.h"

struct store;
struct reader;

/* Write the demo desk. `password_hash`: of all its agents' logins (sys/secret.h); NULL: they
 * cannot sign in. E_CONFLICT: it is there, or an agent or inbox of the same name is. All or
 * nothing. `r` reads what customers say; NULL: what needs no model. Waits for the disk: not for an
 * event loop or the writer. */
CHECKED enum err demo_load(struct store *s, struct reader *r, const char *password_hash,
                           struct why *w);

/* Take it away in small steps, so that nobody waits long behind one. If it is interrupted, the
 * next call goes on. E_NOT_FOUND: there is no demo desk. */
CHECKED enum err demo_clear(struct store *s, struct why *w);

CHECKED enum err demo_is_there(struct tx *tx, bool *ret, struct why *w);

/* Fill an empty desk, or find the demo that is there. *ret_password: of all its agents, random,
 * made with the demo. E_CONFLICT: the desk is in use. */
CHECKED enum err demo_begin(struct store *s, struct reader *r, struct arena *a,
                            const char **ret_password, struct why *w);

/* GET /demo → {is_there, agents: [{name, email, role}]}; POST /demo/clear → 204 (ON_SLOW). */
struct demo_state {
    bool is_there;
    struct shape_list agents; /* struct demo_login */
};
struct demo_login {
    const char *name, *email, *role;
};
extern const struct shape DEMO_STATE;
enum err demo_get(struct req *q, struct res *s, struct why *w);
enum err demo_clear_post(struct req *q, struct res *s, struct why *w);
