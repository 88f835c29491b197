#include "import/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "import/reader.h"

struct import_source {
    struct import_reader *reader;
};

static const struct {
    const char *name;
    enum err (*open)(const char *path, struct import_reader **ret, struct why *w);
} FORMATS[IMPORT_FORMATS] = {
    [IMPORT_AUTO] = {"auto", NULL},
    [IMPORT_MBOX] = {"mbox", mbox_open},
    [IMPORT_MAILDIR] = {"maildir", maildir_open},
    [IMPORT_JSONL] = {"jsonl", jsonl_open},
    [IMPORT_TWITTER] = {"twitter", twitter_open},
};

bool import_format_parse(const char *name, enum import_format *ret)
{
    for (int i = 0; i < IMPORT_FORMATS; i++) {
        if (strcmp(name, FORMATS[i].name) == 0) {
            *ret = (enum import_format)i;
            return true;
        }
    }
    return false;
}

const char *import_format_name(enum import_format f)
{
    return FORMATS[f].name;
}

static bool is_maildir(const char *path)
{
    static const char *const BOXES[] = {"cur", "new"};
    char box[4096];
    struct stat st;

    for (size_t i = 0; i < sizeof(BOXES) / sizeof(*BOXES); i++)
        if (snprintf(box, sizeof(box), "%s/%s", path, BOXES[i]) < (int)sizeof(box) &&
            stat(box, &st) == 0 && S_ISDIR(st.st_mode))
            return true;
    return false;
}

/* What does the first line that is not empty look like? */
static enum err detect_file(const char *path, enum import_format *ret, struct why *w)
{
    struct lines lines;
    struct line line;
    struct str s;
    msec at;
    enum err e;

    if ((e = lines_open(&lines, path, w)))
        return e;
    do
        e = lines_next(&lines, &line, w);
    while (!e && line.text.n && str_trim(line.text).n == 0);
    if (!e) {
        s = line_bare(line.text);
        if (str_starts(s, STR("\xEF\xBB\xBF")))
            s = (struct str){s.p + 3, s.n - 3};
        if (mbox_is_from(s, &at))
            *ret = IMPORT_MBOX;
        else if (str_starts(s, STR("{")))
            *ret = IMPORT_JSONL;
        else if (twitter_is_header(s))
            *ret = IMPORT_TWITTER;
        else
            e = fail(w, E_INVALID, "'%s' is no mbox, JSON lines or Twitter CSV", path);
    }
    lines_close(&lines);
    return e;
}

enum err import_detect(const char *path, enum import_format *ret, struct why *w)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return fail(w, errno == ENOENT ? E_NOT_FOUND : E_DENIED, "could not open '%s': %s", path,
                    strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return detect_file(path, ret, w);
    if (!is_maildir(path))
        return fail(w, E_INVALID, "the folder '%s' has no cur/ or new/: it is no Maildir", path);
    *ret = IMPORT_MAILDIR;
    return OK;
}

enum err import_open(const char *path, enum import_format format, struct import_source **ret,
                     struct why *w)
{
    struct import_reader *reader = NULL;
    struct import_source *s;
    enum err e;

    if (format == IMPORT_AUTO && (e = import_detect(path, &format, w)))
        return e;
    if ((e = FORMATS[format].open(path, &reader, w)))
        return e;
    s = calloc(1, sizeof(*s));
    if (!s)
        abort();
    s->reader = reader;
    *ret = s;
    return OK;
}

void import_close(struct import_source *s)
{
    if (!s)
        return;
    s->reader->close(s->reader);
    free(s);
}

enum err import_next(struct import_source *s, struct arena *a, struct import_item *ret,
                     struct why *w)
{
    *ret = (struct import_item){0};
    return s->reader->next(s->reader, a, ret, w);
}

void import_progress(const struct import_source *s, int64_t *ret_done, int64_t *ret_all)
{
    *ret_done = s->reader->done;
    *ret_all = s->reader->all;
}
