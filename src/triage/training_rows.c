/* Rows of training.tsv. */
#include "triage/training_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triage/sentiment.h"

static void die(const char *path, int line, const char *what)
{
    (void)fprintf(stderr, "%s:%d: %s\n", path, line, what);
    exit(1);
}

static bool read_hint(const char *hint, struct training_row *r)
{
    if (strcmp(hint, ".") == 0)
        return true;
    if (hint[0] == 'c' && hint[1] >= '1' && hint[1] <= '9' && hint[2] == '\0')
        r->contacts = hint[1] - '0';
    else if (strcmp(hint, "minor") == 0)
        r->is_minor = true;
    else if (strcmp(hint, "growing") == 0)
        r->is_growing = true;
    else if (strlen(hint) < sizeof(r->plan))
        memcpy(r->plan, hint, strlen(hint) + 1);
    else
        return false;
    return true;
}

static void read_row(const char *path, int line, char *text, struct training_row *r)
{
    static const char MOODS[] = "-0+"; /* in the order of enum mood */
    char *save = NULL, *level = strtok_r(text, "\t", &save), *mood = strtok_r(NULL, "\t", &save);
    char *hints = strtok_r(NULL, "\t", &save), *words = strtok_r(NULL, "\t", &save);
    char *hint;

    if (!words || strtok_r(NULL, "\t", &save))
        die(path, line, "not four columns");
    if (level[0] != 'P' || level[1] < '1' || level[1] > '4' || level[2] != '\0')
        die(path, line, "the level is none of P1 to P4");
    if (!strchr(MOODS, mood[0]) || mood[0] == '\0' || mood[1] != '\0')
        die(path, line, "the mood is none of + 0 -");
    r->level = level[1] - '0';
    r->mood = (int)(strchr(MOODS, mood[0]) - MOODS);
    save = NULL;
    for (hint = strtok_r(hints, " ", &save); hint; hint = strtok_r(NULL, " ", &save))
        if (!read_hint(hint, r))
            die(path, line, "a hint that nobody knows");
    if (!(r->text = strdup(words)))
        abort();
}

void training_read(const char *path, struct training *ret)
{
    FILE *f = fopen(path, "r");
    char text[8000];

    if (!f)
        die(path, 0, "cannot be read");
    for (int line = 1; fgets(text, sizeof(text), f); line++) {
        text[strcspn(text, "\n")] = '\0';
        if (text[0] == '#' || text[0] == '\0')
            continue;
        if (ret->n == TRAINING_MOST)
            die(path, line, "too many rows");
        read_row(path, line, text, &ret->rows[ret->n]);
        ret->n++;
    }
    (void)fclose(f);
}
