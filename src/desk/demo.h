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

/* Write the demo desk. `password_hash`: of all its agents' logins (sys/secret.h); NULL: they
 * cannot sign in. E_CONFLICT: it is there, or an agent or inbox of the same name is. All or
 * nothing. Waits for the disk: not for an event loop or the writer. */
CHECKED enum err demo_load(struct store *s, const char *password_hash, struct why *w);

/* Take it away in small steps, so that nobody waits long behind one. If it is interrupted, the
 * next call goes on. E_NOT_FOUND: there is no demo desk. */
CHECKED enum err demo_clear(struct store *s, struct why *w);

CHECKED enum err demo_is_there(struct tx *tx, bool *ret, struct why *w);

/* Fill an empty desk, or find the demo that is there. The token is that of the printed link,
 * the password that of all its agents; both random, made with the demo. E_CONFLICT: the desk
 * is in use. */
struct demo_key {
    const char *token, *password; /* NULL where they were cleared with the demo */
};
CHECKED enum err demo_begin(struct store *s, struct arena *a, struct demo_key *ret, struct why *w);

/* GET /demo?token= → {is_demo, logins: [{name, email, role, password}]}, the logins only with
 * the right token; POST /demo/clear → 204 (ON_SLOW). */
struct demo_state {
    bool is_demo;
    struct shape_list logins; /* struct demo_login */
};
struct demo_login {
    const char *name, *email, *role, *password;
};
extern const struct shape DEMO_STATE;
enum err demo_get(struct req *q, struct res *s, struct why *w);
enum err demo_clear_post(struct req *q, struct res *s, struct why *w);
