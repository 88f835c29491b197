/* desk.h: what the desk's stories share: the parts of the running program. Made in main.c
 * (struct app), passed down as `app`. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/clock.h"

struct store;
struct jobs;
struct http_server;
struct live;
struct house;
struct reader;

struct app {
    struct store *store;
    struct jobs *jobs;
    struct http_server *http;
    struct live *live;
    struct house *house;   /* desk/house.h: the channels that run */
    struct reader *reader; /* desk/reader.h: triage of this moment */
    const char *data_dir;
    const char *base_url; /* "http://127.0.0.1:8080", no slash at its end: for links in mails */
    msec chat_mail_ms;    /* an answer in the chat unread for so long goes out by mail too */
    msec started_at;
    /* The training that runs here: 1 + done in thousandths, and its step; 0: none. */
    _Atomic int retrain_permille;
    const char *_Atomic retrain_what;
    _Atomic bool is_ending;
};
