/* builtin.h: the model that the build trained on the built-in taxonomy's examples.
 * Used by: desk/models.c. */
#pragma once

#include "base/str.h"

struct str builtin_model(void);
