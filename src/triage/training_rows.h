/* training_rows.h: the messages that the mood's calibration and urgency's model are fitted to.
 *
 * For tools of the build only. The file is src/triage/urgency/training.tsv; its head says what a
 * row is. A row that cannot be right ends the tool with file, line and reason.
 * Used by: sentiment_fit.c, urgency_fit.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TRAINING_MOST 2000

struct training_row {
    char *text;
    int level; /* 1-4 */
    int mood;  /* enum mood */
    char plan[16];
    int contacts;
    bool is_minor, is_growing;
};

struct training {
    struct training_row rows[TRAINING_MOST];
    size_t n;
};

void training_read(const char *path, struct training *ret);
