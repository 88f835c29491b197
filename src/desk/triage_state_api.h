/* triage_state_api.h: how good is triage here, what is in force, what does it doubt?
 * Used by: routes.c. */
#pragma once

#include "http/http.h"

enum err triage_state_get(struct req *q, struct res *s, struct why *w);
enum err promise_list_get(struct req *q, struct res *s, struct why *w);
enum err figure_list_get(struct req *q, struct res *s, struct why *w);
enum err confusion_list_get(struct req *q, struct res *s, struct why *w);
enum err doubtful_list_get(struct req *q, struct res *s, struct why *w);
enum err doubtful_post(struct req *q, struct res *s, struct why *w);
enum err model_list_get(struct req *q, struct res *s, struct why *w);
enum err model_use_post(struct req *q, struct res *s, struct why *w);
enum err retrain_post(struct req *q, struct res *s, struct why *w);

extern const struct shape TRIAGE_STATE, PROMISE, FIGURE, CONFUSION, DOUBTFUL, DOUBTFUL_IN, MODEL;
