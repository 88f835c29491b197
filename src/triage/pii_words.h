/* pii_words.h: which words tell what the number or word beside them is? The list is pii.tsv.
 * Used by: pii*.c. */
#pragma once

#include "triage/word.h"

enum {
    PII_W_PHONE = 1 << 0,     /* "call", "tel" */
    PII_W_MUSIC = 1 << 1,     /* "song", "play" */
    PII_W_ORDER = 1 << 2,     /* "order", "invoice": numbers of ours */
    PII_W_VERSION = 1 << 3,   /* "version", "app" */
    PII_W_IP = 1 << 4,        /* "ip", "server" */
    PII_W_UNIT = 1 << 5,      /* behind a number: "songs", "eur" */
    PII_W_SECRET = 1 << 6,    /* "password" */
    PII_W_PIN = 1 << 7,       /* "pin": four to eight digits */
    PII_W_TOKEN = 1 << 8,     /* "api key" */
    PII_W_BEARER = 1 << 9,    /* "bearer" */
    PII_W_IS = 1 << 10,       /* "is", "lautet" */
    PII_W_FILL = 1 << 11,     /* between "password" and "is": "for my account" */
    PII_W_STOP = 1 << 12,     /* no password and no name: "wrong", "not" */
    PII_W_JOIN = 1 << 13,     /* "and": what stood before is complete */
    PII_W_NAME = 1 << 14,     /* "my name is" */
    PII_W_PARTICLE = 1 << 15, /* "van", "de" inside a name */
    PII_W_STREET = 1 << 16,   /* behind its name: "street" */
    PII_W_RUE = 1 << 17,      /* before its name: "rue", "calle" */
    PII_W_HOME = 1 << 18,     /* "live at", "adresse" */
    PII_W_ZIP = 1 << 19,      /* "postcode" */
    PII_W_ID = 1 << 20,       /* "ssn", "cpf" */
    PII_W_SMALL = 1 << 21,    /* "of", "the": not in the middle of a street's name */
    PII_W_FLAT = 1 << 22      /* "apt", "flat" */
};

extern const struct word_trie PII_WORDS;
