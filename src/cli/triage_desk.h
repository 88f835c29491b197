/* triage_desk.h: `antiphon triage taxonomy|retrain|rollback|models|export`, on --data DIR. */
#pragma once

#include <stdbool.h>

#include "cli/cli.h"

/* Is this a verb that works on a desk's data, and so needs its store? */
bool triage_desk_has(const char *verb);
int triage_desk(struct cli *c);
