/* people_app.h: what people's handlers need of the running program; main.c gives it. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct store;
struct tx;

/* The store behind http's opaque `app`. */
struct store *people_store(void *app);
/* "http://host:port", for links. */
const char *people_base_url(void *app);
/* Queue a mail with a link to a new password, in the same transaction; without a mail inbox
 * nothing is sent, and an admin hands a link out (POST /agents/:id/reset-link). */
CHECKED enum err people_mail_reset(struct tx *tx, struct arena *a, void *app, const char *email,
                                   const char *name, const char *token, struct why *w);
/* The first admin is there, who is on call until somebody says otherwise: a desk is never without
 * anyone who is told of P1. */
CHECKED enum err people_first_admin(struct tx *tx, int64_t agent_id, struct why *w);
