#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *words;
    int status;
    bool retry;
} TABLE[ERR_COUNT] = {[OK] = {"ok", "done", 200, false},
#define ROW(n, s, r, t) [E_##n] = {#n, t, s, r},
                      ERR_LIST(ROW)
#undef ROW
};

static void cut_at_character(char *text)
{
    size_t n = strlen(text);

    while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
        n--;
    if (n > 0 && ((unsigned char)text[n - 1] & 0x80))
        n--;
    text[n] = 0;
}

__attribute__((format(printf, 3, 0))) static enum err fill(struct why *w, enum err e,
                                                           const char *format, va_list ap)
{
    int n;

    if (!w)
        return e;
    w->code = e;
    w->field[0] = 0;
    w->retry_after_s = 0;
    n = vsnprintf(w->text, sizeof w->text, format, ap);
    if (n >= (int)sizeof w->text)
        cut_at_character(w->text);
    return e;
}

enum err(fail)(struct why *w, enum err e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fill(w, e, format, ap);
    va_end(ap);
    return e;
}

enum err(fail_field)(struct why *w, enum err e, const char *field, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fill(w, e, format, ap);
    va_end(ap);
    if (w)
        snprintf(w->field, sizeof w->field, "%s", field);
    return e;
}

int err_status(enum err e)
{
    return TABLE[e].status;
}

bool err_may_retry(enum err e)
{
    return TABLE[e].retry;
}

const char *err_name(enum err e)
{
    return TABLE[e].name;
}

const char *err_words(enum err e)
{
    return TABLE[e].words;
}
