/* people_api.h: signing in, agents, teams, keys over HTTP. routes.c says who may call what. */
#pragma once

#include "http/http.h"

enum err setup_get(struct req *q, struct res *s, struct why *w);
enum err setup_post(struct req *q, struct res *s, struct why *w);
enum err session_post(struct req *q, struct res *s, struct why *w);
enum err session_delete(struct req *q, struct res *s, struct why *w);
enum err me_get(struct req *q, struct res *s, struct why *w);
enum err me_patch(struct req *q, struct res *s, struct why *w);
enum err reset_post(struct req *q, struct res *s, struct why *w);
enum err reset_confirm_post(struct req *q, struct res *s, struct why *w);
enum err agent_list_get(struct req *q, struct res *s, struct why *w);
enum err agent_post(struct req *q, struct res *s, struct why *w);
enum err agent_patch(struct req *q, struct res *s, struct why *w);
enum err agent_reset_link_post(struct req *q, struct res *s, struct why *w);
enum err team_list_get(struct req *q, struct res *s, struct why *w);
enum err team_post(struct req *q, struct res *s, struct why *w);
enum err team_patch(struct req *q, struct res *s, struct why *w);
enum err team_delete(struct req *q, struct res *s, struct why *w);
enum err key_list_get(struct req *q, struct res *s, struct why *w);
enum err key_post(struct req *q, struct res *s, struct why *w);
enum err key_delete(struct req *q, struct res *s, struct why *w);
enum err audit_list_get(struct req *q, struct res *s, struct why *w);

extern const struct shape SETUP, SETUP_IN, SESSION_IN, ME, ME_PATCH, RESET_IN, RESET_CONFIRM_IN,
    AGENT_IN, AGENT_PATCH, TEAM_IN, TEAM_PATCH, KEY_IN, AUDIT_LINE, LINK;
