/* sentiment_pack.c: a tool of the build. Packs the lexicon into one table.
 *
 *   sentiment_pack OUT.bin all.txt en.txt ...
 *
 * A line is "WEIGHT entry, entry", -4 to 4, or "not: entry, entry" (not not* more less but ask). An
 * entry is a phrase; a word that ends in a star stands for all that begin so. What cannot be right
 * is refused with its file and line: an empty entry, a stem under 3 letters, one entry with two
 * weights. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triage/language_words.h"
#include "triage/sentiment_score.h"

static struct lexicon_node NODES[LEXICON_SLOTS];
static size_t N_NODES;

struct place {
    const char *path;
    int line;
    size_t language;
};

static void die(const struct place *at, const char *what, const char *entry)
{
    (void)fprintf(stderr, "%s:%d: %s: %s\n", at->path, at->line, what, entry);
    exit(1);
}

static struct lexicon_node *place_node(const struct place *p, uint64_t state)
{
    uint32_t key = (uint32_t)state | 1, at = (uint32_t)(state >> 40);

    for (;; at++) {
        struct lexicon_node *k = &NODES[at % LEXICON_SLOTS];

        if (k->key == key)
            return k;
        if (k->key != 0)
            continue;
        if (++N_NODES > LEXICON_SLOTS / 4 * 3)
            die(p, "the table is full", "");
        k->key = key;
        return k;
    }
}

static void put_entry(const struct place *p, const char *entry, struct lexicon_node as)
{
    struct words w = {.p = entry, .n = strlen(entry)};
    struct lexicon_node *node = NULL;
    struct word word;
    uint64_t chain = lexicon_start(p->language);

    while (words_next(&w, &word)) {
        bool is_stem = entry[word.at + word.n] == '*';

        if (is_stem && word.len < 3)
            die(p, "a stem has three letters or more", entry);
        if (node)
            node->goes_on = 1;
        chain = lexicon_step(chain, word.s, word.len, is_stem ? LEXICON_STEM : LEXICON_WORD);
        node = place_node(p, chain);
    }
    if (!node)
        die(p, "no word in the entry", entry);
    if (node->kind == as.kind && node->weight != as.weight)
        die(p, "is there with another weight", entry);
    if (node->kind != 0 && node->kind != as.kind)
        return; /* "super" is praise before it is "very" */
    node->kind = as.kind;
    node->weight = as.weight;
}

static struct lexicon_node read_head(const struct place *p, const char *head)
{
    static const struct {
        const char *name;
        enum lexicon_kind kind;
    } KINDS[] = {{"not:", LEXICON_NOT},   {"not*:", LEXICON_NOT_BOTH}, {"more:", LEXICON_MORE},
                 {"less:", LEXICON_LESS}, {"but:", LEXICON_BUT},       {"ask:", LEXICON_ASK}};
    char *end;
    long weight = strtol(head, &end, 10);

    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        if (strcmp(KINDS[i].name, head) == 0)
            return (struct lexicon_node){.kind = (uint8_t)KINDS[i].kind};
    if (*end != '\0' || weight < -4 || weight > 4 || weight == 0)
        die(p, "neither a weight nor a kind", head);
    return (struct lexicon_node){.kind = LEXICON_WEIGHT, .weight = (int8_t)weight};
}

static void read_line(const struct place *p, char *line)
{
    char *save = NULL, *head = strtok_r(line, " ", &save);
    struct lexicon_node as;

    if (!head || head[0] == '#')
        return;
    as = read_head(p, head);
    for (char *e = strtok_r(NULL, ",", &save); e; e = strtok_r(NULL, ",", &save))
        put_entry(p, e, as);
}

static void read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[40000];
    const char *name = strrchr(path, '/');
    struct place p = {.path = path};

    name = name ? name + 1 : path;
    while (p.language < LEXICON_LANGUAGES &&
           (strncmp(name, LEXICON_NAMES[p.language], strlen(LEXICON_NAMES[p.language])) != 0 ||
            strcmp(name + strlen(LEXICON_NAMES[p.language]), ".txt") != 0))
        p.language++;
    if (!f || p.language == LEXICON_LANGUAGES)
        die(&p, "cannot be read, or no such language", name);
    while (fgets(line, sizeof(line), f)) {
        p.line++;
        line[strcspn(line, "\n")] = '\0';
        read_line(&p, line);
    }
    (void)fclose(f);
}

int main(int argc, char **argv)
{
    bool is_written;
    FILE *f;

    for (int i = 2; i < argc; i++)
        read_file(argv[i]);
    f = argc > 2 ? fopen(argv[1], "wb") : NULL;
    is_written = f && fwrite(NODES, sizeof(NODES), 1, f) == 1;
    if (f && fclose(f) != 0)
        is_written = false;
    if (!is_written)
        return 1;
    printf("sentiment: %zu of %u slots taken\n", N_NODES, LEXICON_SLOTS);
    return 0;
}
