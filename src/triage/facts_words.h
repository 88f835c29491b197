/* facts_words.h: which words and phrases tell a fact, or that it is none? The list is facts.tsv.
 * Used by: facts*.c. */
#pragma once

#include "triage/word.h"

enum {
    FACTS_W_DEVICE = 1 << 0,
    FACTS_W_SHY = 1 << 1,     /* shares its name with other things: wants a word beside it */
    FACTS_W_CAPITAL = 1 << 2, /* and a capital letter */
    FACTS_W_OS = 1 << 3,
    FACTS_W_FORE = 1 << 4,     /* between a system and its version: "beta", "version" */
    FACTS_W_VERSION = 1 << 5,  /* before a version of the app */
    FACTS_W_APP = 1 << 6,      /* the app is spoken of */
    FACTS_W_FIRMWARE = 1 << 7, /* another thing's version follows */
    FACTS_W_PLAN = 1 << 8,
    FACTS_W_PLANPREP = 1 << 9,  /* before a plan: "on", "to" */
    FACTS_W_PLANWORD = 1 << 10, /* behind it: "plan", "account" */
    FACTS_W_REGION = 1 << 11,
    FACTS_W_SHOUTED = 1 << 12,   /* only in capitals: "US" */
    FACTS_W_ADJECTIVE = 1 << 13, /* "Brazilian": beside a market only */
    FACTS_W_PLACE = 1 << 14,     /* "in" */
    FACTS_W_FROM = 1 << 15,
    FACTS_W_MOVE = 1 << 16,     /* "moved to" */
    FACTS_W_MARKET = 1 << 17,   /* "account", "store" */
    FACTS_W_LANDWORD = 1 << 18, /* "country" */
    FACTS_W_MUSIC = 1 << 19,    /* "songs from Brazil" is no place of the writer */
    FACTS_W_ERROR = 1 << 20,
    FACTS_W_NOTCODE = 1 << 21, /* a bare "code" may be a voucher's */
    FACTS_W_OF = 1 << 22,      /* between "error" and its number */
    FACTS_W_AFTER = 1 << 23,   /* behind an error's number */
    FACTS_W_UNIT = 1 << 24,    /* behind a number that counts */
    FACTS_W_NEG = 1 << 25,
    FACTS_W_GLUE = 1 << 26, /* between a denial and what it denies */
    FACTS_W_FAIL = 1 << 27,
    FACTS_W_WORKS = 1 << 28,
    FACTS_W_BUT = 1 << 29,
    FACTS_W_OWN = 1 << 30,      /* "my", "on": a device follows */
    FACTS_W_APPWORD = 1U << 31, /* behind a device: "app", "phone" */
    FACTS_W_KIND = 1ULL << 32,  /* "family", "étudiant": beside a word for "plan" */
    FACTS_W_SONG = 1ULL << 33,  /* "guitar": then "Solo" is no plan */
    FACTS_W_OTHER = 1ULL << 34, /* another service: its plans are not ours */
    FACTS_W_NAME = 1ULL << 35,  /* a device that is called like people: "Alexa" */
    FACTS_W_PERSON = 1ULL << 36 /* before a person's name: "daughter" */
};

extern const struct word_trie FACTS_WORDS;
