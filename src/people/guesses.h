/* guesses.h: how soon may somebody try a password of this account again?
 *
 * After a few wrong ones in a row each further try waits twice as long as the one before, from
 * whatever address it comes; a right one, or some quiet, ends that. It knows no accounts, only
 * the address that was typed, so an unknown one is answered as a known one is. In memory: a
 * restart forgets. Used by: session_api.c. */
#pragma once

#include "base/clock.h"

#define GUESSES_FREE     5 /* wrong ones in a row that cost nothing: people mistype */
#define GUESSES_MOST_MS  ((msec)60 * 1000)
#define GUESSES_QUIET_MS ((msec)15 * 60 * 1000)

/* Seconds to wait before a password of `email` is looked at; 0: now. */
int guesses_wait_s(const char *email, msec now);
void guesses_wrong(const char *email, msec now);
void guesses_right(const char *email);
