/* tweets.h: which tweets belong together?
 *
 * An index of every tweet of a corpus by id: who answers whom, whose matter it is, and in which
 * order it reads best. About 48 bytes a tweet: three million fit in 150 MB. The words stay in
 * the file. Pure: knows no file and no store. Used by: import. May use: base.
 *
 * Tweets that answer each other, in whatever order they come, are one conversation. Each
 * customer in it has a ticket of their own: what a customer says to another customer's
 * complaint is a matter of its own, and answers reach one person. A tweet of ours belongs to
 * the customer it answers (through our own tweets in between), and if it answers nobody, to the
 * first customer of the conversation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct tweets;

struct tweet {
    int64_t id;
    msec at;               /* whole seconds */
    int64_t offset, bytes; /* of its row in the file */
    uint32_t author;       /* a hash of who wrote it */
    bool is_inbound;       /* a customer wrote it */
};

struct tweets *tweets_new(void);
void tweets_free(struct tweets *t); /* takes NULL */

/* false: a tweet of that id is there already, and nothing changed. */
bool tweets_add(struct tweets *t, const struct tweet *tweet);
/* `id` answers `to`, whether either was added yet or ever. */
void tweets_answer(struct tweets *t, int64_t id, int64_t to);
size_t tweets_count(const struct tweets *t);

/* All are added: sort them. After it tweets_next gives them, the oldest ticket first and each
 * ticket from a customer's first tweet on; tweets_add must not be called again. */
void tweets_sort(struct tweets *t);

struct tweet_place {
    struct tweet tweet;
    int64_t ticket_id;       /* the customer's first tweet in it: names the ticket */
    int64_t customer_offset; /* the row of that tweet, which says who the customer is */
    int64_t customer_bytes;
    bool has_customer; /* false: no customer is anywhere in the conversation */
};
/* false at the end. */
bool tweets_next(struct tweets *t, struct tweet_place *ret);
