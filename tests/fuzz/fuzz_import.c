/* What a file for `antiphon import` may hold: whatever it is, every reader comes to its end, says
 * of each item where it stood, and gives only text that a store can keep. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "import/import.h"

static void check_text(const char *s)
{
    CHECK(!s || utf8_is_valid(s, strlen(s)));
}

static void check_item(const struct import_item *item, size_t n)
{
    CHECK(item->where[0]);
    if (item->kind == IMPORT_MAIL) {
        CHECK(item->raw.n <= n);
        return;
    }
    CHECK(item->in.external_id && *item->in.external_id);
    CHECK(item->in.contact.external_id && *item->in.contact.external_id);
    CHECK(item->in.text && item->in.is_imported);
    check_text(item->in.text);
    check_text(item->in.subject);
    check_text(item->in.contact.name);
    check_text(item->author);
}

static void read_all(const char *path, enum import_format format, size_t n)
{
    struct import_source *s = NULL;
    size_t n_items = 0;
    struct why w;

    if (import_open(path, format, &s, &w))
        return;
    for (;;) {
        struct arena *a = arena_new(1024);
        struct import_item item;
        enum err e = import_next(s, a, &item, &w);
        bool is_end = !e && item.kind == IMPORT_END;

        CHECK(e == OK || e == E_INVALID);
        if (!e && item.kind > IMPORT_REPEAT)
            check_item(&item, n);
        arena_free(a);
        if (is_end)
            break;
        CHECK(++n_items <= 2 * n + 4); /* a row a byte, over two passes */
    }
    import_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    CHECK(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    read_all(path, IMPORT_MBOX, n);
    read_all(path, IMPORT_JSONL, n);
    read_all(path, IMPORT_TWITTER, n);
    close(fd);
    return 0;
}
