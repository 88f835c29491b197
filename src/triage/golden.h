/* golden.h: which examples are never learnt from?
 *
 * One in eight, chosen by a hash of the words, so that the same words are in it for ever: on them
 * a new model is held against the old one, and neither has seen them, the built-in one included.
 * Pure. Used by: desk (lessons.c), tools/model_make.c. */
#pragma once

#include <stdbool.h>

bool golden_has(const char *text);
