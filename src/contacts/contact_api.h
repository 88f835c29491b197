/* contact_api.h: contacts over HTTP. routes.c says who may call what. */
#pragma once

#include "http/http.h"

enum err contact_list_get(struct req *q, struct res *s, struct why *w);
enum err contact_one_get(struct req *q, struct res *s, struct why *w);
