/* routes.h: the table of URLs, for main and the OpenAPI file. */
#pragma once

#include "http/http.h"

extern const struct route ROUTES[];
extern const size_t ROUTES_N;
/* For http's API page. */
const char *route_permission_name(int permission);
