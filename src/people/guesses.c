#include "people/guesses.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "sys/secret.h"

/* Accounts remembered at once; two that fall on one place share it, which only slows both. */
#define SLOTS 4096

static struct guess {
    int64_t wrong; /* in a row */
    msec at;       /* of the last */
} slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A place nobody can choose: a stranger must not slow another down by an address of his own. */
static struct guess *slot_of(const char *email)
{
    static unsigned char salt[HASH_BYTES];
    static bool is_salted;
    unsigned char text[HASH_BYTES + 512], hash[HASH_BYTES];
    size_t n = strlen(email);
    uint32_t at;

    if (!is_salted)
        secret_random(salt, sizeof salt);
    is_salted = true;
    n = n < 512 ? n : 512;
    memcpy(text, salt, HASH_BYTES);
    memcpy(text + HASH_BYTES, email, n);
    secret_hash(text, HASH_BYTES + n, hash);
    memcpy(&at, hash, sizeof at);
    return &slots[at % SLOTS];
}

int guesses_wait_s(const char *email, msec now)
{
    msec wait = 1000, left = 0;
    struct guess *g;

    pthread_mutex_lock(&lock);
    g = slot_of(email);
    if (now - g->at > GUESSES_QUIET_MS)
        g->wrong = 0;
    for (int64_t i = GUESSES_FREE; i < g->wrong && wait < GUESSES_MOST_MS; i++)
        wait *= 2;
    if (g->wrong >= GUESSES_FREE)
        left = g->at + (wait < GUESSES_MOST_MS ? wait : GUESSES_MOST_MS) - now;
    pthread_mutex_unlock(&lock);
    return left > 0 ? (int)((left + 999) / 1000) : 0;
}

void guesses_wrong(const char *email, msec now)
{
    struct guess *g;

    pthread_mutex_lock(&lock);
    g = slot_of(email);
    g->wrong++;
    g->at = now;
    pthread_mutex_unlock(&lock);
}

void guesses_right(const char *email)
{
    pthread_mutex_lock(&lock);
    slot_of(email)->wrong = 0;
    pthread_mutex_unlock(&lock);
}
